"""What a provider says, in one vocabulary whatever the agent speaks.

Items are upserts: the first mention creates one, later ones change it. Accepting a prompt is not
the end of a turn; only `TurnEnded`, `SessionEnded` and `ProviderError` are.
"""

from typing import ClassVar, TypeAlias

import attrs

from peon_protocol.ids import ActionId, ItemId, SessionId
from peon_protocol.values import (
    ActionOption,
    AgentCommand,
    FileEdit,
    ItemContent,
    ItemStatus,
    JsonValue,
    Location,
    Mode,
    PlanEntry,
    QuestionField,
    SessionOption,
    SessionOrigin,
    SessionServer,
    StopReason,
    ToolKind,
    Usage,
)


@attrs.frozen(kw_only=True)
class SessionStarted:
    """A session with an agent is open. `native_id` is the agent's own name for it.

    `mcp_servers` says of each server of the thread whether it was given it.
    """

    TYPE: ClassVar = "sessionStarted"
    session_id: SessionId
    native_id: str
    agent_name: str
    agent_version: str | None = None
    origin: SessionOrigin = SessionOrigin.FRESH
    mcp_servers: tuple[SessionServer, ...] = ()


@attrs.frozen(kw_only=True)
class SessionEnded:
    """The agent is gone. `detail` holds the tail of what it said on its way out.

    One that was `idle` had no prompt: a turn in progress is not its, and goes on with another.
    """

    TYPE: ClassVar = "sessionEnded"
    session_id: SessionId
    reason: str
    detail: str | None = None
    idle: bool = False


@attrs.frozen(kw_only=True)
class TextDelta:
    """More of a message.

    Without an `item_id` it continues the message that is open, or opens one.
    """

    TYPE: ClassVar = "textDelta"
    text: str
    item_id: ItemId | None = None


@attrs.frozen(kw_only=True)
class ReasoningDelta:
    """More of the agent's reasoning, as `TextDelta` is of its message."""

    TYPE: ClassVar = "reasoningDelta"
    text: str
    item_id: ItemId | None = None


@attrs.frozen(kw_only=True)
class ToolCallUpdated:
    """A tool call, new or changed. A field that is null is as it was."""

    TYPE: ClassVar = "toolCallUpdated"
    item_id: ItemId
    title: str | None = None
    kind: ToolKind | None = None
    status: ItemStatus | None = None
    summary: str | None = None
    input: JsonValue = None
    content: tuple[ItemContent, ...] | None = None
    edits: tuple[FileEdit, ...] | None = None
    locations: tuple[Location, ...] | None = None


@attrs.frozen(kw_only=True)
class PlanReplaced:
    """The agent's plan, whole."""

    TYPE: ClassVar = "planReplaced"
    entries: tuple[PlanEntry, ...]


@attrs.frozen(kw_only=True)
class ActionRequested:
    """The agent waits for leave, or with `fields` for answers: then its kind is `question`.

    `paths` are the files it would touch and `command` is the command line it would run, where it
    says so; neither is ever read off the title.
    """

    TYPE: ClassVar = "actionRequested"
    action_id: ActionId
    item_id: ItemId
    kind: ToolKind
    title: str
    options: tuple[ActionOption, ...]
    paths: tuple[str, ...] = ()
    command: str | None = None
    fields: tuple[QuestionField, ...] = ()


@attrs.frozen(kw_only=True)
class ActionWithdrawn:
    """The agent no longer waits for this answer."""

    TYPE: ClassVar = "actionWithdrawn"
    action_id: ActionId


@attrs.frozen(kw_only=True)
class UsageReported:
    """Tokens used by the turn so far; the last report is recorded with the turn's end."""

    TYPE: ClassVar = "usageReported"
    usage: Usage


@attrs.frozen(kw_only=True)
class ModeChanged:
    """The agent says it is in another mode now. It can only narrow what the thread allows."""

    TYPE: ClassVar = "modeChanged"
    mode: Mode


@attrs.frozen(kw_only=True)
class SessionConfigured:
    """What the session offers and what it is set to; what is null is as it was."""

    TYPE: ClassVar = "sessionConfigured"
    options: tuple[SessionOption, ...] | None = None
    commands: tuple[AgentCommand, ...] | None = None


@attrs.frozen(kw_only=True)
class TurnEnded:
    """The agent has ended its turn."""

    TYPE: ClassVar = "turnEnded"
    stop_reason: StopReason
    usage: Usage | None = None


@attrs.frozen(kw_only=True)
class ProviderError:
    """The turn failed: a code a program can use, and the provider's own words."""

    TYPE: ClassVar = "error"
    code: str
    message: str


ProviderEvent: TypeAlias = (
    SessionStarted
    | SessionEnded
    | TextDelta
    | ReasoningDelta
    | ToolCallUpdated
    | PlanReplaced
    | ActionRequested
    | ActionWithdrawn
    | UsageReported
    | ModeChanged
    | SessionConfigured
    | TurnEnded
    | ProviderError
)
"""What a provider says, told apart by `type`."""
