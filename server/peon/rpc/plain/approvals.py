"""Asking the user whether an agent may do something, or which of a few answers to give it.

An answer that never comes changes nothing, and one that comes late is told who was first.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs
from lsprotocol import types

from peon.errors import ExternalFailure, PeonError
from peon.rpc.caller import Caller
from peon.rpc.plain.window import Window
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import ApprovePendingAction, RejectPendingAction
from peon_protocol.events import ActionRequested
from peon_protocol.ids import ActionId, ThreadId
from peon_protocol.values import FieldKind, OptionKind, QuestionField
from peon_protocol.views import PendingActionView

Asked: TypeAlias = ActionRequested | PendingActionView
Answer: TypeAlias = ApprovePendingAction | RejectPendingAction
DECLINE: Final = "Decline"
_NEEDS_FORM: Final = (
    "This editor cannot show the form that it takes: answer it in one that can, or decline."
)


class Approvals:
    """The questions that one editor shows. Belongs to the loop."""

    def __init__(self, window: Window, caller: Caller, tasks: TaskOwner) -> None:
        self._window = window
        self._caller = caller
        self._tasks = tasks
        self._open: dict[ActionId, asyncio.Task[None]] = {}

    def ask(self, thread_id: ThreadId, asked: Asked) -> None:
        """Ask about an action, once."""
        if asked.action_id not in self._open:
            asking = self._ask(asked.action_id, _words(asked), _choices(thread_id, asked))
            self._open[asked.action_id] = self._tasks.start(
                asking, name=f"asking about {asked.action_id}"
            )

    def settled(self, action_id: ActionId) -> bool:
        """The action needs no answer any more; whether it was being asked about."""
        asking = self._open.pop(action_id, None)
        if asking is None:
            return False
        asking.cancel()
        return True

    async def _ask(self, action_id: ActionId, words: str, choices: Mapping[str, Answer]) -> None:
        try:
            choice = await self._window.choose(words, tuple(choices))
        except ExternalFailure:
            return
        command = None if choice is None else choices.get(choice)
        if command is None:
            return
        # From here on it is the user's answer, and nobody's question any more.
        self._open.pop(action_id, None)
        try:
            await self._caller.submit(command)
        except PeonError as error:
            self._window.log(types.MessageType.Warning, f"Peon: {error}")


def _words(asked: Asked) -> str:
    if not asked.fields:
        return f"Peon asks: {asked.title}"
    field = _sole_choice(asked.fields)
    if field is None:
        return f"Peon asks: {asked.title}\n{_NEEDS_FORM}"
    return "\n".join(filter(None, [f"Peon asks: {asked.title}", field.description or field.label]))


def _choices(thread_id: ThreadId, asked: Asked) -> dict[str, Answer]:
    """What can be chosen, and the command that each choice is."""
    reject = RejectPendingAction(thread_id=thread_id, action_id=asked.action_id)
    approve = ApprovePendingAction(thread_id=thread_id, action_id=asked.action_id)
    if not asked.fields:
        labels = {option.kind: option.label for option in asked.options}
        allowing = labels.get(OptionKind.ALLOW_ONCE, "Allow")
        return {allowing: approve, labels.get(OptionKind.REJECT_ONCE, "Reject"): reject}
    field = _sole_choice(asked.fields)
    chosen: dict[str, Answer] = {}
    if field is not None and field.kind is FieldKind.BOOLEAN:
        for label, value in (("Yes", True), ("No", False)):
            chosen[label] = attrs.evolve(approve, answers={field.name: value})
    elif field is not None:
        for choice in field.choices:
            label = choice.label if choice.label not in chosen else choice.value
            chosen[label] = attrs.evolve(approve, answers={field.name: choice.value})
    return {**chosen, DECLINE: reject}


def _sole_choice(fields: tuple[QuestionField, ...]) -> QuestionField | None:
    """The field whose answer is all that a question needs, if that can be chosen."""
    if sum(field.required for field in fields) > 1:
        return None
    needed = next((field for field in fields if field.required), fields[0])
    few = needed.kind in (FieldKind.CHOICE, FieldKind.BOOLEAN) and not needed.secret
    return needed if few else None
