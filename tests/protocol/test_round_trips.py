"""Whatever can be said can be written, read again, and is the same: for every class there is."""

import enum
from typing import Any

import pytest
from hypothesis import given

from generator.classes import all_classes
from peon.wire import decode_event, dumps, encode_event, loads, structure, unstructure
from peon_protocol.events import StoredEvent
from support.examples import examples
from support.strategies import stored_events, values_of

OBJECTS = [kind for kind in all_classes() if not issubclass(kind, enum.Enum)]


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__qualname__)
def test_every_class_comes_back_as_it_was_written(kind: type):
    @examples(15, nightly=500)
    @given(values_of(kind))
    def comes_back(value: Any):
        assert structure(loads(dumps(unstructure(value))), kind) == value

    comes_back()


@examples(200, nightly=5_000)
@given(stored_events())
def test_every_event_comes_back_from_its_bytes(event: StoredEvent):
    assert decode_event(encode_event(event)) == event


@examples(100, nightly=2_000)
@given(stored_events())
def test_equal_events_have_equal_bytes(event: StoredEvent):
    assert encode_event(decode_event(encode_event(event))) == encode_event(event)
