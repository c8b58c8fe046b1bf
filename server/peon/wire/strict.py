"""Structuring without coercion: a string is a string, an id is an id, a word is of its set."""

import enum
import operator
from collections.abc import Iterable
from typing import Final

from cattrs import Converter
from cattrs.fns import identity

from peon.wire.hooks import StructureHook
from peon.wire.problems import Misfit, shortened
from peon_protocol.ids import ID_PATTERN, ID_TYPES, is_id
from peon_protocol.values import JsonValue

DEEPEST_JSON: Final = 128
"""Levels of nesting that free JSON may have, so that it can be written again inside a message."""

_LARGEST_WHOLE: Final = 2**53


def register(converter: Converter) -> None:
    """Make `converter` take JSON as it is."""
    # cattrs asks for the class before it asks for a predicate: a hook for `str` alone would also
    # get every set of words, which are strings too.
    for kind, hook in _PRIMITIVES.items():
        converter.register_structure_hook(kind, hook)
    converter.register_structure_hook(enum.StrEnum, _structure_word)
    converter.register_unstructure_hook(enum.StrEnum, operator.attrgetter("_value_"))
    for id_type in ID_TYPES:
        converter.register_structure_hook(id_type, _structure_id)
        converter.register_unstructure_hook(id_type, identity)


def register_free_json(converter: Converter) -> None:
    """Let free JSON through. After the hooks of unions, because to Python it is one."""
    converter.register_structure_hook_func(is_free_json, _structure_json)
    converter.register_unstructure_hook_func(is_free_json, identity)


def json_name(value: object) -> str:
    """What JSON calls the kind of a value."""
    return _JSON_NAMES.get(type(value), type(value).__name__)


def _structure_str(raw: JsonValue, _: object) -> str:
    if type(raw) is not str:
        raise Misfit(f"expected string, got {json_name(raw)}")
    return raw


def _structure_bool(raw: JsonValue, _: object) -> bool:
    if type(raw) is not bool:
        raise Misfit(f"expected boolean, got {json_name(raw)}")
    return raw


def _structure_int(raw: JsonValue, _: object) -> int:
    if type(raw) is not int:
        raise Misfit(f"expected whole number, got {_number_or_name(raw)}")
    if not -_LARGEST_WHOLE < raw < _LARGEST_WHOLE:
        raise Misfit("expected whole number below 2^53, which is as far as JSON readers agree")
    return raw


def _structure_float(raw: JsonValue, _: object) -> float:
    if type(raw) is not float and type(raw) is not int:
        raise Misfit(f"expected number, got {json_name(raw)}")
    return float(raw)


def _structure_id(raw: JsonValue, _: object) -> str:
    if type(raw) is not str:
        raise Misfit(f"expected id, got {json_name(raw)}")
    if not is_id(raw):
        raise Misfit(f"expected id that matches {ID_PATTERN}, got {_shown(raw)}")
    return raw


def _structure_word(raw: JsonValue, words: type[enum.StrEnum]) -> enum.Enum:
    word = words._value2member_map_.get(raw) if type(raw) is str else None
    if word is None:
        got = _shown(raw) if isinstance(raw, str) else json_name(raw)
        raise Misfit(f"expected one of {', '.join(words)}, got {got}")
    return word


def _structure_json(raw: JsonValue, _: object) -> JsonValue:
    if not _is_within(raw, DEEPEST_JSON):
        raise Misfit(f"nested deeper than {DEEPEST_JSON} levels")
    return raw


def _is_within(value: JsonValue, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [
            inner for outer in layer for inner in _inside(outer) if isinstance(inner, dict | list)
        ]
        if not layer:
            return True
    return False


def _inside(value: JsonValue) -> Iterable[JsonValue]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def is_free_json(kind: object) -> bool:
    return kind == JsonValue


def _number_or_name(raw: JsonValue) -> str:
    return f"{raw}" if type(raw) is float else json_name(raw)


def _shown(text: str) -> str:
    return f'"{shortened(text)}"'


_JSON_NAMES: Final = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}
_PRIMITIVES: Final[dict[type, StructureHook]] = {
    str: _structure_str,
    bool: _structure_bool,
    int: _structure_int,
    float: _structure_float,
}
