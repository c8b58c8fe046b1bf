"""The closed sets of words: what a mode, a status or a kind may be."""

import enum
from typing import Final


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
    USER_MESSAGE = "userMessage"
    """What a user said while the agent was at work, and the agent took."""


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
    """No tool: the agent wants to know something."""


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


class RuleVerdict(enum.StrEnum):
    """What a rule says of the actions it is about; deny wins over ask, ask over allow."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class DeciderKind(enum.StrEnum):
    """What settled an action."""

    USER = "user"
    RULE = "rule"
    SESSION = "session"
    """An earlier approval for the session; the name is that action's id."""
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


class RestoreScope(enum.StrEnum):
    """What goes back to a checkpoint."""

    FILES = "files"
    CONVERSATION = "conversation"
    BOTH = "both"


class RestoreChangeKind(enum.StrEnum):
    """What a restore does to a path."""

    CREATE = "create"
    WRITE = "write"
    DELETE = "delete"
    MODE = "mode"


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
    """It is new, and so is the conversation."""
    RESUMED = "resumed"
    """The agent went on with the session it had."""
    LOADED = "loaded"
    """The agent read the session it had again, from its beginning."""
    RETOLD = "retold"
    """It is new, and the agent is told as text what was said before."""


class LoginKind(enum.StrEnum):
    """How one logs in to an agent."""

    AGENT = "agent"
    """The agent sees to it when it is told to; it may open the user's browser."""
    TERMINAL = "terminal"
    """A command that asks in a terminal."""
    ENV = "env"
    """Variables that the agent reads when it starts."""


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


class BlobEncoding(enum.StrEnum):
    """How bytes stand in a page of a value."""

    TEXT = "text"
    """As they are: they are UTF-8."""
    BASE64 = "base64"


class ErasureReason(enum.StrEnum):
    """Why an event's contents are gone."""

    THREAD_DELETED = "threadDeleted"
    """Its thread was deleted, long enough ago."""
    LOST = "lost"
    """It could not be read any more when a damaged log was salvaged."""


MODE_ORDER: Final = (Mode.PLAN, Mode.ASK, Mode.EDITS, Mode.FULL)
"""From the mode that allows least to the one that allows most."""
