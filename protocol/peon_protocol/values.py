"""The small values that commands, events and views are made of."""

import enum
from typing import ClassVar, Final, TypeAlias

import attrs

from peon_protocol.ids import CheckpointId

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""Any JSON. Only for what an agent says about its own tools: kept, and never interpreted."""


class Mode(enum.StrEnum):
    """What an agent may do in a thread without asking."""

    PLAN = "plan"
    """Nothing may change."""
    ASK = "ask"
    """Everything that changes something asks. The default."""
    EDITS = "edits"
    """Edits inside the workspace pass; commands ask."""
    FULL = "full"
    """Nothing asks."""


class ThreadStatus(enum.StrEnum):
    """What a thread is doing."""

    IDLE = "idle"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaitingApproval"


class TurnStatus(enum.StrEnum):
    """How far a turn has come."""

    RUNNING = "running"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class StopReason(enum.StrEnum):
    """Why an agent stopped. All but the last are the agent's own word."""

    END_TURN = "endTurn"
    MAX_TOKENS = "maxTokens"
    MAX_TURN_REQUESTS = "maxTurnRequests"
    REFUSAL = "refusal"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The server stopped, or lost the agent, while the turn was running."""


class ItemKind(enum.StrEnum):
    """What an item inside a turn is."""

    MESSAGE = "message"
    REASONING = "reasoning"
    TOOL_CALL = "toolCall"
    PLAN = "plan"


class ItemStatus(enum.StrEnum):
    """How far an item has come."""

    STREAMING = "streaming"
    AWAITING_APPROVAL = "awaitingApproval"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ToolKind(enum.StrEnum):
    """What a tool does; the vocabulary of the Agent Client Protocol."""

    READ = "read"
    EDIT = "edit"
    DELETE = "delete"
    MOVE = "move"
    SEARCH = "search"
    EXECUTE = "execute"
    THINK = "think"
    FETCH = "fetch"
    SWITCH_MODE = "switchMode"
    OTHER = "other"
    QUESTION = "question"
    """Only of actions: a question with fields, kept for later."""


class OptionKind(enum.StrEnum):
    """What choosing an option of an action means."""

    ALLOW_ONCE = "allowOnce"
    ALLOW_ALWAYS = "allowAlways"
    REJECT_ONCE = "rejectOnce"
    REJECT_ALWAYS = "rejectAlways"


class Decision(enum.StrEnum):
    """What became of an action."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Scope(enum.StrEnum):
    """How far an approval reaches."""

    ONCE = "once"
    SESSION = "session"
    ALWAYS = "always"


class DeciderKind(enum.StrEnum):
    """What settled an action."""

    USER = "user"
    RULE = "rule"
    MODE = "mode"
    AGENT = "agent"
    """The agent withdrew its own request."""
    TURN_END = "turnEnd"


class CheckpointKind(enum.StrEnum):
    """Why a checkpoint was taken."""

    TURN_START = "turnStart"
    TURN_END = "turnEnd"
    MANUAL = "manual"
    BEFORE_RESTORE = "beforeRestore"


class ConflictChoice(enum.StrEnum):
    """What a restore does with paths that somebody else changed too."""

    KEEP = "keep"
    OVERWRITE = "overwrite"


class ActorKind(enum.StrEnum):
    """Who caused an event."""

    CLIENT = "client"
    AGENT = "agent"
    SERVER = "server"


class TitleSource(enum.StrEnum):
    """Who gave a thread its title."""

    USER = "user"
    AGENT = "agent"
    SERVER = "server"


class SessionOrigin(enum.StrEnum):
    """How an agent's session came to be."""

    FRESH = "fresh"
    RESUMED = "resumed"
    LOADED = "loaded"


class PlanPriority(enum.StrEnum):
    """How much a plan's entry matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PlanStatus(enum.StrEnum):
    """How far a plan's entry has come."""

    PENDING = "pending"
    IN_PROGRESS = "inProgress"
    COMPLETED = "completed"


MODE_ORDER: Final = (Mode.PLAN, Mode.ASK, Mode.EDITS, Mode.FULL)
"""From the mode that allows least to the one that allows most."""


@attrs.frozen
class Actor:
    """Who caused an event: the kind, and the name it gave itself."""

    kind: ActorKind
    name: str


@attrs.frozen
class TextContent:
    """A piece of text."""

    TYPE: ClassVar = "text"
    text: str


@attrs.frozen
class ImageContent:
    """An image, base64-encoded."""

    TYPE: ClassVar = "image"
    data: str
    mime_type: str
    uri: str | None = None


