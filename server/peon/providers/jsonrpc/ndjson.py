"""Messages as lines of JSON: a bounded splitter, a tolerant decoder, an encoder."""

import json
from collections.abc import Iterator

import orjson

from peon_protocol.values import JsonValue

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes. An agent that writes a longer line is broken, or wants our memory."""


class LineTooLong(ValueError):
    """An agent wrote more than `LONGEST_LINE` bytes without ending a line."""


class LineSplitter:
    """Cuts a stream of bytes into lines, without their ends; holds at most one line."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the lines that `data` completes. Raises LineTooLong."""
        first, *rest = data.split(b"\n")
        self._hold(first)
        for piece in rest:
            line = b"".join(self._pieces)
            self._pieces.clear()
            self._held = 0
            yield line
            self._hold(piece)

    def _hold(self, piece: bytes) -> None:
        self._held += len(piece)
        if self._held > self._longest:
            self._pieces.clear()
            raise LineTooLong(f"a line of more than {self._longest} bytes")
        self._pieces.append(piece)


def encode(message: JsonValue) -> bytes:
    """One line with its end. What UTF-8 has no place for is escaped."""
    try:
        return orjson.dumps(message) + b"\n"
    except TypeError:
        return json.dumps(message).encode("ascii") + b"\n"


def decode(line: bytes) -> JsonValue:
    """The value of a line. Raises ValueError if it is not JSON.

    An agent that cuts text between two UTF-16 units sends halves of pairs, which the fast parser
    refuses; they are left as they are, for `Surrogates` to join.
    """
    try:
        value: JsonValue = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(line.decode("utf-8", "replace"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class Surrogates:
    """Joins halves of characters across the pieces of a text; a half left alone becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def join(self, text: str) -> str:
        """`text` with what was held back before it, and without a half at its end."""
        if not self._half and text.isascii():
            return text
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return whole(text)

    def rest(self) -> str:
        """What is still held back, once the text has ended."""
        rest, self._half = whole(self._half), ""
        return rest


def whole(text: str) -> str:
    """`text` with pairs of halves joined, and every half that stays alone replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
