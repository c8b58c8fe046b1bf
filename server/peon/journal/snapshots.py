"""The snapshots of a log: caches of the read model, from which a start need not fold all of it.

A snapshot is written under another name, flushed, renamed, and the folder flushed; two are kept.
One that is damaged, or of other model classes, is left aside: the log can always be folded
instead.
"""

import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path

import attrs

from peon.journal.failures import JournalDamaged, foreign_file
from peon.journal.filesystem import SCRATCH, FileSystem, discard
from peon.journal.folders import is_system_litter
from peon.journal.snapshot_files import (
    SnapshotFile,
    SnapshotHeader,
    SnapshotRecord,
    SnapshotUnusable,
    SnapshotWriter,
    Unchanged,
    check_word,
)
from peon.journal.snapshot_reading import ReadSnapshot, glance, hold_snapshot

__all__ = [
    "KEPT",
    "Draft",
    "IgnoredSnapshot",
    "LoadedSnapshot",
    "SnapshotFolder",
    "SnapshotRecord",
    "Unchanged",
    "discard_drafts",
    "is_base_name",
    "list_bases",
    "list_snapshots",
]

_NAME = re.compile(r"(\d{20})\.snap")
_BASE_NAME = re.compile(r"(\d{20})\.base")
_OTHERS = re.compile(r"\d{20}\.(snap\.tmp|base|base\.tmp)")
KEPT = 2


@attrs.frozen
class IgnoredSnapshot:
    """A snapshot that was found and not used."""

    path: Path
    why: str


@attrs.frozen
class Draft:
    """A snapshot that is written and flushed, but has not got its name yet."""

    scratch: Path
    target: SnapshotFile


class Drafting:
    """A snapshot that is being written. Used by one thread at a time."""

    def __init__(self, writer: SnapshotWriter, scratch: Path, path: Path, sequence: int) -> None:
        self._writer = writer
        self._scratch = scratch
        self._path = path
        self._sequence = sequence

    def add(self, records: Iterable[SnapshotRecord | Unchanged]) -> None:
        """Write the records. Raises OSError, and RecordMissing where one cannot be copied."""
        self._writer.add(records)

    def finish(self) -> Draft:
        """Flush it. It may be given its name once the log is durable that far. Raises OSError."""
        places = self._writer.finish()
        return Draft(self._scratch, SnapshotFile.of(self._path, self._sequence, places))

    def close(self) -> None:
        """Write nothing more. Harmless when repeated. Raises OSError."""
        self._writer.close()


@attrs.frozen
class LoadedSnapshot:
    """The newest snapshot that can be used, and those that could not."""

    sequence: int
    records: Iterable[SnapshotRecord] | None
    """None where no snapshot can be used; then `sequence` is 0."""
    ignored: tuple[IgnoredSnapshot, ...]


def list_snapshots(filesystem: FileSystem, folder: Path) -> list[Path]:
    """The snapshots in a folder, oldest first. Raises Unavailable for a file that is not ours."""
    paths: list[Path] = []
    for name in filesystem.names(folder):
        path = folder / name
        if _NAME.fullmatch(name):
            paths.append(path)
        elif not _OTHERS.fullmatch(name) and not is_system_litter(name):
            raise foreign_file(path, "is not a snapshot of the log")
    return paths


def list_bases(filesystem: FileSystem, folder: Path) -> list[Path]:
    """The base snapshots in a folder, oldest first."""
    return [folder / name for name in filesystem.names(folder) if is_base_name(name)]


def is_base_name(name: str) -> bool:
    return _BASE_NAME.fullmatch(name) is not None


def discard_drafts(filesystem: FileSystem, folder: Path) -> None:
    """Remove what was being written when a process died. Raises OSError."""
    for name in filesystem.names(folder):
        if name.endswith(SCRATCH):
            discard(filesystem, folder / name)


