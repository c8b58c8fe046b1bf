"""Asking the user whether an agent may do something.

An answer that never comes changes nothing, and one that comes late is told who was first.
"""

import asyncio
from collections.abc import Iterable

from lsprotocol import types

from peon.errors import ExternalFailure, PeonError
from peon.rpc.caller import Caller
from peon.rpc.plain.window import Window
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import ApprovePendingAction, RejectPendingAction
from peon_protocol.ids import ActionId, ThreadId
from peon_protocol.values import ActionOption, OptionKind


class Approvals:
    """The questions that one editor shows. Belongs to the loop."""

    def __init__(self, window: Window, caller: Caller, tasks: TaskOwner) -> None:
        self._window = window
        self._caller = caller
        self._tasks = tasks
        self._open: dict[ActionId, asyncio.Task[None]] = {}

    def ask(
        self,
        thread_id: ThreadId,
        action_id: ActionId,
        title: str,
        options: Iterable[ActionOption],
    ) -> None:
        """Ask about an action, once."""
        if action_id not in self._open:
            labels = {option.kind: option.label for option in options}
            asking = self._ask(thread_id, action_id, title, labels)
            self._open[action_id] = self._tasks.start(asking, name=f"asking about {action_id}")

    def settled(self, action_id: ActionId) -> bool:
        """The action needs no answer any more; whether it was being asked about."""
        asking = self._open.pop(action_id, None)
        if asking is None:
            return False
        asking.cancel()
        return True

    async def _ask(
        self,
        thread_id: ThreadId,
        action_id: ActionId,
        title: str,
        labels: dict[OptionKind, str],
    ) -> None:
        allow = labels.get(OptionKind.ALLOW_ONCE, "Allow")
        reject = labels.get(OptionKind.REJECT_ONCE, "Reject")
        try:
            choice = await self._window.choose(f"Peon asks: {title}", (allow, reject))
        except ExternalFailure:
            return
        command: ApprovePendingAction | RejectPendingAction
        if choice == allow:
            command = ApprovePendingAction(thread_id=thread_id, action_id=action_id)
        elif choice == reject:
            command = RejectPendingAction(thread_id=thread_id, action_id=action_id)
        else:
            return
        # From here on it is the user's answer, and nobody's question any more.
        self._open.pop(action_id, None)
        try:
            await self._caller.submit(command)
        except PeonError as error:
            self._window.log(types.MessageType.Warning, f"Peon: {error}")
