"""Secret answers on their way to agents.

They are kept in memory only, until the agent is told, or its turn is over: neither the log nor what
is made of it ever holds them.
"""

from collections.abc import Mapping

import attrs

from peon.domain.model import Action, Model
from peon.domain.questions import secrets_among, without_secrets
from peon_protocol.commands import ApprovePendingAction, Command
from peon_protocol.ids import ActionId, ThreadId
from peon_protocol.values import JsonValue


class Confidences:
    """What users have told agents in confidence. Belongs to the loop."""

    def __init__(self) -> None:
        self._kept: dict[ThreadId, dict[ActionId, Mapping[str, JsonValue]]] = {}

    def keep(self, model: Model, command: Command) -> None:
        """Keep the secret answers of a command that was accepted."""
        if not isinstance(command, ApprovePendingAction) or not command.answers:
            return
        action = _action(model, command)
        if action is not None and (secrets := secrets_among(action.fields, command.answers)):
            self._kept.setdefault(command.thread_id, {})[command.action_id] = secrets

    def take(self, thread_id: ThreadId, action_id: ActionId) -> Mapping[str, JsonValue]:
        """The secret answers to a question, once."""
        return self._kept.get(thread_id, {}).pop(action_id, {})

    def forget(self, thread_id: ThreadId) -> None:
        """Nobody in the thread waits for an answer any more."""
        self._kept.pop(thread_id, None)


def spoken(model: Model, command: Command) -> Command:
    """The command as anybody may know it: a digest of a short secret gives it away."""
    if not isinstance(command, ApprovePendingAction) or not command.answers:
        return command
    action = _action(model, command)
    fields = () if action is None else action.fields
    return attrs.evolve(command, answers=without_secrets(fields, command.answers))


def _action(model: Model, command: ApprovePendingAction) -> Action | None:
    thread = model.threads.get(command.thread_id)
    return None if thread is None else thread.actions.get(command.action_id)
