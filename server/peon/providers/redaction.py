"""Takes secrets out of what an agent says, as it streams, before anybody else sees it.

Streamed text is cut anywhere, also inside a secret, so what may be the beginning of one is held
back until it is known to be none. All other events end the text that grows, and are redacted whole.
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeAlias, assert_never

import attrs

from peon.providers.env_files import is_env_file, secret_values
from peon.providers.forms import BEGUN, KEY_BODY, KEY_NAME, LONG_START, begins
from peon.providers.port import SessionSink
from peon.providers.secrets import Secrets
from peon.runtime.long_text import LongText
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionConfigured,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import (
    AudioContent,
    EmbeddedResource,
    FileEdit,
    ImageContent,
    ItemContent,
    ItemStatus,
    JsonValue,
    ResourceLink,
    SessionOption,
    StoredContent,
    TextContent,
)

LONGEST_HELD: Final = 24 * 1024
"""Characters: more than any private key. What is longer is let go redacted, whatever it is."""
_NEAR: Final = 16 * 1024
"""Characters: no secret but a private key is longer."""
_USUAL: Final = 1024
"""Characters: only signed claims are longer."""
_SHORT: Final = 256
"""Characters that are not worth a closer look at where to begin."""
_OPEN_KEY: Final = re.compile(
    rf"-----BEGIN {KEY_NAME}(?:\Z|{KEY_BODY})(?!.*-----END {KEY_NAME})", re.DOTALL
)
_WHOLE_KEY: Final = re.compile(rf"-----BEGIN {KEY_NAME}{KEY_BODY}.*?-----END {KEY_NAME}", re.DOTALL)
_CLOSED: Final = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})


Clean: TypeAlias = Callable[[str], str]


class StreamedText:
    """One text as it grows: `feed` gives what is safe to show, `rest` what is left at its end."""

    def __init__(self, secrets: Secrets, starts: "Starts | None" = None) -> None:
        self._secrets = secrets
        self._starts = starts or Starts(secrets.values)
        self._held = ""
        self._after = ""

    def feed(self, text: str) -> str:
        text = self._held + text
        place = self._starts.place(self._after + text, len(self._after)) - len(self._after)
        if len(text) - place > LONGEST_HELD:
            place = len(text)
        self._held = text[place:]
        return self._show(text[:place])

    def rest(self) -> str:
        rest, self._held = self._held, ""
        return self._show(rest)

    def _show(self, text: str) -> str:
        """`text` redacted. Its last character is remembered: tokens begin where words do."""
        shown = self._secrets.redact(text, after=self._after)
        self._after = text[-1:] or self._after
        return shown


def _streamed(secrets: Secrets, starts: "Starts", pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a long text, redacted; what leaves the process is read this way only."""
    text = StreamedText(secrets, starts)
    yield from filter(None, map(text.feed, pieces))
    if rest := text.rest():
        yield rest


