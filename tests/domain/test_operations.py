"""Slow workspace work: first the intent is recorded, then what came of it."""

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
from peon_protocol.commands import (
    CommitChanges,
    PushChanges,
)
from peon_protocol.events import (
    ChangesCommitted,
    ChangesPushed,
    OperationFailed,
    OperationRequested,
)
from peon_protocol.ids import CheckpointId, OperationId, ProjectId
from peon_protocol.rejections import (
    MessageBlank,
    OperationInProgress,
    PathOutsideWorkspace,
    ThreadNotFound,
    TurnInProgress,
)
from peon_protocol.values import (
    CheckpointOperation,
    CommitOperation,
    Operation,
    PushOperation,
    RestoreOperation,
    TurnEndOperation,
)
from support.given import FRESH, Story, given
from support.story import (
    KEPT,
    OTHER,
    SNAPSHOT,
    TALK,
    TURN,
    WORK,
    a_checkpoint,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    work_on,
)

ORCHARD = ProjectId("orchard")
PRESENT = CheckpointId("present")
FAILED = WorkFailed("git.failed", "fatal: no", "Look at the repository.")

AT_WORK = pytest.mark.parametrize(
    "at_work",
    [
        pytest.param((*an_idle_thread(), a_turn_started()), id="before its prompt"),
        pytest.param(a_running_turn(), id="running"),
        pytest.param(an_asking_turn(), id="awaiting approval"),
        pytest.param((*a_running_turn(), an_ending()), id="taking its closing checkpoint"),
    ],
)
PATHS_OUTSIDE = pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "..", "../orchard", "beds/../../orchard", "roses\0.txt"], ids=repr
)


def test_a_commit_is_wanted_then_made():
    told = given(an_idle_thread())
    wanted = CommitOperation("water the roses", ("roses.txt",))

    told.when(CommitChanges(thread_id=TALK, message="water the roses", paths=("roses.txt",))).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    told.when(
        RecordOperation(TALK, OperationId(FRESH), CommitMade("c0ffee", "main", ("roses.txt",)))
    ).then(
        ChangesCommitted(
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            commit="c0ffee",
            message="water the roses",
            branch="main",
            files=("roses.txt",),
        )
    ).reacts()

    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_a_commit_needs_a_thread():
    given().when(CommitChanges(thread_id=TALK, message="roses")).refused(ThreadNotFound(TALK))


def test_a_commit_says_what_it_does():
    given(an_idle_thread()).when(CommitChanges(thread_id=TALK, message="\n")).refused(
        MessageBlank()
    )


@AT_WORK
def test_a_commit_waits_for_the_turn_s_end(at_work: Story):
    given(at_work).when(CommitChanges(thread_id=TALK, message="roses")).refused(
        TurnInProgress(TALK, TURN)
    )


def test_a_commit_waits_for_other_operations_of_its_thread():
    given(an_idle_thread(), an_operation()).when(
        CommitChanges(thread_id=TALK, message="roses")
    ).refused(OperationInProgress(TALK, "checkpoint"))


def test_files_that_are_going_back_are_not_committed_half_way():
    restoring = RestoreOperation(KEPT, PRESENT)
    given(an_idle_thread(), a_thread(OTHER), an_operation(restoring, thread_id=OTHER)).when(
        CommitChanges(thread_id=TALK, message="roses")
    ).refused(OperationInProgress(OTHER, "restore"))


@PATHS_OUTSIDE
def test_only_paths_inside_the_folder_are_committed(path: str):
    given(an_idle_thread()).when(
        CommitChanges(thread_id=TALK, message="roses", paths=(path,))
    ).refused(PathOutsideWorkspace(path))


def test_a_path_may_have_dots_that_climb_nowhere():
    given(an_idle_thread()).when(
        CommitChanges(thread_id=TALK, message="roses", paths=("..roses", "beds/.keep", "a..b"))
    ).then_it_is("operation.requested")


def test_a_push_is_wanted_then_made():
    told = given(an_idle_thread())
    wanted = PushOperation("origin", "main")

    told.when(PushChanges(thread_id=TALK, remote="origin", branch="main")).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    told.when(RecordOperation(TALK, OperationId(FRESH), PushMade("origin", "main", "c0ffee"))).then(
        ChangesPushed(
            thread_id=TALK,
            operation_id=OperationId(FRESH),
            remote="origin",
            branch="main",
            commit="c0ffee",
        )
    ).reacts()


def test_a_push_needs_a_thread():
    given().when(PushChanges(thread_id=TALK)).refused(ThreadNotFound(TALK))


@AT_WORK
def test_a_push_waits_for_the_turn_s_end(at_work: Story):
    given(at_work).when(PushChanges(thread_id=TALK)).refused(TurnInProgress(TALK, TURN))


def test_a_push_waits_for_other_operations_of_its_thread():
    given(an_idle_thread(), an_operation(CommitOperation("roses"))).when(
        PushChanges(thread_id=TALK)
    ).refused(OperationInProgress(TALK, "commit"))


OPERATIONS: list[Operation] = [
    CheckpointOperation(PRESENT, "as is"),
    RestoreOperation(KEPT, PRESENT),
    CommitOperation("roses"),
    PushOperation(),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.TYPE)
def test_what_could_not_be_done_is_said_with_the_remedy_and_frees_the_thread(operation: Operation):
    told = given(an_idle_thread(), a_checkpoint(), an_operation(operation))

    told.when(RecordOperation(TALK, WORK, FAILED)).then(
        OperationFailed(
            thread_id=TALK,
            operation_id=WORK,
            code="git.failed",
            message="fatal: no",
            remedy="Look at the repository.",
        )
    ).reacts()

    assert told.thread().operation is None
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_an_outcome_that_nobody_waits_for_says_nothing():
    done = CommitMade("c0ffee", "main")

    given(an_idle_thread(), an_operation()).when(
        RecordOperation(TALK, OperationId("other"), done)
    ).nothing()
    given(an_idle_thread()).when(RecordOperation(TALK, WORK, done)).nothing()
    given().when(RecordOperation(TALK, WORK, done)).nothing()


OUTCOMES: list[tuple[Operation, Outcome]] = [
    (CheckpointOperation(PRESENT, "as is"), CheckpointTaken(SNAPSHOT)),
    (TurnEndOperation(PRESENT), CheckpointTaken(SNAPSHOT)),
    (RestoreOperation(KEPT, PRESENT), FilesRestored(SNAPSHOT)),
    (CommitOperation("roses"), CommitMade("c0ffee", "main")),
    (PushOperation(), PushMade("origin", "main", "c0ffee")),
]


@pytest.mark.parametrize(
    "operation, outcome",
    [
        (operation, outcome)
        for operation, fitting in OUTCOMES
        for _, outcome in OUTCOMES[1:]
        if type(outcome) is not type(fitting)
        if not isinstance(outcome, PushMade)
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_outcome_of_another_operation_is_a_bug_of_ours(operation: Operation, outcome: Outcome):
    told = given(an_idle_thread(), a_checkpoint(), an_operation(operation))

    with pytest.raises(TypeError, match="is no outcome of"):
        told.when(RecordOperation(TALK, WORK, outcome))
