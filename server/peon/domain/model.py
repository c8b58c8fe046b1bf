"""The read model: what the log says, in memory.

Private to the engine, which alone changes it, in place, at a cost per event that does not grow.
Views are made from it; nothing of it is handed out.
"""

from collections.abc import Mapping, MutableMapping

import attrs

from peon.domain.budgets import is_spent
from peon.domain.effects import OutboxEffect
from peon.domain.patterns import Pattern
from peon.domain.verdicts import ToldRejection, WaitingReview
from peon_protocol.events import RuleAdded
from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    CommandId,
    HunkId,
    ItemId,
    MessageId,
    OperationId,
    ProjectId,
    RuleId,
    SessionId,
    ThreadId,
    TurnId,
)
from peon_protocol.results import (
    CommandResult,
)
from peon_protocol.values import (
    ActionOption,
    Actor,
    AgentCommand,
    Budget,
    CheckpointKind,
    Decider,
    Decision,
    FileEdit,
    ItemContent,
    ItemKind,
    ItemStatus,
    JsonValue,
    Location,
    McpServer,
    MissingPath,
    Mode,
    Operation,
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
    Verdict,
)


@attrs.frozen(kw_only=True)
class Rule:
    """What is to become of actions of one kind."""

    rule_id: RuleId
    verdict: RuleVerdict
    provider: str | None
    pattern: Pattern
    created_at: str
    created_by: Actor

    def event(self, project_id: ProjectId) -> RuleAdded:
        """The event that adds it."""
        return RuleAdded(
            project_id=project_id,
            rule_id=self.rule_id,
            verdict=self.verdict,
            provider=self.provider,
            tool_kind=self.pattern.tool_kind,
            path=self.pattern.path,
            command=self.pattern.command,
        )


@attrs.define(kw_only=True)
class Project:
    """A live project, the ids of its live threads, and its rules, oldest first."""

    project_id: ProjectId
    root: str
    title: str
    defaults: ProjectDefaults
    created_at: str
    thread_ids: dict[ThreadId, None] = attrs.field(factory=dict)
    rules: dict[RuleId, Rule] = attrs.field(factory=dict)
    removed_rules: dict[RuleId, None] = attrs.field(factory=dict)
    usage: Usage = attrs.field(factory=Usage)


