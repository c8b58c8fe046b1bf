"""The events: facts, past tense, never refused; and the envelope they are stored in.

`TYPE` is the name on the wire and in the journal, `SCHEMA` the version of the payload's shape.
"""

from typing import ClassVar, TypeAlias

import attrs

from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    CommandId,
    EventId,
    ItemId,
    OperationId,
    ProjectId,
    SessionId,
    StreamId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import (
    ActionOption,
    Actor,
    CheckpointKind,
    Decider,
    Decision,
    ErasureReason,
    ItemKind,
    ItemPatch,
    ItemStatus,
    MissingPath,
    Mode,
    Operation,
    PathConflict,
    ProjectDefaults,
    Prompt,
    Scope,
    SessionOrigin,
    StopReason,
    TextAppend,
    TitleSource,
    ToolKind,
    TurnError,
    Usage,
)


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
class ThreadCreated:
    """A conversation was opened in a project."""

    TYPE: ClassVar = "thread.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    project_id: ProjectId
    title: str
    title_source: TitleSource
    provider: str
    model: str | None = None
    mode: Mode = Mode.ASK


@attrs.frozen(kw_only=True)
class ThreadConfigured:
    """What is null stayed as it was; `title_source` says who set the title."""

    TYPE: ClassVar = "thread.configured"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    title: str | None = None
    title_source: TitleSource | None = None
    model: str | None = None
    mode: Mode | None = None
    archived: bool | None = None


@attrs.frozen(kw_only=True)
class ThreadDeleted:
    """The thread is gone."""

    TYPE: ClassVar = "thread.deleted"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class TurnStarted:
    """A prompt was given. `number` counts from 1 in the thread and is never used again.

    `checkpoint_id` names the checkpoint that is taken before the agent sees the prompt.
    """

    TYPE: ClassVar = "turn.started"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    number: int
    prompt: Prompt
    checkpoint_id: CheckpointId
    model: str | None = None
    mode: Mode = Mode.ASK


@attrs.frozen(kw_only=True)
class TurnInterruptRequested:
    """Somebody asked the turn to stop; the agent has not agreed yet."""

    TYPE: ClassVar = "turn.interruptRequested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId


@attrs.frozen(kw_only=True)
class TurnCompleted:
    """The turn is over; interrupted where the stop reason is `cancelled` or `interrupted`."""

    TYPE: ClassVar = "turn.completed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    stop_reason: StopReason
    usage: Usage | None = None
    detail: str | None = None


@attrs.frozen(kw_only=True)
class TurnFailed:
    """The turn is over, with an error."""

    TYPE: ClassVar = "turn.failed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    error: TurnError
    usage: Usage | None = None


@attrs.frozen(kw_only=True)
class ItemRecorded:
    """An item of a turn, new or changed: text grows by `append`, the rest changes by `patch`."""

    TYPE: ClassVar = "item.recorded"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    status: ItemStatus
    append: TextAppend | None = None
    patch: ItemPatch | None = None


@attrs.frozen(kw_only=True)
class ActionRequested:
    """The agent wants to do something and waits for an answer."""

    TYPE: ClassVar = "action.requested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    action_id: ActionId
    item_id: ItemId
    kind: ToolKind
    title: str
    options: tuple[ActionOption, ...]


@attrs.frozen(kw_only=True)
class ActionResolved:
    """An action was approved, rejected or withdrawn; `by` says by what."""

    TYPE: ClassVar = "action.resolved"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    action_id: ActionId
    decision: Decision
    by: Decider
    option_id: str | None = None
    scope: Scope | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class CheckpointCreated:
    """The workspace's files were kept. `missing` names what could not be.

    `snapshot` is the checkpoint store's own name for what it keeps.
    """

    TYPE: ClassVar = "checkpoint.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_id: CheckpointId
    description: str
    kind: CheckpointKind
    snapshot: str
    turn_id: TurnId | None = None
    operation_id: OperationId | None = None
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen(kw_only=True)
class CheckpointRestored:
    """Files went back to a checkpoint; `before_checkpoint_id` holds what they were before."""

    TYPE: ClassVar = "checkpoint.restored"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_id: CheckpointId
    operation_id: OperationId
    before_checkpoint_id: CheckpointId
    restored: tuple[str, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()


@attrs.frozen(kw_only=True)
class ChangesCommitted:
    """A commit was made in the user's repository."""

    TYPE: ClassVar = "changes.committed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    commit: str
    message: str
    branch: str | None = None
    files: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ChangesPushed:
    """A branch was pushed."""

    TYPE: ClassVar = "changes.pushed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    remote: str
    branch: str
    commit: str


@attrs.frozen(kw_only=True)
class SessionOpened:
    """A session with an agent is open for the thread."""

    TYPE: ClassVar = "session.opened"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    session_id: SessionId
    native_id: str
    provider: str
    agent_name: str
    agent_version: str | None = None
    origin: SessionOrigin = SessionOrigin.FRESH


@attrs.frozen(kw_only=True)
class SessionClosed:
    """The session is over."""

    TYPE: ClassVar = "session.closed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    session_id: SessionId
    reason: str
    detail: str | None = None


@attrs.frozen(kw_only=True)
class OperationRequested:
    """Slow workspace work is wanted; its outcome will be an event of its own."""

    TYPE: ClassVar = "operation.requested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    operation: Operation
    turn_id: TurnId | None = None


@attrs.frozen(kw_only=True)
class OperationFailed:
    """The work could not be done; `code` is a kind of the error vocabulary."""

    TYPE: ClassVar = "operation.failed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    code: str
    message: str
    remedy: str | None = None
    turn_id: TurnId | None = None


@attrs.frozen(kw_only=True)
class ThreadErased:
    """What a deleted thread held is erased: in place of its events stands `event.erased`."""

    TYPE: ClassVar = "thread.erased"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class EventErased:
    """Here stood an event whose contents are gone; of one that was lost, `threadId` is `lost`."""

    TYPE: ClassVar = "event.erased"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    reason: ErasureReason


Event: TypeAlias = (
    ProjectCreated
    | ProjectConfigured
    | ProjectDeleted
    | ThreadCreated
    | ThreadConfigured
    | ThreadDeleted
    | TurnStarted
    | TurnInterruptRequested
    | TurnCompleted
    | TurnFailed
    | ItemRecorded
    | ActionRequested
    | ActionResolved
    | CheckpointCreated
    | CheckpointRestored
    | ChangesCommitted
    | ChangesPushed
    | SessionOpened
    | SessionClosed
    | OperationRequested
    | OperationFailed
    | ThreadErased
    | EventErased
)


@attrs.frozen(kw_only=True)
class StoredEvent:
    """An event with its place and its reason. These bytes are the journal's and the wire's alike.

    `sequence` is the place in the whole log, `version` the place in the stream (a project or a
    thread); both are contiguous from 1. `command_digest` tells a repeated command from another one
    that carries the same id.
    """

    sequence: int
    event_id: EventId
    stream_id: StreamId
    version: int
    type: str
    schema: int
    occurred_at: str
    command_id: CommandId | None
    command_digest: str | None
    causation_id: EventId | None
    correlation_id: EventId | None
    actor: Actor
    payload: Event
