"""The bytes of a snapshot file, written record by record.

PEON-SNAP1 <log id> <fingerprint> <sequence> LF
<checksum> <through> <length> <key> LF <bytes> LF       for each record; checksum of the bytes
END <records> <checksum of all before> <bytes before> LF
"""

import re
import zlib
from collections.abc import Iterable
from pathlib import Path

import attrs

from peon.journal.failures import RecordMissing
from peon.journal.filesystem import FileSystem, read_range, write_all

_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_BUFFER = 1 << 18


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
class SnapshotHeader:
    """Whose snapshot it is, of which model classes, and of which moment."""

    log_id: str
    fingerprint: str
    sequence: int

    def encoded(self) -> bytes:
        for word in (self.log_id, self.fingerprint):
            check_word(word)
        return f"PEON-SNAP1 {self.log_id} {self.fingerprint} {self.sequence}\n".encode("ascii")


@attrs.frozen
class Place:
    """Where in the file the bytes of a record stand."""

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
    places: dict[str, Place]

    @classmethod
    def of(cls, path: Path, sequence: int, places: dict[str, Place]) -> "SnapshotFile":
        through = max((place.through for place in places.values()), default=0)
        return cls(path, sequence, max(through, sequence), places)


class SnapshotUnusable(Exception):
    """Why a file is no whole snapshot, or not one of ours."""


def check_word(word: str) -> None:
    """Raises ValueError for what cannot stand in a line of a snapshot."""
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} cannot be written into a snapshot")


class SnapshotWriter:
    """Writes a new snapshot file, record after record. Used by one thread at a time.

    Unchanged records are copied from `before`. Every method raises OSError.
    """

    def __init__(
        self,
        filesystem: FileSystem,
        path: Path,
        header: SnapshotHeader,
        before: SnapshotFile | None,
    ) -> None:
        self._filesystem = filesystem
        self._source = Source(filesystem, before)
        self._places: dict[str, Place] = {}
        self._descriptor: int | None = filesystem.create(path)
        self._output = _Output(filesystem, self._descriptor)
        self._output.add(header.encoded())

    def add(self, records: Iterable[SnapshotRecord | Unchanged]) -> None:
        """Write the records. Raises RecordMissing where one cannot be copied."""
        for entry in records:
            record = self._source.copy(entry.key) if isinstance(entry, Unchanged) else entry
            self._add(record)

    def finish(self) -> dict[str, Place]:
        """Write the end and flush the file; where its records stand."""
        output = self._output
        output.add(b"END %d %08x %d\n" % (len(self._places), output.checksum, output.size))
        output.flush()
        if self._descriptor is not None:
            self._filesystem.fsync(self._descriptor)
        self.close()
        return self._places

    def close(self) -> None:
        """Write nothing more. Harmless when repeated."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._filesystem.close(descriptor)
        self._source.close()

    def _add(self, record: SnapshotRecord) -> None:
        check_word(record.key)
        checksum = zlib.crc32(record.content)
        head = (checksum, record.through, len(record.content), record.key.encode("ascii"))
        self._output.add(b"%08x %d %d %b\n" % head)
        place = Place(self._output.size, len(record.content), record.through, checksum)
        if self._places.setdefault(record.key, place) is not place:
            raise ValueError(f"two records are called {record.key!r}")
        self._output.add(record.content)
        self._output.add(b"\n")


class Source:
    """A snapshot that records are copied from, opened when the first one is."""

    def __init__(self, filesystem: FileSystem, snapshot: SnapshotFile | None) -> None:
        self._filesystem = filesystem
        self._snapshot = snapshot
        self._descriptor: int | None = None

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._filesystem.close(descriptor)

    def copy(self, key: str) -> SnapshotRecord:
        """Raises RecordMissing where there is none, or not what there was; OSError."""
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
