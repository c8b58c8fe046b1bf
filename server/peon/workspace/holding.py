"""The lock of a store: one process at a time works on it, and the kernel lets go when that dies."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from peon.errors import Unavailable

_PAUSE, _TRIES = 0.02, 50


def take_lock(file: Path) -> int:
    """The handle that holds the lock. Raises Unavailable when another process has it.

    A process that was killed may have begun to start another, which holds its locks until it is
    another program: that takes a moment, and is waited for.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        time.sleep(_PAUSE)
    os.close(handle)
    raise Unavailable(
        "checkpoints",
        "another process holds the checkpoints of this folder",
        "Use that server, or end it first.",
    )
