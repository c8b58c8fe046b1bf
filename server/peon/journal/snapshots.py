"""Snapshots of the read model: a cache of the log up to a sequence, in records the engine encodes.

    PEON-SNAP1 <log id> <fingerprint> <sequence> LF
    <checksum> <through> <length> <key> LF <bytes> LF       for each record; checksum of the bytes
    END <records> <checksum of all before> <bytes before> LF

A snapshot is written under another name, flushed, renamed, and the folder flushed; two are kept.
One that is damaged, or of other model classes, is left aside: the log can always be folded
instead.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import attrs

from peon.journal.failures import JournalDamaged, RecordMissing, foreign_file
from peon.journal.filesystem import SCRATCH, FileSystem, discard, read_range, write_all

_NAME = re.compile(r"(\d{20})\.snap")
_LITTER = re.compile(r"\d{20}\.snap\.tmp|\.DS_Store|\._.*|\.nfs.*|Thumbs\.db|desktop\.ini")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_HEADER = re.compile(rb"PEON-SNAP1 (\S+) (\S+) (\d+)\n")
_RECORD = re.compile(rb"([0-9a-f]{8}) (\d+) (\d+) (\S+)\n")
_FOOTER = re.compile(rb"END (\d+) ([0-9a-f]{8}) (\d+)\n")
_BUFFER = 1 << 18
KEPT = 2


@attrs.frozen
class SnapshotRecord:
    """A part of the read model, encoded: it holds the events up to `through` that concern it."""

    key: str
    """`[A-Za-z0-9_.:-]{1,128}`, unique in the snapshot."""
    through: int
    content: bytes


@attrs.frozen
class Unchanged:
    """The record of this key is copied from the snapshot before: nothing up to now concerned it."""

    key: str


@attrs.frozen
class IgnoredSnapshot:
    """A snapshot that was found and not used."""

    path: Path
    why: str


@attrs.frozen
class _Place:
    offset: int
    length: int
    through: int
    checksum: int


@attrs.frozen
class SnapshotFile:
    """A snapshot on disk that is known to be whole."""

    path: Path
    sequence: int
    through: int
    """The highest sequence any of its records holds."""
    places: dict[str, _Place]


@attrs.frozen
class Draft:
    """A snapshot that is written and flushed, but has not got its name yet."""

    scratch: Path
    target: SnapshotFile


@attrs.frozen
class LoadedSnapshot:
    """The newest snapshot that can be used, and those that could not."""

    sequence: int
    records: tuple[SnapshotRecord, ...] | None
    """None where no snapshot can be used; then `sequence` is 0."""
    ignored: tuple[IgnoredSnapshot, ...]


class SnapshotFolder:
    """The snapshots of one log. Used by one thread at a time."""

    def __init__(
        self, filesystem: FileSystem, folder: Path, *, log_id: str, fingerprint: str
    ) -> None:
        for word in (log_id, fingerprint):
            _check_word(word)
        self._filesystem = filesystem
        self._folder = folder
        self._log_id = log_id
        self._fingerprint = fingerprint
        self._kept: tuple[SnapshotFile, ...] = ()
        self._source: SnapshotFile | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The records the newest snapshot holds, which `Unchanged` may name."""
        return frozenset(self._source.places) if self._source else frozenset()

    @property
    def covered(self) -> int:
        """The sequence of the older of the kept snapshots; 0 with fewer than two."""
        return self._kept[0].sequence if len(self._kept) == KEPT else 0

    @property
    def empty(self) -> bool:
        """Is there no snapshot at all, usable or not?"""
        return not self._list()

    def load(self, *, head: int) -> LoadedSnapshot:
        """The newest usable snapshot of a log that ends at `head`.

        Raises JournalDamaged where a whole snapshot holds more than the log: then the log has lost
        what was acknowledged. Raises Unavailable for a file that is not ours.
        """
        found: LoadedSnapshot | None = None
        ignored: list[IgnoredSnapshot] = []
        for path in reversed(self._list()):
            try:
                snapshot, records = self._read(path, keep_contents=found is None)
            except _Unusable as reason:
                ignored.append(IgnoredSnapshot(path, str(reason)))
                continue
            if snapshot.through > head:
                raise JournalDamaged(
                    path, 0, f"it holds events up to {snapshot.through}, and the log ends at {head}"
                )
            self._kept = (snapshot, *self._kept)[-KEPT:]
            if found is None:
                found, self._source = LoadedSnapshot(snapshot.sequence, records, ()), snapshot
        if found is None:
            return LoadedSnapshot(0, None, tuple(ignored))
        return attrs.evolve(found, ignored=tuple(ignored))

    def write(self, sequence: int, records: Iterable[SnapshotRecord | Unchanged]) -> Draft:
        """Write and flush a snapshot. It may be given its name once the log is durable that far.

        Raises OSError, RecordMissing where a record cannot be copied, and ValueError where there is
        a newer snapshot.
        """
        if self._kept and sequence < self._kept[-1].sequence:
            raise ValueError(f"there is a snapshot of {self._kept[-1].sequence} already")
        path = self._folder / f"{sequence:020d}.snap"
        scratch = path.with_name(path.name + SCRATCH)
        discard(self._filesystem, scratch)
        descriptor = self._filesystem.create(scratch)
        try:
            output = _Output(self._filesystem, descriptor)
            output.add(
                f"PEON-SNAP1 {self._log_id} {self._fingerprint} {sequence}\n".encode("ascii")
            )
            places = self._add_records(output, records)
            output.add(b"END %d %08x %d\n" % (len(places), output.checksum, output.size))
            output.flush()
            self._filesystem.fsync(descriptor)
        finally:
            self._filesystem.close(descriptor)
        through = max((place.through for place in places.values()), default=0)
        return Draft(scratch, SnapshotFile(path, sequence, max(through, sequence), places))

    def publish(self, draft: Draft, *, durable: int) -> None:
        """Give a snapshot its name and remove those that are no longer kept. Raises OSError.

        Raises ValueError where the log is not `durable` as far as the snapshot goes: after a crash
        it would tell of what the log has lost.
        """
        if draft.target.through > durable:
            raise ValueError(
                f"the snapshot holds events up to {draft.target.through}, which may be lost"
            )
        self._filesystem.rename(draft.scratch, draft.target.path)
        self._filesystem.sync_folder(self._folder)
        others = tuple(one for one in self._kept if one.path != draft.target.path)
        self._kept = (*others, draft.target)[-KEPT:]
        self._source = draft.target
        kept = {snapshot.path for snapshot in self._kept}
        for path in self._list():
            if path not in kept:
                self._filesystem.unlink(path)

    def forget(self) -> None:
        """Copy nothing from the newest snapshot: it has turned out to be damaged."""
        self._source = None

    def _list(self) -> list[Path]:
        paths: list[Path] = []
        for name in self._filesystem.names(self._folder):
            path = self._folder / name
            if _NAME.fullmatch(name):
                paths.append(path)
            elif not _LITTER.fullmatch(name):
                raise foreign_file(path, "is not a snapshot of the log")
        return paths

    def _add_records(
        self, output: "_Output", records: Iterable[SnapshotRecord | Unchanged]
    ) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        with _Source(self._filesystem, self._source) as source:
            for entry in records:
                record = source.copy(entry.key) if isinstance(entry, Unchanged) else entry
                _check_word(record.key)
                checksum = zlib.crc32(record.content)
                head = (checksum, record.through, len(record.content), record.key.encode("ascii"))
                output.add(b"%08x %d %d %b\n" % head)
                place = _Place(output.size, len(record.content), record.through, checksum)
                if places.setdefault(record.key, place) is not place:
                    raise ValueError(f"two records are called {record.key!r}")
                output.add(record.content)
                output.add(b"\n")
        return places

    def _read(
        self, path: Path, *, keep_contents: bool
    ) -> tuple[SnapshotFile, tuple[SnapshotRecord, ...]]:
        try:
            descriptor = self._filesystem.open_read(path)
        except OSError as error:
            raise _Unusable(str(error)) from error
        try:
            source = _Input(self._filesystem, descriptor)
            log_id, sequence = self._read_header(source)
            places, records = _read_records(source, keep_contents=keep_contents)
        finally:
            self._filesystem.close(descriptor)
        if log_id != self._log_id:
            raise foreign_file(path, f"is a snapshot of the log {log_id}")
        if path.name != f"{sequence:020d}.snap":
            raise _Unusable("its name is not that of its sequence")
        through = max((place.through for place in places.values()), default=0)
        snapshot = SnapshotFile(path, sequence, max(through, sequence), places)
        held = tuple(
            attrs.evolve(record, through=max(record.through, sequence)) for record in records
        )
        return snapshot, held

    def _read_header(self, source: "_Input") -> tuple[str, int]:
        header = _HEADER.fullmatch(source.line())
        if header is None:
            raise _Unusable("its first line is not that of a snapshot")
        if header[2] != self._fingerprint.encode("ascii"):
            raise _Unusable("it was made by other model classes")
        return header[1].decode("ascii", "replace"), int(header[3])


