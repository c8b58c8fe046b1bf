"""How late a loop is for whoever else wants it."""

import asyncio

TICK = 0.001


class Ticker:
    """Asks the loop for its attention every millisecond, and keeps how late it comes."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._late: list[float] = []
        self._next()

    def stop(self) -> list[float]:
        """Tick no more; how late each tick was, in milliseconds."""
        self._handle.cancel()
        return self._late

    def _next(self) -> None:
        self._due = self._loop.time() + TICK
        self._handle = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._late.append((self._loop.time() - self._due) * 1000)
        self._next()
