"""JSON that stays text: parts of a larger value that are neither read nor written again."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import attrs
import msgspec
import orjson

from peon.wire.hooks import camel_case
from peon_protocol.values import JsonValue


def already_json(data: bytes) -> Any:
    """Stands for the JSON that `data` is, wherever `dumps` finds it in a value."""
    return orjson.Fragment(data)


_OBJECTS: Final = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]])


def take_apart(data: bytes | memoryview) -> dict[str, dict[str, bytes]]:
    """The members of an object's members, left as JSON.

    Raises msgspec.DecodeError, a ValueError, where something does not fit.
    """
    return {
        name: {key: bytes(raw) for key, raw in members.items()}
        for name, members in _OBJECTS.decode(data).items()
    }


Parts: TypeAlias = tuple[dict[str, JsonValue], dict[str, dict[str, bytes]]]
"""The members of an object that were read, and those whose own members were left as JSON."""


def parter(kind: type[attrs.AttrsInstance], whole: Sequence[str]) -> Callable[[bytes], Parts]:
    """What takes apart the JSON of a `kind`, in one pass.

    `whole` names the attributes that are objects by ids whose members are left unread. The
    function raises msgspec.DecodeError where something does not fit.
    """
    names = [field.name for field in attrs.fields(kind)]
    members = [(each, dict[str, msgspec.Raw] if each in whole else Any) for each in names]
    decoder = msgspec.json.Decoder(msgspec.defstruct(kind.__name__, members, rename="camel"))
    read = [(camel_case(each), operator.attrgetter(each)) for each in names if each not in whole]
    left = [(each, operator.attrgetter(each)) for each in whole]

    def take_apart(data: bytes | memoryview) -> Parts:
        found = decoder.decode(data)
        # What is left is copied: a slice would keep all of the data in memory.
        return (
            {name: get(found) for name, get in read},
            {name: {key: bytes(raw) for key, raw in get(found).items()} for name, get in left},
        )

    return take_apart
