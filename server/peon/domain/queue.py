"""What a queue is: messages in order, each started when what was before it is over."""

from collections.abc import Iterator
from typing import Final

import attrs

from peon.domain.budgets import is_spent
from peon.domain.choices import with_changes
from peon.domain.facts import Facts
from peon.domain.lookup import at_work_in, folder_of, moves_files, sharing
from peon.domain.model import Model, QueuedMessage, Thread, Turn
from peon.errors import CommandRejected
from peon_protocol.commands import ConfigureThread
from peon_protocol.events import Event, MessageQueued, TurnStarted
from peon_protocol.ids import CheckpointId, MessageId, ThreadId, TurnId
from peon_protocol.rejections import MessageBeingSent, MessageIdUsed, MessageNotFound, QueueFull
from peon_protocol.values import (
    Prompt,
    StopReason,
    TurnEndOperation,
    TurnError,
    Usage,
    WorktreeRestoreOperation,
)

LIMIT: Final = 200
"""How many messages of a thread may wait."""


def require_message(thread: Thread, message_id: MessageId) -> QueuedMessage:
    """The message that waits. Raises CommandRejected(MessageNotFound)."""
    message = thread.queue.get(message_id)
    if message is None:
        raise CommandRejected(MessageNotFound(thread.thread_id, message_id))
    return message


def require_waiting(thread: Thread, message_id: MessageId) -> QueuedMessage:
    """The same, and it is not being told to the agent. Raises CommandRejected."""
    message = require_message(thread, message_id)
    if message.steering is not None:
        raise CommandRejected(MessageBeingSent(message_id))
    return message


def is_there_already(thread: Thread, message_id: MessageId, prompt: Prompt) -> bool:
    """Whether this very message was given before. Raises CommandRejected where another was."""
    if message_id in thread.queue:
        known: Prompt | None = thread.queue[message_id].prompt
    elif message_id in thread.past_messages:
        turn_id = thread.past_messages[message_id]
        turn = None if turn_id is None else thread.turns[turn_id]
        began = turn is not None and turn.message_id == message_id
        known = turn.prompt if turn is not None and began else None
    else:
        return False
    if known != prompt:
        raise CommandRejected(MessageIdUsed(message_id))
    return True


def refuse_full(thread: Thread) -> None:
    """Raises CommandRejected(QueueFull) where no more messages may wait."""
    if len(thread.queue) >= LIMIT:
        raise CommandRejected(QueueFull(thread.thread_id, LIMIT))


def next_waiting(thread: Thread, used: Usage | None = None) -> QueuedMessage | None:
    """The message whose turn it is, if the thread were idle and had used so much more."""
    if thread.queue_held or thread.archived or is_spent(thread.budget, thread.usage, used):
        return None
    return next(iter(thread.queue.values()), None)


def as_waiting(event: MessageQueued, at: str) -> QueuedMessage:
    """The message that an event puts in the queue."""
    return QueuedMessage(
        message_id=event.message_id,
        prompt=event.prompt,
        model=event.model,
        mode=event.mode,
        options=event.options,
        queued_at=at,
        steering=event.turn_id if event.steer else None,
    )


def started_with(thread: Thread, message: QueuedMessage, fresh_id: str) -> TurnStarted:
    """The turn that a message begins."""
    return TurnStarted(
        thread_id=thread.thread_id,
        turn_id=TurnId(fresh_id),
        number=len(thread.turns) + 1,
        prompt=message.prompt,
        checkpoint_id=CheckpointId(fresh_id),
        model=message.model or thread.model,
        mode=message.mode or thread.mode,
        message_id=message.message_id,
        options=with_changes(thread.chosen, message.options),
    )


def holds_queue(thread: Thread, stop_reason: StopReason | None, error: TurnError | None) -> bool:
    """Whether a turn that ends so keeps what waits from going on: it failed, or was lost."""
    return bool(thread.queue) and (error is not None or stop_reason is StopReason.INTERRUPTED)


def gone_on(model: Model, freed: Thread, facts: Facts, *, held: bool) -> Iterator[Event]:
    """The turns that begin because `freed` is about to have nothing under way any more.

    Its own next message, unless `held`; and where it moved files, those that waited for that.
    """
    operation = freed.operation
    if not held and not _files_move(model, freed, by_others_than=freed):
        ended = None if operation is None else operation.operation
        used = ended.usage if isinstance(ended, TurnEndOperation) else None
        yield from _begun(freed, facts.fresh_id, used)
    if operation is None or not moves_files(operation.operation):
        return
    for place, thread_id in enumerate(sharing(model, freed)):
        other = model.threads[thread_id]
        if other.current is None and other.operation is None:
            yield from _begun(other, f"{facts.fresh_id}.{place}")


def next_after(command: ConfigureThread, thread: Thread, model: Model) -> QueuedMessage | None:
    """The message that begins because a budget is raised, or its thread leaves the archive."""
    if thread.current is not None or thread.operation is not None or thread.queue_held:
        return None
    archived = thread.archived if command.archived is None else command.archived
    budget = thread.budget if command.budget is None else command.budget
    if archived or is_spent(budget, thread.usage):
        return None
    if _files_move(model, thread, by_others_than=thread):
        return None
    return next(iter(thread.queue.values()), None)


def started_after(
    command: ConfigureThread, thread: Thread, message: QueuedMessage, fresh_id: str
) -> TurnStarted:
    """The turn that it begins, with what the command has changed."""
    return attrs.evolve(
        started_with(thread, message, fresh_id),
        model=message.model or command.model or thread.model,
        mode=message.mode or command.mode or thread.mode,
        options=with_changes(with_changes(thread.chosen, command.options), message.options),
    )


def returned(thread: Thread) -> Iterator[Event]:
    """What was being told to the agent when its turn ends waits like any other message."""
    for message in thread.queue.values():
        if message.steering is not None:
            yield queued_again(thread.thread_id, message)


def queued_again(thread_id: ThreadId, message: QueuedMessage) -> MessageQueued:
    """The agent does not take the message: it waits for its turn."""
    return MessageQueued(
        thread_id=thread_id,
        message_id=message.message_id,
        prompt=message.prompt,
        model=message.model,
        mode=message.mode,
        options=message.options,
    )


def can_be_told(thread: Thread, turn: Turn, facts: Facts) -> bool:
    """Whether the agent is at work on the turn, and is of a kind that can be told more."""
    if thread.provider not in facts.providers.steerable:
        return False
    return turn.prompted and not turn.interrupt_requested and thread.operation is None


def _begun(thread: Thread, fresh_id: str, used: Usage | None = None) -> Iterator[Event]:
    """Nothing begins in a folder that was taken away, unless it is coming back just now."""
    gone = thread.worktree is not None and thread.worktree.removed
    opened = thread.operation
    if gone and (opened is None or not isinstance(opened.operation, WorktreeRestoreOperation)):
        return
    message = next_waiting(thread, used)
    if message is not None:
        yield started_with(thread, message, fresh_id)


def _files_move(model: Model, thread: Thread, *, by_others_than: Thread) -> bool:
    return any(
        other is not by_others_than
        and other.operation is not None
        and moves_files(other.operation.operation)
        for other in at_work_in(model, folder_of(model, thread))
    )
