"""Those who wait for a sequence to be durable."""

import asyncio
import heapq
import itertools

from peon.errors import StoreFailure


class DurabilityWaiters:
    """Futures by the sequence they wait for. Belongs to the loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def add(self, sequence: int) -> "asyncio.Future[None]":
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (sequence, next(self._order), future))
        return future

    def reached(self, durable: int) -> None:
        """Let everybody go on who waits for `durable` or less."""
        while self._waiting and self._waiting[0][0] <= durable:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    def fail(self, failure: StoreFailure) -> None:
        """Tell everybody who waits that it will never be."""
        waiting, self._waiting = self._waiting, []
        for _, _, future in waiting:
            if not future.done():
                future.set_exception(failure)
