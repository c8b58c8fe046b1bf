"""What holds of every history, whatever is asked, said and done in whatever order."""

from collections.abc import Iterator
from typing import Final, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.domain.commands import SettleThread
from peon.domain.decide import decide
from peon.domain.effects import PerformOperation
from peon.domain.model import Model, OperationFailure, Thread
from peon.domain.outcomes import outcome_of
from peon.domain.project import project
from peon.domain.receipts import result_of
from peon.wire import decode_event, encode_event
from peon_protocol.events import Event, OperationFailed, OperationRequested, StoredEvent
from peon_protocol.ids import CommandId, OperationId, ThreadId
from peon_protocol.results import CommandResult
from support.examples import examples
from support.given import SERVER, encoded, facts
from support.histories import Move, Played, histories
from support.invariants import (
    broken,
    broken_in_log,
    closed_items,
    derived_busy,
    lost_messages,
)

pytestmark = pytest.mark.timeout(1800)  # The nightly run takes its time.

NOBODY: Final = CommandId("nobody")
"""Waits for the operations that no command waits for."""


@examples(1_000, nightly=50_000)
@given(histories())
def test_replay_of_the_whole_log_gives_the_live_model(played: Played):
    model = Model()

    for stored in played.log:
        project(model, decode_event(encode_event(stored)))

    assert encoded(model) == encoded(played.model)


@examples(150, nightly=5_000)
@given(histories())
def test_an_event_that_is_written_and_read_is_the_same_event(played: Played):
    for stored in played.log:
        read = decode_event(encode_event(stored))
        assert read == stored
        assert repr(read) == repr(stored), "equal, but not of the same types"


@examples(100, nightly=5_000)
@given(histories())
def test_deciding_changes_nothing(played: Played):
    for move, model in told_again(played):
        before = encoded(model)
        decide(move.command, model, move.facts)
        assert encoded(model) == before


@examples(100, nightly=5_000)
@given(histories())
def test_deciding_again_comes_to_the_same(played: Played):
    for move, model in told_again(played):
        assert decide(move.command, model, move.facts) == move.decided


@examples(200, nightly=10_000)
@given(histories())
def test_every_state_keeps_the_invariants(played: Played):
    closed = closed_items(Model())
    for _, model in told_again(played):
        assert broken(model) == []
        assert {each for each in closed if each[0] in model.threads} <= closed_items(model)
        closed = closed_items(model)
    assert broken(played.model) == []
    assert broken_in_log(played.log) == []
    assert lost_messages(played.log, played.model) == []


@examples(200, nightly=20_000)
@given(histories(), st.data())
def test_folding_on_from_a_snapshot_gives_the_live_model(played: Played, data: st.DataObject):
    """The rest is as old as it is, and each thread older or newer as chance has it."""
    moments = st.integers(0, len(played.log))
    age = data.draw(moments, label="age of the rest")
    model = folded(played.log[:age])
    ages = {
        thread_id: data.draw(moments, label=f"age of {thread_id}") for thread_id in model.threads
    }
    for thread_id, wanted in ages.items():
        model.threads[thread_id] = thread_as_of(played.log, thread_id, wanted)
    model.busy = dict.fromkeys(derived_busy(model))

    for stored in played.log[min([age, *ages.values()]) :]:
        project(model, stored)

    assert in_any_order(model) == in_any_order(played.model)


@examples(150, nightly=10_000)
@given(histories())
def test_after_a_restart_everything_is_settled_and_only_operations_are_left(played: Played):
    model, history = played.model, played.history
    quiet = {each.thread_id for each in model.threads.values() if each.current is None}
    head = len(played.log)

    for thread_id in tuple(model.threads):
        decided = decide(SettleThread(thread_id, "restart"), model, facts(actor=SERVER))
        assert isinstance(decided, tuple)
        history.record(decided)

    assert all(thread.current is None and not thread.pending for thread in model.threads.values())
    left = [effect for effects in model.outbox.values() for effect in effects.values()]
    assert all(isinstance(effect, PerformOperation) for effect in left)
    assert quiet.isdisjoint(stored.stream_id for stored in played.log[head:])
    assert broken(model) == []


@examples(200, nightly=10_000)
@given(histories())
def test_a_receipt_holds_what_its_command_was_answered(played: Played):
    answers = answered(played)

    for command_id, receipt in played.model.receipts.items():
        assert (receipt.result or receipt.failure) == answers.get(command_id)


def answered(played: Played) -> dict[CommandId, CommandResult | OperationFailure | None]:
    """What each command was answered when it was accepted, or when its operation was done."""
    answers: dict[CommandId, CommandResult | OperationFailure | None] = {}
    waiting: dict[OperationId, CommandId] = {}
    model = Model()
    for stored in played.log:
        project(model, stored)
        event, command_id = stored.payload, stored.command_id
        if isinstance(event, OperationFailed):
            failure = OperationFailure(event.code, event.message, event.remedy)
            answers[waiting.pop(event.operation_id, NOBODY)] = failure
        elif (outcome := outcome_of(event, stored.sequence)) is not None:
            assert outcome.operation_id is not None
            answers[waiting.pop(outcome.operation_id, NOBODY)] = outcome
        elif command_id is not None and isinstance(event, OperationRequested):
            waiting[event.operation_id] = command_id
            answers.pop(command_id, None)
        elif command_id is not None:
            method = (stored.command_digest or "").partition(":")[0]
            last = max(each.sequence for each in played.log if each.command_id == command_id)
            answer = result_of(event, method, last, model)
            answers[command_id] = answer or answers.get(command_id)
    return answers


def test_the_histories_tried_show_every_event():
    seen: set[str] = set()

    @examples(300, nightly=300)
    @given(histories())
    def collect(played: Played) -> None:
        seen.update(stored.type for stored in played.log)

    collect()

    assert {kind.TYPE for kind in get_args(Event)} - seen == {"event.erased"}


def told_again(played: Played) -> Iterator[tuple[Move, Model]]:
    """Each move of a history, with the model as it was before it."""
    model, log = Model(), iter(played.log)
    for move in played.moves:
        yield move, model
        for _ in move.events:
            project(model, next(log))


def folded(log: list[StoredEvent]) -> Model:
    model = Model()
    for stored in log:
        project(model, stored)
    return model


def thread_as_of(log: list[StoredEvent], thread_id: ThreadId, age: int) -> Thread:
    """The thread after so many events, or as near to that as it lived."""
    model, found = Model(), None
    for stored in log:
        if stored.sequence > age and found is not None:
            break
        project(model, stored)
        found = model.threads.get(thread_id, found)
    assert found is not None
    return found


def in_any_order(model: Model) -> str:
    """Encoded, but for the order of what is looked up and never listed."""
    return encoded(
        attrs.evolve(
            model,
            busy=dict(sorted(model.busy.items())),
        )
    )
