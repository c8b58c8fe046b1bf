"""A clock that stands still until it is told to jump, and takes the timers of its loop along."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

_MORNING: Final = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_ROUNDS: Final = 20


class FakeClock:
    """Implements Clock. Made on a loop, whose every timer and deadline it drives from then on.

    What the loop waits for besides (processes, threads, sockets) goes on in its own time.
    """

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._going_since: float | None = None
        self._shift = timedelta()
        vars(asyncio.get_running_loop())["time"] = self.monotonic

    def now(self) -> datetime:
        return _MORNING + timedelta(seconds=self.monotonic()) + self._shift

    def monotonic(self) -> float:
        if self._going_since is None:
            return self._elapsed
        return self._elapsed + time.monotonic() - self._going_since

    async def jump(self, seconds: float) -> None:
        """Let so much time pass at once, and whatever is due then happen.

        What was about to begin has begun before.
        """
        await give_way()
        self._elapsed += seconds
        await give_way()

    def go_on(self) -> None:
        """From now on, let time pass as it does for everybody."""
        self._going_since = time.monotonic()

    def set_back(self, span: timedelta) -> None:
        """Change the wall clock, as a person or a time server may; deadlines do not mind."""
        self._shift -= span


async def give_way() -> None:
    """Let everything happen that can happen without waiting for anything outside."""
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
