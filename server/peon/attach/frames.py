"""Messages in a stream that is passed on as it is.

What is no message is passed on too: the owner knows how to answer it. So a mistake about where a
message begins costs at most the answer that would be given for an owner that died.
"""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_HELD = 64 << 20
"""A longer message is passed on in pieces; the owner answers that it is too long."""

_ABSURD = 16
"""A message said to be this many times too long is none: the length is a mistake."""

_MOST_HEADER = 4096
_BLANK_LINE = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,19})[ \t]*\r?\n", re.IGNORECASE)


class Piece(NamedTuple):
    """Bytes to pass on; with the body where they are one whole message."""

    raw: bytes
    body: bytes | None
    continues: bool = False
    """Whether it belongs to a message whose beginning was passed on before."""


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however often the system takes only a part. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Splitter:
    """Cuts what arrives into pieces and loses nothing."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 0
        self._passing = 0

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take in what arrived, and give what is whole."""
        self._buffer += data
        while len(self._buffer) >= max(self._needed, 1):
            piece = self._pass() if self._passing else self._cut()
            if piece is None:
                return
            yield piece

    def rest(self) -> bytes:
        """What was held back when the stream ended."""
        return bytes(self._buffer)

    def _pass(self) -> Piece:
        raw = self._take(min(self._passing, len(self._buffer)))
        self._passing -= len(raw)
        return Piece(raw, None, continues=True)

    def _cut(self) -> Piece | None:
        end = _BLANK_LINE.search(self._buffer)
        if end is None:
            return self._shorten()
        length = _length(self._buffer, end.end())
        if length is None:
            return Piece(self._take(end.end()), None)
        if length > MOST_HELD:
            self._passing = length
            return Piece(self._take(end.end()), None)
        self._needed = end.end() + length
        if len(self._buffer) < self._needed:
            return None
        raw = self._take(self._needed)
        self._needed = 0
        return Piece(raw, raw[end.end() :])

    def _shorten(self) -> Piece | None:
        """Let go of what has grown too long for a header."""
        if len(self._buffer) <= _MOST_HEADER:
            return None
        return Piece(self._take(len(self._buffer) - _MOST_HEADER // 2), None)

    def _take(self, size: int) -> bytes:
        raw = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return raw


def _length(buffer: bytearray, end: int) -> int | None:
    """The length that a header tells, if it can be meant."""
    found = _LENGTH.findall(buffer, 0, end)
    length = int(found[-1]) if found else None
    return None if length is None or length > MOST_HELD * _ABSURD else length
