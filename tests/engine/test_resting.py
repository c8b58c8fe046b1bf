"""What is over rests as JSON; of a long turn only what is asked for is read."""

import json

import pytest

from peon.domain.model import Model
from peon.engine.reading import ThreadReader
from peon.engine.records import decode_thread, encode_thread
from peon.wire import dumps
from peon_protocol.queries import ReadThread, TurnRange
from peon_protocol.results import ThreadReading
from peon_protocol.values import ItemStatus, ThreadStatus
from support.given import given
from support.story import TALK, a_running_turn, a_tool_call, text, the_end_of


def test_of_a_turn_that_is_over_the_items_before_the_page_are_not_read():
    model = _model()
    head, past = map(json.loads, encode_thread(model.threads[TALK]).split(b"\n"))
    [turn] = past["turns"].values()
    turn["items"] = dict(turn["items"]) | {next(iter(turn["items"])): "no item"}
    model.threads[TALK] = decode_thread(dumps(head) + b"\n" + dumps(past))

    page = _reading(model, turns=TurnRange(limit=5, items=1))

    assert [each.text for each in page.thread.turns[0].items or ()] == ["The roses are watered."]
    assert page.items_before == 1
    assert _reading(model, with_items=False).thread.turns[0].items is None


def _reading(
    model: Model, *, turns: TurnRange | None = None, with_items: bool = True
) -> ThreadReading:
    query = ReadThread(thread_id=TALK, turns=turns, with_items=with_items)
    return ThreadReader(query).answer(model)


def test_a_turn_whose_items_rest_is_the_turn_that_it_was():
    model = _model()
    [turn] = model.threads[TALK].turns.values()
    thread = decode_thread(encode_thread(model.threads[TALK]))

    [rested] = thread.turns.values()

    assert rested == turn
    assert encode_thread(thread) == encode_thread(model.threads[TALK])


def test_what_rests_in_a_thread_is_not_read_until_something_of_it_is_wanted():
    model = _model()
    head = encode_thread(model.threads[TALK]).split(b"\n")[0]

    thread = decode_thread(head + b"\nno past")

    assert (thread.title, thread.status) == (model.threads[TALK].title, ThreadStatus.IDLE)
    with pytest.raises(ValueError, match="malformed"):
        len(thread.turns)


def _model() -> Model:
    return given(
        a_running_turn(),
        a_tool_call(ItemStatus.COMPLETED),
        text("t1-2", "The roses are watered.", status=ItemStatus.COMPLETED),
        the_end_of(),
    ).model
