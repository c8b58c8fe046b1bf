"""A list tells the newest of each thread, page by page, and reads nothing of what rests."""

import json

import pytest

from peon.domain.model import Model
from peon.engine import listing
from peon.engine.gists import LISTED_TURNS
from peon.engine.records import LONGEST_GIST, decode_thread, encode_thread
from peon.wire import ParamsInvalid, dumps
from peon_protocol.events import ThreadConfigured, ThreadDeleted, TurnStarted
from peon_protocol.ids import CheckpointId, ThreadId, TurnId
from peon_protocol.queries import ListThreads
from peon_protocol.values import CheckpointKind, TitleSource
from peon_protocol.views import ThreadView
from support.given import Given, Step, given
from support.story import (
    BEFORE,
    KEPT,
    PROMPT,
    TALK,
    TURN,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    a_turn_started,
    its_first_checkpoint,
    the_end_of,
)

MANY = [ThreadId(f"thread-{place}") for place in range(30)]


def turns(*numbers: int) -> tuple[Step, ...]:
    ids = [(TurnId(f"turn-{number}"), number) for number in numbers]
    return tuple(
        event
        for turn_id, number in ids
        for event in (
            a_turn_started(turn_id, number=number),
            its_first_checkpoint(turn_id, number=number),
            the_end_of(turn_id),
        )
    )


def three_turns() -> Given:
    return given(a_project(), a_thread(), turns(1, 2), a_checkpoint(), turns(3))


def listed(model: Model, query: ListThreads | None = None) -> list[ThreadView]:
    page = listing.page_of(model, query or ListThreads())
    return list(listing.told(model, page, page.thread_ids))


def at_rest(model: Model, *, past: bytes | None = None, gist: str | None = None) -> None:
    """The thread as a start finds it, with another past or another gist."""
    head, line = encode_thread(model.threads[TALK]).split(b"\n")
    known = json.loads(head)
    known |= {} if gist is None else {"gist": gist}
    model.threads[TALK] = decode_thread(dumps(known) + b"\n" + (line if past is None else past))


def test_a_thread_is_told_with_its_newest_turn_and_what_was_kept_since():
    model = three_turns().model
    at_rest(model)

    [thread] = listed(model)

    assert [turn.number for turn in thread.turns] == [3]
    assert thread.turns[0].items is None
    assert (thread.turn_count, thread.checkpoint_count) == (3, 4)
    kinds = [each.kind for each in thread.checkpoints]
    assert kinds == [CheckpointKind.MANUAL, CheckpointKind.TURN_START]
    assert thread.title == PROMPT


@pytest.mark.parametrize("wanted", range(LISTED_TURNS + 1))
def test_nothing_is_read_of_what_rests(wanted: int):
    model = three_turns().model
    [before] = listed(model, ListThreads(turns=wanted))
    at_rest(model, past=b"no past")

    [thread] = listed(model, ListThreads(turns=wanted))

    assert thread == before
    assert (len(thread.turns), thread.turn_count) == (wanted, 3)
    with pytest.raises(ValueError, match="malformed"):
        listed(model, ListThreads(turns=LISTED_TURNS + 1, limit=1))


def test_more_turns_are_told_where_they_are_asked_for():
    model = three_turns().model
    at_rest(model)

    [thread] = listed(model, ListThreads(turns=2, limit=1))

    assert [turn.number for turn in thread.turns] == [2, 3]
    assert len(thread.checkpoints) == 3


def test_what_happens_to_a_thread_that_rested_is_told():
    history = three_turns()
    at_rest(history.model)
    assert listed(history.model)[0].turn_count == 3
    history.and_then(a_checkpoint(CheckpointId("again")))

    assert listed(history.model)[0].checkpoint_count == 5

    at_rest(history.model)
    history.and_then(turns(4))

    [thread] = listed(history.model)
    assert ([turn.number for turn in thread.turns], thread.turn_count) == ([4], 4)


def test_a_thread_that_rested_is_called_as_somebody_named_it_since():
    history = three_turns()
    at_rest(history.model, past=b"no past")
    named = ThreadConfigured(thread_id=TALK, title="Roses", title_source=TitleSource.USER)

    [thread] = listed(history.and_then(named).model)

    assert (thread.title, thread.turn_count) == ("Roses", 3)


