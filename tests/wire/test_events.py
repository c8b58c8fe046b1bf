"""Events as bytes: small, exact, and readable in every schema there ever was."""

import sys
from typing import ClassVar, get_args

import attrs
import pytest

from peon.wire import (
    EVENT_TYPES,
    EventInvalid,
    EventReader,
    UnknownEvent,
    decode_event,
    dumps,
    encode_event,
    loads,
    structure,
    unstructure,
)
from peon.wire.events import UPCASTERS, JsonObject
from peon_protocol.events import Event, ProjectDeleted, StoredEvent
from peon_protocol.ids import CommandId, EventId, ProjectId, StreamId
from peon_protocol.results import EventPage
from peon_protocol.values import Actor, ActorKind, JsonValue

EVENT = StoredEvent(
    sequence=7,
    event_id=EventId("log:7"),
    stream_id=StreamId("garden"),
    version=3,
    type="project.deleted",
    schema=1,
    occurred_at="2026-03-14T09:26:53.000Z",
    command_id=CommandId("cmd"),
    command_digest="project/delete:00",
    causation_id=None,
    correlation_id=EventId("log:7"),
    actor=Actor(ActorKind.CLIENT, "Neovim"),
    payload=ProjectDeleted(project_id=ProjectId("garden")),
)


def as_json(**changes: JsonValue) -> bytes:
    raw = unstructure(EVENT)
    assert isinstance(raw, dict)
    return dumps({**raw, **changes})


def test_every_type_of_event_has_its_class():
    assert sorted(EVENT_TYPES) == sorted(kind.TYPE for kind in get_args(Event))


def test_an_event_is_written_whole():
    assert loads(encode_event(EVENT)) == {
        "sequence": 7,
        "eventId": "log:7",
        "streamId": "garden",
        "version": 3,
        "type": "project.deleted",
        "schema": 1,
        "occurredAt": "2026-03-14T09:26:53.000Z",
        "commandId": "cmd",
        "commandDigest": "project/delete:00",
        "causationId": None,
        "correlationId": "log:7",
        "actor": {"kind": "client", "name": "Neovim"},
        "payload": {"projectId": "garden"},
    }


def test_members_are_written_in_one_order_so_that_an_envelope_can_be_read_from_its_beginning():
    assert encode_event(EVENT).startswith(
        b'{"sequence":7,"eventId":"log:7","streamId":"garden","version":3,"type":"project.deleted"'
    )


def test_the_bytes_have_a_buffer_of_their_own_size():
    encoded = encode_event(EVENT)
    assert sys.getsizeof(encoded) == sys.getsizeof(b"") + len(encoded)


def test_an_event_with_a_lone_surrogate_is_written_all_the_same():
    torn = attrs.evolve(EVENT, actor=Actor(ActorKind.AGENT, "half a \ud83d"))
    assert decode_event(encode_event(torn)).actor.name == "half a \ufffd"


def test_events_inside_a_result_are_the_same_json():
    page = unstructure(EventPage(events=(EVENT,), head=7))
    assert page == {"events": [loads(encode_event(EVENT))], "head": 7}
    assert structure(page, EventPage).events == (EVENT,)


def test_an_unknown_type_names_itself_and_the_remedy():
    with pytest.raises(UnknownEvent, match=r"garden\.watered, schema 1.*start that one") as error:
        decode_event(as_json(type="garden.watered"))
    assert (error.value.type, error.value.schema) == ("garden.watered", 1)


def test_a_newer_schema_names_itself_and_the_newest_that_is_known():
    with pytest.raises(UnknownEvent, match=r"project\.deleted, schema 2.*schema 1 is the newest"):
        decode_event(as_json(schema=2))


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"{", "unexpected end of data"),
        (b"[]", "expected object, got array @ $"),
        (as_json(type=5), "expected the type of an event @ $.type"),
        (as_json(payload=[]), "expected object, got array @ $.payload"),
        (as_json(payload={}), "required field missing @ $.payload.projectId"),
        (as_json(sequence="7"), "expected whole number, got string @ $.sequence"),
        (as_json(schema="1"), "expected schema 1 of project.deleted @ $.schema"),
        (as_json(colour=1), "unknown field @ $.colour"),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason(data: bytes, problem: str):
    with pytest.raises(EventInvalid) as refused:
        decode_event(data)
    assert problem in str(refused.value)


@attrs.frozen
class LampLit:
    """An event that never was; in its third schema it knows the room and the colour."""

    TYPE: ClassVar = "lamp.lit"
    SCHEMA: ClassVar = 3
    room: str
    colour: str


def with_room(payload: JsonObject) -> JsonObject:
    return {"room": payload["place"]}


def with_colour(payload: JsonObject) -> JsonObject:
    return {**payload, "colour": "warm"}


LAMPS = EventReader(
    {LampLit.TYPE: LampLit}, {(LampLit.TYPE, 1): with_room, (LampLit.TYPE, 2): with_colour}
)


@pytest.mark.parametrize(
    "schema, payload",
    [
        (1, {"place": "kitchen"}),
        (2, {"room": "kitchen"}),
        (3, {"room": "kitchen", "colour": "warm"}),
    ],
)
def test_an_old_event_is_read_step_by_step(schema: int, payload: JsonObject):
    raw = loads(as_json(type="lamp.lit", schema=schema, payload=payload))
    raised = LAMPS.raise_schema(raw)
    assert isinstance(raised, dict)
    assert raised["schema"] == 3
    assert structure(raised["payload"], LampLit) == LampLit(room="kitchen", colour="warm")


def test_reading_an_old_event_does_not_touch_what_was_given():
    payload: JsonObject = {"place": "kitchen"}
    raw = loads(as_json(type="lamp.lit", schema=1, payload=payload))
    LAMPS.raise_schema(raw)
    assert raw == loads(as_json(type="lamp.lit", schema=1, payload=payload))


def test_every_older_schema_has_its_step():
    steps = {(name, older) for name, kind in EVENT_TYPES.items() for older in range(1, kind.SCHEMA)}
    assert set(UPCASTERS) == steps
