"""Letting the oldest history go, which no default does: behind a base snapshot, segment by segment.

A base is a copy of a snapshot that stands for the events that are gone. Unlike the snapshots it
cannot be made again, so it is never left aside: one of other model classes is upcast, a damaged one
is refused.
"""

from pathlib import Path

from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged, foreign_file
from peon.journal.filesystem import (
    SCRATCH,
    FileSystem,
    discard,
    read_range,
    write_all,
)
from peon.journal.snapshot_files import SnapshotFile, SnapshotUnusable
from peon.journal.snapshot_reading import ReadSnapshot, read_snapshot
from peon.journal.snapshots import list_bases

_PIECE = 1 << 20


def drop_history(
    filesystem: FileSystem, catalog: Catalog, newest: SnapshotFile | None, upto: int
) -> None:
    """Remove the segments all of whose events stand up to `upto` and in the newest snapshot.

    Raises OSError, JournalDamaged; what has not been removed goes on being readable.
    """
    covered = min(upto, newest.sequence) if newest is not None else 0
    going = [segment for segment, last in catalog.sealed() if last <= covered]
    if newest is None or not going:
        return
    _make_base(filesystem, newest)
    for segment in going:
        catalog.dropped(segment)
        filesystem.unlink(segment.path)
        # One after the other: a hole in the middle would be damage.
        filesystem.sync_folder(segment.path.parent)


def load_base(
    filesystem: FileSystem, folder: Path, *, log_id: str, base: int, head: int
) -> ReadSnapshot:
    """The snapshot that stands for the events up to `base`, of a log that ends at `head`.

    Raises JournalDamaged where there is none that does.
    """
    why = "there is no base snapshot"
    for path in reversed(list_bases(filesystem, folder)):
        try:
            found = read_snapshot(filesystem, path, fingerprint=None)
        except SnapshotUnusable as reason:
            raise JournalDamaged(path, 0, str(reason)) from reason
        if found.header.log_id != log_id:
            raise foreign_file(path, f"is the base of the log {found.header.log_id}")
        if base <= found.header.sequence and found.file.through <= head:
            return found
        why = f"the base snapshot ends at {found.header.sequence}"
    raise JournalDamaged(folder, 0, f"the events up to {base} are missing, and {why}")


def _make_base(filesystem: FileSystem, snapshot: SnapshotFile) -> None:
    """Keep a copy of a snapshot as the base, durably, and remove the bases before it."""
    folder = snapshot.path.parent
    path = snapshot.path.with_suffix(".base")
    if path.name not in filesystem.names(folder):
        scratch = path.with_name(path.name + SCRATCH)
        _copy(filesystem, snapshot.path, scratch)
        filesystem.rename(scratch, path)
    try:
        read_snapshot(filesystem, path, fingerprint=None)
    except SnapshotUnusable as reason:
        raise JournalDamaged(path, 0, str(reason)) from reason
    filesystem.sync_folder(folder)
    for other in list_bases(filesystem, folder):
        if other != path:
            filesystem.unlink(other)


def _copy(filesystem: FileSystem, source: Path, target: Path) -> None:
    discard(filesystem, target)
    reading, writing = filesystem.open_read(source), filesystem.create(target)
    try:
        offset = 0
        while piece := read_range(filesystem, reading, offset, _PIECE):
            write_all(filesystem, writing, piece)
            offset += len(piece)
        filesystem.fsync(writing)
    finally:
        filesystem.close(reading)
        filesystem.close(writing)
