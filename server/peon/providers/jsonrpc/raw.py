"""Reading raw messages: each function gives what is there if it has the right shape, else nothing.

Agents send fields we do not know, leave out those we expect, and invent values for enumerations;
none of that is worth a turn.
"""

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

from peon.providers.jsonrpc.ndjson import whole
from peon_protocol.values import JsonValue

JsonObject: TypeAlias = dict[str, JsonValue]
T = TypeVar("T")
NOTHING: JsonObject = {}
_DEEPEST = 64
"""How deeply what an agent says about its tools may be nested before it is cut off."""


def as_object(value: JsonValue) -> JsonObject:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else NOTHING


def field(message: JsonValue, *path: str) -> JsonValue:
    """The value at `path`, or None."""
    for name in path:
        if not isinstance(message, dict):
            return None
        message = message.get(name)
    return message


def text(message: JsonValue, *path: str) -> str | None:
    """The string at `path`."""
    value = field(message, *path)
    return whole(value) if isinstance(value, str) else None


def number(message: JsonValue, *path: str) -> int | None:
    """The whole number at `path`; not a truth value."""
    value = field(message, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def items(message: JsonValue, *path: str) -> list[JsonValue]:
    """The list at `path`, or an empty one."""
    value = field(message, *path)
    return value if isinstance(value, list) else []


def mapped(message: JsonValue, name: str, known: Mapping[str, T]) -> T | None:
    """What `known` has for the string at `name`."""
    value = field(message, name)
    return known.get(value) if isinstance(value, str) else None


def clean(value: JsonValue, depth: int = _DEEPEST) -> JsonValue:
    """`value` fit to be kept: whole characters, and no deeper than we can write."""
    if depth == 0 and isinstance(value, dict | list):
        return None
    match value:
        case str():
            return whole(value)
        case list():
            return [clean(each, depth - 1) for each in value]
        case dict():
            return {whole(name): clean(each, depth - 1) for name, each in value.items()}
        case _:
            return value
