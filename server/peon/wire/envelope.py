"""The envelope of an event, whose member `type` says what its payload is."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from peon.wire.hooks import StructureHook, UnstructureHook
from peon.wire.objects import renamed
from peon.wire.problems import Misfit
from peon.wire.strict import json_name
from peon_protocol.events import Event, StoredEvent
from peon_protocol.values import JsonValue

EVENT_TYPES: Final[Mapping[str, Any]] = {kind.TYPE: kind for kind in get_args(Event)}
"""The class of every event's payload, by its name on the wire."""


def register(converter: Converter) -> None:
    """Make `converter` read and write stored events of the present schemas."""
    converter.register_structure_hook(StoredEvent, _structurer(converter))
    converter.register_unstructure_hook(StoredEvent, _unstructurer(converter))


def _structurer(converter: Converter) -> StructureHook:
    @functools.cache
    def hook_of(kind: Any) -> Callable[[dict[str, JsonValue]], StoredEvent]:
        payload = override(struct_hook=converter.get_structure_hook(kind))
        return make_dict_structure_fn(
            StoredEvent, converter, **{**renamed(StoredEvent), "payload": payload}
        )

    def structure_envelope(raw: JsonValue, _: object) -> StoredEvent:
        if not isinstance(raw, dict):
            raise Misfit(f"expected object, got {json_name(raw)}")
        name = raw.get("type")
        kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
        if kind is None:
            raise Misfit("expected the type of an event", at=".type")
        if raw.get("schema") != kind.SCHEMA:
            raise Misfit(f"expected schema {kind.SCHEMA} of {name}", at=".schema")
        return hook_of(kind)(raw)

    return structure_envelope


def _unstructurer(converter: Converter) -> UnstructureHook:
    hooks: dict[type, UnstructureHook] = {}

    def unstructure_payload(payload: attrs.AttrsInstance) -> JsonValue:
        kind = type(payload)
        hook = hooks.get(kind)
        if hook is None:
            hook = hooks[kind] = converter.get_unstructure_hook(kind)
        return hook(payload)

    payload = override(unstruct_hook=unstructure_payload)
    return make_dict_unstructure_fn(
        StoredEvent, converter, **{**renamed(StoredEvent), "payload": payload}
    )
