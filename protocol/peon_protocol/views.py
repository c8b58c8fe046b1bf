"""What queries answer with: the read model as clients see it.

Ids are named as the commands name them.
"""

from collections.abc import Mapping

import attrs

from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    ItemId,
    MessageId,
    OperationId,
    ProjectId,
    RuleId,
    SessionId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import (
    ActionOption,
    Actor,
    AgentCommand,
    AuthMethod,
    Budget,
    CheckpointKind,
    Decider,
    FileEdit,
    ItemContent,
    ItemKind,
    ItemStatus,
    JsonValue,
    Location,
    McpServer,
    MissingPath,
    Mode,
    OptionValue,
    PlanEntry,
    ProjectDefaults,
    Prompt,
    QuestionField,
    RuleVerdict,
    Scope,
    SessionOption,
    SessionOrigin,
    SessionServer,
    StopReason,
    ThreadStatus,
    TitleSource,
    ToolKind,
    TurnError,
    TurnStatus,
    Usage,
)


@attrs.frozen(kw_only=True)
class ProjectView:
    """A project. Times are RFC 3339 in UTC."""

    project_id: ProjectId
    root: str
    title: str
    defaults: ProjectDefaults
    usage: Usage
    created_at: str
    version: int


@attrs.frozen(kw_only=True)
class RuleView:
    """A rule of a project; what is null is not looked at."""

    rule_id: RuleId
    project_id: ProjectId
    provider: str | None
    verdict: RuleVerdict
    tool_kind: ToolKind | None
    path: str | None
    command: str | None
    created_at: str
    created_by: Actor


@attrs.frozen(kw_only=True)
class ItemView:
    """One thing inside a turn.

    `text` is a message's or a reasoning's, `entries` a plan's; the rest is a tool call's, and
    `content` what a user's message holds besides text.
    """

    item_id: ItemId
    kind: ItemKind
    status: ItemStatus
    text: str
    title: str | None
    tool_kind: ToolKind | None
    summary: str | None
    input: JsonValue
    content: tuple[ItemContent, ...]
    edits: tuple[FileEdit, ...]
    locations: tuple[Location, ...]
    entries: tuple[PlanEntry, ...]


@attrs.frozen(kw_only=True)
class TurnView:
    """One prompt and all that followed. `items` is null where a list leaves them out.

    One that is `undone` no longer counts in the conversation: the agent does not know of it.
    """

    turn_id: TurnId
    number: int
    status: TurnStatus
    prompt: Prompt
    mode: Mode
    model: str | None
    options: Mapping[str, OptionValue]
    items: tuple[ItemView, ...] | None
    started_at: str
    ended_at: str | None
    interrupt_requested: bool
    stop_reason: StopReason | None
    error: TurnError | None
    usage: Usage | None
    undone: bool


@attrs.frozen(kw_only=True)
class PendingActionView:
    """An action that waits for an answer, since when, and by which rule, if by one."""

    action_id: ActionId
    turn_id: TurnId
    item_id: ItemId
    title: str
    kind: ToolKind
    options: tuple[ActionOption, ...]
    paths: tuple[str, ...]
    command: str | None
    scopes: tuple[Scope, ...]
    fields: tuple[QuestionField, ...]
    asked_by: Decider | None
    requested_at: str


@attrs.frozen(kw_only=True)
class QueuedMessageView:
    """A message that waits for its turn; with `steer` it is being told to the agent right now."""

    message_id: MessageId
    prompt: Prompt
    model: str | None
    mode: Mode | None
    options: Mapping[str, OptionValue] | None
    steer: bool
    queued_at: str


@attrs.frozen(kw_only=True)
class CheckpointView:
    """A checkpoint of the thread. An `expired` one can no longer be gone back to."""

    checkpoint_id: CheckpointId
    thread_id: ThreadId
    turn_id: TurnId | None
    description: str
    kind: CheckpointKind
    created_at: str
    missing: tuple[MissingPath, ...]
    expired: bool


@attrs.frozen(kw_only=True)
class OperationView:
    """Workspace work under way: `kind` is checkpoint, turnEnd, restore, commit, push or review."""

    operation_id: OperationId
    kind: str
    requested_at: str


@attrs.frozen(kw_only=True)
class SessionView:
    """The live session of a thread's agent, and which of the thread's servers it was given."""

    session_id: SessionId
    provider: str
    agent_name: str
    agent_version: str | None
    origin: SessionOrigin
    mcp_servers: tuple[SessionServer, ...]


@attrs.frozen(kw_only=True)
class WorktreeView:
    """A thread's worktree. `removed`: it was taken away, and can be brought back."""

    path: str
    branch: str | None
    base: str | None
    made: bool
    removed: bool


@attrs.frozen(kw_only=True)
class ThreadView:
    """A conversation. `version` counts its events: a subscriber knows whether it has them all.

    `queue` starts by itself, message by message, unless it is held: after a turn that failed, or
    whose server stopped, until something is started, and while the budget is spent. `options` and
    `commands` are what its session offered last, and `chosen_options` what was chosen of them;
    `usage` is what its turns used, its context as the last of them left it. Without
    `mcp_servers` of its own it has those of the project.

    It works in `folder`, which it shares with the threads in `shared_with`. `turn_count` and
    `checkpoint_count` count all there are. In a list most of these are left out.
    """

    thread_id: ThreadId
    project_id: ProjectId
    title: str
    title_source: TitleSource
    status: ThreadStatus
    provider: str
    model: str | None
    mode: Mode
    archived: bool
    turns: tuple[TurnView, ...]
    turn_count: int
    pending_actions: tuple[PendingActionView, ...]
    queue: tuple[QueuedMessageView, ...]
    queue_held: bool
    checkpoints: tuple[CheckpointView, ...]
    checkpoint_count: int
    operation: OperationView | None
    session: SessionView | None
    options: tuple[SessionOption, ...]
    commands: tuple[AgentCommand, ...]
    chosen_options: Mapping[str, OptionValue]
    mcp_servers: tuple[McpServer, ...] | None
    usage: Usage
    budget: Budget | None
    folder: str
    worktree: WorktreeView | None
    shared_with: tuple[ThreadId, ...]
    created_at: str
    updated_at: str
    version: int


@attrs.frozen(kw_only=True)
class ProviderView:
    """A kind of agent: whether it can be used here, and if not, what to do about it.

    `install` is the command that installs it, where one does. `auth` are its ways to log in, as far
    as it has told them since the server started.
    """

    provider_id: str
    name: str
    available: bool
    version: str | None
    reason: str | None
    remedy: str | None
    install: str | None = None
    auth: tuple[AuthMethod, ...] = ()
