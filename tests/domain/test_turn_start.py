"""A turn starts alone in its thread, numbered from 1, with a checkpoint of the files."""

import attrs
import pytest

from peon.domain.commands import CheckpointTaken, RecordTurnCheckpoint, WorkFailed
from peon.domain.effects import (
    CaptureTurnStart,
    InterruptAgent,
    PromptAgent,
)
from peon.domain.facts import ProviderFacts, ProviderObstacle
from peon_protocol.commands import InterruptTurn, StartTurn
from peon_protocol.events import (
    CheckpointCreated,
    OperationFailed,
    ThreadConfigured,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import CheckpointId, OperationId, TurnId
from peon_protocol.rejections import (
    ModeNotSupported,
    OperationInProgress,
    PromptEmpty,
    ProviderNeedsLogin,
    ProviderNotAvailable,
    ProviderUnknown,
    ThreadArchived,
    ThreadNotFound,
    TurnIdUsed,
    TurnInProgress,
)
from peon_protocol.values import (
    CheckpointKind,
    CommitOperation,
    ImageContent,
    MissingPath,
    Mode,
    Prompt,
    RestoreOperation,
    StopReason,
    TextContent,
    TurnError,
)
from support.given import FRESH, PROVIDERS, Story, given
from support.story import (
    BEFORE,
    KEPT,
    NOBODY,
    OTHER,
    PROMPT,
    SNAPSHOT,
    TALK,
    TURN,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    its_first_checkpoint,
    the_end_of,
)

AFTER = CheckpointId("after-turn")
SECOND = TurnId("second")
TOO_LATE = WorkFailed("checkpoint.tooLate", "took more than 2 s", "Look at the disk.")


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


def facing(obstacle: ProviderObstacle) -> ProviderFacts:
    """The providers, where this keeps the thread's from being used."""
    return attrs.evolve(PROVIDERS, obstacle=obstacle)


def test_a_turn_is_not_started_with_an_agent_that_is_not_installed():
    given(an_idle_thread()).when(
        StartTurn(thread_id=TALK, prompt=PROMPT),
        providers=facing(ProviderNotAvailable("script", "it is not installed")),
    ).refused(ProviderNotAvailable("script", "it is not installed"))


def test_a_turn_is_not_started_with_an_agent_that_needs_a_log_in():
    given(an_idle_thread()).when(
        StartTurn(thread_id=TALK, prompt=PROMPT),
        providers=facing(ProviderNeedsLogin("script", "no key")),
    ).refused(ProviderNeedsLogin("script", "no key"))


def test_a_turn_is_not_started_with_a_provider_that_is_not_known_any_more():
    given(an_idle_thread()).when(
        StartTurn(thread_id=TALK, prompt=PROMPT),
        providers=attrs.evolve(PROVIDERS, ids=frozenset({"claude"})),
    ).refused(ProviderUnknown("script"))