class SnapshotFolder:
    """The snapshots of one log. Used by one thread at a time."""

    def __init__(
        self, filesystem: FileSystem, folder: Path, *, log_id: str, fingerprint: str
    ) -> None:
        for word in (log_id, fingerprint):
            check_word(word)
        self._filesystem = filesystem
        self._folder = folder
        self._log_id = log_id
        self._fingerprint = fingerprint
        self._kept: tuple[SnapshotFile, ...] = ()
        self._source: SnapshotFile | None = None

    @property
    def keys(self) -> AbstractSet[str]:
        """The records the newest snapshot holds, which `Unchanged` may name."""
        return self._source.places.keys() if self._source else frozenset()

    @property
    def covered(self) -> int:
        """The sequence of the older of the kept snapshots; 0 with fewer than two."""
        return self._kept[0].sequence if len(self._kept) == KEPT else 0

    @property
    def newest(self) -> SnapshotFile | None:
        """The newest snapshot that is known to be whole."""
        return self._kept[-1] if self._kept else None

    @property
    def empty(self) -> bool:
        """Is there no snapshot at all, usable or not?"""
        folder = (self._filesystem, self._folder)
        return not list_snapshots(*folder) and not list_bases(*folder)

    def load(self, *, head: int) -> LoadedSnapshot:
        """The newest usable snapshot of a log that ends at `head`.

        Raises JournalDamaged where a whole snapshot holds more than the log: then the log has lost
        what was acknowledged. Raises Unavailable for a file that is not ours.
        """
        found: LoadedSnapshot | None = None
        ignored: list[IgnoredSnapshot] = []
        for path in reversed(list_snapshots(self._filesystem, self._folder)):
            try:
                # One behind a usable one is kept for bad days: then it is read through.
                snapshot = self._read(path, head, hold_snapshot if found is None else glance)
            except SnapshotUnusable as reason:
                ignored.append(IgnoredSnapshot(path, str(reason)))
                continue
            self._kept = (snapshot.file, *self._kept)[-KEPT:]
            if found is None:
                found = LoadedSnapshot(snapshot.header.sequence, snapshot.records, ())
                self._source = snapshot.file
        if found is None:
            return LoadedSnapshot(0, None, tuple(ignored))
        return attrs.evolve(found, ignored=tuple(ignored))

    def begin(self, sequence: int) -> "Drafting":
        """Begin to write a snapshot. Raises OSError, and ValueError where there is a newer one."""
        if self._kept and sequence < self._kept[-1].sequence:
            raise ValueError(f"there is a snapshot of {self._kept[-1].sequence} already")
        path = self._folder / f"{sequence:020d}.snap"
        scratch = path.with_name(path.name + SCRATCH)
        discard(self._filesystem, scratch)
        header = SnapshotHeader(self._log_id, self._fingerprint, sequence)
        writer = SnapshotWriter(self._filesystem, scratch, header, self._source)
        return Drafting(writer, scratch, path, sequence)

    def write(self, sequence: int, records: Iterable[SnapshotRecord | Unchanged]) -> Draft:
        """Write and flush a snapshot. It may be given its name once the log is durable that far.

        Raises OSError, RecordMissing where a record cannot be copied, and ValueError where there is
        a newer snapshot.
        """
        drafting = self.begin(sequence)
        try:
            drafting.add(records)
            return drafting.finish()
        finally:
            drafting.close()

    def publish(self, draft: Draft, *, durable: int) -> None:
        """Give a snapshot its name and remove those that are no longer kept. Raises OSError.

        Raises ValueError where the log is not `durable` as far as the snapshot goes: after a crash
        it would tell of what the log has lost.
        """
        through = draft.target.through
        if through > durable:
            raise ValueError(f"the snapshot holds events up to {through}, which may yet be lost")
        self._filesystem.rename(draft.scratch, draft.target.path)
        self._filesystem.sync_folder(self._folder)
        others = tuple(one for one in self._kept if one.path != draft.target.path)
        self._kept = (*others, draft.target)[-KEPT:]
        self._source = draft.target
        kept = {snapshot.path for snapshot in self._kept}
        for path in list_snapshots(self._filesystem, self._folder):
            if path not in kept:
                self._filesystem.unlink(path)

    def forget(self) -> None:
        """Copy nothing from the newest snapshot: it has turned out to be damaged."""
        self._source = None

    def _read(self, path: Path, head: int, read: Callable[..., ReadSnapshot]) -> ReadSnapshot:
        snapshot = read(self._filesystem, path, fingerprint=self._fingerprint)
        if snapshot.header.log_id != self._log_id:
            raise foreign_file(path, f"is a snapshot of the log {snapshot.header.log_id}")
        if snapshot.file.through > head:
            why = f"it holds events up to {snapshot.file.through}, and the log ends at {head}"
            raise JournalDamaged(path, 0, why)
        return snapshot
