"""A turn is interrupted or ends; what is open is closed, and its outcome is true."""

import pytest

from peon.domain.commands import CheckpointTaken, RecordOperation, WorkFailed
from peon.domain.effects import (
    InterruptAgent,
    ToolCallClosed,
)
from peon_protocol.commands import InterruptTurn
from peon_protocol.events import (
    CheckpointCreated,
    OperationFailed,
    OperationRequested,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
)
from peon_protocol.ids import ActionId, CheckpointId, ItemId, OperationId, TurnId
from peon_protocol.provider_events import (
    PlanReplaced,
    ProviderError,
    SessionEnded,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.rejections import (
    ThreadNotFound,
    TurnMismatch,
    TurnNotInProgress,
)
from peon_protocol.values import (
    CheckpointKind,
    ItemKind,
    ItemStatus,
    PlanEntry,
    StopReason,
    ToolKind,
    TurnEndOperation,
    TurnError,
    TurnStatus,
    Usage,
)
from support.given import AGENT, FRESH, Story, given
from support.story import (
    SESSION,
    SNAPSHOT,
    TALK,
    TOOL,
    TURN,
    WORK,
    a_running_turn,
    a_session,
    a_withdrawal,
    an_action,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    moved,
    says,
    text,
    the_end_of,
    told_to_the_agent,
    work_on,
)

AFTER = CheckpointId("after-turn")
SECOND = TurnId("second")
TOO_LATE = WorkFailed("checkpoint.tooLate", "took more than 2 s", "Look at the disk.")


def test_interrupting_tells_the_agent_to_stop():
    given(a_running_turn()).when(InterruptTurn(thread_id=TALK, turn_id=TURN)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN)
    ).reacts(InterruptAgent(thread_id=TALK, turn_id=TURN))


def test_interrupting_withdraws_what_waits_for_an_answer_in_the_same_commit():
    told = given(an_asking_turn(), an_action(ActionId("second"), item_id=ItemId("unseen")))

    told.when(InterruptTurn(thread_id=TALK)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN),
        a_withdrawal(),
        moved(TOOL, ItemStatus.CANCELLED),
        a_withdrawal(ActionId("second")),
    ).reacts(
        InterruptAgent(thread_id=TALK, turn_id=TURN),
        told_to_the_agent(None, approved=None),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
        told_to_the_agent(
            None, approved=None, action_id=ActionId("second"), item_id=ItemId("unseen")
        ),
    )

    assert told.thread().pending == {}


def test_two_questions_about_one_tool_call_cancel_it_once():
    given(an_asking_turn(), an_action(ActionId("second"))).when(InterruptTurn(thread_id=TALK)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN),
        a_withdrawal(),
        moved(TOOL, ItemStatus.CANCELLED),
        a_withdrawal(ActionId("second")),
    )


def test_interrupting_again_changes_nothing():
    given(a_running_turn(), InterruptTurn(thread_id=TALK)).when(
        InterruptTurn(thread_id=TALK)
    ).nothing()


def test_a_turn_that_only_takes_its_closing_checkpoint_is_stopping_already():
    given(a_running_turn(), an_ending()).when(InterruptTurn(thread_id=TALK)).nothing()


def test_interrupting_needs_a_thread():
    given().when(InterruptTurn(thread_id=TALK)).refused(ThreadNotFound(TALK))


@pytest.mark.parametrize(
    "idle", [an_idle_thread(), (*a_running_turn(), the_end_of())], ids=["never ran", "ran"]
)
def test_an_idle_thread_has_nothing_to_interrupt(idle: Story):
    given(idle).when(InterruptTurn(thread_id=TALK)).refused(TurnNotInProgress(TALK))


def test_interrupting_names_the_turn_in_progress_or_none():
    given(a_running_turn()).when(InterruptTurn(thread_id=TALK, turn_id=SECOND)).refused(
        TurnMismatch(TALK, SECOND, TURN)
    )


def test_the_end_of_a_turn_is_recorded_before_its_closing_checkpoint_is_taken():
    usage = Usage(input_tokens=3, output_tokens=5, model="large")
    closing = TurnEndOperation(CheckpointId(FRESH), StopReason.END_TURN, usage=usage)

    given(a_running_turn()).when(
        says(TurnEnded(stop_reason=StopReason.END_TURN, usage=usage)), by=AGENT
    ).then(
        OperationRequested(
            thread_id=TALK, turn_id=TURN, operation_id=OperationId(FRESH), operation=closing
        )
    ).reacts(work_on(closing, turn_id=TURN))


def test_with_its_closing_checkpoint_a_turn_is_over():
    usage = Usage(output_tokens=5)
    told = given(a_running_turn(), an_ending(usage=usage))

    told.when(RecordOperation(TALK, WORK, CheckpointTaken("7ee5"))).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=AFTER,
            description="After turn 1",
            kind=CheckpointKind.TURN_END,
            snapshot="7ee5",
            turn_id=TURN,
            operation_id=WORK,
        ),
        TurnCompleted(thread_id=TALK, turn_id=TURN, stop_reason=StopReason.END_TURN, usage=usage),
    ).reacts()

    turn = told.thread().turns[TURN]
    assert (turn.status, turn.usage) == (TurnStatus.COMPLETED, usage)
    assert told.thread().current is None
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_a_turn_is_over_without_its_closing_checkpoint_too_and_an_event_says_so():
    given(a_running_turn(), an_ending()).when(RecordOperation(TALK, WORK, TOO_LATE)).then(
        OperationFailed(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=WORK,
            code=TOO_LATE.code,
            message=TOO_LATE.message,
            remedy=TOO_LATE.remedy,
        ),
        TurnCompleted(thread_id=TALK, turn_id=TURN, stop_reason=StopReason.END_TURN),
    ).reacts()


