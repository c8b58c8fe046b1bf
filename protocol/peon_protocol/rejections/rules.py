"""Why a command about a rule was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ProjectId, RuleId


@attrs.frozen
class RuleNotFound:
    """The project has no such rule."""

    KIND: ClassVar = "rule.notFound"
    REMEDY: ClassVar = "List the rules with rule/list."
    project_id: ProjectId
    rule_id: RuleId

    @property
    def message(self) -> str:
        return f"Project {self.project_id} has no rule {self.rule_id}."


@attrs.frozen
class RuleIdUsed:
    """The id was given to another rule of the project, perhaps one removed since."""

    KIND: ClassVar = "rule.idUsed"
    REMEDY: ClassVar = "Leave ruleId out and one is made."
    rule_id: RuleId

    @property
    def message(self) -> str:
        return f"The id {self.rule_id} is used already."


@attrs.frozen
class RuleEmpty:
    """A rule must say which actions it is about."""

    KIND: ClassVar = "rule.empty"
    REMEDY: ClassVar = "Give toolKind, path or command; for everything, choose a mode."

    @property
    def message(self) -> str:
        return "The rule says nothing about the actions it is for."


@attrs.frozen
class RuleCommandUnusable:
    """A rule names the first words of one command; `reason` completes «it …»."""

    KIND: ClassVar = "rule.commandUnusable"
    REMEDY: ClassVar = "Give the first words of one command, such as: git status"
    command: str
    reason: str

    @property
    def message(self) -> str:
        return f"A rule cannot be about the command {self.command!r}: it {self.reason}."
