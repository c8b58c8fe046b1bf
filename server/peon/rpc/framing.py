"""Messages in a stream of bytes: the base protocol of LSP, read without losing the place.

A header cannot stand inside a JSON text, because a JSON string holds no raw line break. So a header
found where none was expected is a place from which to read on, whatever came before it.
"""

import re
from collections.abc import Sequence
from typing import Final

import attrs

from peon.rpc.skipping import Skipping

_LONGEST_LINE: Final = 4096
"""A longer line is no header; so much of it is kept as may be the beginning of one."""

_ABSURD: Final = 16
"""A message said to be this many times too long is not waited for: the length is a mistake."""

_USUAL_HEADER: Final = re.compile(rb"Content-Length: ?(\d{1,19})\r\n\r\n", re.IGNORECASE)
_CONTENT_LENGTH: Final = re.compile(
    rb"content-length[ \t]*:[ \t]*(\d{1,19})[ \t]*\r?\Z", re.IGNORECASE
)
_ANY_FIELD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:")


@attrs.frozen
class Oversized:
    """A message longer than allowed; it was skipped."""

    length: int
    request_id: int | str | None
    """Null where it could not be told without reading the whole."""


@attrs.frozen
class Junk:
    """Bytes that belong to no message; reported once for a run of them."""


def frame(body: bytes) -> bytes:
    """The message as it stands in the stream."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def frame_parts(parts: Sequence[bytes]) -> bytes:
    """As `frame`, from the parts of a body: what is long is copied once."""
    return b"".join((b"Content-Length: %d\r\n\r\n" % sum(map(len, parts)), *parts))


class Framer:
    """Cuts a stream into messages. What was looked at once is not looked at again."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._position = 0
        self._searched = 0
        self._length: int | None = None
        self._body: int | None = None
        self._skipping: Skipping | None = None
        self._in_junk = False

    @property
    def buffered(self) -> int:
        """Bytes that were fed and not handed out."""
        return len(self._buffer) - self._position

    def feed(self, data: bytes) -> None:
        """Take in what arrived."""
        if self._position:
            del self._buffer[: self._position]
            self._searched -= self._position
            self._position = 0
        self._buffer += data

    def next(self) -> bytes | Oversized | Junk | None:
        """The next message; None until more is fed."""
        if self._body is None and self._skipping is None and self._length is None:
            usual = _USUAL_HEADER.match(self._buffer, self._position)
            if usual is not None:
                start, length = usual.end(), int(usual[1])
                end = start + length
                if length <= self._max_bytes and end <= len(self._buffer):
                    self._position, self._in_junk = end, False
                    return bytes(self._buffer[start:end])
        return self._next_part()

    def _next_part(self) -> bytes | Oversized | Junk | None:
        """As `next`, where it is not all here, or not as it should be."""
        if self._skipping is None and self._body is None:
            junk = self._read_header()
            if junk is not None:
                return junk
        if self._skipping is not None:
            return self._skip(self._skipping)
        return None if self._body is None else self._take_body(self._body)

    def _take_body(self, length: int) -> bytes | None:
        end = self._position + length
        if end > len(self._buffer):
            return None
        body = bytes(memoryview(self._buffer)[self._position : end])
        self._position, self._body = end, None
        return body

    def _skip(self, skipping: Skipping) -> Oversized | None:
        self._position += skipping.take(memoryview(self._buffer)[self._position :])
        if skipping.left:
            return None
        self._skipping = None
        return Oversized(skipping.length, skipping.request_id())

    def _read_header(self) -> Junk | None:
        """Go on to the body, if the buffer reaches that far."""
        usual = _USUAL_HEADER.match(self._buffer, self._position)
        if usual is None or self._length is not None:
            return self._read_lines()
        self._position = usual.end()
        self._length = int(usual[1])
        return None if self._end_header() else self._junk()

    def _read_lines(self) -> Junk | None:
        while self._body is None and self._skipping is None:
            end = self._buffer.find(b"\n", max(self._searched, self._position))
            if end < 0:
                self._searched = len(self._buffer)
                return self._shorten_line()
            line = bytes(memoryview(self._buffer)[self._position : end])
            self._position = self._searched = end + 1
            if not self._read_line(line) and (junk := self._junk()):
                return junk
        return None

    def _read_line(self, line: bytes) -> bool:
        """Take in a line of a header; whether it belongs in one."""
        if line in {b"", b"\r"}:
            return self._length is None or self._end_header()
        found = _CONTENT_LENGTH.search(line)
        if found is None:
            is_field = _ANY_FIELD.match(line) is not None
            self._length = self._length if is_field else None
            return is_field
        length = int(found[1])
        contradicts = found.start() == 0 and self._length not in {None, length}
        self._length = None if contradicts else length
        return found.start() == 0 and not contradicts

    def _end_header(self) -> bool:
        """Wait for the body from now on; whether the length can be meant."""
        length, self._length = self._length, None
        if length is None or length > self._max_bytes * _ABSURD:
            return False
        if length > self._max_bytes:
            self._skipping = Skipping(length)
        else:
            self._body = length
        self._in_junk = False
        return True

    def _shorten_line(self) -> Junk | None:
        """Let go of a line that has grown too long for a header."""
        if self.buffered <= _LONGEST_LINE:
            return None
        self._position = len(self._buffer) - _LONGEST_LINE // 2
        return self._junk()

    def _junk(self) -> Junk | None:
        reported, self._in_junk = self._in_junk, True
        return None if reported else Junk()