class Starts:
    """Finds where, at the end of a text, a secret may have begun."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = sorted(values)
        self._longest = max(map(len, values), default=0)
        firsts = "".join({re.escape(value[0]) for value in values})
        self._first = re.compile(f"[{firsts}]") if values else None

    def place(self, text: str, start: int) -> int:
        """The place, not before `start`, up to which `text` is settled."""
        place = min(self._of_form(text, start), self._of_value(text, start))
        return self._around_keys(text, start, place) if "-----BEGIN" in text else place

    @staticmethod
    def _of_form(text: str, start: int) -> int:
        """Where the longest end of `text` begins that may become one of the known forms."""
        begun = BEGUN.search(text, _near_end(text, start))
        while begun is not None:
            word = begun["token"]
            long = word is None or word.startswith(LONG_START)
            if (long or begins(word)) and len(text) - begun.start() <= (_NEAR if long else _USUAL):
                return begun.start()
            begun = BEGUN.search(text, begun.start() + 1)
        return len(text)

    def _of_value(self, text: str, start: int) -> int:
        """Where the longest end of `text` begins that may become one of the known values."""
        if self._first is None:
            return len(text)
        for found in self._first.finditer(text, max(start, len(text) - self._longest + 1)):
            rest = text[found.start() :]
            at = bisect.bisect_right(self._values, rest)
            if at < len(self._values) and self._values[at].startswith(rest):
                return found.start()
        return len(text)

    @staticmethod
    def _around_keys(text: str, start: int, place: int) -> int:
        """`place`, unless a private key is around it: its end then, or its beginning if open."""
        if (key := _OPEN_KEY.search(text, start)) is not None:
            return key.start()
        for key in _WHOLE_KEY.finditer(text, start):
            if key.start() < place < key.end():
                return key.end()
        return place


def _near_end(text: str, start: int) -> int:
    """From where on `text` may end in the beginning of a form: none spans more than three words."""
    start = max(start, len(text) - _NEAR)
    if len(text) - start <= _SHORT:
        return start
    place = len(text)
    for _ in range(3):
        place = max(text.rfind(" ", start, place), text.rfind("\n", start, place), start)
    return place


class RedactingSink:
    """Stands before a sink, and lets nothing through that the secrets of the project are in."""

    def __init__(self, sink: SessionSink, secrets: Secrets) -> None:
        self._sink = sink
        self._secrets = secrets
        self._starts = Starts(secrets.values)
        self._text = StreamedText(secrets, self._starts)
        self._growing: TextDelta | ReasoningDelta | None = None
        self._unfinished: dict[ItemId, tuple[ItemContent, ...]] = {}
        """What tools at work have shown, where the end of it was held back."""

    def know(self, secrets: Secrets) -> None:
        """Use other secrets from the next text on: the project's files may have changed."""
        self._settle()
        self._secrets = secrets
        self._starts = Starts(secrets.values)

    def provider_event(self, event: ProviderEvent) -> None:
        """See `peon.providers.port.SessionSink`."""
        if isinstance(event, TextDelta | ReasoningDelta):
            self._grow(event)
        else:
            self._settle()
            self._sink.provider_event(self._redacted(event))

    def _grow(self, delta: TextDelta | ReasoningDelta) -> None:
        growing = self._growing
        if isinstance(delta.text, LongText):
            for piece in delta.text.pieces():
                self._grow(attrs.evolve(delta, text=piece))
            return
        if growing is None or (type(growing), growing.item_id) != (type(delta), delta.item_id):
            self._settle()
            self._text = StreamedText(self._secrets, self._starts)
            self._growing = delta
        if shown := self._text.feed(delta.text):
            self._pass_on(delta, shown)

    def _settle(self) -> None:
        """The growing text has ended: show what of it was held back."""
        growing, self._growing = self._growing, None
        if growing is not None and (rest := self._text.rest()):
            self._pass_on(growing, rest)

    def _pass_on(self, delta: TextDelta | ReasoningDelta, text: str) -> None:
        self._sink.provider_event(delta if text == delta.text else attrs.evolve(delta, text=text))

    def _redacted(self, event: ProviderEvent) -> ProviderEvent:
        if not isinstance(event, ToolCallUpdated):
            return redacted(event, self._clean)
        self._learn(event.edits or ())
        return redacted(self._held_back(event), self._clean)

    def _clean(self, text: str) -> str:
        if isinstance(text, LongText):
            return text.through(partial(_streamed, self._secrets, self._starts))
        return self._secrets.redact(text)

    def _learn(self, edits: Iterable[FileEdit]) -> None:
        """An agent that writes an `.env` file makes secrets, which are not read from there yet."""
        written = [e.new_text for e in edits if is_env_file(e.path.rpartition("/")[2])]
        values = [value for text in written for value in secret_values(text)]
        if set(values) - set(self._secrets.values):
            self._secrets = self._secrets.beside(values)
            self._starts = Starts(self._secrets.values)

    def _held_back(self, event: ToolCallUpdated) -> ToolCallUpdated:
        """`event` without the end of an output that still grows, which may be half a secret.

        It is shown when the tool has ended.
        """
        if event.status in _CLOSED:
            whole = self._unfinished.pop(event.item_id, None)
            return attrs.evolve(event, content=whole) if event.content is None else event
        if event.content is None or event.status is ItemStatus.AWAITING_APPROVAL:
            return event
        last = event.content[-1] if event.content else None
        if not isinstance(last, TextContent) or isinstance(last.text, LongText):
            return event
        place = self._starts.place(last.text, 0)
        if place == len(last.text):
            self._unfinished.pop(event.item_id, None)
            return event
        self._unfinished[event.item_id] = event.content
        return attrs.evolve(event, content=(*event.content[:-1], TextContent(last.text[:place])))


