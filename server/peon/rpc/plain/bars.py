"""Turns in progress, as the editor shows what goes on: with a word on it, and a way to stop it."""

from typing import Final

import attrs

from peon.rpc.plain.window import Window
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon_protocol.ids import ThreadId, TurnId

_LONGEST: Final = 120
"""More of a message is not shown."""


@attrs.define(eq=False)
class Bar:
    """One turn. It is shown once the editor has agreed to, unless the turn is over by then."""

    token: str
    thread_id: ThreadId
    turn_id: TurnId
    message: str
    is_shown: bool = False
    is_over: bool = False


class Bars:
    """All turns that one editor shows. Belongs to the loop."""

    def __init__(self, window: Window, *, ids: IdSource, tasks: TaskOwner) -> None:
        self._window = window
        self._ids = ids
        self._tasks = tasks
        self._bars: dict[ThreadId, Bar] = {}

    def begin(self, thread_id: ThreadId, turn_id: TurnId, title: str, message: str) -> None:
        """A turn has begun."""
        self.end(thread_id, "")
        bar = Bar(f"peon-{self._ids.fresh()}", thread_id, turn_id, _short(message))
        self._bars[thread_id] = bar
        self._tasks.start(self._show(bar, title), name=f"progress of {turn_id}")

    def report(self, thread_id: ThreadId, message: str) -> None:
        """What the turn is at now."""
        bar = self._bars.get(thread_id)
        if bar is None or bar.message == _short(message):
            return
        bar.message = _short(message)
        if bar.is_shown:
            self._window.progress(bar.token, {"kind": "report", "message": bar.message})

    def end(self, thread_id: ThreadId, message: str) -> None:
        """The turn is over."""
        bar = self._bars.pop(thread_id, None)
        if bar is None:
            return
        bar.is_over = True
        if bar.is_shown:
            self._window.progress(bar.token, {"kind": "end", "message": _short(message)})

    def of(self, token: object) -> Bar | None:
        """The turn that is shown under a token."""
        return next((bar for bar in self._bars.values() if bar.token == token), None)

    async def _show(self, bar: Bar, title: str) -> None:
        if not await self._window.agrees_to_progress(bar.token) or bar.is_over:
            return
        bar.is_shown = True
        self._window.progress(
            bar.token,
            {"kind": "begin", "title": title, "cancellable": True, "message": bar.message},
        )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
