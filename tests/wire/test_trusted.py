"""What we wrote is read back at half the cost, and to the same result."""

import pytest
from hypothesis import given

from peon.wire import EventInvalid, UnknownEvent, decode_event, decode_trusted, encode_event
from peon_protocol.events import StoredEvent
from support.examples import examples
from support.strategies import stored_events


@examples(300, nightly=20_000)
@given(stored_events())
def test_every_event_is_read_as_the_strict_reader_reads_it(event: StoredEvent):
    data = encode_event(event)
    trusted = decode_trusted(data)
    assert trusted == decode_event(data) == event
    # A word equals its text, and yet the rules ask which word it *is*.
    assert repr(trusted) == repr(event)


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b'{"type":"turn.started","schema":1}'])
def test_what_is_no_event_is_refused_as_the_strict_reader_refuses_it(data: bytes):
    with pytest.raises(EventInvalid):
        decode_trusted(data)


def test_an_event_of_a_newer_schema_is_refused_by_name():
    data = b'{"type":"turn.started","schema":99,"payload":{}}'
    with pytest.raises(UnknownEvent, match=r"turn\.started, schema 99"):
        decode_trusted(data)
