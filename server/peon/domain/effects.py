"""Effects: work outside, decided by the rules and performed by reactors.

Those of the outbox last until an event settles them: the outbox is a fold of the log. Those that
pass are told once and forgotten: a process that died has nothing to make up for.
"""

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    ItemId,
    MessageId,
    OperationId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import Decision, JsonValue, Operation, ToolKind


@attrs.frozen(kw_only=True)
class CaptureTurnStart:
    """Keep the workspace's files before the agent sees the prompt."""

    thread_id: ThreadId
    turn_id: TurnId
    checkpoint_id: CheckpointId

    @property
    def key(self) -> str:
        return f"capture:{self.turn_id}"


@attrs.frozen(kw_only=True)
class PromptAgent:
    """Hand the prompt to the thread's agent. Bound to the process: never done twice."""

    thread_id: ThreadId
    turn_id: TurnId

    @property
    def key(self) -> str:
        return f"prompt:{self.turn_id}"


@attrs.frozen(kw_only=True)
class InterruptAgent:
    """Make the agent stop."""

    thread_id: ThreadId
    turn_id: TurnId

    @property
    def key(self) -> str:
        return f"interrupt:{self.turn_id}"


@attrs.frozen(kw_only=True)
class SteerAgent:
    """Tell the agent a message while it is at work. Bound to the process: never done twice."""

    thread_id: ThreadId
    turn_id: TurnId
    message_id: MessageId

    @property
    def key(self) -> str:
        return f"steer:{self.message_id}"


@attrs.frozen(kw_only=True)
class AnswerAgent:
    """Tell the agent what became of its action.

    `option_id` is null where the agent offered none that says it. `answers` lack the secret ones.
    """

    thread_id: ThreadId
    turn_id: TurnId
    action_id: ActionId
    item_id: ItemId
    kind: ToolKind
    option_id: str | None
    decision: Decision
    answers: Mapping[str, JsonValue] | None = None

    @property
    def key(self) -> str:
        return f"answer:{self.action_id}"


@attrs.frozen(kw_only=True)
class PerformOperation:
    """Do slow workspace work."""

    thread_id: ThreadId
    operation_id: OperationId
    operation: Operation
    turn_id: TurnId | None

    @property
    def key(self) -> str:
        return f"operation:{self.operation_id}"


@attrs.frozen(kw_only=True)
class ToolCallOpened:
    """A tool that may change files is at work: what changes now may be its doing."""

    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId


@attrs.frozen(kw_only=True)
class ToolCallClosed:
    """The tool is done: what changes now is not its doing."""

    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId


@attrs.frozen(kw_only=True)
class CloseSession:
    """The thread needs no agent any more."""

    thread_id: ThreadId


OutboxEffect: TypeAlias = (
    CaptureTurnStart | PromptAgent | SteerAgent | InterruptAgent | AnswerAgent | PerformOperation
)
PassingEffect: TypeAlias = ToolCallOpened | ToolCallClosed | CloseSession
Effect: TypeAlias = OutboxEffect | PassingEffect
