"""Waiting for several things, and for what must not be left half done."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Callable[[Callable[[], bool]], T]) -> T:
    """Run `work` in a thread. When cancelled, ask it to stop and wait: it must not outlive a lock.

    `work` is given a function that says whether it shall stop.
    """
    cancelled: list[bool] = []
    running = asyncio.get_running_loop().run_in_executor(None, work, lambda: bool(cancelled))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancelled.append(True)
        await asyncio.wait([running])
        raise


async def together(*works: Coroutine[object, object, T]) -> list[T]:
    """Run all at the same time and wait for all, whatever happens; then raise the first failure."""
    results = await asyncio.gather(*works, return_exceptions=True)
    done: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
