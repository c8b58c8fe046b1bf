"""Events of turns."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from peon_protocol.ids import CheckpointId, MessageId, ThreadId, TurnId
from peon_protocol.values import Mode, OptionValue, Prompt, StopReason, TurnError, Usage


@attrs.frozen(kw_only=True)
class TurnStarted:
    """A prompt was given. `number` counts from 1 in the thread and is never used again.

    `checkpoint_id` names the checkpoint that is taken before the agent sees the prompt,
    `message_id` the message of the queue that this is. `options` are those chosen for it, by the
    thread or for this turn only.
    """

    TYPE: ClassVar = "turn.started"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    number: int
    prompt: Prompt
    checkpoint_id: CheckpointId
    model: str | None = None
    mode: Mode = Mode.ASK
    message_id: MessageId | None = None
    options: Mapping[str, OptionValue] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class TurnInterruptRequested:
    """The turn was asked to stop, by somebody or by its budget; the agent has not agreed yet."""

    TYPE: ClassVar = "turn.interruptRequested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    budget_spent: bool = False


@attrs.frozen(kw_only=True)
class TurnCompleted:
    """The turn is over; interrupted where the stop reason is `cancelled` or `interrupted`.

    With `queue_held` the messages that wait do not go on by themselves.
    """

    TYPE: ClassVar = "turn.completed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    stop_reason: StopReason
    usage: Usage | None = None
    detail: str | None = None
    queue_held: bool = False


@attrs.frozen(kw_only=True)
class TurnFailed:
    """The turn is over, with an error.

    With `queue_held` the messages that wait do not go on by themselves.
    """

    TYPE: ClassVar = "turn.failed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    error: TurnError
    usage: Usage | None = None
    queue_held: bool = False
