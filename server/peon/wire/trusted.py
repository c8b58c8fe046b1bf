"""Reading back what we wrote: as `decode_event`, at half the cost, where checksums hold.

Members are taken as they are, where the strict converter would look at each. What does not fit
after all is left to that one, which says what is wrong.
"""

import enum
from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs
import msgspec
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
from peon_protocol.events import ItemRecorded, StoredEvent
from peon_protocol.ids import (
    ID_TYPES,
    CommandId,
    EventId,
    ItemId,
    StreamId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import Actor, ItemKind, ItemPatch, ItemStatus, JsonValue, TextAppend

T = TypeVar("T")


class _Envelope(msgspec.Struct, rename="camel"):
    """An event as it was written, its payload not read yet."""

    sequence: int
    event_id: EventId
    stream_id: StreamId
    version: int
    type: str
    schema: int
    occurred_at: str
    command_id: CommandId | None
    command_digest: str | None
    causation_id: EventId | None
    correlation_id: EventId | None
    actor: Actor
    payload: msgspec.Raw


class _Item(msgspec.Struct, rename="camel"):
    """What most events of most logs say: text was added to an item of a turn."""

    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    status: ItemStatus
    append: TextAppend | None
    patch: Any


_envelopes: Final = msgspec.json.Decoder(_Envelope)
_items: Final = msgspec.json.Decoder(_Item)
_NOT_FITTING: Final = (KeyError, TypeError, ValueError, AttributeError, msgspec.DecodeError)


def decode_trusted(data: bytes) -> StoredEvent:
    """The event that `data` holds, which we wrote ourselves.

    Raises UnknownEvent or EventInvalid.
    """
    try:
        return _event(_envelopes.decode(data))
    except _NOT_FITTING:
        return decode_event(data)


def structure_trusted(raw: JsonValue, kind: type[T]) -> T:
    """As `structure`, of JSON that we wrote ourselves. Raises ParamsInvalid."""
    try:
        return _CONVERTER.structure(raw, kind)
    except _NOT_FITTING:
        return structure(raw, kind, root="$")


def _event(envelope: _Envelope) -> StoredEvent:
    kind = EVENT_TYPES[envelope.type]
    if envelope.schema != kind.SCHEMA:
        raise ValueError("an older schema is for the reader that knows its way up")
    encoded = envelope.payload
    return StoredEvent(
        sequence=envelope.sequence,
        event_id=envelope.event_id,
        stream_id=envelope.stream_id,
        version=envelope.version,
        type=envelope.type,
        schema=envelope.schema,
        occurred_at=envelope.occurred_at,
        command_id=envelope.command_id,
        command_digest=envelope.command_digest,
        causation_id=envelope.causation_id,
        correlation_id=envelope.correlation_id,
        actor=envelope.actor,
        payload=_item(encoded) if kind is ItemRecorded else _payload(kind, encoded),
    )


def _item(encoded: msgspec.Raw) -> ItemRecorded:
    item = _items.decode(encoded)
    return ItemRecorded(
        thread_id=item.thread_id,
        turn_id=item.turn_id,
        item_id=item.item_id,
        kind=item.kind,
        status=item.status,
        append=item.append,
        patch=None if item.patch is None else _CONVERTER.structure(item.patch, ItemPatch),
    )


def _payload(kind: Any, encoded: msgspec.Raw) -> Any:
    return _CONVERTER.structure(loads(bytes(encoded)), kind)


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
