"""Checkpoints are made by hand and gone back to, while nobody works in the folder."""

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    FilesRestored,
    RecordExpiry,
    RecordOperation,
    WorkFailed,
)
from peon_protocol.commands import (
    CreateCheckpoint,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    CheckpointCreated,
    CheckpointRestored,
    CheckpointsExpired,
    OperationRequested,
    ThreadDeleted,
)
from peon_protocol.ids import CheckpointId, OperationId, ProjectId
from peon_protocol.rejections import (
    CheckpointExpired,
    CheckpointNotFound,
    CheckpointOfAnotherThread,
    DescriptionBlank,
    OperationInProgress,
    PathOutsideWorkspace,
    ThreadNotFound,
    TurnInProgress,
    WorkspaceBusy,
)
from peon_protocol.values import (
    CheckpointKind,
    CheckpointOperation,
    CommitOperation,
    ConflictChoice,
    MissingPath,
    PathConflict,
    PushOperation,
    RestoreOperation,
)
from support.given import FRESH, ROOT, Story, given
from support.story import (
    KEPT,
    NOBODY,
    OTHER,
    SNAPSHOT,
    TALK,
    TURN,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_asking_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    the_end_of,
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


def test_a_checkpoint_s_description_travels_from_the_command_to_the_model():
    told = given(an_idle_thread())
    wanted = CheckpointOperation(CheckpointId(FRESH), "roses watered")
    missing = (MissingPath("big.iso", "larger than 10 MiB"),)

    told.when(CreateCheckpoint(thread_id=TALK, description="roses watered")).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    told.when(RecordOperation(TALK, OperationId(FRESH), CheckpointTaken(SNAPSHOT, missing))).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=CheckpointId(FRESH),
            description="roses watered",
            kind=CheckpointKind.MANUAL,
            snapshot=SNAPSHOT,
            operation_id=OperationId(FRESH),
            missing=missing,
        )
    ).reacts()

    kept = told.thread().checkpoints[CheckpointId(FRESH)]
    assert (kept.description, kept.kind) == ("roses watered", CheckpointKind.MANUAL)
    assert (kept.snapshot, kept.missing) == (SNAPSHOT, missing)
    assert told.thread().operation is None


def test_a_checkpoint_needs_a_thread():
    given().when(CreateCheckpoint(thread_id=TALK, description="roses")).refused(
        ThreadNotFound(TALK)
    )


@AT_WORK
def test_no_checkpoint_is_made_by_hand_during_a_turn(at_work: Story):
    given(at_work).when(CreateCheckpoint(thread_id=TALK, description="roses")).refused(
        TurnInProgress(TALK, TURN)
    )


def test_no_checkpoint_is_made_by_hand_during_another_operation():
    given(an_idle_thread(), an_operation(PushOperation())).when(
        CreateCheckpoint(thread_id=TALK, description="roses")
    ).refused(OperationInProgress(TALK, "push"))


def test_a_checkpoint_is_found_again_by_its_description():
    given(an_idle_thread()).when(CreateCheckpoint(thread_id=TALK, description=" \n")).refused(
        DescriptionBlank()
    )


def test_going_back_keeps_the_present_first_so_that_it_can_be_undone():
    told = given(an_idle_thread(), a_checkpoint(description="roses watered"))
    wanted = RestoreOperation(KEPT, CheckpointId(FRESH), ("roses.txt",))
    conflicts = (PathConflict("tulips.txt", "changed by somebody else"),)

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT, paths=("roses.txt",))).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    told.when(
        RecordOperation(TALK, OperationId(FRESH), FilesRestored("9a57", ("roses.txt",), conflicts))
    ).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=CheckpointId(FRESH),
            description="Before going back to «roses watered»",
            kind=CheckpointKind.BEFORE_RESTORE,
            snapshot="9a57",
        ),
        CheckpointRestored(
            thread_id=TALK,
            checkpoint_id=KEPT,
            operation_id=OperationId(FRESH),
            before_checkpoint_id=CheckpointId(FRESH),
            restored=("roses.txt",),
            conflicts=conflicts,
        ),
    ).reacts()

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=CheckpointId(FRESH))).then_it_is(
        "operation.requested"
    )


def test_going_back_needs_a_thread():
    given().when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)).refused(
        ThreadNotFound(TALK)
    )


def test_going_back_needs_a_checkpoint_that_was_made():
    told = given(an_idle_thread(), an_operation(CheckpointOperation(KEPT, "not yet")))

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)).refused(
        CheckpointNotFound(KEPT)
    )


def test_the_checkpoints_of_a_deleted_thread_are_gone():
    told = given(an_idle_thread(), a_thread(OTHER), a_checkpoint(), ThreadDeleted(thread_id=TALK))

    told.when(RestoreCheckpoint(thread_id=OTHER, checkpoint_id=KEPT)).refused(
        CheckpointNotFound(KEPT)
    )


