"""The small records that commands, events and views are made of."""

import attrs

from peon_protocol.values.content import ItemContent, JsonValue, StoredText
from peon_protocol.values.mcp import McpServer
from peon_protocol.values.words import (
    ActorKind,
    DeciderKind,
    LoginKind,
    Mode,
    OptionKind,
    PlanPriority,
    PlanStatus,
    RestoreChangeKind,
    ToolKind,
)


@attrs.frozen
class Actor:
    """Who caused an event: the kind, and the name it gave itself."""

    kind: ActorKind
    name: str


@attrs.frozen
class FileEdit:
    """What a tool call does to one file. `old_text` is null where the file is new.

    Of a text that is kept apart only the beginning stands here.
    """

    path: str
    new_text: str
    old_text: str | None = None
    new_stored: StoredText | None = None
    old_stored: StoredText | None = None


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
    content: tuple[ItemContent, ...] | None = None
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
class Cost:
    """What something cost, as the agent reckons it; `currency` as in ISO 4217."""

    amount: float
    currency: str


@attrs.frozen
class Usage:
    """What a turn used, in tokens, and what it cost where the agent says so.

    `context_used` of `context_size` tokens are in the agent's context after it.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    model: str | None = None
    context_used: int | None = None
    context_size: int | None = None
    cost: Cost | None = None


@attrs.frozen
class TurnError:
    """Why a turn failed: a code a program can use and the agent's own words."""

    code: str
    message: str


@attrs.frozen
class Budget:
    """What a thread's turns may use together; what is null has no bound, and so has nothing else.

    Tokens are those read and written; a cost counts in its own currency only.
    """

    max_tokens: int | None = None
    max_cost: float | None = None
    currency: str | None = None


@attrs.frozen
class ProjectDefaults:
    """What a new thread of the project takes where it does not say itself.

    The servers are those of every thread that has none of its own, whenever its session opens.
    """

    provider: str | None = None
    model: str | None = None
    mode: Mode | None = None
    budget: Budget | None = None
    mcp_servers: tuple[McpServer, ...] | None = None


@attrs.frozen
class MissingPath:
    """A path a checkpoint could not hold, and why."""

    path: str
    reason: str


@attrs.frozen
class PathConflict:
    """A path where something else than the undone work stood in the way of a restore, and what."""

    path: str
    reason: str


@attrs.frozen
class RestoreChange:
    """A path that a restore changes, and how."""

    path: str
    kind: RestoreChangeKind


@attrs.frozen(kw_only=True)
class AuthMethod:
    """One way to log in to an agent, as the agent offers it.

    `command` is what a person runs, as its words; `variables` are those to set.
    """

    method_id: str
    name: str
    kind: LoginKind
    description: str | None = None
    command: tuple[str, ...] | None = None
    variables: tuple[str, ...] = ()
