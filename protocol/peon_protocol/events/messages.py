"""Events of messages that wait for their turn, or are told to an agent at work."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from peon_protocol.ids import ItemId, MessageId, ThreadId, TurnId
from peon_protocol.values import Mode, OptionValue, Prompt


@attrs.frozen(kw_only=True)
class MessageQueued:
    """A message waits at the end of the queue, or where it is already if it is in it.

    With `steer` it is being told to the agent, which is at work on the turn `turn_id`; where the
    agent does not take it, it is queued again without.
    """

    TYPE: ClassVar = "message.queued"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    message_id: MessageId
    prompt: Prompt
    model: str | None = None
    mode: Mode | None = None
    steer: bool = False
    turn_id: TurnId | None = None
    options: Mapping[str, OptionValue] | None = None


@attrs.frozen(kw_only=True)
class MessageEdited:
    """A message that waits says something else now."""

    TYPE: ClassVar = "message.edited"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    message_id: MessageId
    prompt: Prompt


@attrs.frozen(kw_only=True)
class MessageRemoved:
    """A user took a message out of the queue."""

    TYPE: ClassVar = "message.removed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    message_id: MessageId


@attrs.frozen(kw_only=True)
class MessageReordered:
    """A message was moved; `order` is that of the whole queue."""

    TYPE: ClassVar = "message.reordered"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    message_id: MessageId
    order: tuple[MessageId, ...]


@attrs.frozen(kw_only=True)
class MessageSteered:
    """The agent took a message into the turn it is at work on, where it is an item."""

    TYPE: ClassVar = "message.steered"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    message_id: MessageId
    turn_id: TurnId
    item_id: ItemId
