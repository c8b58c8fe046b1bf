"""After a restart, what the process that died had in flight is settled, and nothing else."""

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    RecordOperation,
    RecordTurnCheckpoint,
    SettleThread,
)
from peon.domain.effects import PerformOperation, ToolCallClosed
from peon.domain.turns import LOST
from peon_protocol.commands import InterruptTurn, StartTurn
from peon_protocol.events import (
    ChangesCommitted,
    OperationFailed,
    ThreadConfigured,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.provider_events import TurnEnded
from peon_protocol.rejections import TurnNotInProgress
from peon_protocol.values import (
    CommitOperation,
    ItemKind,
    ItemStatus,
    StopReason,
    TurnError,
    TurnStatus,
    Usage,
)
from support.given import AGENT, Story, given
from support.story import (
    PROMPT,
    SNAPSHOT,
    TALK,
    TOOL,
    TURN,
    WORK,
    a_checkpoint,
    a_running_turn,
    a_session,
    a_tool_call,
    a_turn_started,
    a_withdrawal,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    moved,
    says,
    text,
    the_end_of,
    told_to_the_agent,
)

WHY = "the server stopped"
SETTLE = SettleThread(TALK, WHY)


def cut_short() -> TurnCompleted:
    return TurnCompleted(
        thread_id=TALK, turn_id=TURN, stop_reason=StopReason.INTERRUPTED, detail=WHY
    )


@pytest.mark.parametrize(
    "idle",
    [
        pytest.param(an_idle_thread(), id="never ran"),
        pytest.param((*a_running_turn(), the_end_of()), id="ran"),
        pytest.param((*an_idle_thread(), a_session()), id="with a session"),
        pytest.param((*an_idle_thread(), *a_checkpoint()), id="with a checkpoint"),
        pytest.param(
            (*an_idle_thread(), ThreadConfigured(thread_id=TALK, archived=True)), id="archived"
        ),
        pytest.param((), id="gone"),
    ],
)
def test_a_thread_with_nothing_in_flight_gets_no_event(idle: Story):
    given(idle).when(SETTLE).nothing()


def test_a_turn_before_its_first_checkpoint_is_interrupted():
    told = given(an_idle_thread(), a_turn_started())

    told.when(SETTLE).then(cut_short()).reacts()

    assert told.thread().turns[TURN].status is TurnStatus.INTERRUPTED
    assert (told.model.busy, told.model.outbox) == ({}, {})
    told.when(RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT))).nothing()


def test_a_turn_whose_agent_was_at_work_is_interrupted():
    told = given(a_running_turn(), a_tool_call(), text("t1-2", "I was"))

    told.when(SETTLE).then(
        moved(TOOL, ItemStatus.CANCELLED),
        moved("t1-2", ItemStatus.CANCELLED, kind=ItemKind.MESSAGE),
        cut_short(),
    ).reacts(ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL))

    assert told.thread().turns[TURN].status is TurnStatus.INTERRUPTED
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_what_waited_for_an_answer_is_withdrawn():
    told = given(an_asking_turn())

    told.when(SETTLE).then(
        a_withdrawal(),
        moved(TOOL, ItemStatus.CANCELLED),
        cut_short(),
    ).reacts(
        told_to_the_agent(None, approved=None),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
    )

    assert told.thread().pending == {}
    assert told.model.outbox == {}


def test_a_turn_that_was_told_to_stop_is_interrupted():
    told = given(a_running_turn(), InterruptTurn(thread_id=TALK))

    told.when(SETTLE).then(cut_short()).reacts()

    assert told.thread().turns[TURN].status is TurnStatus.INTERRUPTED


@pytest.mark.parametrize(
    "recorded, outcome",
    [
        pytest.param(
            an_ending(usage=Usage(3)),
            TurnCompleted(
                thread_id=TALK, turn_id=TURN, stop_reason=StopReason.END_TURN, usage=Usage(3)
            ),
            id="completed",
        ),
        pytest.param(
            an_ending(stop_reason=StopReason.CANCELLED),
            TurnCompleted(thread_id=TALK, turn_id=TURN, stop_reason=StopReason.CANCELLED),
            id="cancelled",
        ),
        pytest.param(
            an_ending(stop_reason=None, error=TurnError("overloaded", "later")),
            TurnFailed(thread_id=TALK, turn_id=TURN, error=TurnError("overloaded", "later")),
            id="failed",
        ),
    ],
)
def test_an_outcome_that_was_recorded_is_kept_though_the_closing_checkpoint_is_lost(
    recorded: Story, outcome: TurnCompleted | TurnFailed
):
    told = given(a_running_turn(), recorded)

    told.when(SETTLE).then(
        OperationFailed(thread_id=TALK, turn_id=TURN, operation_id=WORK, code=LOST, message=WHY),
        outcome,
    ).reacts()

    assert told.thread().current is None
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_an_operation_is_done_again_and_not_given_up():
    told = given(an_idle_thread(), an_operation(CommitOperation("roses")))

    told.when(SETTLE).nothing()

    wanted = PerformOperation(
        thread_id=TALK, operation_id=WORK, operation=CommitOperation("roses"), turn_id=None
    )
    assert list(told.model.outbox[TALK].values()) == [wanted]
    told.and_then(
        ChangesCommitted(thread_id=TALK, operation_id=WORK, commit="c0ffee", message="roses")
    )
    assert told.model.outbox == {}


def test_settling_twice_says_it_once():
    told = given(a_running_turn())

    told.when(SETTLE).then(cut_short())
    told.when(SETTLE).nothing()


def test_what_the_dead_process_s_agent_still_says_is_too_late():
    told = given(a_running_turn(), SETTLE)

    told.when(says(TurnEnded(stop_reason=StopReason.END_TURN)), by=AGENT).refused(
        TurnNotInProgress(TALK)
    )


def test_the_outcome_of_an_operation_that_was_given_up_says_nothing():
    told = given(a_running_turn(), an_ending(), SETTLE)

    told.when(RecordOperation(TALK, WORK, CheckpointTaken(SNAPSHOT))).nothing()


def test_the_next_turn_counts_on():
    told = given(a_running_turn(), SETTLE)

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT)).then_it_is("turn.started")

    assert [turn.number for turn in told.thread().turns.values()] == [1, 2]
