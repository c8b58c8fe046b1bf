"""Takes secrets out of what an agent says, as it streams, before anybody else sees it.

Streamed text is cut anywhere, also inside a secret, so what may be the beginning of one is held
back until it is known to be none. All other events end the text that grows, and are redacted whole.
"""

import asyncio
import bisect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

import attrs

from peon.providers.cleaning import hidden_values, redacted
from peon.providers.env_files import is_env_file, secret_values
from peon.providers.forms import (
    BEGUN,
    KEY_BODY,
    KEY_NAME,
    LONG_START,
    begins,
    tells_nothing,
)
from peon.providers.port import SessionSink
from peon.providers.secrets import SHORTEST_VALUE, Secrets
from peon.providers.silence import Silence
from peon.runtime.long_text import LongText
from peon_protocol.ids import ActionId, ItemId
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderEvent,
    ReasoningDelta,
    TextDelta,
    ToolCallUpdated,
)
from peon_protocol.values import (
    FileEdit,
    ItemContent,
    ItemStatus,
    JsonValue,
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


class StreamedText:
    """One text as it grows: `feed` gives what is safe to show, `rest` what is left at its end."""

    def __init__(self, secrets: Secrets, starts: "Starts | None" = None) -> None:
        self._secrets = secrets
        self._starts = starts or Starts(secrets)
        self._held = ""
        self._shown = 0
        """How many characters of what is held were shown in a silence."""
        self._after = ""

    def feed(self, text: str) -> str:
        text = self._held + text
        place = self._starts.place(self._after + text, len(self._after)) - len(self._after)
        if len(text) - place > LONGEST_HELD:
            place = len(text)
        self._held = text[place:]
        return self._show(text[:place], before=self._held[:1])

    def rest(self) -> str:
        rest, self._held = self._held, ""
        return self._show(rest)

    @property
    def waits(self) -> bool:
        """Whether something is held that a silence may bring out."""
        return len(self._held) > self._shown

    @property
    def held(self) -> int:
        """How many bytes at the end were not shown yet."""
        return len(self._held[self._shown :].encode())

    def quiet(self) -> str:
        """What can be shown now though more may come: nothing of what would be a secret.

        It stays the beginning of what comes: only the rest of a secret is then replaced.
        """
        if not self.waits or not self._starts.tells_nothing(self._held):
            return ""
        new, self._shown = self._held[self._shown :], len(self._held)
        return new

    def _show(self, text: str, *, before: str = "") -> str:
        """`text` redacted, without what of it was shown already. Its last character is remembered:
        tokens begin where words do.
        """
        shown = self._secrets.redact(text, after=self._after, before=before)
        self._after = text[-1:] or self._after
        if not self._shown:
            return shown
        seen = text[: self._shown]
        self._shown -= len(seen)
        alike = 0
        while alike < len(seen) and shown[alike : alike + 1] == seen[alike]:
            alike += 1
        return shown[alike:]


def _streamed(secrets: Secrets, starts: "Starts", pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a long text, redacted; what leaves the process is read this way only."""
    text = StreamedText(secrets, starts)
    yield from filter(None, map(text.feed, pieces))
    if rest := text.rest():
        yield rest


class Starts:
    """Finds where, at the end of a text, a secret may have begun."""

    def __init__(self, secrets: Secrets) -> None:
        values = secrets.values
        self._values = sorted(values)
        self._longest = max(map(len, values), default=0)
        firsts = "".join({re.escape(value[0]) for value in values})
        self._first = re.compile(f"[{firsts}]") if values else None
        self._words = secrets.words

    def tells_nothing(self, text: str) -> bool:
        """Whether the beginning of what may be a secret can be shown: all that any secret of that
        beginning has in common with others, or one letter of a value.
        """
        if self._of_word(text, 0) < len(text):
            return False
        of_value = len(text) - self._of_value(text, 0)
        return of_value <= 1 and (len(text) == 1 or tells_nothing(text))

    def place(self, text: str, start: int) -> int:
        """The place, not before `start`, up to which `text` is settled."""
        place = min(self._of_form(text, start), self._of_value(text, start))
        if self._words:
            place = min(place, self._of_word(text, start))
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

    def _of_word(self, text: str, start: int) -> int:
        """Where the longest end of `text` begins that is the beginning of a short secret, or all of
        it: only what follows tells whether it is a word by itself.
        """
        for length in range(min(SHORTEST_VALUE - 1, len(text) - start), 0, -1):
            if any(word.startswith(text[-length:]) for word in self._words):
                return len(text) - length
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
    """From where on `text` may end in the beginning of a form: none spans more than three words,
    and most lie in the last one, which is all there is to look at in nearly every text.
    """
    start = max(start, len(text) - _NEAR)
    last = _word(text, start, len(text))
    before = text[max(start, last - _SHORT) : last]
    if not ("_" in before or "earer" in before or "asic" in before or "-----" in before):
        # Something like these is before the last word of every form that has more than one.
        return last
    if len(text) - start <= _SHORT:
        return start
    return _word(text, start, _word(text, start, last))


def _word(text: str, start: int, end: int) -> int:
    """Where the last word before `end` begins, with the blank before it."""
    return max(text.rfind(" ", start, end), text.rfind("\n", start, end), start)


class RedactingSink:
    """Stands before a sink, and lets nothing through that the secrets of the project are in."""

    def __init__(self, sink: SessionSink, secrets: Secrets, silence: Silence | None = None) -> None:
        """After a `silence` what tells nothing of a secret is shown; without one, with the rest."""
        self._sink = sink
        self._silence = silence
        self._alarm: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._secrets = secrets
        self._starts = Starts(secrets)
        self._text = StreamedText(secrets, self._starts)
        self._growing: TextDelta | ReasoningDelta | None = None
        self._hidden: dict[ActionId, dict[tuple[str, str], str]] = {}
        """The secrets among the choices of questions."""
        self._unfinished: dict[ItemId, tuple[tuple[ItemContent, ...], str]] = {}
        """What tools at work have shown, where the end of it was held back, and that end."""

    def know(self, secrets: Secrets) -> None:
        """Use other secrets from the next text on: the project's files may have changed."""
        self._settle()
        self._secrets = secrets
        self._starts = Starts(secrets)

    def provider_event(self, event: ProviderEvent) -> None:
        """See `peon.providers.port.SessionSink`."""
        if isinstance(event, TextDelta | ReasoningDelta):
            self._grow(event)
        else:
            self._settle()
            self._sink.provider_event(self._redacted(event))

    def held(self, call: ItemId | None = None) -> int:
        """How many bytes are held back of the text that grows, or of what this call shows."""
        if call is None:
            return self._text.held
        _, tail = self._unfinished.get(call, ((), ""))
        return len(tail.encode())

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
        if self._text.waits:
            self._listen()

    def _listen(self) -> None:
        """Something is held back: wake up when nothing has been said for a while."""
        if self._silence is None:
            return
        self._heard_at = self._silence.clock()
        if self._alarm is None:
            self._alarm = self._silence.wake(self._silence.seconds, self._quiet)

    def _quiet(self) -> None:
        self._alarm = None
        silence = self._silence
        if silence is None or not (self._text.waits or self._unfinished):
            return
        left = self._heard_at + silence.seconds - silence.clock()
        if left > 0:
            self._alarm = silence.wake(left, self._quiet)
            return
        if self._growing is not None and (shown := self._text.quiet()):
            self._pass_on(self._growing, shown)
        for item_id, (content, tail) in tuple(self._unfinished.items()):
            if self._starts.tells_nothing(tail):
                del self._unfinished[item_id]
                whole = ToolCallUpdated(item_id=item_id, content=content)
                self._sink.provider_event(redacted(whole, self._clean))

    def _settle(self) -> None:
        """The growing text has ended: show what of it was held back."""
        growing, self._growing = self._growing, None
        if growing is not None and (rest := self._text.rest()):
            self._pass_on(growing, rest)

    def _pass_on(self, delta: TextDelta | ReasoningDelta, text: str) -> None:
        self._sink.provider_event(delta if text == delta.text else attrs.evolve(delta, text=text))

    def told(self, action_id: ActionId, answers: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Answers as the agent knows them, where choices were secrets."""
        hidden = self._hidden.pop(action_id, {})

        def one(name: str, value: JsonValue) -> JsonValue:
            if isinstance(value, list):
                return [one(name, each) for each in value]
            return hidden.get((name, value), value) if isinstance(value, str) else value

        return {name: one(name, value) for name, value in answers.items()}

    def _redacted(self, event: ProviderEvent) -> ProviderEvent:
        if not isinstance(event, ToolCallUpdated):
            shown = redacted(event, self._clean)
            if isinstance(event, ActionRequested) and isinstance(shown, ActionRequested):
                self._hidden[event.action_id] = hidden_values(event.fields, shown.fields)
            return shown
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
            self._starts = Starts(self._secrets)

    def _held_back(self, event: ToolCallUpdated) -> ToolCallUpdated:
        """`event` without the end of an output that still grows, which may be half a secret.

        It is shown when the tool has ended.
        """
        if event.status in _CLOSED:
            held = self._unfinished.pop(event.item_id, None)
            if held is None or event.content is not None:
                return event
            return attrs.evolve(event, content=held[0])
        if event.content is None or event.status is ItemStatus.AWAITING_APPROVAL:
            return event
        last = event.content[-1] if event.content else None
        if not isinstance(last, TextContent) or isinstance(last.text, LongText):
            return event
        place = self._starts.place(last.text, 0)
        if place == len(last.text):
            self._unfinished.pop(event.item_id, None)
            return event
        self._unfinished[event.item_id] = (event.content, last.text[place:])
        self._listen()
        return attrs.evolve(event, content=(*event.content[:-1], TextContent(last.text[:place])))
