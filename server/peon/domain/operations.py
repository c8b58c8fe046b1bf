"""The rules of slow workspace work: intent first, outcome later, each an event."""

from collections.abc import Generator, Iterator
from typing import assert_never

from peon.domain.branches import branch_made, pull_request_made
from peon.domain.checkpoints import (
    conversation_change,
    refuse_restored_paths,
    require_checkpoint,
)
from peon.domain.commands import (
    BranchMade,
    CheckpointTaken,
    CommitMade,
    Done,
    FilesRestored,
    Outcome,
    PullRequestMade,
    PushMade,
    RecordOperation,
    ReviewDone,
    WorkFailed,
    WorktreeBack,
    WorktreeGone,
    WorktreeReady,
)
from peon.domain.facts import Facts
from peon.domain.lookup import (
    refuse_paths_outside,
    refuse_while_folder_is_busy,
    refuse_while_operation_runs,
    refuse_while_turn_runs,
    require_thread,
)
from peon.domain.model import Checkpoint, Model, OpenOperation, Thread
from peon.domain.proposing import proposed_message
from peon.domain.queue import gone_on, holds_queue, returned
from peon.domain.reviews import next_review, review_done
from peon.domain.turns import Ending, close_turn, refuse_while_files_move
from peon.domain.worktrees import worktree_done
from peon.errors import CommandRejected
from peon_protocol.commands import (
    CommitChanges,
    CreateCheckpoint,
    PushChanges,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    Event,
    OperationFailed,
    OperationRequested,
    SessionClosed,
    ThreadDeleted,
)
from peon_protocol.ids import CheckpointId, OperationId
from peon_protocol.rejections import (
    DescriptionBlank,
    MessageBlank,
)
from peon_protocol.values import (
    CheckpointKind,
    CheckpointOperation,
    CommitOperation,
    Operation,
    PushOperation,
    RestoreOperation,
    RestoreScope,
    ReviewOperation,
    TurnEndOperation,
    WorktreeOperation,
)


def create_checkpoint(command: CreateCheckpoint, model: Model, facts: Facts) -> Iterator[Event]:
    """By hand, between turns, under a description."""
    thread = require_thread(model, command.thread_id)
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    if not command.description.strip():
        raise CommandRejected(DescriptionBlank())
    operation = CheckpointOperation(CheckpointId(facts.fresh_id), command.description)
    yield _requested(thread, operation, facts)


def restore_checkpoint(command: RestoreCheckpoint, model: Model, facts: Facts) -> Iterator[Event]:
    """Only to a checkpoint of this thread that is still kept; files only while nobody works in the
    folder.
    """
    thread = require_thread(model, command.thread_id)
    require_checkpoint(model, thread, command.checkpoint_id)
    if command.what is RestoreScope.CONVERSATION:
        refuse_while_turn_runs(thread)
        refuse_while_operation_runs(thread)
    else:
        refuse_while_folder_is_busy(model, thread)
    refuse_restored_paths(command.paths, command.what)
    operation = RestoreOperation(
        checkpoint_id=command.checkpoint_id,
        before_checkpoint_id=CheckpointId(facts.fresh_id),
        paths=command.paths,
        conflicts=command.conflicts,
        what=command.what,
    )
    yield _requested(thread, operation, facts)


def commit_changes(command: CommitChanges, model: Model, facts: Facts) -> Iterator[Event]:
    """A commit says what it does, and waits for the turn's end and for files to be back."""
    thread = require_thread(model, command.thread_id)
    message = command.message if command.message is not None else proposed_message(thread)
    if message is None or not message.strip():
        raise CommandRejected(MessageBlank())
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    refuse_while_files_move(model, thread)
    refuse_paths_outside(command.paths)
    yield _requested(thread, CommitOperation(message, command.paths), facts)


def push_changes(command: PushChanges, model: Model, facts: Facts) -> Iterator[Event]:
    """A push waits for the turn's end."""
    thread = require_thread(model, command.thread_id)
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    yield _requested(thread, PushOperation(command.remote, command.branch), facts)


def record_operation(command: RecordOperation, model: Model, facts: Facts) -> Iterator[Event]:
    """The outcome of the operation that is open; of any other, nothing is left to say.

    What waited for it goes on in the same commit.
    """
    thread = model.threads.get(command.thread_id)
    if thread is None or thread.operation is None:
        return
    if thread.operation.operation_id != command.operation_id:
        return
    outcome = command.outcome
    if isinstance(outcome, WorkFailed):
        yield OperationFailed(
            thread_id=thread.thread_id,
            turn_id=thread.current,
            operation_id=command.operation_id,
            code=outcome.code,
            message=outcome.message,
            remedy=outcome.remedy,
        )
        if isinstance(thread.operation.operation, WorktreeOperation):
            yield ThreadDeleted(thread_id=thread.thread_id)
            return
    else:
        yield from _done(thread, thread.operation, outcome)
    held = yield from _turn_end(thread, thread.operation.operation)
    held = held or isinstance(outcome, WorktreeGone)
    reviews = tuple(next_review(thread))
    yield from reviews
    if not reviews:
        yield from gone_on(model, thread, facts, held=held)


