"""Messages as lines of JSON: a tolerant decoder, an encoder, halves of characters."""

import json

import orjson

from peon.runtime.long_text import LongText
from peon_protocol.values import JsonValue


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
        if isinstance(text, LongText):
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