@pytest.mark.parametrize(
    "stop_reason, status",
    [
        (StopReason.END_TURN, TurnStatus.COMPLETED),
        (StopReason.MAX_TOKENS, TurnStatus.COMPLETED),
        (StopReason.MAX_TURN_REQUESTS, TurnStatus.COMPLETED),
        (StopReason.REFUSAL, TurnStatus.COMPLETED),
        (StopReason.CANCELLED, TurnStatus.INTERRUPTED),
        (StopReason.INTERRUPTED, TurnStatus.INTERRUPTED),
    ],
)
def test_the_stop_reason_tells_whether_a_turn_was_interrupted(
    stop_reason: StopReason, status: TurnStatus
):
    told = given(a_running_turn(), says(TurnEnded(stop_reason=stop_reason)))
    operation = told.thread().operation
    assert operation is not None

    told.and_then(RecordOperation(TALK, operation.operation_id, CheckpointTaken(SNAPSHOT)))

    turn = told.thread().turns[TURN]
    assert (turn.status, turn.stop_reason) == (status, stop_reason)


def test_a_turn_fails_with_the_agent_s_own_words():
    told = given(a_running_turn())

    told.when(says(ProviderError(code="overloaded", message="try later")), by=AGENT).then_it_is(
        "operation.requested"
    )
    told.when(RecordOperation(TALK, OperationId(FRESH), CheckpointTaken(SNAPSHOT))).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=CheckpointId(FRESH),
            description="After turn 1",
            kind=CheckpointKind.TURN_END,
            snapshot=SNAPSHOT,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
        ),
        TurnFailed(thread_id=TALK, turn_id=TURN, error=TurnError("overloaded", "try later")),
    )

    assert told.thread().turns[TURN].status is TurnStatus.FAILED


@pytest.mark.parametrize(
    "its_word",
    [
        TurnEnded(stop_reason=StopReason.END_TURN),
        TurnEnded(stop_reason=StopReason.CANCELLED),
        ProviderError(code="internal", message="aborted"),
    ],
    ids=["end of turn", "cancelled", "error"],
)
def test_a_turn_asked_to_stop_that_stops_was_cancelled_whatever_the_agent_calls_it(
    its_word: TurnEnded | ProviderError,
):
    closing = TurnEndOperation(CheckpointId(FRESH), StopReason.CANCELLED)
    given(a_running_turn(), InterruptTurn(thread_id=TALK)).when(says(its_word), by=AGENT).then(
        OperationRequested(
            thread_id=TALK, turn_id=TURN, operation_id=OperationId(FRESH), operation=closing
        )
    )


def test_an_agent_that_dies_fails_its_turn():
    given(a_running_turn(), a_session()).when(
        says(SessionEnded(session_id=SESSION, reason="exited with 1", detail="out of memory")),
        by=AGENT,
    ).then_it_is("session.closed", "operation.requested")


def test_what_waits_is_withdrawn_and_what_is_open_is_closed_when_the_agent_ends():
    plan = says(PlanReplaced(entries=(PlanEntry("dig"),)))
    told = given(
        an_asking_turn(),
        says(ToolCallUpdated(item_id=ItemId("running"), kind=ToolKind.READ)),
        plan,
        says(TextDelta(text="done")),
    )

    told.when(says(TurnEnded(stop_reason=StopReason.END_TURN)), by=AGENT).then(
        a_withdrawal(),
        moved(TOOL, ItemStatus.CANCELLED),
        moved("running", ItemStatus.CANCELLED),
        moved("t1-3", ItemStatus.COMPLETED, kind=ItemKind.PLAN),
        moved("t1-4", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        OperationRequested(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
            operation=TurnEndOperation(CheckpointId(FRESH), StopReason.END_TURN),
        ),
    )

    assert told.thread().turns[TURN].open_text is None
    assert not any(item.is_open for item in told.thread().turns[TURN].items.values())


def test_text_that_was_broken_off_is_not_called_complete():
    given(a_running_turn(), text("t1-1", "I was just about")).when(
        says(ProviderError(code="overloaded", message="try later")), by=AGENT
    ).then(
        moved("t1-1", ItemStatus.CANCELLED, kind=ItemKind.MESSAGE),
        OperationRequested(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
            operation=TurnEndOperation(
                CheckpointId(FRESH), error=TurnError("overloaded", "try later")
            ),
        ),
    )


def test_an_action_about_a_text_does_not_keep_the_text_open_after_the_end():
    told = given(a_running_turn(), text("m", "May I?"), an_action(item_id=ItemId("m")))

    told.when(says(TurnEnded(stop_reason=StopReason.END_TURN)), by=AGENT).then(
        a_withdrawal(),
        moved("m", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        OperationRequested(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
            operation=TurnEndOperation(CheckpointId(FRESH), StopReason.END_TURN),
        ),
    )
