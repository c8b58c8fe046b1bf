"""A turn: one at a time in a thread, numbered from 1, and each comes to an end."""

import pytest

from peon.domain.actions import TURN_END
from peon.domain.commands import CheckpointTaken, RecordOperation, RecordTurnCheckpoint, WorkFailed
from peon.domain.effects import (
    AnswerAgent,
    CaptureTurnStart,
    InterruptAgent,
    PerformOperation,
    PromptAgent,
    ToolCallClosed,
)
from peon_protocol.commands import InterruptTurn, StartTurn
from peon_protocol.events import (
    ActionResolved,
    CheckpointCreated,
    OperationFailed,
    OperationRequested,
    ThreadConfigured,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
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
    ModeNotSupported,
    OperationInProgress,
    PromptEmpty,
    ThreadArchived,
    ThreadNotFound,
    TurnIdUsed,
    TurnInProgress,
    TurnMismatch,
    TurnNotInProgress,
)
from peon_protocol.values import (
    CheckpointKind,
    CommitOperation,
    Decision,
    ImageContent,
    ItemKind,
    ItemStatus,
    MissingPath,
    Mode,
    PlanEntry,
    Prompt,
    RestoreOperation,
    StopReason,
    TextContent,
    ToolKind,
    TurnEndOperation,
    TurnError,
    TurnStatus,
    Usage,
)
from support.given import AGENT, FRESH, Story, given
from support.story import (
    ASKED,
    BEFORE,
    KEPT,
    NOBODY,
    OTHER,
    PROMPT,
    SESSION,
    SNAPSHOT,
    TALK,
    TOOL,
    TURN,
    WORK,
    a_running_turn,
    a_session,
    a_thread,
    a_turn_started,
    an_action,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    its_first_checkpoint,
    moved,
    says,
    text,
    the_end_of,
)

AFTER = CheckpointId("after-turn")
SECOND = TurnId("second")
TOO_LATE = WorkFailed("checkpoint.tooLate", "took more than 2 s", "Look at the disk.")


# ---- starting ------------------------------------------------------------------------------------


def test_a_turn_starts_with_a_checkpoint_of_the_files():
    given(an_idle_thread()).when(StartTurn(thread_id=TALK, prompt=PROMPT)).then(
        TurnStarted(
            thread_id=TALK,
            turn_id=TurnId(FRESH),
            number=1,
            prompt=PROMPT,
            checkpoint_id=CheckpointId(FRESH),
            mode=Mode.ASK,
        )
    ).reacts(
        CaptureTurnStart(thread_id=TALK, turn_id=TurnId(FRESH), checkpoint_id=CheckpointId(FRESH))
    )


def test_a_turn_takes_the_model_and_mode_of_its_thread_unless_it_brings_its_own():
    configured = ThreadConfigured(thread_id=TALK, model="large", mode=Mode.EDITS)
    told = given(an_idle_thread(), configured)
    plain = StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN)
    own = StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN, model="small", mode=Mode.PLAN)

    told.when(own).then_it_is("turn.started")
    turn = told.thread().turns[TURN]
    assert (turn.model, turn.mode) == ("small", Mode.PLAN)
    assert (told.thread().model, told.thread().mode) == ("large", Mode.EDITS)

    told = given(an_idle_thread(), configured)
    told.when(plain).then_it_is("turn.started")
    turn = told.thread().turns[TURN]
    assert (turn.model, turn.mode) == ("large", Mode.EDITS)


def test_turns_are_numbered_from_one_within_their_thread():
    told = given(an_idle_thread(), a_thread(OTHER))

    for number in (1, 2, 3):
        turn_id = TurnId(f"turn-{number}")
        told.when(StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=turn_id)).then(
            TurnStarted(
                thread_id=TALK,
                turn_id=turn_id,
                number=number,
                prompt=PROMPT,
                checkpoint_id=CheckpointId(FRESH),
            )
        )
        told.and_then(the_end_of(turn_id))

    told.when(StartTurn(thread_id=OTHER, prompt=PROMPT)).then_it_is("turn.started")
    assert [turn.number for turn in told.thread("talk").turns.values()] == [1, 2, 3]
    assert [turn.number for turn in told.thread("other").turns.values()] == [1]


@pytest.mark.parametrize(
    "how_it_ended",
    [
        TurnCompleted(thread_id=TALK, turn_id=TURN, stop_reason=StopReason.CANCELLED),
        TurnFailed(thread_id=TALK, turn_id=TURN, error=TurnError("agent.exited", "gone")),
    ],
    ids=["interrupted", "failed"],
)
def test_a_turn_number_is_never_used_again(how_it_ended: TurnCompleted | TurnFailed):
    told = given(a_running_turn(), how_it_ended)

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=SECOND)).then_it_is("turn.started")

    assert told.thread().turns[SECOND].number == 2


