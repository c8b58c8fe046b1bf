"""The bytes of a snapshot file, read record by record; how they stand there, the writer says."""

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from peon.journal.filesystem import FileSystem, read_range
from peon.journal.snapshot_files import (
    Place,
    SnapshotFile,
    SnapshotHeader,
    SnapshotRecord,
    SnapshotUnusable,
    Source,
)

_HEADER = re.compile(rb"PEON-SNAP1 (\S+) (\S+) (\d+)\n")
_RECORD = re.compile(rb"([0-9a-f]{8}) (\d+) (\d+) (\S+)\n")
_FOOTER = re.compile(rb"END (\d+) ([0-9a-f]{8}) (\d+)\n")
_LINE = 512
"""No line of a snapshot is longer, but for the records themselves."""


@attrs.frozen
class ReadSnapshot:
    """A snapshot that was read."""

    header: SnapshotHeader
    file: SnapshotFile
    records: Iterable[SnapshotRecord]


class Records:
    """The records of a snapshot, read each time they are gone through, and one at a time.

    Raises RecordMissing where one is not what it was when the snapshot was found whole; OSError.
    """

    def __init__(self, filesystem: FileSystem, snapshot: SnapshotFile) -> None:
        self._filesystem = filesystem
        self._snapshot = snapshot

    def __iter__(self) -> Iterator[SnapshotRecord]:
        source = Source(self._filesystem, self._snapshot)
        try:
            for key in self._snapshot.places:
                yield _at_least(source.copy(key), self._snapshot.sequence)
        finally:
            source.close()


def _at_least(record: SnapshotRecord, sequence: int) -> SnapshotRecord:
    """One that was copied is as old as its first writing, and holds for the snapshot's moment."""
    return SnapshotRecord(record.key, max(record.through, sequence), record.content)


class Held:
    """The records of a snapshot that is to be used at once: read already, each given once."""

    def __init__(self, sequence: int) -> None:
        self._sequence = sequence
        self._records: deque[SnapshotRecord] = deque()

    def add(self, record: SnapshotRecord) -> None:
        self._records.append(_at_least(record, self._sequence))

    def __iter__(self) -> Iterator[SnapshotRecord]:
        while self._records:
            yield self._records.popleft()


def read_snapshot(filesystem: FileSystem, path: Path, *, fingerprint: str | None) -> ReadSnapshot:
    """Read a snapshot through to its end; it is found whole. Raises SnapshotUnusable.

    One of other model classes than `fingerprint` names is not read any further; None takes any.
    """
    with _opened(filesystem, path, fingerprint) as (header, source):
        places = _read_records(source, lambda _: None)
    file = SnapshotFile.of(path, header.sequence, places)
    return ReadSnapshot(header, file, Records(filesystem, file))


def hold_snapshot(filesystem: FileSystem, path: Path, *, fingerprint: str) -> ReadSnapshot:
    """As `read_snapshot`, and keep the records: they are not read a second time."""
    with _opened(filesystem, path, fingerprint) as (header, source):
        held = Held(header.sequence)
        places = _read_records(source, held.add)
    return ReadSnapshot(header, SnapshotFile.of(path, header.sequence, places), held)


def glance(filesystem: FileSystem, path: Path, *, fingerprint: str) -> ReadSnapshot:
    """A snapshot that has its beginning and its end; what is between is not looked at.

    Raises SnapshotUnusable.
    """
    with _opened(filesystem, path, fingerprint) as (header, source):
        source.check_end()
    return ReadSnapshot(header, SnapshotFile.of(path, header.sequence, {}), ())


@contextmanager
def _opened(
    filesystem: FileSystem, path: Path, fingerprint: str | None
) -> Iterator[tuple[SnapshotHeader, "_Input"]]:
    try:
        descriptor = filesystem.open_read(path)
    except OSError as error:
        raise SnapshotUnusable(str(error)) from error
    try:
        source = _Input(filesystem, descriptor)
        header = _read_header(source)
        if fingerprint is not None and header.fingerprint != fingerprint:
            raise SnapshotUnusable("it was made by other model classes")
        if path.name.split(".")[0] != f"{header.sequence:020d}":
            raise SnapshotUnusable("its name is not that of its sequence")
        yield header, source
    finally:
        filesystem.close(descriptor)


def _read_header(source: "_Input") -> SnapshotHeader:
    match = _HEADER.fullmatch(source.line())
    if match is None:
        raise SnapshotUnusable("its first line is not that of a snapshot")
    words = (match[1].decode("ascii", "replace"), match[2].decode("ascii", "replace"))
    return SnapshotHeader(*words, int(match[3]))


def _read_records(source: "_Input", take: Callable[[SnapshotRecord], None]) -> dict[str, Place]:
    """Where the records stand; each is given to `take`, though what follows may be damaged."""
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
        take(SnapshotRecord(key, through, source.take(length)))
        if source.line() != b"\n":
            raise SnapshotUnusable("a record is not whole")


class _Input:
    """Reads a file from its start on, by lines and by lengths, keeping the checksum of what was
    read.
    """

    def __init__(self, filesystem: FileSystem, descriptor: int) -> None:
        self._filesystem = filesystem
        self._descriptor = descriptor
        self._size = filesystem.size(descriptor)
        self.checksum = 0
        self.position = 0

    def line(self) -> bytes:
        """The next line with its line feed, or what is left; empty at the end."""
        found = read_range(self._filesystem, self._descriptor, self.position, _LINE)
        return self._passed(found[: found.find(b"\n") + 1 or len(found)])

    def take(self, length: int) -> bytes:
        """The next `length` bytes; raises SnapshotUnusable where the file ends before."""
        if length > self._size - self.position:
            raise SnapshotUnusable("it has no end")
        return self._passed(read_range(self._filesystem, self._descriptor, self.position, length))

    def check_end(self) -> None:
        """Raises SnapshotUnusable where the last line is not the end of a snapshot this long."""
        offset = max(0, self._size - _LINE)
        last = read_range(self._filesystem, self._descriptor, offset, _LINE)
        line = last[last.rfind(b"\n", 0, -1) + 1 :]
        footer = _FOOTER.fullmatch(line)
        if footer is None or int(footer[3]) != self._size - len(line):
            raise SnapshotUnusable("it has no end")

    def _passed(self, data: bytes) -> bytes:
        self.checksum = zlib.crc32(data, self.checksum)
        self.position += len(data)
        return data
