"""What an agent says again and again about a tool call becomes an event now and then.

An agent shows the output of a command as it grows, all of it each time. What is first, and what
changes the call's status, is recorded at once. What else comes within a second of what was recorded
is held back and merged, and recorded when the second is over, with whatever changes the status, or
before any other event of its thread.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from peon.domain.model import Turn
from peon.runtime.clock import Clock
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import ItemId, ThreadId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.values import ItemKind

_Call: TypeAlias = tuple[ThreadId, ItemId]

_FIELDS: Final = tuple(each.name for each in attrs.fields(ToolCallUpdated))


class ToolUpdates:
    """Belongs to the loop. `record` is called with each update that is to be recorded now."""

    def __init__(
        self, seconds: float, clock: Clock, record: Callable[[IngestProviderEvent], None]
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._record = record
        self._recorded: dict[_Call, float] = {}
        self._held: dict[_Call, ToolCallUpdated] = {}
        self._timer: asyncio.TimerHandle | None = None

    def hold_back(self, thread_id: ThreadId, turn: Turn, event: ToolCallUpdated) -> bool:
        """Whether the update is recorded later, with more of its kind."""
        call, now = (thread_id, event.item_id), self._clock.monotonic()
        recorded = self._recorded.get(call)
        if recorded is None or now - recorded >= self._seconds or not _adds_only(turn, event):
            self._recorded[call] = now
            return False
        self._held[call] = merged(self._held.get(call), event)
        if self._timer is None:
            self._wake_in(recorded + self._seconds - now)
        return True

    def joined(self, command: IngestProviderEvent, event: ToolCallUpdated) -> ToolCallUpdated:
        """The update with what was held back of its call, which is held no longer."""
        return merged(self._held.pop((command.thread_id, event.item_id), None), event)

    def flush(self, thread_id: ThreadId, *, but: ItemId | None = None) -> None:
        """Record what is held back of the thread's calls, but of one."""
        for call in [each for each in self._held if each[0] == thread_id and each[1] != but]:
            self._let_go(call)

    def forget(self, thread_id: ThreadId) -> None:
        """The turn of the thread is over, and so are its calls."""
        for call in [each for each in self._recorded if each[0] == thread_id]:
            del self._recorded[call]

    def close(self) -> None:
        """Record everything and keep no timer."""
        for call in tuple(self._held):
            self._let_go(call)
        self._stop_timer()

    def drop(self) -> None:
        """Forget everything and keep no timer."""
        self._held.clear()
        self._recorded.clear()
        self._stop_timer()

    def _let_go(self, call: _Call) -> None:
        event = self._held.pop(call, None)
        if event is None:
            return  # It went along with another of its thread.
        self._recorded.pop(call, None)
        self._record(IngestProviderEvent(thread_id=call[0], event=event))

    def _wake_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._wake)

    def _wake(self) -> None:
        """Record what is due, and wake again for the next."""
        self._timer = None
        now = self._clock.monotonic()
        for call in [each for each in self._held if self._due(each) <= now]:
            self._let_go(call)
        if self._held:
            self._wake_in(min(map(self._due, self._held)) - now)

    def _due(self, call: _Call) -> float:
        return self._recorded.get(call, 0.0) + self._seconds

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def merged(earlier: ToolCallUpdated | None, later: ToolCallUpdated) -> ToolCallUpdated:
    """Both as one: what the later one says counts."""
    if earlier is None:
        return later
    said = {name: getattr(later, name) for name in _FIELDS}
    return attrs.evolve(
        earlier, **{name: value for name, value in said.items() if value is not None}
    )


def _adds_only(turn: Turn, event: ToolCallUpdated) -> bool:
    """Whether the call is known and goes on as before."""
    item = turn.items.get(event.item_id)
    if item is None or item.kind is not ItemKind.TOOL_CALL or not item.is_open:
        return False
    return event.status is None or event.status is item.status