def test_the_same_turn_asked_for_again_is_the_same_turn():
    again = StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN)
    archived = ThreadConfigured(thread_id=TALK, archived=True)

    given(a_running_turn()).when(again).nothing()
    given(a_running_turn(), the_end_of()).when(again).nothing()
    given(a_running_turn(), the_end_of(), archived).when(again).nothing()


def test_a_turn_id_belongs_to_its_prompt():
    given(a_running_turn(), the_end_of()).when(
        StartTurn(thread_id=TALK, prompt="cut the roses", turn_id=TURN)
    ).refused(TurnIdUsed(TURN))


def test_a_turn_needs_a_thread():
    given(an_idle_thread()).when(StartTurn(thread_id=NOBODY, prompt=PROMPT)).refused(
        ThreadNotFound(NOBODY)
    )


def test_an_archived_thread_takes_no_turns():
    given(an_idle_thread(), ThreadConfigured(thread_id=TALK, archived=True)).when(
        StartTurn(thread_id=TALK, prompt=PROMPT)
    ).refused(ThreadArchived(TALK))


@pytest.mark.parametrize(
    "at_work",
    [
        pytest.param((*an_idle_thread(), a_turn_started()), id="before its prompt"),
        pytest.param(a_running_turn(), id="running"),
        pytest.param(an_asking_turn(), id="awaiting approval"),
        pytest.param((*a_running_turn(), an_ending()), id="taking its closing checkpoint"),
    ],
)
def test_a_thread_has_one_turn_at_a_time(at_work: Story):
    given(at_work).when(StartTurn(thread_id=TALK, prompt="and the tulips")).refused(
        TurnInProgress(TALK, TURN)
    )


def test_other_threads_of_the_project_may_run_at_the_same_time():
    given(a_running_turn(), a_thread(OTHER)).when(
        StartTurn(thread_id=OTHER, prompt=PROMPT)
    ).then_it_is("turn.started")


def test_no_turn_starts_while_an_operation_of_its_thread_is_under_way():
    given(an_idle_thread(), an_operation()).when(StartTurn(thread_id=TALK, prompt=PROMPT)).refused(
        OperationInProgress(TALK, "checkpoint")
    )


def test_no_turn_starts_in_a_folder_whose_files_are_going_back():
    restoring = RestoreOperation(KEPT, CheckpointId("present"))
    given(an_idle_thread(), a_thread(OTHER), an_operation(restoring, thread_id=OTHER)).when(
        StartTurn(thread_id=TALK, prompt=PROMPT)
    ).refused(OperationInProgress(OTHER, "restore"))


def test_a_turn_may_start_while_another_thread_commits():
    committing = CommitOperation("roses")
    given(an_idle_thread(), a_thread(OTHER), an_operation(committing, thread_id=OTHER)).when(
        StartTurn(thread_id=TALK, prompt=PROMPT)
    ).then_it_is("turn.started")


@pytest.mark.parametrize("prompt", ["", " \n\t", (), (TextContent(" "), TextContent(""))], ids=repr)
def test_a_prompt_must_ask_something(prompt: Prompt):
    given(an_idle_thread()).when(StartTurn(thread_id=TALK, prompt=prompt)).refused(PromptEmpty())


def test_a_picture_alone_is_a_prompt():
    picture = ImageContent(data="cGl4ZWw=", mime_type="image/png")
    given(an_idle_thread()).when(StartTurn(thread_id=TALK, prompt=(picture,))).then_it_is(
        "turn.started"
    )


def test_a_turn_is_not_started_in_a_mode_its_provider_cannot_keep():
    given(an_idle_thread(provider="humble")).when(
        StartTurn(thread_id=TALK, prompt=PROMPT, mode=Mode.PLAN)
    ).refused(ModeNotSupported("humble", Mode.PLAN))


# ---- the first checkpoint and the prompt ---------------------------------------------------------


def test_the_prompt_goes_out_when_the_first_checkpoint_is_there():
    missing = (MissingPath("big.iso", "larger than 10 MiB"),)
    told = given(an_idle_thread(), a_turn_started())

    told.when(RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT, missing))).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=BEFORE,
            description="Before turn 1",
            kind=CheckpointKind.TURN_START,
            snapshot=SNAPSHOT,
            turn_id=TURN,
            missing=missing,
        )
    ).reacts(PromptAgent(thread_id=TALK, turn_id=TURN))

    assert told.thread().checkpoints[BEFORE].missing == missing


def test_the_prompt_goes_out_without_a_checkpoint_too_and_an_event_says_so():
    given(an_idle_thread(), a_turn_started()).when(RecordTurnCheckpoint(TALK, TURN, TOO_LATE)).then(
        OperationFailed(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(BEFORE),
            code=TOO_LATE.code,
            message=TOO_LATE.message,
            remedy=TOO_LATE.remedy,
        )
    ).reacts(PromptAgent(thread_id=TALK, turn_id=TURN))