def _read_records(
    source: "_Input", *, keep_contents: bool
) -> tuple[dict[str, _Place], list[SnapshotRecord]]:
    places: dict[str, _Place] = {}
    records: list[SnapshotRecord] = []
    while True:
        checksum, size = source.checksum, source.position
        line = source.line()
        if footer := _FOOTER.fullmatch(line):
            if (len(places), b"%08x" % checksum, size) != (
                int(footer[1]),
                footer[2],
                int(footer[3]),
            ):
                raise _Unusable("its checksum does not fit")
            if source.line():
                raise _Unusable("something stands behind its end")
            return places, records
        head = _RECORD.fullmatch(line)
        if head is None:
            raise _Unusable("a record is not whole")
        key, through, length = head[4].decode("ascii", "replace"), int(head[2]), int(head[3])
        places[key] = _Place(source.position, length, through, int(head[1], 16))
        content = source.take(length + 1)[:-1]
        if keep_contents:
            records.append(SnapshotRecord(key, through, content))


def leftover_drafts(filesystem: FileSystem, folder: Path) -> Iterator[Path]:
    """Snapshots that were being written when a process died."""
    for name in filesystem.names(folder):
        if name.endswith(SCRATCH):
            yield folder / name


def _check_word(word: str) -> None:
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} cannot be written into a snapshot")


