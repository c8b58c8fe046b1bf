"""Noticing that the process which started a session is gone, even if its pipes are still open."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 2.0


class ParentWatch:
    """Watches one process. Belongs to the loop."""

    def __init__(self, on_death: Callable[[], None]) -> None:
        self._on_death = on_death
        self._descriptor: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, pid: int) -> None:
        """Call back once when process `pid` is gone.

        One that is not there to begin with is ignored: the client may live in a container, or on
        another machine. On Windows the end of the pipes must do.
        """
        if pid <= 0 or pid == os.getpid() or sys.platform == "win32" or not _is_there(pid):
            return
        if sys.platform == "linux":
            self._watch_descriptor(pid)
        else:
            self._poll(pid)

    def close(self) -> None:
        """Watch no longer."""
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    if sys.platform == "linux":

        def _watch_descriptor(self, pid: int) -> None:
            try:
                self._descriptor = os.pidfd_open(pid)
            except OSError as error:
                logger.info("process %d is polled: %s", pid, error)
                self._poll(pid)
                return
            asyncio.get_running_loop().add_reader(self._descriptor, self._died)

    def _poll(self, pid: int) -> None:
        if _is_there(pid):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_POLL_SECONDS, self._poll, pid)
        else:
            self._died()

    def _died(self) -> None:
        self.close()
        self._on_death()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
