"""The rules of checkpoints: which can be gone back to, and how far the conversation goes along."""

from collections.abc import Iterator
from typing import NoReturn

from peon.domain.commands import RecordExpiry
from peon.domain.lookup import refuse_paths_outside
from peon.domain.model import Checkpoint, Model, Thread
from peon.errors import CommandRejected
from peon_protocol.events import CheckpointsExpired, Event
from peon_protocol.ids import CheckpointId, TurnId
from peon_protocol.rejections import (
    CheckpointExpired,
    CheckpointNotFound,
    CheckpointOfAnotherThread,
    PathsWithoutFiles,
)
from peon_protocol.values import RestoreScope


def require_checkpoint(model: Model, thread: Thread, checkpoint_id: CheckpointId) -> Checkpoint:
    """The thread's checkpoint, whose files are still kept.

    Raises CommandRejected(CheckpointNotFound, OfAnotherThread or CheckpointExpired).
    """
    checkpoint = thread.checkpoints.get(checkpoint_id)
    if checkpoint is None:
        _refuse_unknown(model, checkpoint_id)
    if checkpoint.expired:
        raise CommandRejected(CheckpointExpired(checkpoint_id))
    return checkpoint


def _refuse_unknown(model: Model, checkpoint_id: CheckpointId) -> NoReturn:
    """No index tells whose it is: only a mistake makes anybody ask."""
    for other in model.threads.values():
        if checkpoint_id in other.checkpoints:
            raise CommandRejected(CheckpointOfAnotherThread(checkpoint_id, other.thread_id))
    raise CommandRejected(CheckpointNotFound(checkpoint_id))


def refuse_restored_paths(paths: tuple[str, ...] | None, what: RestoreScope) -> None:
    """Raises CommandRejected where paths are chosen that cannot go back."""
    if paths is not None and what is RestoreScope.CONVERSATION:
        raise CommandRejected(PathsWithoutFiles())
    refuse_paths_outside(paths)


def conversation_change(
    thread: Thread, target: Checkpoint, what: RestoreScope
) -> tuple[tuple[TurnId, ...], tuple[TurnId, ...]]:
    """The turns that going back to `target` undoes, and those that it brings back.

    Afterwards the turns count that counted when the checkpoint was taken.
    """
    if what is RestoreScope.FILES:
        return (), ()
    then = set(thread.rewinds[target.rewinds - 1]) if target.rewinds else set()
    then.update(tuple(thread.turns)[target.turns :])
    now = set(thread.undone)
    undone = tuple(each for each in thread.turns if each in then and each not in now)
    redone = tuple(each for each in thread.turns if each in now and each not in then)
    return undone, redone


def record_expiry(command: RecordExpiry, model: Model) -> Iterator[Event]:
    """The checkpoints whose files are gone, thread by thread."""
    for thread_id in command.thread_ids:
        thread = model.threads.get(thread_id)
        gone = tuple(
            each.checkpoint_id
            for each in (() if thread is None else thread.checkpoints.values())
            if each.snapshot in command.snapshots and not each.expired
        )
        if gone:
            yield CheckpointsExpired(thread_id=thread_id, checkpoint_ids=gone)
