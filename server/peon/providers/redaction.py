"""Takes secrets out of what an agent says, as it streams, before anybody else sees it.

Streamed text is cut anywhere, also inside a secret, so what may be the beginning of one is held
back until it is known to be none. All other events end the text that grows, and are redacted whole.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import attrs

from peon.providers.port import SessionSink
from peon.providers.secrets import KEY_NAME, TOKEN_PREFIXES, Secrets
from peon.runtime.long_text import LongText
from peon_protocol.provider_events import (
    ActionRequested,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionEnded,
    TextDelta,
    ToolCallUpdated,
)
from peon_protocol.values import (
    EmbeddedResource,
    FileEdit,
    ItemContent,
    JsonValue,
    TextContent,
)

LONGEST_HELD: Final = 24 * 1024
"""Characters: more than any private key. What is longer is let go redacted, whatever it is."""
_NEAR: Final = 4096
"""Characters: no secret but a private key is longer."""
_TOKEN_PREFIXES: Final = tuple(TOKEN_PREFIXES)
_TOKEN_STARTS: Final = frozenset(p[:end] for p in TOKEN_PREFIXES for end in range(1, len(p)))
_BEGUN: Final = re.compile(
    r"(?:(?<![A-Za-z])[Bb](?:earer(?: [A-Za-z0-9._~+/=-]*)?|e|ea|ear|eare)?"
    r"|(?<![\w.-])(?P<token>[A-Za-z][\w.-]*)"
    r"|-{1,5}|-----B[A-Z0-9 -]{0,60}"
    r"|:(?:/?|//[^\s/@'\"]{0,400}))\Z",
    re.ASCII,
)
"""The end of a text which may be the beginning of a secret; a token is looked at more closely."""
_OPEN_KEY: Final = re.compile(rf"-----BEGIN {KEY_NAME}(?!.*-----END {KEY_NAME})", re.DOTALL)
_WHOLE_KEY: Final = re.compile(rf"-----BEGIN {KEY_NAME}.*?-----END {KEY_NAME}", re.DOTALL)


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
        self._begun = frozenset(value[:end] for value in values for end in range(1, len(value)))
        self._longest = max(map(len, values), default=0)

    def place(self, text: str, start: int) -> int:
        """The place, not before `start`, up to which `text` is settled."""
        place = self._of_form(text, max(start, len(text) - _NEAR))
        for length in range(min(self._longest - 1, len(text) - start), 0, -1):
            if text[-length:] in self._begun:
                place = min(place, len(text) - length)
                break
        return self._around_keys(text, start, place) if "-----BEGIN" in text else place

    @staticmethod
    def _of_form(text: str, near: int) -> int:
        """Where the longest end of `text` begins that may become one of the known forms."""
        begun = _BEGUN.search(text, near)
        while begun is not None:
            word = begun["token"]
            if word is None or word in _TOKEN_STARTS or word.startswith(_TOKEN_PREFIXES):
                return begun.start()
            begun = _BEGUN.search(text, begun.start() + 1)
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


class RedactingSink:
    """Stands before a sink, and lets nothing through that the secrets of the project are in."""

    def __init__(self, sink: SessionSink, secrets: Secrets) -> None:
        self._sink = sink
        self._secrets = secrets
        self._starts = Starts(secrets.values)
        self._text = StreamedText(secrets, self._starts)
        self._growing: TextDelta | ReasoningDelta | None = None

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
        clean = self._clean
        match event:
            case ToolCallUpdated():
                return self._tool_call(event)
            case ActionRequested():
                options = tuple(attrs.evolve(o, label=clean(o.label)) for o in event.options)
                return attrs.evolve(
                    event,
                    title=clean(event.title),
                    command=self._or_none(event.command),
                    options=options,
                )
            case PlanReplaced(entries=entries):
                redacted = tuple(attrs.evolve(e, content=clean(e.content)) for e in entries)
                return PlanReplaced(entries=redacted)
            case ProviderError():
                return attrs.evolve(event, message=clean(event.message))
            case SessionEnded():
                return attrs.evolve(
                    event, reason=clean(event.reason), detail=self._or_none(event.detail)
                )
            case _:
                return event

    def _tool_call(self, event: ToolCallUpdated) -> ToolCallUpdated:
        return attrs.evolve(
            event,
            title=self._or_none(event.title),
            summary=self._or_none(event.summary),
            input=self._json(event.input),
            content=None if event.content is None else tuple(map(self._block, event.content)),
            edits=None if event.edits is None else tuple(map(self._edit, event.edits)),
        )

    def _or_none(self, text: str | None) -> str | None:
        return None if text is None else self._clean(text)

    def _clean(self, text: str) -> str:
        if isinstance(text, LongText):
            return text.through(partial(_streamed, self._secrets, self._starts))
        return self._secrets.redact(text)

    def _edit(self, edit: FileEdit) -> FileEdit:
        return FileEdit(edit.path, self._clean(edit.new_text), self._or_none(edit.old_text))

    def _block(self, block: ItemContent) -> ItemContent:
        match block:
            case TextContent(text=text):
                return TextContent(self._clean(text))
            case EmbeddedResource(resource=held):
                return EmbeddedResource(attrs.evolve(held, text=self._or_none(held.text)))
            case _:
                return block

    def _json(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self._clean(value)
            case list():
                return [self._json(each) for each in value]
            case dict():
                return {name: self._json(each) for name, each in value.items()}
            case _:
                return value
