"""Process groups: a program is ended with all that it has started."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

_SHORTEST, _LONGEST = 0.005, 0.05
"""Seconds between two looks, of which each reads about every process there is."""
_LAST: Final = 1.0
_PROC: Final = Path("/proc")


async def stop_group(group: int, patience: float) -> None:
    """Have a group end: as by Ctrl-C at a terminal, which programs know best how to tidy up after,
    then more and more firmly. Each time it has so many seconds; none, where nobody waits any more.
    """
    with suppress(ProcessLookupError, PermissionError):
        try:
            for request in (signal.SIGINT, signal.SIGTERM):
                os.killpg(group, request)
                if await _ends(group, within=patience):
                    return
        except asyncio.CancelledError:
            os.killpg(group, signal.SIGKILL)
            raise
    await end_group(group)


async def end_group(group: int) -> None:
    """End what is left of a group, and wait until it has: who is killed goes on for a moment.

    The wait is bounded, for a process may be stuck in the kernel.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
        await _ends(group, within=_LAST)


async def _ends(group: int, *, within: float) -> bool:
    """Whether nothing of a group runs any more, within so many seconds."""
    loop, pause = asyncio.get_running_loop(), _SHORTEST
    end = loop.time() + within
    while _lives(group):
        if loop.time() >= end:
            return False
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return True


def _lives(group: int) -> bool:
    """Whether a process of the group still runs. Raises ProcessLookupError where there is none.

    One that has ended counts until somebody has asked how; in a container that may be nobody.
    """
    os.killpg(group, 0)
    if not _PROC.is_dir():
        return True
    return any(_runs_in(process, group) for process in _PROC.iterdir() if process.name.isdecimal())


def _runs_in(process: Path, group: int) -> bool:
    try:
        told = (process / "stat").read_bytes()
    except OSError:
        return False  # It went while we looked.
    state, _, its_group = told.rpartition(b")")[2].split()[:3]
    return state not in b"ZX" and int(its_group) == group
