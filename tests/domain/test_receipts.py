"""A receipt keeps the first answer of a command, for as long as somebody may ask again."""

from datetime import timedelta

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    CommitMade,
    FilesRestored,
    Outcome,
    PushMade,
    RecordOperation,
    WorkFailed,
)
from peon.domain.model import OperationFailure
from peon.domain.receipts import KEPT as KEPT_FOR
from peon.domain.receipts import result_of, unchanged
from peon_protocol.commands import (
    ApprovePendingAction,
    Command,
    CommitChanges,
    ConfigureProject,
    ConfigureThread,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    DeleteProject,
    DeleteThread,
    IngestProviderEvent,
    InterruptTurn,
    PushChanges,
    RejectPendingAction,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.events import OperationRequested
from peon_protocol.ids import CheckpointId, OperationId
from peon_protocol.methods import METHODS, MethodKind
from peon_protocol.provider_events import TextDelta, TurnEnded
from peon_protocol.queue_results import ActionResult
from peon_protocol.results import (
    CheckpointResult,
    CommandResult,
    CommitResult,
    IngestResult,
    ProjectResult,
    PushResult,
    RestoreResult,
    ThreadResult,
    TurnResult,
)
from peon_protocol.values import (
    Decision,
    MissingPath,
    Mode,
    PathConflict,
    PushOperation,
    StopReason,
)
from support.given import FRESH, ROOT, USER, Given, Story, given
from support.story import (
    ASKED,
    GARDEN,
    KEPT,
    OTHER,
    PROMPT,
    SNAPSHOT,
    TALK,
    TURN,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    an_asking_turn,
    an_idle_thread,
    says,
    the_end_of,
)

METHOD_OF = {method.params: method.name for method in METHODS if method.kind is MethodKind.COMMAND}
"""The name of each command's method, by which its digest begins."""


def sent(told: Given, command: Command, command_id: str = "first", *, digest: str = "1") -> Given:
    """A client sent the command under an id, and it was accepted."""
    decided = told.when(command, by=USER).decided
    assert isinstance(decided, tuple)
    name = f"{METHOD_OF[type(command)]}:{digest}"
    told.history.record(decided, command_id=command_id, digest=name)
    return told


ANSWERS: list[tuple[Story, Command, CommandResult]] = [
    (
        (),
        CreateProject(root=ROOT, project_id=GARDEN),
        ProjectResult(sequence=1, project_id=GARDEN),
    ),
    (
        a_project(),
        ConfigureProject(project_id=GARDEN, title="Roses"),
        ProjectResult(sequence=2, project_id=GARDEN),
    ),
    (
        an_idle_thread(),
        DeleteProject(project_id=GARDEN),
        ProjectResult(sequence=4, project_id=GARDEN),
    ),
    (
        a_project(),
        CreateThread(project_id=GARDEN, thread_id=TALK),
        ThreadResult(sequence=2, thread_id=TALK),
    ),
    (
        an_idle_thread(),
        ConfigureThread(thread_id=TALK, mode=Mode.FULL),
        ThreadResult(sequence=3, thread_id=TALK),
    ),
    (
        an_idle_thread(),
        DeleteThread(thread_id=TALK),
        ThreadResult(sequence=3, thread_id=TALK),
    ),
    (
        an_idle_thread(),
        StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN),
        TurnResult(sequence=3, thread_id=TALK, turn_id=TURN, number=1),
    ),
    (
        an_asking_turn(),
        InterruptTurn(thread_id=TALK),
        TurnResult(sequence=9, thread_id=TALK, turn_id=TURN, number=1),
    ),
    (
        an_asking_turn(),
        ApprovePendingAction(thread_id=TALK, action_id=ASKED),
        ActionResult(sequence=8, thread_id=TALK, action_id=ASKED, decision=Decision.APPROVED),
    ),
    (
        an_asking_turn(),
        RejectPendingAction(thread_id=TALK, action_id=ASKED),
        ActionResult(sequence=8, thread_id=TALK, action_id=ASKED, decision=Decision.REJECTED),
    ),
    (
        a_running_turn(provider="host"),
        says(TextDelta(text="roses")),
        IngestResult(sequence=5, thread_id=TALK),
    ),
]


@pytest.mark.parametrize(
    "story, command, answer", ANSWERS, ids=[METHOD_OF[type(each[1])] for each in ANSWERS]
)
def test_a_command_is_answered_with_its_last_sequence_and_the_ids_it_concerns(
    story: Story, command: Command, answer: CommandResult
):
    told = given(story)

    receipt = sent(told, command).receipt("first")

    assert receipt.result == answer
    assert receipt.sequence == answer.sequence == told.model.sequence
    assert (receipt.failure, receipt.operation_id) == (None, None)


