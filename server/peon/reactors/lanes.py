"""Work in order: what is done for one thread is done one thing at a time, threads beside each
other.
"""

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

    def __init__(self, tasks: TaskOwner) -> None:
        self._tasks = tasks
        self._lanes: dict[ThreadId, deque[Work]] = {}

    def add(self, thread_id: ThreadId, work: Work) -> None:
        """Do `work` after all that was added for the thread before."""
        lane = self._lanes.get(thread_id)
        if lane is not None:
            lane.append(work)
            return
        lane = deque([work])
        self._lanes[thread_id] = lane
        self._tasks.start(self._run(thread_id, lane), name=f"lane {thread_id}")

    def add_if_room(self, thread_id: ThreadId, work: Work) -> bool:
        """As `add`, for work that may be left out: false where too much waits already."""
        lane = self._lanes.get(thread_id)
        if lane is not None and len(lane) >= LANE_LENGTH:
            return False
        self.add(thread_id, work)
        return True

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._lanes)

    async def _run(self, thread_id: ThreadId, lane: deque[Work]) -> None:
        try:
            while lane:
                await self._do(lane[0])
                lane.popleft()
        finally:
            del self._lanes[thread_id]

    async def _do(self, work: Work) -> None:
        """A boundary: a bug in one piece of work must not keep a thread from going on."""
        try:
            await work.do()
        except Exception as error:
            logger.exception("work in a lane failed")
            work.failed(error)
