"""The watch over an agent that may have fallen silent for good."""

import asyncio
import math
from collections.abc import Callable

import attrs

SELDOM = 60.0
"""How often one looks, in seconds, where any silence is allowed."""


@attrs.define(kw_only=True, eq=False)
class Watch:
    """Asks an agent to stop when it has been silent for too long, and ends it if it does not heed.

    `allowed` says how long that is as things are: with a tool at work, or while somebody is asked,
    silence is nothing unusual. An agent that was asked has `agree` seconds.
    """

    agree: float
    allowed: Callable[[], float]
    ask: Callable[[], None]
    end: Callable[[], None]
    heard_at: float = 0.0
    asked: bool = False
    silence: float = 0.0
    """How long it had been silent when it was asked to stop."""
    _timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self.heard()
        self._look_again(self.allowed())

    def heard(self) -> None:
        """The agent gets on."""
        self.heard_at = asyncio.get_running_loop().time()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look_again(self, seconds: float) -> None:
        wait = SELDOM if math.isinf(seconds) else seconds
        self._timer = asyncio.get_running_loop().call_later(min(wait, SELDOM), self._look)

    def _look(self) -> None:
        silent = asyncio.get_running_loop().time() - self.heard_at
        left = self.allowed() - silent
        if self.asked:
            self.end()
        elif left > 0:
            self._look_again(max(left, self.agree / 10))
        else:
            self.asked, self.silence = True, silent
            self.ask()
            self._look_again(self.agree)