def redacted(event: ProviderEvent, clean: Clean) -> ProviderEvent:
    """A whole event, without its secrets."""
    match event:
        case SessionStarted():
            return attrs.evolve(event, agent_name=clean(event.agent_name))
        case TextDelta() | ReasoningDelta():
            return attrs.evolve(event, text=clean(event.text))
        case ToolCallUpdated():
            return _tool_call(event, clean)
        case ActionRequested():
            options = tuple(attrs.evolve(o, label=clean(o.label)) for o in event.options)
            return attrs.evolve(
                event,
                title=clean(event.title),
                options=options,
                paths=tuple(map(clean, event.paths)),
                command=_or_none(event.command, clean),
            )
        case PlanReplaced(entries=entries):
            return PlanReplaced(
                entries=tuple(attrs.evolve(e, content=clean(e.content)) for e in entries)
            )
        case ProviderError():
            return attrs.evolve(event, message=clean(event.message))
        case SessionEnded():
            detail = _or_none(event.detail, clean)
            return attrs.evolve(event, reason=clean(event.reason), detail=detail)
        case SessionConfigured():
            return _offers(event, clean)
        case ActionWithdrawn() | UsageReported() | ModeChanged() | TurnEnded():
            return event
        case _:
            assert_never(event)


def _offers(event: SessionConfigured, clean: Clean) -> SessionConfigured:
    options = None if event.options is None else tuple(_option(o, clean) for o in event.options)
    commands = event.commands
    if commands is not None:
        commands = tuple(
            attrs.evolve(each, name=clean(each.name), description=clean(each.description))
            for each in commands
        )
    return SessionConfigured(options=options, commands=commands)


def _option(option: SessionOption, clean: Clean) -> SessionOption:
    choices = tuple(
        attrs.evolve(
            each,
            value=clean(each.value),
            name=clean(each.name),
            description=_or_none(each.description, clean),
        )
        for each in option.choices
    )
    value = clean(option.value) if isinstance(option.value, str) else option.value
    return attrs.evolve(option, name=clean(option.name), value=value, choices=choices)


def _tool_call(event: ToolCallUpdated, clean: Clean) -> ToolCallUpdated:
    places = event.locations
    return attrs.evolve(
        event,
        title=_or_none(event.title, clean),
        summary=_or_none(event.summary, clean),
        input=_json(event.input, clean),
        content=None if event.content is None else tuple(_block(b, clean) for b in event.content),
        edits=None if event.edits is None else tuple(_edit(edit, clean) for edit in event.edits),
        locations=None
        if places is None
        else tuple(attrs.evolve(place, path=clean(place.path)) for place in places),
    )


def _or_none(text: str | None, clean: Clean) -> str | None:
    return None if text is None else clean(text)


def _edit(edit: FileEdit, clean: Clean) -> FileEdit:
    return attrs.evolve(
        edit,
        path=clean(edit.path),
        new_text=clean(edit.new_text),
        old_text=_or_none(edit.old_text, clean),
    )


def _block(block: ItemContent, clean: Clean) -> ItemContent:
    match block:
        case TextContent(text=text):
            return TextContent(clean(text))
        case ImageContent(uri=uri):
            return attrs.evolve(block, uri=_or_none(uri, clean))
        case ResourceLink():
            return attrs.evolve(
                block,
                uri=clean(block.uri),
                name=clean(block.name),
                title=_or_none(block.title, clean),
                description=_or_none(block.description, clean),
            )
        case EmbeddedResource(resource=held):
            resource = attrs.evolve(held, uri=clean(held.uri), text=_or_none(held.text, clean))
            return EmbeddedResource(resource)
        case AudioContent() | StoredContent():
            return block
        case _:
            assert_never(block)


def _json(value: JsonValue, clean: Clean) -> JsonValue:
    match value:
        case str():
            return clean(value)
        case list():
            return [_json(each, clean) for each in value]
        case dict():
            return {clean(name): _json(each, clean) for name, each in value.items()}
        case _:
            return value