class _Unusable(Exception):
    """Why a snapshot cannot be used."""


class _Source:
    """The snapshot that unchanged records are copied from, opened when the first one is."""

    def __init__(self, filesystem: FileSystem, snapshot: SnapshotFile | None) -> None:
        self._filesystem = filesystem
        self._snapshot = snapshot
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            self._filesystem.close(self._descriptor)

    def copy(self, key: str) -> SnapshotRecord:
        place = self._snapshot.places.get(key) if self._snapshot else None
        if place is None or self._snapshot is None:
            raise RecordMissing(key)
        if self._descriptor is None:
            self._descriptor = self._filesystem.open_read(self._snapshot.path)
        content = read_range(self._filesystem, self._descriptor, place.offset, place.length)
        if zlib.crc32(content) != place.checksum or len(content) != place.length:
            raise RecordMissing(key)
        return SnapshotRecord(key, place.through, content)


class _Output:
    """Collects small writes into large ones and keeps the checksum."""

    def __init__(self, filesystem: FileSystem, descriptor: int) -> None:
        self._filesystem = filesystem
        self._descriptor = descriptor
        self._buffer = bytearray()
        self.checksum = 0
        self.size = 0

    def add(self, data: bytes) -> None:
        self.checksum = zlib.crc32(data, self.checksum)
        self.size += len(data)
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        write_all(self._filesystem, self._descriptor, bytes(self._buffer))
        self._buffer.clear()


class _Input:
    """Reads a file from its start on, by lines and by lengths, keeping the checksum of what was
    read.
    """

    def __init__(self, filesystem: FileSystem, descriptor: int) -> None:
        self._filesystem = filesystem
        self._descriptor = descriptor
        self._size = filesystem.size(descriptor)
        self._buffer = b""
        self._start = 0
        self.checksum = 0
        self.position = 0

    def line(self) -> bytes:
        """The next line with its line feed, or what is left; empty at the end."""
        end = self._buffer.find(b"\n", self._start)
        if end < 0:
            self._fill(_BUFFER)
            end = self._buffer.find(b"\n", self._start)
        return self._advance(end + 1 if end >= 0 else len(self._buffer))

    def take(self, length: int) -> bytes:
        """The next `length` bytes; raises _Unusable where the file ends before."""
        if length > self._size - self.position:
            raise _Unusable("it has no end")
        held = len(self._buffer) - self._start
        if held < length:
            self._fill(length - held)
        return self._advance(self._start + length)

    def _fill(self, wanted: int) -> None:
        held = len(self._buffer) - self._start
        piece = read_range(
            self._filesystem, self._descriptor, self.position + held, max(wanted, _BUFFER)
        )
        self._buffer = self._buffer[self._start :] + piece
        self._start = 0

    def _advance(self, end: int) -> bytes:
        data = self._buffer[self._start : end]
        self.checksum = zlib.crc32(data, self.checksum)
        self.position += len(data)
        self._start = end
        return data
