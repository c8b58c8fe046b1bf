"""Reading back what we wrote: as `decode_event`, at half the cost, where checksums hold.

Members are taken as they are, where the strict converter would look at each. What does not fit
after all is left to that one, which says what is wrong.
"""

import enum
from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn

from peon.wire import unions
from peon.wire.encoding import loads
from peon.wire.envelope import EVENT_TYPES
from peon.wire.events import decode_event
from peon.wire.hooks import StructureHook
from peon.wire.objects import renamed
from peon.wire.shapes import structure
from peon.wire.strict import is_free_json
from peon_protocol.events import StoredEvent
from peon_protocol.ids import ID_TYPES
from peon_protocol.values import Actor, JsonValue

T = TypeVar("T")

_READERS: Final[dict[tuple[str, int], StructureHook]] = {}
_ACTORS: Final[dict[tuple[str, str], Actor]] = {}
_MOST_ACTORS: Final = 1024


def decode_trusted(data: bytes) -> StoredEvent:
    """The event that `data` holds, which we wrote ourselves.

    Raises UnknownEvent or EventInvalid.
    """
    try:
        return _envelope(loads(data))
    except (KeyError, TypeError, ValueError, AttributeError):
        return decode_event(data)


def structure_trusted(raw: JsonValue, kind: type[T]) -> T:
    """As `structure`, of JSON that we wrote ourselves. Raises ParamsInvalid."""
    try:
        return _CONVERTER.structure(raw, kind)
    except (KeyError, TypeError, ValueError, AttributeError):
        return structure(raw, kind, root="$")


def _envelope(raw: Any) -> StoredEvent:
    name, schema = raw["type"], raw["schema"]
    return StoredEvent(
        sequence=raw["sequence"],
        event_id=raw["eventId"],
        stream_id=raw["streamId"],
        version=raw["version"],
        type=name,
        schema=schema,
        occurred_at=raw["occurredAt"],
        command_id=raw["commandId"],
        command_digest=raw["commandDigest"],
        causation_id=raw["causationId"],
        correlation_id=raw["correlationId"],
        actor=_actor(raw["actor"]),
        payload=(_READERS.get((name, schema)) or _reader(name, schema))(raw["payload"], None),
    )


def _actor(raw: Any) -> Actor:
    """Few have ever done anything, so each is made once."""
    key = (raw["kind"], raw["name"])
    actor = _ACTORS.get(key)
    if actor is None:
        actor = _CONVERTER.structure(raw, Actor)
        if len(_ACTORS) < _MOST_ACTORS:
            _ACTORS[key] = actor
    return actor


def _reader(name: str, schema: int) -> StructureHook:
    kind = EVENT_TYPES[name]
    if schema != kind.SCHEMA:
        raise ValueError("an older schema is for the reader that knows its way up")
    return _READERS.setdefault((name, schema), _CONVERTER.get_structure_hook(kind))


def _as_is(raw: JsonValue, _: object) -> Any:
    return raw


def _word(raw: Any, kind: Any) -> Any:
    return kind._value2member_map_[raw]


def _object(kind: Any, converter: Converter) -> StructureHook:
    members: Callable[[Any], Any] = make_dict_structure_fn(kind, converter, **renamed(kind))
    return lambda raw, _: members(raw)


def _make_converter() -> Converter:
    converter = Converter(detailed_validation=False, forbid_extra_keys=False)
    for kind in (str, int, float, bool, *ID_TYPES):
        converter.register_structure_hook(kind, _as_is)
    # A set of words is a kind of text, so the hook above would take it as it is.
    converter.register_structure_hook(enum.StrEnum, _word)
    converter.register_structure_hook_factory(attrs.has, _object)
    unions.register(converter)
    converter.register_structure_hook_func(is_free_json, _as_is)
    return converter


_CONVERTER: Final = _make_converter()