def test_a_gist_of_another_shape_or_none_is_made_anew():
    model = three_turns().model
    whole = listed(model)
    at_rest(model, gist='{"turns": 3}')

    assert listed(model) == whole

    head, past = encode_thread(model.threads[TALK]).split(b"\n")
    known = json.loads(head)
    del known["gist"]
    model.threads[TALK] = decode_thread(dumps(known) + b"\n" + past)

    assert listed(model) == whole


def test_a_gist_that_would_make_starts_slow_is_not_written():
    long = TurnStarted(
        thread_id=TALK, turn_id=TURN, number=1, prompt="water " * LONGEST_GIST, checkpoint_id=BEFORE
    )
    model = given(a_project(), a_thread(), long, the_end_of()).model
    whole = listed(model)

    encoded = encode_thread(model.threads[TALK])
    model.threads[TALK] = decode_thread(encoded)

    assert b'"gist"' not in encoded
    assert listed(model) == whole


@pytest.mark.parametrize("wanted", range(LISTED_TURNS + 1))
def test_a_thread_without_turns_is_told_with_what_was_kept(wanted: int):
    model = given(a_project(), a_thread(), a_checkpoint()).model
    for _ in ("awake", "at rest"):
        [thread] = listed(model, ListThreads(turns=wanted))

        assert [each.checkpoint_id for each in thread.checkpoints] == [KEPT]
        assert (thread.turns, thread.turn_count, thread.title) == ((), 0, "New thread")
        at_rest(model)


def test_a_turn_in_progress_is_the_newest():
    model = given(a_running_turn()).model

    [thread] = listed(model)

    assert [turn.ended_at for turn in thread.turns] == [None]
    assert thread.turns[0].items is None


def many() -> Given:
    return given(a_project(), *map(a_thread, MANY))


def test_pages_are_read_from_the_newest_to_the_oldest():
    model = many().model
    first = listing.page_of(model, ListThreads(limit=20))
    second = listing.page_of(model, ListThreads(limit=20, before=first.before))

    assert [*second.thread_ids, *first.thread_ids] == MANY
    assert (first.before, second.before) == (10, 0)
    assert listing.page_of(model, ListThreads(before=5)).thread_ids == MANY[:5]
    assert listing.page_of(model, ListThreads(before=99)).thread_ids == MANY
    assert listing.page_of(model, ListThreads(before=0, limit=1)).thread_ids == []


@pytest.mark.parametrize("gone", [0, 9, 10, 29])
def test_no_thread_is_left_out_where_one_is_deleted_between_two_pages(gone: int):
    history = many()
    first = listing.page_of(history.model, ListThreads(limit=20))
    history.and_then(ThreadDeleted(thread_id=MANY[gone]))
    second = listing.page_of(history.model, ListThreads(limit=20, before=first.before))

    assert set(MANY) - {MANY[gone]} <= {*first.thread_ids, *second.thread_ids}
    told = listing.told(history.model, first, first.thread_ids)
    assert MANY[gone] not in {each.thread_id for each in told}


def test_a_page_with_many_turns_of_each_has_fewer_threads():
    model = many().model

    page = listing.page_of(model, ListThreads(turns=50, limit=30))

    assert (len(page.thread_ids), page.before) == (10, 20)


def test_of_those_that_share_a_folder_the_newest_few_are_told():
    history = many().and_then(ThreadConfigured(thread_id=MANY[-1], archived=True))

    threads = listed(history.model)

    assert threads[0].shared_with == tuple(MANY[-11:-1])
    assert threads[-2].shared_with == tuple(MANY[-12:-2])
    assert threads[-1].shared_with == tuple(MANY[-11:-1])


@pytest.mark.parametrize(
    "query, problem",
    [
        (ListThreads(turns=-1), "expected 0 to 50 turns, found -1"),
        (ListThreads(turns=51, limit=1), r"thread/read has the others @ \$.params.turns"),
        (ListThreads(turns=2), r"ask for a page @ \$.params.limit"),
        (ListThreads(limit=0), "expected 1 to 500 threads, found 0"),
        (ListThreads(limit=501), r"page by page @ \$.params.limit"),
        (ListThreads(before=-1), r"the threadsBefore of an answer, found -1 @ \$.params.before"),
    ],
)
def test_a_page_that_there_is_not_is_refused(query: ListThreads, problem: str):
    with pytest.raises(ParamsInvalid, match=problem):
        listing.page_of(Model(), query)
