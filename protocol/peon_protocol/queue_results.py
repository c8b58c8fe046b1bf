"""What requests about messages that wait, actions and rules answer with."""

import attrs

from peon_protocol.ids import ActionId, MessageId, ProjectId, RuleId, ThreadId, TurnId
from peon_protocol.values import Decision
from peon_protocol.views import RuleView


@attrs.frozen(kw_only=True)
class MessageResult:
    """A message waits, was changed or removed; `turn_id` is the turn that was started with it."""

    sequence: int
    thread_id: ThreadId
    message_id: MessageId
    turn_id: TurnId | None


@attrs.frozen(kw_only=True)
class SteerResult:
    """A message is being told to the agent, or, where not `steered`, was queued.

    An agent that does not take it after all has it queued by an event.
    """

    sequence: int
    thread_id: ThreadId
    turn_id: TurnId
    message_id: MessageId
    steered: bool


@attrs.frozen(kw_only=True)
class ActionResult:
    """An action was answered."""

    sequence: int
    thread_id: ThreadId
    action_id: ActionId
    decision: Decision


@attrs.frozen(kw_only=True)
class RuleResult:
    """A rule was added or removed."""

    sequence: int
    project_id: ProjectId
    rule_id: RuleId


@attrs.frozen(kw_only=True)
class RuleList:
    """The rules of a project, oldest first."""

    rules: tuple[RuleView, ...]
