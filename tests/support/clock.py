"""A clock that stands still until it is told to jump, and takes the timers of its loop along."""

import asyncio
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
        self._shift = timedelta()
        vars(asyncio.get_running_loop())["time"] = self.monotonic

    def now(self) -> datetime:
        return _MORNING + timedelta(seconds=self._elapsed) + self._shift

    def monotonic(self) -> float:
        return self._elapsed

    async def jump(self, seconds: float) -> None:
        """Let so much time pass at once, and whatever is due then happen."""
        self._elapsed += seconds
        await give_way()

    def set_back(self, span: timedelta) -> None:
        """Change the wall clock, as a person or a time server may; deadlines do not mind."""
        self._shift -= span


async def give_way() -> None:
    """Let everything happen that can happen without waiting for anything outside."""
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
