"""A long thread is looked at a little at a time, and what is told is true at one sequence."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import attrs
import pytest

from peon.domain.model import Model
from peon.engine.reading import AT_ONCE, ThreadReader
from peon.engine.records import decode_thread, encode_thread
from peon.engine.resting import fold
from peon.errors import CommandRejected
from peon_protocol.events import (
    CheckpointRestored,
    CheckpointsExpired,
    Event,
    ItemRecorded,
    StoredEvent,
    ThreadConfigured,
    ThreadDeleted,
)
from peon_protocol.ids import CheckpointId, ItemId, OperationId, TurnId
from peon_protocol.queries import ReadThread, TurnRange
from peon_protocol.values import RestoreScope
from support.given import History
from support.story import (
    TALK,
    a_project,
    a_thread,
    a_turn_started,
    its_first_checkpoint,
    text,
    the_end_of,
)

LONG = 60
"""Turns with an item and a checkpoint each: more than two looks, and less than four."""
WHOLE = ReadThread(thread_id=TALK)


def test_a_long_thread_takes_several_looks_of_which_none_is_long():
    reader, model = ThreadReader(WHOLE), _model(_log(_turns(1, LONG)))

    looks = list(_looks(reader, model))

    assert len(looks) == 1 + 3 * LONG // AT_ONCE
    assert reader.answer(model) == ThreadReader(WHOLE).answer(model)


def test_a_short_one_takes_one():
    assert not ThreadReader(WHOLE).look(_model(_log(_turns(1, 3))))


@pytest.mark.parametrize("rested", [True, False])
def test_what_happens_between_two_looks_is_told(*, rested: bool):
    before = [*_turns(1, LONG), a_turn_started(_id(LONG + 1), number=LONG + 1)]
    log = _log([*before, *_meanwhile()])
    places = range(len(log) - len(_meanwhile()), len(log) + 1)
    for begun, ended in combinations(places, 2):
        model = _model(log[:begun])
        if rested:
            model.threads[TALK] = decode_thread(encode_thread(model.threads[TALK]))
        reader = ThreadReader(WHOLE)
        for place in range(5):
            reader.look(model)
            if place == 1:
                for stored in log[begun:ended]:
                    fold(model, stored)

        assert reader.answer(model) == ThreadReader(WHOLE).answer(model)


@pytest.mark.parametrize("items", [0, 1, 70, 1000])
def test_a_page_of_the_newest_items_takes_no_more_looks_than_it_is_long(items: int):
    model = _model(_log(_turns(1, LONG)))
    query = attrs.evolve(WHOLE, turns=TurnRange(limit=LONG, before=LONG, items=items))
    reader = ThreadReader(query)
    looks = list(_looks(reader, model))

    reading = reader.answer(model)

    assert len(reading.thread.turns) == max(1, min(items, LONG - 1))
    assert reading.items_before == (1 if items == 0 else 0)
    assert reading == ThreadReader(query).answer(model)
    assert len(looks) <= 1 + (3 * min(items, LONG) + LONG) // AT_ONCE


def test_a_page_that_moves_on_meanwhile_is_the_newest():
    log = _log(_turns(1, LONG, items=3))
    query = attrs.evolve(WHOLE, turns=TurnRange(limit=50, items=20))
    model = _model(log[: -4 * len(_turns(1, 1, items=3))])
    reader = ThreadReader(query)
    reader.look(model)
    for stored in log[model.sequence :]:
        fold(model, stored)

    reading = reader.answer(model)

    assert [each.number for each in reading.thread.turns] == list(range(LONG - 6, LONG + 1))
    assert [len(each.items or ()) for each in reading.thread.turns] == [2, 3, 3, 3, 3, 3, 3]
    assert reading.items_before == 1


def test_a_thread_that_is_deleted_meanwhile_is_not_told():
    log = _log([*_turns(1, LONG), ThreadDeleted(thread_id=TALK)])
    model = _model(log[:-1])
    reader = ThreadReader(WHOLE)
    reader.look(model)
    fold(model, log[-1])

    with pytest.raises(CommandRejected):
        reader.look(model)
    with pytest.raises(CommandRejected):
        reader.answer(model)


@pytest.mark.parametrize("events", [LONG, -2])
def test_what_a_failing_disk_took_back_meanwhile_is_not_told(events: int):
    log = _log(_turns(1, LONG))
    lost, kept = _model(log), _model(log[:events])
    reader = ThreadReader(WHOLE)
    reader.look(lost)

    assert list(_looks(reader, kept))
    assert reader.answer(kept) == ThreadReader(WHOLE).answer(kept)


def _looks(reader: ThreadReader, model: Model) -> Iterator[bool]:
    more = True
    while more:
        more = reader.look(model)
        yield more


def _meanwhile() -> Sequence[Event]:
    """Something of everything that changes what was told of the past."""
    return [
        _said(LONG + 1, 1),
        CheckpointsExpired(
            thread_id=TALK,
            checkpoint_ids=(CheckpointId("before-turn-3"), CheckpointId(f"before-turn-{LONG}")),
        ),
        the_end_of(_id(LONG + 1)),
        ThreadConfigured(thread_id=TALK, title="Another name"),
        _gone_back((LONG, LONG + 1)),
        *_turns(LONG + 2, LONG + 2),
        _gone_back((LONG + 2,), redone=(LONG,)),
    ]


def _gone_back(undone: tuple[int, ...], redone: tuple[int, ...] = ()) -> Event:
    return CheckpointRestored(
        thread_id=TALK,
        checkpoint_id=CheckpointId("before-turn-2"),
        operation_id=OperationId("back"),
        before_checkpoint_id=CheckpointId("before-turn-1"),
        what=RestoreScope.CONVERSATION,
        undone=tuple(map(_id, undone)),
        redone=tuple(map(_id, redone)),
    )


def _turns(first: int, last: int, *, items: int = 1) -> list[Event]:
    return [
        event
        for number in range(first, last + 1)
        for event in (
            a_turn_started(_id(number), number=number),
            its_first_checkpoint(_id(number), number=number),
            *(_said(number, item) for item in range(1, items + 1)),
            the_end_of(_id(number)),
        )
    ]


def _said(number: int, item: int) -> Event:
    said = text("said", f"Item {item} of {number}.")
    assert isinstance(said, ItemRecorded)
    return attrs.evolve(said, turn_id=_id(number), item_id=ItemId(f"item-{item}"))


def _id(number: int) -> TurnId:
    return TurnId(f"turn-{number}")


def _log(events: Sequence[Event]) -> list[StoredEvent]:
    history = History()
    history.record([a_project(), a_thread(), *events])
    return history.log


def _model(log: Sequence[StoredEvent]) -> Model:
    model = Model()
    for stored in log:
        fold(model, stored)
    return model