def _requested(thread: Thread, operation: Operation, facts: Facts) -> OperationRequested:
    return OperationRequested(
        thread_id=thread.thread_id,
        operation_id=OperationId(facts.fresh_id),
        operation=operation,
    )


def _turn_end(thread: Thread, operation: Operation) -> Generator[Event, None, bool]:
    """With its closing checkpoint, taken or not, a turn is over; whether that holds the queue."""
    turn = thread.running_turn
    if not isinstance(operation, TurnEndOperation) or turn is None:
        return False
    ending = Ending(operation.stop_reason, operation.error, operation.usage)
    yield from returned(thread)
    held = holds_queue(thread, operation.stop_reason, operation.error)
    yield close_turn(thread, turn, ending, held=held)
    return held


def _done(
    thread: Thread,
    opened: OpenOperation,
    outcome: Done,
) -> Iterator[Event]:
    match outcome:
        case CheckpointTaken():
            yield _checkpoint(thread, opened, outcome)
        case FilesRestored():
            yield from _restored(thread, opened, outcome)
        case CommitMade():
            yield _committed(thread, opened, outcome)
        case PushMade():
            yield ChangesPushed(
                thread_id=thread.thread_id,
                operation_id=opened.operation_id,
                remote=outcome.remote,
                branch=outcome.branch,
                commit=outcome.commit,
            )
        case BranchMade():
            yield branch_made(thread, opened, outcome)
        case PullRequestMade():
            yield pull_request_made(thread, opened, outcome)
        case ReviewDone():
            if not isinstance(opened.operation, ReviewOperation):
                raise _mismatch(opened.operation, outcome)
            yield from review_done(thread, opened, opened.operation, outcome)
        case WorktreeReady() | WorktreeGone() | WorktreeBack():
            yield worktree_done(thread, opened, outcome)
        case _:
            assert_never(outcome)


def _checkpoint(thread: Thread, opened: OpenOperation, outcome: CheckpointTaken) -> Event:
    operation = opened.operation
    if isinstance(operation, CheckpointOperation):
        kind, description = CheckpointKind.MANUAL, operation.description
    elif isinstance(operation, TurnEndOperation) and thread.running_turn is not None:
        kind, description = CheckpointKind.TURN_END, f"After turn {thread.running_turn.number}"
    else:
        raise _mismatch(operation, outcome)
    return CheckpointCreated(
        thread_id=thread.thread_id,
        checkpoint_id=operation.checkpoint_id,
        description=description,
        kind=kind,
        snapshot=outcome.snapshot,
        turn_id=thread.current,
        operation_id=opened.operation_id,
        missing=outcome.missing,
    )


def _before_restoring(target: Checkpoint) -> str:
    """A restore that is undone, redone and undone again keeps a short name."""
    if target.kind is CheckpointKind.BEFORE_RESTORE:
        return "Before undoing a restore"
    return f"Before going back to «{target.description}»"


def _restored(thread: Thread, opened: OpenOperation, outcome: FilesRestored) -> Iterator[Event]:
    operation = opened.operation
    if not isinstance(operation, RestoreOperation):
        raise _mismatch(operation, outcome)
    target = thread.checkpoints[operation.checkpoint_id]
    undone, redone = conversation_change(thread, target, operation.what)
    yield CheckpointCreated(
        thread_id=thread.thread_id,
        checkpoint_id=operation.before_checkpoint_id,
        description=_before_restoring(target),
        kind=CheckpointKind.BEFORE_RESTORE,
        snapshot=outcome.snapshot,
        missing=outcome.missing,
    )
    if thread.session is not None and (undone or redone):
        yield SessionClosed(
            thread_id=thread.thread_id,
            session_id=thread.session.session_id,
            reason="the conversation went back",
        )
    yield CheckpointRestored(
        thread_id=thread.thread_id,
        checkpoint_id=operation.checkpoint_id,
        operation_id=opened.operation_id,
        before_checkpoint_id=operation.before_checkpoint_id,
        restored=outcome.restored,
        conflicts=outcome.conflicts,
        what=operation.what,
        undone=undone,
        redone=redone,
        overwritten=outcome.overwritten,
    )


def _committed(thread: Thread, opened: OpenOperation, outcome: CommitMade) -> Event:
    if not isinstance(opened.operation, CommitOperation):
        raise _mismatch(opened.operation, outcome)
    return ChangesCommitted(
        thread_id=thread.thread_id,
        operation_id=opened.operation_id,
        commit=outcome.commit,
        message=opened.operation.message,
        branch=outcome.branch,
        files=outcome.files,
    )


def _mismatch(operation: Operation, outcome: Outcome) -> TypeError:
    return TypeError(f"{type(outcome).__name__} is no outcome of a {operation.TYPE}")
