"""What came of an operation, as the command that waits for it is answered."""

from typing import TypeAlias

from peon_protocol.branches import BranchResult, PullRequestResult
from peon_protocol.events import (
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    Event,
    OperationFailed,
    PullRequestOpened,
    ReviewRecorded,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.results import (
    CheckpointResult,
    CommitResult,
    OperationResult,
    PushResult,
    RestoreResult,
    ReviewResult,
    ThreadResult,
)

OperationOutcome: TypeAlias = (
    CheckpointCreated
    | CheckpointRestored
    | ChangesCommitted
    | ChangesPushed
    | BranchCreated
    | PullRequestOpened
    | ReviewRecorded
    | WorktreeCreated
    | WorktreeRemoved
    | WorktreeRestored
    | OperationFailed
)
"""The events that say what came of an operation."""


def outcome_of(event: Event, sequence: int) -> OperationResult | None:
    """What the command that waits for an operation answers when `event` is its outcome."""
    match event:
        case CheckpointCreated() if event.operation_id is not None:
            return CheckpointResult(
                sequence=sequence,
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                checkpoint_id=event.checkpoint_id,
                missing=event.missing,
            )
        case CheckpointRestored():
            return _restore_result(event, sequence)
        case ChangesCommitted() | ChangesPushed():
            return _of_changes(event, sequence)
        case BranchCreated() | PullRequestOpened():
            return _of_branch(event, sequence)
        case ReviewRecorded():
            return _review_result(event, sequence)
        case WorktreeCreated() | WorktreeRemoved() | WorktreeRestored():
            return ThreadResult(
                sequence=sequence, thread_id=event.thread_id, operation_id=event.operation_id
            )
        case _:
            return None


def _of_changes(event: ChangesCommitted | ChangesPushed, sequence: int) -> OperationResult:
    match event:
        case ChangesCommitted():
            return CommitResult(
                sequence=sequence,
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                commit=event.commit,
                branch=event.branch,
                files=event.files,
            )
        case ChangesPushed():
            return PushResult(
                sequence=sequence,
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                remote=event.remote,
                branch=event.branch,
                commit=event.commit,
            )


def _of_branch(event: BranchCreated | PullRequestOpened, sequence: int) -> OperationResult:
    match event:
        case BranchCreated():
            return BranchResult(
                sequence=sequence,
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                branch=event.branch,
                commit=event.commit,
                checked_out=event.checked_out,
            )
        case PullRequestOpened():
            return PullRequestResult(
                sequence=sequence,
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                url=event.url,
                branch=event.branch,
                title=event.title,
                existing=event.existing,
            )


def _restore_result(event: CheckpointRestored, sequence: int) -> RestoreResult:
    return RestoreResult(
        sequence=sequence,
        thread_id=event.thread_id,
        operation_id=event.operation_id,
        checkpoint_id=event.checkpoint_id,
        before_checkpoint_id=event.before_checkpoint_id,
        restored=event.restored,
        conflicts=event.conflicts,
        what=event.what,
        undone=event.undone,
        redone=event.redone,
        overwritten=event.overwritten,
    )


def _review_result(event: ReviewRecorded, sequence: int) -> ReviewResult:
    return ReviewResult(
        sequence=sequence,
        thread_id=event.thread_id,
        turn_id=event.turn_id,
        operation_id=event.operation_id,
        hunk_ids=tuple(hunk for file in event.files for hunk in file.hunk_ids),
        conflicts=event.conflicts,
        before_checkpoint_id=event.before_checkpoint_id,
    )
