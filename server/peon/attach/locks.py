"""Locks of the kernel's, which lets go of them when their holder dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

_LIFE_LOCK = "LOCK"
"""The journal's own: its owner holds it as long as it lives."""


@contextlib.contextmanager
def start_lock(state_dir: str) -> Iterator[bool]:
    """Whether it is ours to start an owner now.

    The lock is on the folder itself, so that nothing is written into one that may turn out to be
    unusable. One that is not there is made, as the owner would, and is gone again if no owner
    wanted it. Where the lock cannot be had at all everybody may try: the life lock of the journal
    decides.
    """
    is_new = not os.path.isdir(state_dir)
    try:
        os.makedirs(state_dir, 0o700, exist_ok=True)
        descriptor = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield True
        return
    ours = _try_lock(descriptor, fcntl.LOCK_EX)
    try:
        yield ours
    finally:
        os.close(descriptor)
        if is_new and ours:
            with contextlib.suppress(OSError):
                os.rmdir(state_dir)


def is_owned(state_dir: str) -> bool:
    """Whether a living process holds the life lock of a state directory. Only to tell people."""
    try:
        descriptor = os.open(os.path.join(state_dir, _LIFE_LOCK), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, sort: int) -> bool:
    try:
        fcntl.flock(descriptor, sort | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