def test_the_first_checkpoint_is_recorded_once():
    told = given(a_running_turn())

    told.when(RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT))).nothing()
    told.when(RecordTurnCheckpoint(TALK, TURN, TOO_LATE)).nothing()


def test_the_first_checkpoint_of_a_turn_that_is_over_says_nothing():
    taken = CheckpointTaken(SNAPSHOT)

    given(an_idle_thread(), a_turn_started(), the_end_of()).when(
        RecordTurnCheckpoint(TALK, TURN, taken)
    ).nothing()
    given(an_idle_thread()).when(RecordTurnCheckpoint(TALK, TURN, taken)).nothing()
    given().when(RecordTurnCheckpoint(TALK, TURN, taken)).nothing()


def test_a_turn_whose_agent_failed_before_the_prompt_is_not_prompted():
    given(an_idle_thread(), a_turn_started(), an_ending()).when(
        RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT))
    ).then(its_first_checkpoint()).reacts()


def test_a_turn_told_to_stop_before_its_prompt_is_not_prompted():
    told = given(an_idle_thread(), a_turn_started())

    told.when(InterruptTurn(thread_id=TALK)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN)
    ).reacts(InterruptAgent(thread_id=TALK, turn_id=TURN))
    told.when(RecordTurnCheckpoint(TALK, TURN, CheckpointTaken(SNAPSHOT))).then(
        its_first_checkpoint()
    ).reacts()


def test_a_turn_told_to_stop_is_not_prompted_though_its_first_checkpoint_failed():
    interrupted = TurnInterruptRequested(thread_id=TALK, turn_id=TURN)
    given(an_idle_thread(), a_turn_started(), interrupted).when(
        RecordTurnCheckpoint(TALK, TURN, TOO_LATE)
    ).then_it_is("operation.failed").reacts()


# ---- interrupting --------------------------------------------------------------------------------


def test_interrupting_tells_the_agent_to_stop():
    given(a_running_turn()).when(InterruptTurn(thread_id=TALK, turn_id=TURN)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN)
    ).reacts(InterruptAgent(thread_id=TALK, turn_id=TURN))


def test_interrupting_withdraws_what_waits_for_an_answer_in_the_same_commit():
    told = given(an_asking_turn(), an_action(ActionId("second"), item_id=ItemId("unseen")))

    told.when(InterruptTurn(thread_id=TALK)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN),
        a_withdrawal(ASKED),
        moved(TOOL, ItemStatus.CANCELLED),
        a_withdrawal(ActionId("second")),
    ).reacts(
        InterruptAgent(thread_id=TALK, turn_id=TURN),
        the_agent_is_told_nobody_answers(ASKED, TOOL),
        ToolCallClosed(thread_id=TALK, turn_id=TURN, item_id=TOOL),
        the_agent_is_told_nobody_answers(ActionId("second"), ItemId("unseen")),
    )

    assert told.thread().pending == {}


def test_two_questions_about_one_tool_call_cancel_it_once():
    given(an_asking_turn(), an_action(ActionId("second"))).when(InterruptTurn(thread_id=TALK)).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN),
        a_withdrawal(ASKED),
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


# ---- the end -------------------------------------------------------------------------------------


def test_the_end_of_a_turn_is_recorded_before_its_closing_checkpoint_is_taken():
    usage = Usage(input_tokens=3, output_tokens=5, model="large")
    closing = TurnEndOperation(CheckpointId(FRESH), StopReason.END_TURN, usage=usage)

    given(a_running_turn()).when(
        says(TurnEnded(stop_reason=StopReason.END_TURN, usage=usage)), by=AGENT
    ).then(
        OperationRequested(
            thread_id=TALK, turn_id=TURN, operation_id=OperationId(FRESH), operation=closing
        )
    ).reacts(
        PerformOperation(
            thread_id=TALK, turn_id=TURN, operation_id=OperationId(FRESH), operation=closing
        )
    )


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
        a_withdrawal(ASKED),
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
        a_withdrawal(ASKED),
        moved("m", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        OperationRequested(
            thread_id=TALK,
            turn_id=TURN,
            operation_id=OperationId(FRESH),
            operation=TurnEndOperation(CheckpointId(FRESH), StopReason.END_TURN),
        ),
    )


def a_withdrawal(action_id: ActionId) -> ActionResolved:
    return ActionResolved(
        thread_id=TALK,
        turn_id=TURN,
        action_id=action_id,
        decision=Decision.WITHDRAWN,
        by=TURN_END,
    )


def the_agent_is_told_nobody_answers(action_id: ActionId, item_id: ItemId) -> AnswerAgent:
    return AnswerAgent(
        thread_id=TALK,
        turn_id=TURN,
        action_id=action_id,
        item_id=item_id,
        kind=ToolKind.EDIT,
        option_id=None,
        approved=False,
    )
