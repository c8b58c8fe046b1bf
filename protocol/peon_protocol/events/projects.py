"""Events of projects."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ProjectId, RuleId
from peon_protocol.values import ProjectDefaults, RuleVerdict, ToolKind


@attrs.frozen(kw_only=True)
class ProjectCreated:
    """A folder became a project. `root` is absolute with links resolved."""

    TYPE: ClassVar = "project.created"
    SCHEMA: ClassVar = 1
    project_id: ProjectId
    root: str
    title: str
    defaults: ProjectDefaults = attrs.field(factory=ProjectDefaults)


@attrs.frozen(kw_only=True)
class ProjectConfigured:
    """What is null stayed as it was."""

    TYPE: ClassVar = "project.configured"
    SCHEMA: ClassVar = 1
    project_id: ProjectId
    title: str | None = None
    defaults: ProjectDefaults | None = None


@attrs.frozen(kw_only=True)
class ProjectDeleted:
    """The project is gone, and with it every thread it still had."""

    TYPE: ClassVar = "project.deleted"
    SCHEMA: ClassVar = 1
    project_id: ProjectId


@attrs.frozen(kw_only=True)
class RuleAdded:
    """Actions in the project are allowed, asked about or denied by a rule from now on.

    What is null is not looked at; what is given must all fit.
    """

    TYPE: ClassVar = "rule.added"
    SCHEMA: ClassVar = 1
    project_id: ProjectId
    rule_id: RuleId
    verdict: RuleVerdict
    provider: str | None = None
    tool_kind: ToolKind | None = None
    path: str | None = None
    command: str | None = None


@attrs.frozen(kw_only=True)
class RuleRemoved:
    """The rule holds no longer."""

    TYPE: ClassVar = "rule.removed"
    SCHEMA: ClassVar = 1
    project_id: ProjectId
    rule_id: RuleId
