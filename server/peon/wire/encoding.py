"""JSON as bytes, and what it must survive: lone surrogates, endless nesting, enormous numbers."""

import json
import re
from typing import Final

import orjson

from peon_protocol.values import JsonValue

DEEPEST: Final = 200
"""Levels of nesting that `dumps` keeps. orjson writes 254, and an envelope needs some of them."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LARGEST_WHOLE: Final = 2**64
_LARGEST_FLOAT: Final = 2**1023


def loads(data: bytes) -> JsonValue:
    r"""Read JSON. A lone surrogate (`"\ud83d"`) is read as U+FFFD.

    JSON allows to write one, JavaScript does so when it cuts a text in the middle of an emoji, and
    orjson refuses it. Raises ValueError for anything that is not JSON in UTF-8.
    """
    try:
        parsed: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError:
        if b"\\ud" not in data and b"\\uD" not in data:
            raise
        return tame(_loads_with_surrogates(data))
    return parsed


def holds_lone_surrogate(data: bytes) -> bool:
    """Whether JSON that `loads` has read holds half a character."""
    if b"\\ud" not in data and b"\\uD" not in data:
        return False
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return (
            _SURROGATE.search(json.dumps(_loads_with_surrogates(data), ensure_ascii=False))
            is not None
        )
    return False


def dumps(value: JsonValue) -> bytes:
    """Write JSON. Never fails on what a JSON value can hold.

    What JSON readers do not take is written as the nearest thing they do: see `tame`.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return orjson.dumps(tame(value))


def canonical(value: JsonValue) -> bytes:
    """As `dumps`, with members in the order of their names: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return orjson.dumps(tame(value), option=orjson.OPT_SORT_KEYS)


def tame(value: JsonValue, *, depth: int = DEEPEST) -> JsonValue:
    """The value without what cannot be written.

    Lone surrogates become U+FFFD, whole numbers beyond 64 bits lose precision as they would in a
    reader, and what is nested deeper than `depth` levels becomes null.
    """
    match value:
        case str():
            return _well_formed(value)
        case bool() | float() | None:
            return value
        case int():
            return _within_range(value)
        case list():
            return [tame(each, depth=depth - 1) for each in value] if depth else None
        case dict():
            return _tame_members(value, depth) if depth else None


def _tame_members(members: dict[str, JsonValue], depth: int) -> JsonValue:
    return {_well_formed(name): tame(each, depth=depth - 1) for name, each in members.items()}


def _loads_with_surrogates(data: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return parsed


def _refuse_constant(name: str) -> JsonValue:
    # The standard library reads NaN and Infinity, which are not JSON.
    raise ValueError(f"{name} is not JSON")


def _well_formed(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _within_range(number: int) -> int | float | None:
    if -_LARGEST_WHOLE // 2 <= number < _LARGEST_WHOLE:
        return number
    return float(number) if abs(number) < _LARGEST_FLOAT else None
