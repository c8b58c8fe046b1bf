"""The watch over an agent that may have fallen silent for good."""

import asyncio
from collections.abc import Callable

import attrs

from peon.providers.terms import Patience


@attrs.define(kw_only=True, eq=False)
class Watch:
    """Asks an agent to stop when it has been silent for too long, and ends it if it does not heed.

    While `excused` says so (a tool is at work, somebody is asked) silence is nothing unusual.
    """

    patience: Patience
    excused: Callable[[], bool]
    ask: Callable[[], None]
    end: Callable[[], None]
    heard_at: float = 0.0
    asked: bool = False
    _timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self.heard()
        self._look_again(self.patience.silence)

    def heard(self) -> None:
        """The agent has said something."""
        self.heard_at = asyncio.get_running_loop().time()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look_again(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        left = self.heard_at + self.patience.silence - asyncio.get_running_loop().time()
        if self.asked:
            self.end()
        elif left > 0 or self.excused():
            self._look_again(max(left, self.patience.agree))
        else:
            self.asked = True
            self.ask()
            self._look_again(self.patience.agree)