@attrs.define(kw_only=True)
class Item:
    """One thing inside a turn.

    Text is kept in the pieces it came in; `length` counts its UTF-8 bytes.
    """

    item_id: ItemId
    kind: ItemKind
    status: ItemStatus
    pieces: list[str] = attrs.field(factory=list)
    length: int = 0
    title: str | None = None
    tool_kind: ToolKind | None = None
    summary: str | None = None
    input: JsonValue = None
    content: tuple[ItemContent, ...] = ()
    edits: tuple[FileEdit, ...] = ()
    locations: tuple[Location, ...] = ()
    entries: tuple[PlanEntry, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return self.status in _OPEN

    @property
    def text(self) -> str:
        return "".join(self.pieces)


_OPEN = (ItemStatus.STREAMING, ItemStatus.RUNNING, ItemStatus.AWAITING_APPROVAL)


@attrs.define(kw_only=True)
class Turn:
    """One prompt and all that follows.

    `captured` says that its first checkpoint is settled, taken or not, and `prompted` that the
    prompt went out then. `open_text` is the message or reasoning that may still grow.
    """

    turn_id: TurnId
    number: int
    prompt: Prompt
    mode: Mode
    model: str | None
    checkpoint_id: CheckpointId
    started_at: str
    message_id: MessageId | None = None
    options: Mapping[str, OptionValue] = attrs.field(factory=dict)
    status: TurnStatus = TurnStatus.RUNNING
    captured: bool = False
    prompted: bool = False
    interrupt_requested: bool = False
    ended_at: str | None = None
    stop_reason: StopReason | None = None
    error: TurnError | None = None
    usage: Usage | None = None
    open_text: ItemId | None = None
    items: MutableMapping[ItemId, Item] = attrs.field(factory=dict)
    told: tuple[ToldRejection, ...] = ()
    """What the agent is told together with the prompt."""


@attrs.define(kw_only=True)
class Action:
    """Something an agent asked leave for; `decision` is null while it waits."""

    action_id: ActionId
    turn_id: TurnId
    item_id: ItemId
    kind: ToolKind
    title: str
    options: tuple[ActionOption, ...]
    requested_at: str
    paths: tuple[str, ...] = ()
    command: str | None = None
    scopes: tuple[Scope, ...] = (Scope.ONCE,)
    fields: tuple[QuestionField, ...] = ()
    asked_by: Decider | None = None
    decision: Decision | None = None
    by: Decider | None = None


@attrs.define(kw_only=True)
class QueuedMessage:
    """A message that waits for its turn.

    While `steering` is set it is being told to the agent at work on that turn.
    """

    message_id: MessageId
    prompt: Prompt
    model: str | None
    mode: Mode | None
    queued_at: str
    options: Mapping[str, OptionValue] | None = None
    steering: TurnId | None = None


@attrs.define(kw_only=True)
class Checkpoint:
    """A snapshot of the workspace's files, by name; its contents are in the checkpoint store.

    `turns` and `rewinds` say how far the conversation had come when it was taken.
    """

    checkpoint_id: CheckpointId
    description: str
    kind: CheckpointKind
    snapshot: str
    turn_id: TurnId | None
    created_at: str
    missing: tuple[MissingPath, ...] = ()
    turns: int = 0
    rewinds: int = 0
    expired: bool = False


@attrs.define(kw_only=True)
class OpenOperation:
    """Workspace work whose outcome is not there yet.

    `sequence` is that of the event that asked for it.
    """

    operation_id: OperationId
    sequence: int
    operation: Operation
    requested_at: str


@attrs.define(kw_only=True)
class Session:
    """The session the log knows of; whether its process still lives, only the reactors know."""

    session_id: SessionId
    native_id: str
    provider: str
    agent_name: str
    agent_version: str | None
    origin: SessionOrigin
    mcp_servers: tuple[SessionServer, ...] = ()
    heard: bool = False
    """Whether it has said anything in a turn: before that, there is nothing to resume."""


@attrs.define(kw_only=True)
class Worktree:
    """Where a thread works instead of the project's folder; `made` for it or found there."""

    path: str
    folder: str
    branch: str | None
    base: str | None
    made: bool
    removed: bool = False
    operation_id: OperationId
    """That of the work that made it, or took it away last: the name of what was put aside."""


@attrs.define(kw_only=True)
class Thread:
    """A conversation. `sequence` is the last event of the log that was folded into it.

    Every message there ever was is in `queue` or in `past_messages`, which says which turn it began
    or was taken into; none, where a user removed it. `grants` are the approvals for the session.
    """

    thread_id: ThreadId
    project_id: ProjectId
    title: str
    title_source: TitleSource
    provider: str
    model: str | None
    mode: Mode
    created_at: str
    updated_at: str
    archived: bool = False
    sequence: int = 0
    version: int = 0
    turns: MutableMapping[TurnId, Turn] = attrs.field(factory=dict)
    current: TurnId | None = None
    actions: MutableMapping[ActionId, Action] = attrs.field(factory=dict)
    pending: dict[ActionId, None] = attrs.field(factory=dict)
    checkpoints: MutableMapping[CheckpointId, Checkpoint] = attrs.field(factory=dict)
    operation: OpenOperation | None = None
    session: Session | None = None
    queue: dict[MessageId, QueuedMessage] = attrs.field(factory=dict)
    queue_held: bool = False
    options: tuple[SessionOption, ...] = ()
    commands: tuple[AgentCommand, ...] = ()
    chosen: Mapping[str, OptionValue] = attrs.field(factory=dict)
    mcp_servers: tuple[McpServer, ...] | None = None
    usage: Usage = attrs.field(factory=Usage)
    budget: Budget | None = None
    past_messages: dict[MessageId, TurnId | None] = attrs.field(factory=dict)
    grants: dict[ActionId, tuple[Pattern, ...]] = attrs.field(factory=dict)
    left: str | None = None
    """What the agent itself calls the session that ended last: by that it may be gone on with."""
    rewinds: list[tuple[TurnId, ...]] = attrs.field(factory=list)
    """Each time the conversation went back or forth: all the turns that were undone then."""
    verdicts: dict[TurnId, dict[HunkId, Verdict]] = attrs.field(factory=dict)
    waiting_reviews: dict[OperationId, WaitingReview] = attrs.field(factory=dict)
    untold: tuple[ToldRejection, ...] = ()
    worktree: Worktree | None = None
    committed: int = 0
    """How many turns there were at the last commit."""

    @property
    def undone(self) -> tuple[TurnId, ...]:
        """The turns that do not count in the conversation, in their order."""
        return self.rewinds[-1] if self.rewinds else ()

    @property
    def status(self) -> ThreadStatus:
        """What the thread is doing: derived, never stored."""
        if self.pending:
            return ThreadStatus.AWAITING_APPROVAL
        return ThreadStatus.IDLE if self.current is None else ThreadStatus.RUNNING

    @property
    def budget_spent(self) -> bool:
        """Whether its turns have used what they may."""
        return is_spent(self.budget, self.usage)

    @property
    def running_turn(self) -> Turn | None:
        """The turn in progress."""
        return None if self.current is None else self.turns[self.current]


@attrs.define(kw_only=True)
class Receipt:
    """The outcome of a command, so that a retry gets the first answer.

    `result` and `failure` are null while an operation runs. `digest` names the method and its
    params.
    """

    digest: str
    expires_at: str
    sequence: int
    result: CommandResult | None = None
    failure: "OperationFailure | None" = None
    operation_id: OperationId | None = None
    thread_id: ThreadId | None = None


@attrs.frozen
class OperationFailure:
    """Why an operation's command failed."""

    code: str
    message: str
    remedy: str | None


@attrs.frozen
class Deletion:
    """When a thread was deleted, and by which event."""

    at: str
    sequence: int


@attrs.define(kw_only=True)
class Model:
    """Everything the log says. `versions` holds every stream there ever was, deleted ones too.

    `busy` are the threads with a turn or an operation under way, `outbox` the effects not settled,
    `deleted` the threads whose events are still whole, in the order they were deleted.
    """

    sequence: int = 0
    occurred_at: str = ""
    projects: dict[ProjectId, Project] = attrs.field(factory=dict)
    threads: dict[ThreadId, Thread] = attrs.field(factory=dict)
    roots: dict[str, ProjectId] = attrs.field(factory=dict)
    versions: dict[str, int] = attrs.field(factory=dict)
    busy: dict[ThreadId, None] = attrs.field(factory=dict)
    receipts: dict[CommandId, Receipt] = attrs.field(factory=dict)
    outbox: dict[ThreadId, dict[str, OutboxEffect]] = attrs.field(factory=dict)
    deleted: dict[ThreadId, Deletion] = attrs.field(factory=dict)
