"""Work in order: what is done for one thread is done one thing at a time, threads beside each
other.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

import attrs

from peon.runtime.tasks import TaskOwner
from peon_protocol.ids import ThreadId

logger = logging.getLogger(__name__)


@attrs.frozen
class Work:
    """Something to do, and what to do instead if there is a bug in it: `failed` must not raise."""

    do: Callable[[], Awaitable[None]]
    failed: Callable[[Exception], None]


LANE_LENGTH = 256
"""How much optional work may wait in a lane. What must be done is never turned away."""


class Lanes:
    """One lane per thread, there only while there is work in it."""

    def __init__(self) -> None:
        self._tasks = TaskOwner("lanes")
        self._lanes: dict[ThreadId, deque[Work]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    def add(self, thread_id: ThreadId, work: Work) -> None:
        """Do `work` after all that was added for the thread before."""
        if self._closed:
            return
        lane = self._lanes.get(thread_id)
        if lane is not None:
            lane.append(work)
            return
        lane = deque([work])
        self._lanes[thread_id] = lane
        self._idle.clear()
        self._tasks.start(self._run(thread_id, lane), name=thread_id)

    def add_if_room(self, thread_id: ThreadId, work: Work) -> bool:
        """As `add`, for work that may be left out: false where too much waits already."""
        lane = self._lanes.get(thread_id)
        if lane is not None and len(lane) >= LANE_LENGTH:
            return False
        self.add(thread_id, work)
        return True

    def stop(self) -> None:
        """Begin nothing more. What is under way goes on."""
        self._closed = True
        for lane in self._lanes.values():
            lane.clear()

    async def close(self, seconds: float) -> None:
        """Give what is under way so much time to come to its end, then break it off."""
        self.stop()
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            logger.warning("work is broken off: %d lanes are not done", len(self._lanes))
        await self._tasks.close()

    @property
    def busy(self) -> int:
        """In how many lanes something is under way."""
        return len(self._lanes)

    async def _run(self, thread_id: ThreadId, lane: deque[Work]) -> None:
        try:
            while lane:
                await self._do(lane.popleft())
        finally:
            del self._lanes[thread_id]
            if not self._lanes:
                self._idle.set()

    async def _do(self, work: Work) -> None:
        """A boundary: a bug in one piece of work must not keep a thread from going on."""
        try:
            await work.do()
        except Exception as error:
            logger.exception("work in a lane failed")
            work.failed(error)
