"""The fold of one thread's work on its files: checkpoints, reviews, and operations."""

from typing import TypeAlias, assert_never

import attrs

from peon.domain.model import Checkpoint, OpenOperation, Thread, Worktree
from peon.domain.verdicts import ToldRejection, WaitingReview
from peon_protocol.events import (
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    CheckpointsExpired,
    OperationFailed,
    OperationRequested,
    PullRequestOpened,
    ReviewRecorded,
    ReviewRequested,
    StoredEvent,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import TurnId
from peon_protocol.values import CheckpointKind, Verdict

WorkEvent: TypeAlias = (
    CheckpointCreated
    | CheckpointsExpired
    | CheckpointRestored
    | ChangesCommitted
    | ChangesPushed
    | BranchCreated
    | PullRequestOpened
    | ReviewRequested
    | ReviewRecorded
    | WorktreeCreated
    | WorktreeRemoved
    | WorktreeRestored
    | OperationRequested
    | OperationFailed
)
"""What happens to the files of a thread, and that it is wanted."""


def fold_work(thread: Thread, event: WorkEvent, stored: StoredEvent) -> None:
    """Fold an event about files into the thread."""
    match event:
        case CheckpointCreated():
            _checkpoint_created(thread, event, stored.occurred_at)
        case CheckpointsExpired():
            _checkpoints_expired(thread, event)
        case CheckpointRestored():
            _went_back(thread, event)
        case ChangesCommitted():
            thread.operation = None
            thread.committed = len(thread.turns)
        case ChangesPushed() | PullRequestOpened():
            thread.operation = None
        case BranchCreated():
            thread.operation = None
            if event.checked_out and thread.worktree is not None:
                thread.worktree.branch = event.branch
        case ReviewRequested():
            _review_requested(thread, event)
        case ReviewRecorded():
            _review_recorded(thread, event)
        case WorktreeCreated() | WorktreeRemoved() | WorktreeRestored():
            _worktree(thread, event)
        case OperationRequested():
            _operation_requested(thread, event, stored)
        case OperationFailed():
            _operation_failed(thread, event)
        case _:
            assert_never(event)


def _checkpoint_created(thread: Thread, event: CheckpointCreated, at: str) -> None:
    thread.checkpoints[event.checkpoint_id] = Checkpoint(
        checkpoint_id=event.checkpoint_id,
        description=event.description,
        kind=event.kind,
        snapshot=event.snapshot,
        turn_id=event.turn_id,
        created_at=at,
        missing=event.missing,
        turns=_turns_before(thread, event),
        rewinds=len(thread.rewinds),
    )
    if event.operation_id is not None:
        thread.operation = None
    elif event.kind is CheckpointKind.TURN_START and event.turn_id is not None:
        _first_checkpoint_settled(thread, event.turn_id)


def _turns_before(thread: Thread, event: CheckpointCreated) -> int:
    """How many turns there were; a checkpoint at a turn's start is one of before it."""
    if event.kind is CheckpointKind.TURN_START and event.turn_id is not None:
        return thread.turns[event.turn_id].number - 1
    return len(thread.turns)


def _checkpoints_expired(thread: Thread, event: CheckpointsExpired) -> None:
    for checkpoint_id in event.checkpoint_ids:
        kept = thread.checkpoints[checkpoint_id]
        thread.checkpoints[checkpoint_id] = attrs.evolve(kept, expired=True)


def _went_back(thread: Thread, event: CheckpointRestored) -> None:
    """No agent can forget a turn: its session is of no use any more, and is not resumed."""
    thread.operation = None
    if event.undone or event.redone:
        undone = {*thread.undone, *event.undone}.difference(event.redone)
        thread.rewinds.append(tuple(turn_id for turn_id in thread.turns if turn_id in undone))
        thread.session = thread.left = None


def _review_requested(thread: Thread, event: ReviewRequested) -> None:
    thread.waiting_reviews[event.operation_id] = WaitingReview(
        turn_id=event.turn_id,
        verdict=event.verdict,
        path=event.path,
        hunk_ids=event.hunk_ids,
        comment=event.comment,
    )


def _review_recorded(thread: Thread, event: ReviewRecorded) -> None:
    thread.operation = None
    verdicts = thread.verdicts.setdefault(event.turn_id, {})
    for file in event.files:
        verdicts.update(dict.fromkeys(file.hunk_ids, event.verdict))
    if event.verdict is Verdict.REJECTED and event.files:
        told = ToldRejection(
            number=thread.turns[event.turn_id].number,
            paths=tuple(file.path for file in event.files),
            comment=event.comment,
            patch=event.patch,
        )
        thread.untold = (*thread.untold, told)


def _operation_requested(thread: Thread, event: OperationRequested, stored: StoredEvent) -> None:
    thread.waiting_reviews.pop(event.operation_id, None)
    thread.operation = OpenOperation(
        operation_id=event.operation_id,
        sequence=stored.sequence,
        operation=event.operation,
        requested_at=stored.occurred_at,
    )


def _operation_failed(thread: Thread, event: OperationFailed) -> None:
    if thread.operation is not None and thread.operation.operation_id == event.operation_id:
        thread.operation = None
    elif event.turn_id is not None:
        _first_checkpoint_settled(thread, event.turn_id)


def _first_checkpoint_settled(thread: Thread, turn_id: TurnId) -> None:
    """The prompt goes out, unless the turn was told to stop, or has ended before it began."""
    turn = thread.turns[turn_id]
    turn.captured = True
    turn.prompted = thread.operation is None and not turn.interrupt_requested


def _worktree(thread: Thread, event: WorktreeCreated | WorktreeRemoved | WorktreeRestored) -> None:
    thread.operation = None
    if isinstance(event, WorktreeCreated):
        thread.worktree = Worktree(
            path=event.path,
            folder=event.folder,
            branch=event.branch,
            base=event.base,
            made=event.made,
            operation_id=event.operation_id,
        )
    elif thread.worktree is not None:
        removed = isinstance(event, WorktreeRemoved)
        thread.worktree.removed = removed
        if removed:
            thread.worktree.operation_id = event.operation_id
