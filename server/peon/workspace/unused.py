"""Stores of folders that nobody works in any more."""

import fcntl
import os
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

_TRASH = ".deleting"


def drop_unused(checkpoints: Path, roots: Collection[Path], before: datetime) -> tuple[Path, ...]:
    """Delete the stores below `checkpoints` that are of none of `roots` and were not used since
    `before`; the folders they were of.

    One that somebody holds, or that does not say whose it is, stays.
    """
    for left in checkpoints.glob(f"*{_TRASH}"):
        shutil.rmtree(left, ignore_errors=True)
    dropped = []
    for store in sorted(checkpoints.glob("*/root")):
        root = _root(store)
        if root is None or root in roots or _last_used(store.parent) >= before.timestamp():
            continue
        if _delete(store.parent):
            dropped.append(root)
    return tuple(dropped)


def _root(file: Path) -> Path | None:
    try:
        return Path(os.fsdecode(file.read_bytes()))
    except OSError:
        return None


def _last_used(store: Path) -> float:
    """Every capture leaves a stamp."""
    stamps = [store / "stamp", store / "root", store]
    return max(each.stat().st_mtime for each in stamps if each.exists())


def _delete(store: Path) -> bool:
    """Put it away first, so that what is left of it after a crash is no store."""
    handle = os.open(store / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        trash = store.with_name(store.name + _TRASH)
        os.replace(store, trash)
        shutil.rmtree(trash, ignore_errors=True)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
