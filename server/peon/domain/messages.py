"""The rules of messages that wait: queued, changed, sent, or told to an agent at work.

Every message is one of four: it waits, it began a turn, an agent took it into one, or a user
removed it.
"""

from collections.abc import Iterator

from peon.domain.choices import refuse_options
from peon.domain.commands import RecordSteer
from peon.domain.facts import Facts
from peon.domain.items import close_text, new_item_id
from peon.domain.lookup import require_thread
from peon.domain.model import Model, Thread, Turn
from peon.domain.prompts import refuse_prompt
from peon.domain.queue import (
    as_waiting,
    can_be_told,
    is_there_already,
    queued_again,
    refuse_full,
    require_message,
    require_waiting,
    started_with,
)
from peon.domain.threads import refuse_unsupported_mode, refuse_unusable_provider
from peon.domain.turns import refuse_start, require_running
from peon.errors import CommandRejected
from peon_protocol.commands import (
    EditMessage,
    MoveMessage,
    QueueMessage,
    RemoveMessage,
    SendMessage,
    SteerTurn,
)
from peon_protocol.events import (
    Event,
    ItemRecorded,
    MessageEdited,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    MessageSteered,
)
from peon_protocol.ids import ItemId, MessageId
from peon_protocol.rejections import MessageNotFound, ThreadArchived
from peon_protocol.values import (
    ItemKind,
    ItemPatch,
    ItemStatus,
    Prompt,
    TextAppend,
    TextContent,
)


def queue_message(command: QueueMessage, model: Model, facts: Facts) -> Iterator[Event]:
    """Sent again with the same id and prompt it is the same message, and nothing happens.

    Where nothing is under way and nothing waits, its turn begins in the same commit.
    """
    thread = require_thread(model, command.thread_id)
    message_id = command.message_id or MessageId(facts.fresh_id)
    if is_there_already(thread, message_id, command.prompt):
        return
    if thread.archived:
        raise CommandRejected(ThreadArchived(thread.thread_id))
    refuse_prompt(command.prompt, thread.provider, facts)
    refuse_full(thread)
    refuse_unusable_provider(facts, thread.provider)
    refuse_unsupported_mode(facts, thread.provider, command.mode or thread.mode)
    refuse_options(thread, command.options, command.model)
    queued = MessageQueued(
        thread_id=thread.thread_id,
        message_id=message_id,
        prompt=command.prompt,
        model=command.model,
        mode=command.mode,
        options=command.options,
    )
    yield queued
    if not thread.queue and _may_start(thread, model):
        yield started_with(thread, as_waiting(queued, ""), facts.fresh_id)


def edit_message(command: EditMessage, model: Model, facts: Facts) -> Iterator[Event]:
    """What waits may still be worded otherwise."""
    thread = require_thread(model, command.thread_id)
    message = require_waiting(thread, command.message_id)
    refuse_prompt(command.prompt, thread.provider, facts)
    if message.prompt != command.prompt:
        yield MessageEdited(
            thread_id=thread.thread_id, message_id=message.message_id, prompt=command.prompt
        )


def remove_message(command: RemoveMessage, model: Model) -> Iterator[Event]:
    """Only what waits can be taken out."""
    thread = require_thread(model, command.thread_id)
    message = require_waiting(thread, command.message_id)
    yield MessageRemoved(thread_id=thread.thread_id, message_id=message.message_id)


def move_message(command: MoveMessage, model: Model) -> Iterator[Event]:
    """Before another message, or to the end."""
    thread = require_thread(model, command.thread_id)
    message = require_message(thread, command.message_id)
    if command.before is not None:
        require_message(thread, command.before)
    if command.before == message.message_id:
        return
    order = [each for each in thread.queue if each != message.message_id]
    place = len(order) if command.before is None else order.index(command.before)
    order.insert(place, message.message_id)
    if order != list(thread.queue):
        yield MessageReordered(
            thread_id=thread.thread_id, message_id=message.message_id, order=tuple(order)
        )


def send_message(command: SendMessage, model: Model, facts: Facts) -> Iterator[Event]:
    """A message that waits, or the first, begins its turn; the others wait for that one's end."""
    thread = require_thread(model, command.thread_id)
    message_id = command.message_id or next(iter(thread.queue), None)
    if message_id is None:
        raise CommandRejected(MessageNotFound(thread.thread_id))
    message = require_message(thread, message_id)
    refuse_start(thread, model)
    refuse_unusable_provider(facts, thread.provider)
    yield started_with(thread, message, facts.fresh_id)


def steer_turn(command: SteerTurn, model: Model, facts: Facts) -> Iterator[Event]:
    """An agent that can be told more while it works is; for any other the message waits."""
    thread = require_thread(model, command.thread_id)
    message_id = command.message_id or MessageId(facts.fresh_id)
    turn = require_running(thread, command.turn_id)
    if is_there_already(thread, message_id, command.prompt):
        return
    refuse_prompt(command.prompt, thread.provider, facts)
    refuse_full(thread)
    yield MessageQueued(
        thread_id=thread.thread_id,
        message_id=message_id,
        prompt=command.prompt,
        steer=can_be_told(thread, turn, facts),
        turn_id=turn.turn_id,
    )


def record_steer(command: RecordSteer, model: Model) -> Iterator[Event]:
    """The agent took the message into its turn, or did not; late outcomes change nothing."""
    thread = model.threads.get(command.thread_id)
    message = None if thread is None else thread.queue.get(command.message_id)
    if thread is None or message is None or message.steering != command.turn_id:
        return
    turn = thread.running_turn
    if not command.taken or turn is None or turn.turn_id != command.turn_id:
        yield queued_again(thread.thread_id, message)
        return
    yield from close_text(thread.thread_id, turn)
    item_id = new_item_id(turn)
    yield MessageSteered(
        thread_id=thread.thread_id,
        message_id=message.message_id,
        turn_id=turn.turn_id,
        item_id=item_id,
    )
    yield _said(thread, turn, item_id, message.prompt)


def _said(thread: Thread, turn: Turn, item_id: ItemId, prompt: Prompt) -> Event:
    """The message as an item: its text, and what else it holds."""
    blocks = (TextContent(prompt),) if isinstance(prompt, str) else prompt
    text = "\n".join(block.text for block in blocks if isinstance(block, TextContent))
    others = tuple(block for block in blocks if not isinstance(block, TextContent))
    return ItemRecorded(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        item_id=item_id,
        kind=ItemKind.USER_MESSAGE,
        status=ItemStatus.COMPLETED,
        append=TextAppend(0, len(text.encode()), text) if text else None,
        patch=ItemPatch(content=others) if others else None,
    )


def _may_start(thread: Thread, model: Model) -> bool:
    try:
        refuse_start(thread, model)
    except CommandRejected:
        return False
    return True
