"""Why an answer to an agent, or its question, was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ActionId, ThreadId
from peon_protocol.values import AnswerProblem, Decider, Decision, Scope


@attrs.frozen
class ActionNotFound:
    """The thread never had this action."""

    KIND: ClassVar = "action.notFound"
    REMEDY: ClassVar = "Read the thread: its pendingActions say what waits."
    thread_id: ThreadId
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no action {self.action_id}."


@attrs.frozen
class ActionIdUsed:
    """A provider asked twice under one id."""

    KIND: ClassVar = "action.idUsed"
    REMEDY: ClassVar = "Give every action of a thread an id of its own."
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"The action id {self.action_id} is used already."


@attrs.frozen
class ActionAlreadyResolved:
    """Somebody was first: `by` says who, `decision` how."""

    KIND: ClassVar = "action.alreadyResolved"
    REMEDY: ClassVar = "Nothing is left to answer."
    action_id: ActionId
    decision: Decision
    by: Decider

    @property
    def message(self) -> str:
        return f"Action {self.action_id} was {self.decision} already, by {self.by.name}."


@attrs.frozen
class ActionHasNoSuchOption:
    """The agent offered no option of the kind that the answer needs."""

    KIND: ClassVar = "action.noSuchOption"
    REMEDY: ClassVar = "Answer with what the action's options allow."
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"Action {self.action_id} offers no option for this answer."


@attrs.frozen
class ActionScopeNotAvailable:
    """What may be asked next could not be told from this: only this once can be allowed."""

    KIND: ClassVar = "action.scopeNotAvailable"
    REMEDY: ClassVar = "Approve it once, or choose one of the agent's own options."
    action_id: ActionId
    scope: Scope

    @property
    def message(self) -> str:
        return f"Action {self.action_id} cannot be approved with the scope {self.scope}."


@attrs.frozen
class ActionAnswersInvalid:
    """What was answered is not what the question asks for; `problems` says it field by field."""

    KIND: ClassVar = "action.answersInvalid"
    REMEDY: ClassVar = "Answer every field as the action's fields say, and nothing else."
    action_id: ActionId
    problems: tuple[AnswerProblem, ...]

    @property
    def message(self) -> str:
        said = "; ".join(f"{each.reason} @ {each.path}" for each in self.problems)
        return f"Action {self.action_id} cannot be answered so: {said}."