def test_a_thread_goes_back_to_its_own_checkpoints_only():
    given(an_idle_thread(), a_checkpoint(), a_thread(OTHER)).when(
        RestoreCheckpoint(thread_id=OTHER, checkpoint_id=KEPT)
    ).refused(CheckpointOfAnotherThread(KEPT, TALK))


def test_files_do_not_go_back_under_a_turn_of_any_thread_in_the_folder():
    go_back = RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)
    kept = given(an_idle_thread(), a_thread(OTHER), a_checkpoint())

    kept.and_then(a_turn_started(thread_id=OTHER))
    kept.when(go_back).refused(WorkspaceBusy(ROOT, OTHER))

    kept.and_then(the_end_of(thread_id=OTHER), a_turn_started())
    kept.when(go_back).refused(WorkspaceBusy(ROOT, TALK))

    kept.and_then(the_end_of())
    kept.when(go_back).then_it_is("operation.requested")


def test_files_do_not_go_back_under_an_operation_of_any_thread_in_the_folder():
    go_back = RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)
    committing = CommitOperation("roses")

    given(an_idle_thread(), a_checkpoint(), an_operation(committing)).when(go_back).refused(
        OperationInProgress(TALK, "commit")
    )
    given(
        an_idle_thread(), a_checkpoint(), a_thread(OTHER), an_operation(committing, thread_id=OTHER)
    ).when(go_back).refused(OperationInProgress(OTHER, "commit"))


def test_files_go_back_while_another_folder_is_at_work():
    elsewhere = (a_project(ORCHARD, "/srv/ada/orchard"), a_thread(OTHER, project_id=ORCHARD))
    given(an_idle_thread(), a_checkpoint(), elsewhere, a_turn_started(thread_id=OTHER)).when(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)
    ).then_it_is("operation.requested")


@PATHS_OUTSIDE
def test_only_paths_inside_the_folder_go_back(path: str):
    given(an_idle_thread(), a_checkpoint()).when(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT, paths=("roses.txt", path))
    ).refused(PathOutsideWorkspace(path))


def test_what_others_changed_is_overwritten_where_that_is_asked_for_and_listed():
    told = given(an_idle_thread(), a_checkpoint(description="roses watered"))
    wanted = RestoreOperation(KEPT, CheckpointId(FRESH), conflicts=ConflictChoice.OVERWRITE)
    taken = (PathConflict("tulips.txt", "changedSince"),)

    told.when(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT, conflicts=ConflictChoice.OVERWRITE)
    ).then(OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted))
    told.when(
        RecordOperation(
            TALK, OperationId(FRESH), FilesRestored("9a57", ("tulips.txt",), overwritten=taken)
        )
    ).then(
        before_restoring("roses watered"),
        CheckpointRestored(
            thread_id=TALK,
            checkpoint_id=KEPT,
            operation_id=OperationId(FRESH),
            before_checkpoint_id=CheckpointId(FRESH),
            restored=("tulips.txt",),
            overwritten=taken,
        ),
    )


def before_restoring(description: str) -> CheckpointCreated:
    """The checkpoint of the present that a restore takes first."""
    return CheckpointCreated(
        thread_id=TALK,
        checkpoint_id=CheckpointId(FRESH),
        description=f"Before going back to «{description}»",
        kind=CheckpointKind.BEFORE_RESTORE,
        snapshot="9a57",
    )


# ---- expiry --------------------------------------------------------------------------------------


def test_checkpoints_whose_files_were_let_go_are_told_of_thread_by_thread():
    told = given(
        an_idle_thread(),
        a_thread(OTHER),
        a_checkpoint(),
        a_checkpoint(CheckpointId("newer"), snapshot="beef"),
        a_checkpoint(CheckpointId("theirs"), thread_id=OTHER),
    )

    told.when(RecordExpiry((TALK, OTHER, NOBODY), frozenset({SNAPSHOT}))).then(
        CheckpointsExpired(thread_id=TALK, checkpoint_ids=(KEPT,)),
        CheckpointsExpired(thread_id=OTHER, checkpoint_ids=(CheckpointId("theirs"),)),
    ).reacts()
    told.when(RecordExpiry((TALK, OTHER), frozenset({SNAPSHOT}))).nothing()

    assert told.thread().checkpoints[KEPT].expired
    assert not told.thread().checkpoints[CheckpointId("newer")].expired


def test_an_expired_checkpoint_is_not_gone_back_to():
    told = given(an_idle_thread(), a_checkpoint(), RecordExpiry((TALK,), frozenset({SNAPSHOT})))

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=KEPT)).refused(
        CheckpointExpired(KEPT)
    )
