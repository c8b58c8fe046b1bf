"""The bytes of a snapshot file, written and read record by record.

PEON-SNAP1 <log id> <fingerprint> <sequence> LF
<checksum> <through> <length> <key> LF <bytes> LF       for each record; checksum of the bytes
END <records> <checksum of all before> <bytes before> LF
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from peon.journal.failures import RecordMissing
from peon.journal.filesystem import FileSystem, read_range, write_all

_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_HEADER = re.compile(rb"PEON-SNAP1 (\S+) (\S+) (\d+)\n")
_RECORD = re.compile(rb"([0-9a-f]{8}) (\d+) (\d+) (\S+)\n")
_FOOTER = re.compile(rb"END (\d+) ([0-9a-f]{8}) (\d+)\n")
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
        self._source = _Source(filesystem, before)
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


@attrs.frozen
class ReadSnapshot:
    """A snapshot that was read and found whole."""

    header: SnapshotHeader
    file: SnapshotFile
    records: "Records"


class Records:
    """The records of a snapshot, read each time they are gone through, and one at a time.

    Raises RecordMissing where one is not what it was when the snapshot was found whole; OSError.
    """

    def __init__(self, filesystem: FileSystem, snapshot: SnapshotFile) -> None:
        self._filesystem = filesystem
        self._snapshot = snapshot

    def __iter__(self) -> Iterator[SnapshotRecord]:
        source = _Source(self._filesystem, self._snapshot)
        try:
            for key in self._snapshot.places:
                record = source.copy(key)
                through = max(record.through, self._snapshot.sequence)
                yield SnapshotRecord(key, through, record.content)
        finally:
            source.close()


def read_snapshot(filesystem: FileSystem, path: Path, *, fingerprint: str | None) -> ReadSnapshot:
    """Read a snapshot through to its end. Raises SnapshotUnusable.

    One of other model classes than `fingerprint` names is not read any further; None takes any.
    """
    try:
        descriptor = filesystem.open_read(path)
    except OSError as error:
        raise SnapshotUnusable(str(error)) from error
    try:
        source = _Input(filesystem, descriptor)
        header = _read_header(source)
        if fingerprint is not None and header.fingerprint != fingerprint:
            raise SnapshotUnusable("it was made by other model classes")
        places = _read_records(source)
    finally:
        filesystem.close(descriptor)
    if path.name.split(".")[0] != f"{header.sequence:020d}":
        raise SnapshotUnusable("its name is not that of its sequence")
    file = SnapshotFile.of(path, header.sequence, places)
    return ReadSnapshot(header, file, Records(filesystem, file))


def _read_header(source: "_Input") -> SnapshotHeader:
    match = _HEADER.fullmatch(source.line())
    if match is None:
        raise SnapshotUnusable("its first line is not that of a snapshot")
    words = (match[1].decode("ascii", "replace"), match[2].decode("ascii", "replace"))
    return SnapshotHeader(*words, int(match[3]))


def _read_records(source: "_Input") -> dict[str, Place]:
    places: dict[str, Place] = {}
    while True:
        checksum, size = source.checksum, source.position
        line = source.line()
        if footer := _FOOTER.fullmatch(line):
            found = (len(places), b"%08x" % checksum, size)
            if found != (int(footer[1]), footer[2], int(footer[3])):
                raise SnapshotUnusable("its checksum does not fit")
            if source.line():
                raise SnapshotUnusable("something stands behind its end")
            return places
        head = _RECORD.fullmatch(line)
        if head is None:
            raise SnapshotUnusable("a record is not whole")
        key, through, length = head[4].decode("ascii", "replace"), int(head[2]), int(head[3])
        places[key] = Place(source.position, length, through, int(head[1], 16))
        source.take(length + 1)


class _Source:
    """The snapshot that unchanged records are copied from, opened when the first one is."""

    def __init__(self, filesystem: FileSystem, snapshot: SnapshotFile | None) -> None:
        self._filesystem = filesystem
        self._snapshot = snapshot
        self._descriptor: int | None = None

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._filesystem.close(descriptor)

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
        """The next `length` bytes; raises SnapshotUnusable where the file ends before."""
        if length > self._size - self.position:
            raise SnapshotUnusable("it has no end")
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
