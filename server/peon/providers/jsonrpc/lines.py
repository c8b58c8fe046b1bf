"""A stream of bytes as lines; a long line is taken in while it arrives, its long strings set apart.

An agent shows what a tool has put out in one message, and that may be a hundred megabytes. To join
and parse such a line would hold up everybody for a second and need its memory several times over.
So what arrives is looked at once: what is short is gathered and parsed at the end as any other
line, and a long string is decoded piece by piece into a `LongText`.
"""

import re
from collections.abc import Iterator
from typing import Final

import orjson

from peon.providers.jsonrpc.ndjson import decode, whole
from peon.runtime.long_text import CUT, LongText
from peon_protocol.values import JsonValue

LONGEST_LINE: Final = 64 << 20
"""Bytes beside long strings. An agent that writes a longer line is broken, or wants our memory."""
LONG_LINE: Final = 1 << 20
"""Bytes; a longer line is not put together."""
LONG_STRING: Final = 256 << 10
"""Bytes; a longer string is set apart."""
MOST: Final = 256 << 20
"""Bytes of long strings that one line may hold; of what comes then, nothing is kept."""
_PIECE: Final = 64 << 10
_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
"""What is inside a string, up to its end or to half of an escape."""
_HALF: Final = re.compile(rb"\\(?:u(?:[0-9A-Fa-f]{0,3}|[dD][89abAB][0-9A-Fa-f]{2}))?\Z")
"""An escape at the end that may go on, or whose other half may follow."""
_PLACE: Final = "\0long text %d\0"
_QUOTE, _BACKSLASH = b'"\\'
_CONTINUES, _LEADS, _THREE, _FOUR = 0x80, 0xC0, 0xE0, 0xF0
"""Of bytes in UTF-8: the least that continue a character, that begin one, one of three, of four."""


class LineTooLong(ValueError):
    """An agent wrote more than `LONGEST_LINE` bytes without ending a line."""


class LineSplitter:
    """Cuts a stream of bytes into lines, without their ends; holds at most one line."""

    def __init__(self, longest: int = LONGEST_LINE, *, long: int = LONG_LINE) -> None:
        self._longest = longest
        self._most_held = long
        self._pieces: list[bytes] = []
        self._held = 0
        self._long: LongLine | None = None

    def feed(self, data: bytes) -> "Iterator[bytes | LongLine]":
        """Give the lines that `data` completes. Raises LineTooLong."""
        first, *rest = data.split(b"\n")
        self._hold(first)
        for piece in rest:
            line = self._long or b"".join(self._pieces)
            self._clear()
            yield line
            self._hold(piece)

    def _hold(self, piece: bytes) -> None:
        try:
            if self._long is not None:
                self._long.feed(piece)
                return
            self._held += len(piece)
            self._pieces.append(piece)
            if self._held > min(self._most_held, self._longest):
                self._long = LongLine(self._longest)
                for each in self._pieces:
                    self._long.feed(each)
                self._pieces.clear()
        except LineTooLong:
            self._clear()
            raise

    def _clear(self) -> None:
        self._pieces.clear()
        self._held, self._long = 0, None


class LongLine:
    """Takes a line as it arrives; `value` is what it says."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._short = bytearray()
        self._string: bytearray | None = None
        self._growing: _Growing | None = None
        self._half = b""
        self._texts: dict[str, LongText] = {}
        self._room = MOST
        self._broken = False
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Take in what follows. Raises LineTooLong."""
        self.size += len(data)
        if self._broken:
            return
        data, self._half = self._half + data, b""
        place = 0
        while place < len(data):
            place = (
                self._outside(data, place) if self._string is None else self._inside(data, place)
            )
        if len(self._short) + len(self._string or b"") > self._longest:
            raise LineTooLong(f"a line of more than {self._longest} bytes")

    def value(self) -> JsonValue:
        """The value of the whole line. Raises ValueError if it is not JSON."""
        if self._broken or self._string is not None or self._half:
            raise ValueError("not JSON")
        return self._filled(decode(bytes(self._short)))

    def _outside(self, data: bytes, place: int) -> int:
        quote = data.find(b'"', place) + 1
        self._short += data[place : quote or len(data)]
        if quote:
            self._string = bytearray()
        return quote or len(data)

    def _inside(self, data: bytes, place: int) -> int:
        found = _STRING.match(data, place)
        end = place if found is None else found.end()
        self._hold(data[place:end])
        if end == len(data):
            return end
        if data[end] == _BACKSLASH:
            self._half = data[end:]
            return len(data)
        self._close()
        return end + 1

    def _hold(self, inside: bytes) -> None:
        string = self._string
        if string is None:
            return
        string += inside
        if len(string) <= LONG_STRING and self._growing is None:
            return
        growing = self._growing = self._growing or _Growing()
        try:
            growing.take(string, room=self._room)
        except ValueError:
            self._broken = True
            string.clear()

    def _close(self) -> None:
        string, self._string = self._string or bytearray(), None
        growing, self._growing = self._growing, None
        if growing is not None:
            place = _PLACE % len(self._texts)
            try:
                self._texts[place] = growing.whole(string, room=self._room)
            except ValueError:
                self._broken = True
            self._room -= growing.size
            string[:] = orjson.dumps(place)[1:-1]
        self._short += string
        self._short.append(_QUOTE)

    def _filled(self, value: JsonValue) -> JsonValue:
        """The value with the long texts in their places."""
        match value:
            case str():
                return self._texts.get(value, value)
            case list():
                return [self._filled(each) for each in value]
            case dict():
                return {name: self._filled(each) for name, each in value.items()}
            case _:
                return value


class _Growing:
    """A long string in the making."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[str] = []
        self._cut = False

    def take(self, raw: bytearray, *, room: int) -> None:
        """Decode as much of `raw` as can be, and remove it. Raises ValueError."""
        while len(raw) >= _PIECE:
            end = _settled(bytes(raw[:_PIECE]))
            self._add(bytes(raw[:end]), room)
            del raw[:end]

    def whole(self, rest: bytearray, *, room: int) -> LongText:
        """The text, which ends with `rest`. Raises ValueError."""
        self.take(rest, room=room)
        self._add(bytes(rest), room)
        pieces = (*self._pieces, CUT) if self._cut else tuple(self._pieces)
        return LongText.of(lambda: iter(pieces), self.size)

    def _add(self, raw: bytes, room: int) -> None:
        if self.size + len(raw) > room:
            self._cut = True
        if not self._cut:
            self._pieces.append(_text(raw))
            self.size += len(raw)


def _settled(raw: bytes) -> int:
    """Up to where the inside of a string can be decoded by itself."""
    end = len(raw)
    for back in range(1, min(4, end) + 1):
        byte = raw[-back]
        if byte >= _LEADS:
            needed = 2 if byte < _THREE else 3 if byte < _FOUR else 4
            end -= back if back < needed else 0
        if byte >= _LEADS or byte < _CONTINUES:
            break
    while (half := _HALF.search(raw, max(0, end - 6), end)) is not None:
        before = raw[: half.start() + 1]
        backslashes = len(before) - len(before.rstrip(b"\\"))
        if backslashes % 2 == 0:
            break
        end = half.start()
    return end


def _text(raw: bytes) -> str:
    decoded = decode(b'"%b"' % raw)
    return whole(decoded) if isinstance(decoded, str) else ""
