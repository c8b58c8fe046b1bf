"""Events as bytes: the journal's and the wire's alike, encoded once.

An event is never rewritten: where the shape of a payload changes, its schema counts up, and a step
from each schema to the next one (an upcaster) is applied when an old event is read.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from peon.wire.encoding import dumps, loads
from peon.wire.envelope import EVENT_TYPES
from peon.wire.shapes import structure, unstructurer
from peon_protocol.events import StoredEvent
from peon_protocol.values import JsonValue

JsonObject: TypeAlias = dict[str, JsonValue]
Upcaster: TypeAlias = Callable[[JsonObject], JsonObject]
Upcasters: TypeAlias = Mapping[tuple[str, int], Upcaster]

UPCASTERS: Final[Upcasters] = {}
"""By type and schema: what makes a payload of that schema one of the next. None is needed yet."""


_unstructure: Final = unstructurer(StoredEvent)


def encode_event(event: StoredEvent) -> bytes:
    """The bytes of an event, in a buffer of their own size."""
    # orjson hands out the buffer it has grown, kilobytes for a short text; what is kept for long
    # is copied.
    return memoryview(dumps(_unstructure(event))).tobytes()


class UnknownEvent(ValueError):
    """An event that this program is too old for: its type, or its schema, is not known here."""

    def __init__(self, name: str, schema: int, newest: int | None) -> None:
        known = "this type is unknown" if newest is None else f"schema {newest} is the newest known"
        super().__init__(
            f"{name}, schema {schema}, cannot be read: {known}. "
            "A newer Peon wrote it: start that one, or update this one."
        )
        self.type = name
        self.schema = schema


class EventInvalid(ValueError):
    """Bytes that are no event: not JSON, or with members that do not fit."""


class EventReader:
    """Reads events of every schema there ever was.

    `types` are the payloads' classes by name, `upcasters` the steps from older schemas.
    """

    def __init__(self, types: Mapping[str, Any], upcasters: Upcasters) -> None:
        self._newest = {name: int(kind.SCHEMA) for name, kind in types.items()}
        self._upcasters = upcasters

    def read(self, data: bytes) -> StoredEvent:
        """The event that `data` holds. Raises UnknownEvent or EventInvalid."""
        try:
            return structure(self.raise_schema(loads(data)), StoredEvent, root="$")
        except UnknownEvent:
            raise
        except ValueError as error:
            raise EventInvalid(f"this is no event: {error}") from error

    def raise_schema(self, raw: JsonValue) -> JsonValue:
        """The same event with its payload as the newest schema has it."""
        if not isinstance(raw, dict):
            return raw
        name, schema, payload = raw.get("type"), raw.get("schema"), raw.get("payload")
        if not (isinstance(name, str) and isinstance(schema, int) and isinstance(payload, dict)):
            return raw
        newest = self._newest.get(name)
        if newest is None or schema > newest:
            raise UnknownEvent(name, schema, newest)
        if schema == newest:
            return raw
        for older in range(schema, newest):
            payload = self._upcasters[name, older](payload)
        return {**raw, "schema": newest, "payload": payload}


_READER: Final = EventReader(EVENT_TYPES, UPCASTERS)

decode_event: Final = _READER.read
"""The event that bytes hold. Raises UnknownEvent or EventInvalid."""
