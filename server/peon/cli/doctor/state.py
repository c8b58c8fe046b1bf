"""The state folder: whether it can be used, who uses it, how large it is, whether its log reads."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peon.cli.doctor.findings import Finding, attention, many, ok, problem, size
from peon.cli.reading import StandingLog, owner_of
from peon.journal.folders import SEGMENTS, SNAPSHOTS

_LITTLE_SPACE: Final = 500_000_000
_PARTS: Final = (
    ("log", SEGMENTS),
    ("snapshots", SNAPSHOTS),
    ("checkpoints", "checkpoints"),
    ("log files", "logs"),
)


def look_at_folder(folder: Path) -> Iterator[Finding]:
    """Whether a server could keep its state here."""
    if not folder.exists():
        yield ok(f"state folder {folder}: not there yet; it is made when it is needed")
        return
    if not folder.is_dir():
        yield problem(
            f"state folder {folder}: it is not a folder", "Move it away, or use --state-dir."
        )
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield problem(
            f"state folder {folder}: it cannot be written to",
            "Give it to yourself, or use another --state-dir.",
        )
        return
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield attention(
            f"state folder {folder}: others may read it",
            f"It is made private when the server starts, or by chmod 700 {folder}",
        )
    yield ok(f"state folder {folder}: {_sizes(folder)}")
    yield from _space(folder)


def look_at_owner(folder: Path) -> Iterator[Finding]:
    """One server at a time owns the state."""
    holder = owner_of(folder)
    if holder is None:
        yield ok("no server is running on it")
    else:
        yield ok(f"a server is running on it: process {holder.pid}")


def look_at_log(folder: Path, log: StandingLog | None) -> Iterator[Finding]:
    """How far the log goes. That every byte is right, `peon log --verify` says."""
    if log is None:
        yield ok('there is no log yet; try peon run "say hello" --project DIR')
        return
    count = many(log.end.head - log.base, "event")
    segments = many(len(log.examined.segments), "segment")
    yield ok(f"log {log.end.log_id}: {count} in {segments}; peon log --verify checks every byte")
    if log.examined.tear is not None and owner_of(folder) is None:
        torn = many(len(log.examined.tear.rest), "byte")
        yield attention(
            f"the log ends in the middle of a write ({torn} that were never acknowledged)",
            "Nothing need be done: the next start sets them aside.",
        )


def _sizes(folder: Path) -> str:
    return ", ".join(f"{name} {size(_size(folder / part))}" for name, part in _PARTS)


def _size(folder: Path) -> int:
    """Bytes of all files below; those that come and go meanwhile do not matter."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(path) / name).lstat().st_size
            except OSError:
                continue
    return total


def _space(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < _LITTLE_SPACE:
        yield attention(f"only {size(free)} are free on its disk", "Free some space.")