@attrs.frozen
class AudioContent:
    """A sound, base64-encoded."""

    TYPE: ClassVar = "audio"
    data: str
    mime_type: str


@attrs.frozen
class ResourceLink:
    """A pointer to something the agent can read by itself."""

    TYPE: ClassVar = "resource_link"
    uri: str
    name: str
    mime_type: str | None = None
    title: str | None = None
    description: str | None = None
    size: int | None = None


@attrs.frozen
class ResourceContents:
    """The contents of a resource: `text`, or `blob` in base64."""

    uri: str
    mime_type: str | None = None
    text: str | None = None
    blob: str | None = None


@attrs.frozen
class EmbeddedResource:
    """A resource with its contents."""

    TYPE: ClassVar = "resource"
    resource: ResourceContents


ContentBlock: TypeAlias = (
    TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource
)
"""A content block as the Agent Client Protocol 1 defines it, without `annotations` and `_meta`."""

Prompt: TypeAlias = str | tuple[ContentBlock, ...]
"""What a user asks: plain text, or content blocks. Kept as it was typed."""


@attrs.frozen
class FileEdit:
    """What a tool call does to one file. `old_text` is null where the file is new."""

    path: str
    new_text: str
    old_text: str | None = None


@attrs.frozen
class Location:
    """A place in a file; lines count from 1."""

    path: str
    line: int | None = None


@attrs.frozen
class PlanEntry:
    """One line of an agent's plan."""

    content: str
    priority: PlanPriority = PlanPriority.MEDIUM
    status: PlanStatus = PlanStatus.PENDING


@attrs.frozen
class TextAppend:
    """Text added to an item. `offset` and `end` count UTF-8 bytes of the whole text of the item."""

    offset: int
    end: int
    text: str


@attrs.frozen
class ItemPatch:
    """What changed of an item besides its text. A field that is null is as it was."""

    title: str | None = None
    tool_kind: ToolKind | None = None
    summary: str | None = None
    input: JsonValue = None
    content: tuple[ContentBlock, ...] | None = None
    edits: tuple[FileEdit, ...] | None = None
    locations: tuple[Location, ...] | None = None
    entries: tuple[PlanEntry, ...] | None = None


@attrs.frozen
class ActionOption:
    """One way to answer an action, as the agent offered it."""

    option_id: str
    label: str
    kind: OptionKind


@attrs.frozen
class Decider:
    """What settled an action, and the name of the user, rule or mode."""

    kind: DeciderKind
    name: str


@attrs.frozen
class Usage:
    """What a turn used, in tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    model: str | None = None


@attrs.frozen
class TurnError:
    """Why a turn failed: a code a program can use and the agent's own words."""

    code: str
    message: str


@attrs.frozen
class ProjectDefaults:
    """What a new thread of the project takes where it does not say itself."""

    provider: str | None = None
    model: str | None = None
    mode: Mode | None = None


@attrs.frozen
class MissingPath:
    """A path a checkpoint could not hold, and why."""

    path: str
    reason: str


@attrs.frozen
class PathConflict:
    """A path a restore left alone, and whose change stood in the way."""

    path: str
    reason: str


@attrs.frozen
class CheckpointOperation:
    """Take a checkpoint by hand."""

    TYPE: ClassVar = "checkpoint"
    checkpoint_id: CheckpointId
    description: str


@attrs.frozen
class TurnEndOperation:
    """Take the closing checkpoint of a turn, whose outcome is known already."""

    TYPE: ClassVar = "turnEnd"
    checkpoint_id: CheckpointId
    stop_reason: StopReason | None = None
    error: TurnError | None = None
    usage: Usage | None = None


@attrs.frozen
class RestoreOperation:
    """Go back to a checkpoint; `before_checkpoint_id` will hold the present."""

    TYPE: ClassVar = "restore"
    checkpoint_id: CheckpointId
    before_checkpoint_id: CheckpointId
    paths: tuple[str, ...] | None = None
    conflicts: ConflictChoice = ConflictChoice.KEEP


@attrs.frozen
class CommitOperation:
    """Commit changes in the user's repository; `paths` null means every change not ignored."""

    TYPE: ClassVar = "commit"
    message: str
    paths: tuple[str, ...] | None = None


@attrs.frozen
class PushOperation:
    """Push the user's branch."""

    TYPE: ClassVar = "push"
    remote: str | None = None
    branch: str | None = None


Operation: TypeAlias = (
    CheckpointOperation | TurnEndOperation | RestoreOperation | CommitOperation | PushOperation
)
"""A slow piece of workspace work: first its intent is recorded, then its outcome."""
