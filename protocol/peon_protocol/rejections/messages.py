"""Why a command about a message that waits was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import MessageId, ThreadId


@attrs.frozen
class MessageNotFound:
    """No such message waits in the thread; without an id, none waits at all."""

    KIND: ClassVar = "message.notFound"
    REMEDY: ClassVar = "Read the thread: its queue says what waits."
    thread_id: ThreadId
    message_id: MessageId | None = None

    @property
    def message(self) -> str:
        if self.message_id is None:
            return f"No message waits in thread {self.thread_id}."
        return f"No message {self.message_id} waits in thread {self.thread_id}."


@attrs.frozen
class MessageIdUsed:
    """The id belongs to another message of the thread, or to one that was removed."""

    KIND: ClassVar = "message.idUsed"
    REMEDY: ClassVar = "Leave messageId out and one is made."
    message_id: MessageId

    @property
    def message(self) -> str:
        return f"The id {self.message_id} belongs to another message."


@attrs.frozen
class MessageBeingSent:
    """The message is on its way to the agent, which is asked whether it takes it."""

    KIND: ClassVar = "message.beingSent"
    REMEDY: ClassVar = "Wait for message.steered, or for message.queued where it is not taken."
    message_id: MessageId

    @property
    def message(self) -> str:
        return f"Message {self.message_id} is being told to the agent."


@attrs.frozen
class QueueFull:
    """As many messages wait as may."""

    KIND: ClassVar = "queue.full"
    REMEDY: ClassVar = "Remove some with message/remove, or let turns begin."
    thread_id: ThreadId
    limit: int

    @property
    def message(self) -> str:
        return f"{self.limit} messages wait in thread {self.thread_id} already."
