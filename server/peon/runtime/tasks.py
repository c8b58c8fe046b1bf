"""Tasks with an owner and a name: none is forgotten, none fails in silence."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class TaskOwner:
    """Owns the asyncio tasks of one component.

    A task that fails is logged with its name; `close` cancels what still runs and waits for it.
    This is
    the only place of the server that creates tasks.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[object]] = set()
        self._closed = False

    def start(self, coroutine: Coroutine[object, object, T], *, name: str) -> "asyncio.Task[T]":
        """Run `coroutine` as a task called `owner/name`.

        Raises RuntimeError once the owner is closed.
        """
        if self._closed:
            coroutine.close()
            raise RuntimeError(f"{self._name} is closed and starts no task {name!r}")
        task = asyncio.get_running_loop().create_task(coroutine, name=f"{self._name}/{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel every task that still runs and wait until each has ended."""
        self._closed = True
        current = asyncio.current_task()
        running = [task for task in self._tasks if task is not current]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many tasks have not ended yet."""
        return len(self._tasks)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("task %s failed", task.get_name(), exc_info=error)
