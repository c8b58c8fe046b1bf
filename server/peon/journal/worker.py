"""One thread that does the file work of one part, so that the loop does not wait for disks."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Worker:
    """Does one thing after the other, in the order they were asked for, in a thread of its own.

    Who waits is let go when cancelled; what was begun is finished all the same.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do `work` in the thread; its result, or what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def close(self) -> None:
        """Finish what was asked for and end the thread."""
        await self.run(_nothing)
        self._executor.shutdown()


def _nothing() -> None:
    """Is done when all that was asked for before is done."""