@pytest.mark.parametrize(
    "story, command",
    [each[:2] for each in ANSWERS],
    ids=[METHOD_OF[type(each[1])] for each in ANSWERS],
)
def test_exactly_one_event_of_a_command_carries_its_answer(story: Story, command: Command):
    told = given(story)
    before = len(told.history.log)
    method = METHOD_OF[type(command)]

    sent(told, command)

    events = [stored.payload for stored in told.history.log[before:]]
    answers = [result_of(event, method, 9, told.model) for event in events]
    assert len([each for each in answers if each is not None]) == 1


OPERATIONS: list[tuple[Command, Outcome, CommandResult]] = [
    (
        CreateCheckpoint(thread_id=TALK, description="roses"),
        CheckpointTaken(SNAPSHOT, (MissingPath("big.iso", "too large"),)),
        CheckpointResult(
            sequence=6,
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            checkpoint_id=CheckpointId(FRESH),
            missing=(MissingPath("big.iso", "too large"),),
        ),
    ),
    (
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT),
        FilesRestored(SNAPSHOT, ("roses.txt",), (PathConflict("a", "of others"),)),
        RestoreResult(
            sequence=7,
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            checkpoint_id=KEPT,
            before_checkpoint_id=CheckpointId(FRESH),
            restored=("roses.txt",),
            conflicts=(PathConflict("a", "of others"),),
        ),
    ),
    (
        CommitChanges(thread_id=TALK, message="roses"),
        CommitMade("c0ffee", "main", ("roses.txt",)),
        CommitResult(
            sequence=6,
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            commit="c0ffee",
            branch="main",
            files=("roses.txt",),
        ),
    ),
    (
        PushChanges(thread_id=TALK),
        PushMade("origin", "main", "c0ffee"),
        PushResult(
            sequence=6,
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            remote="origin",
            branch="main",
            commit="c0ffee",
        ),
    ),
]
EACH_OPERATION = pytest.mark.parametrize(
    "command, outcome, answer", OPERATIONS, ids=[METHOD_OF[type(each[0])] for each in OPERATIONS]
)


@EACH_OPERATION
def test_an_operation_s_receipt_is_its_outcome(
    command: Command, outcome: Outcome, answer: CommandResult
):
    told = sent(given(an_idle_thread(), a_checkpoint()), command)

    waiting = told.receipt("first")
    assert (waiting.result, waiting.failure) == (None, None)
    assert waiting.operation_id == OperationId(FRESH)

    told.and_then(RecordOperation(TALK, OperationId(FRESH), outcome))

    assert told.receipt("first").result == answer
    assert told.receipt("first").sequence == answer.sequence


@EACH_OPERATION
def test_an_operation_s_failure_is_a_receipt_too(
    command: Command, outcome: Outcome, answer: CommandResult
):
    told = sent(given(an_idle_thread(), a_checkpoint()), command)

    told.and_then(RecordOperation(TALK, OperationId(FRESH), WorkFailed("git.failed", "no", "fix")))

    receipt = told.receipt("first")
    assert receipt.failure == OperationFailure("git.failed", "no", "fix")
    assert (receipt.result, receipt.sequence) == (None, 6)


def test_an_outcome_goes_to_the_command_that_waits_and_to_no_other():
    told = given(an_idle_thread(), a_checkpoint())
    sent(told, ConfigureThread(thread_id=TALK, title="Roses"), "earlier")
    sent(told, CommitChanges(thread_id=TALK, message="roses"), "commit")
    sent(told, ConfigureThread(thread_id=TALK, title="Tulips"), "later")

    told.and_then(RecordOperation(TALK, OperationId(FRESH), CommitMade("c0ffee", "main")))

    assert isinstance(told.receipt("earlier").result, ThreadResult)
    assert isinstance(told.receipt("commit").result, CommitResult)
    assert isinstance(told.receipt("later").result, ThreadResult)


def test_of_two_operations_each_command_gets_its_own_outcome():
    told = given(an_idle_thread(), a_thread(OTHER))
    sent(told, CommitChanges(thread_id=TALK, message="roses"), "commit")
    told.history.record(
        [
            OperationRequested(
                thread_id=OTHER, operation_id=OperationId("push"), operation=PushOperation()
            )
        ],
        command_id="push",
        digest="git/push:1",
    )

    told.and_then(RecordOperation(TALK, OperationId(FRESH), CommitMade("c0ffee", "main")))

    assert isinstance(told.receipt("commit").result, CommitResult)
    assert told.receipt("push").result is None


