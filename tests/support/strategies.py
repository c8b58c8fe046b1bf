"""Made-up values of every data class of the protocol, derived from the classes themselves."""

import enum
import functools
import types
from collections.abc import Mapping
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from peon_protocol.events import Event, StoredEvent
from peon_protocol.ids import ID_TYPES
from peon_protocol.values import JsonValue

T = TypeVar("T")

_LARGEST: Final = 2**53 - 1
_ID_LETTERS: Final = "abcxyzABCXYZ0189_.:-"


def ids() -> st.SearchStrategy[str]:
    """Whatever may be an id."""
    return st.text(_ID_LETTERS, min_size=1, max_size=12)


def texts() -> st.SearchStrategy[str]:
    """Any text that UTF-8 can hold, often of awkward letters."""
    awkward = st.text('\\"\n\x00\x7f\u2028é漢🙂 a', max_size=12)
    return st.one_of(awkward, st.text(st.characters(codec="utf-8"), max_size=12))


def whole_numbers() -> st.SearchStrategy[int]:
    """Any whole number that every JSON reader agrees about."""
    return st.integers(-_LARGEST, _LARGEST)


def json_values() -> st.SearchStrategy[JsonValue]:
    """Any JSON, as an agent's tool may have for its input."""
    floats = st.floats(allow_nan=False, allow_infinity=False)
    leaves: st.SearchStrategy[JsonValue] = st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), floats, texts()
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(texts(), inner, max_size=3)
        ),
        max_leaves=6,
    )


def values_of(kind: type[T]) -> st.SearchStrategy[T]:
    """Any instance of an attrs class or enum of the protocol."""
    declared: Any = kind
    strategy: st.SearchStrategy[T] = _of(declared)
    return strategy


def events() -> st.SearchStrategy[Event]:
    """Any event, of any type; its ids name nothing in particular."""
    return st.one_of(*(_of(kind) for kind in get_args(Event)))


def stored_events() -> st.SearchStrategy[StoredEvent]:
    """Any event in an envelope that says its type and schema."""
    return events().flatmap(_in_envelope)


def _in_envelope(payload: Event) -> st.SearchStrategy[StoredEvent]:
    fixed = {
        "payload": st.just(payload),
        "type": st.just(payload.TYPE),
        "schema": st.just(payload.SCHEMA),
    }
    return st.builds(StoredEvent, **{**_members(StoredEvent), **fixed})


@functools.cache
def _of(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for the type that a member is declared with."""
    if kind is StoredEvent:
        return stored_events()
    if kind == JsonValue:
        return json_values()
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    if get_origin(kind) is tuple:
        return st.lists(_of(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(texts(), _of(get_args(kind)[1]), max_size=2)
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of(*map(_of, get_args(kind)))
    return st.builds(kind, **_members(kind))


def _members(kind: type[attrs.AttrsInstance]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        each.name: _of(each.type)
        for each in attrs.fields(kind)
        if not (kind is StoredEvent and each.name == "payload")
    }


_SIMPLE: Final[dict[Any, st.SearchStrategy[Any]]] = {
    **dict.fromkeys(ID_TYPES, ids()),
    str: texts(),
    int: whole_numbers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    types.NoneType: st.none(),
}