def test_the_end_of_a_turn_that_a_host_reports_is_answered_as_what_it_is():
    told = given(a_running_turn(provider="host"))
    sent(told, says(TurnEnded(stop_reason=StopReason.END_TURN)))
    answer = told.receipt("first").result
    assert answer == IngestResult(sequence=5, thread_id=TALK)

    told.and_then(RecordOperation(TALK, OperationId(FRESH), CheckpointTaken(SNAPSHOT)))

    assert told.receipt("first").result == answer


def test_a_command_without_an_id_leaves_no_receipt():
    told = given(an_idle_thread(), StartTurn(thread_id=TALK, prompt=PROMPT))

    assert told.model.receipts == {}


def test_receipts_are_forgotten_after_a_day_when_another_command_comes():
    told = given(an_idle_thread())
    sent(told, ConfigureThread(thread_id=TALK, title="one"), "one")
    told.history.later(KEPT_FOR / 2)
    sent(told, ConfigureThread(thread_id=TALK, title="two"), "two")
    told.history.later(KEPT_FOR / 2 - timedelta(milliseconds=1))
    sent(told, ConfigureThread(thread_id=TALK, title="three"), "three")
    assert list(told.model.receipts) == ["one", "two", "three"]

    told.history.later(timedelta(milliseconds=1))
    sent(told, ConfigureThread(thread_id=TALK, title="four"), "four")

    assert list(told.model.receipts) == ["two", "three", "four"]


def test_an_id_that_comes_back_after_its_receipt_expired_gets_a_new_one():
    told = given(an_idle_thread())
    sent(told, ConfigureThread(thread_id=TALK, title="one"))
    told.history.later(KEPT_FOR)
    sent(told, DeleteThread(thread_id=TALK))

    assert told.receipt("first").digest == "thread/delete:1"
    assert told.receipt("first").result == ThreadResult(sequence=4, thread_id=TALK)


def test_an_operation_that_outlives_its_receipt_harms_nothing():
    told = given(an_idle_thread())
    sent(told, PushChanges(thread_id=TALK), "push")
    told.history.later(KEPT_FOR)
    sent(told, ConfigureThread(thread_id=TALK, title="later"), "later")

    told.and_then(RecordOperation(TALK, OperationId(FRESH), PushMade("origin", "main", "c0ffee")))

    assert list(told.model.receipts) == ["later"]


TRUE_ALREADY: list[tuple[Story, Command, CommandResult]] = [
    (
        (*a_running_turn(), the_end_of()),
        StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TURN),
        TurnResult(sequence=5, thread_id=TALK, turn_id=TURN, number=1),
    ),
    (
        (*a_running_turn(), InterruptTurn(thread_id=TALK)),
        InterruptTurn(thread_id=TALK),
        TurnResult(sequence=5, thread_id=TALK, turn_id=TURN, number=1),
    ),
    (
        an_idle_thread(),
        ConfigureThread(thread_id=TALK),
        ThreadResult(sequence=2, thread_id=TALK),
    ),
    (
        an_idle_thread(),
        ConfigureProject(project_id=GARDEN),
        ProjectResult(sequence=2, project_id=GARDEN),
    ),
    (
        a_running_turn(provider="host"),
        IngestProviderEvent(thread_id=TALK, event=TextDelta(text="")),
        IngestResult(sequence=4, thread_id=TALK),
    ),
]


@pytest.mark.parametrize(
    "story, command, answer", TRUE_ALREADY, ids=[METHOD_OF[type(each[1])] for each in TRUE_ALREADY]
)
def test_what_is_true_already_is_answered_as_of_now(
    story: Story, command: Command, answer: CommandResult
):
    told = given(story)

    told.when(command, by=USER).nothing()

    assert unchanged(command, told.model) == answer


@pytest.mark.parametrize(
    "command",
    [
        CreateProject(root=ROOT),
        CreateThread(project_id=GARDEN),
        ApprovePendingAction(thread_id=TALK, action_id=ASKED),
        RejectPendingAction(thread_id=TALK, action_id=ASKED),
    ],
    ids=lambda command: METHOD_OF[type(command)],
)
def test_what_always_has_an_event_is_never_true_already(command: Command):
    with pytest.raises(TypeError, match="without an event"):
        unchanged(command, given(an_asking_turn()).model)
