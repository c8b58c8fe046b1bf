"""A whole log in one file, to carry it elsewhere: export and import, with nothing lost or changed.

    {"peonLog":1,"logId":"…","base":0,"head":60,"values":2}     how much follows
    {"name":"<name>","content":"<base64>"}                      the base, if there is one
    <event>                                                     each as it stands in the log
    {"name":"<hash>","content":"<base64>"}                      each value that events may name
    {"sha256":"<hash of all lines before>"}

The log keeps its id, so cursors and references go on meaning the same. A base is the snapshot that
stands for history which has been dropped.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import attrs
import msgspec

from peon.errors import Unavailable
from peon.journal.blobs import check_blob, store_blob
from peon.journal.filesystem import (
    FileSystem,
    LocalFileSystem,
    read_whole,
    write_atomically,
)
from peon.journal.folders import BLOBS, SEGMENTS, SNAPSHOTS
from peon.journal.format import Numbered, check_events
from peon.journal.lock import LifeLock
from peon.journal.reading import read_events
from peon.journal.recovery import ExaminedLog, examine_log, list_log
from peon.journal.retention import load_base
from peon.journal.segments import LogEnd
from peon.journal.snapshots import is_base_name
from peon.journal.staging import StagedLog, finish_replacing, is_half_replaced

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT_BYTES = 1 << 20


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    peonLog: int  # noqa: N815 (as it is written)
    logId: str  # noqa: N815
    base: int
    head: int
    values: int


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    content: str


class _End(msgspec.Struct, forbid_unknown_fields=True):
    sha256: str


@attrs.frozen(kw_only=True)
class Transferred:
    """What was carried over."""

    log_id: str
    events: int
    values: int


def export_log(
    directory: Path, output: BinaryIO, *, filesystem: FileSystem | None = None
) -> Transferred:
    """Write the log of a state folder to `output`, whether a process owns it or not.

    Raises JournalDamaged where it cannot be read whole, Unavailable where there is none, OSError.
    """
    files = filesystem or LocalFileSystem()
    log = _log_in(files, directory / SEGMENTS)
    if log is None or log.end is None:
        raise Unavailable(f"the log in {directory}", "there is none", "Look at --state-dir.")
    values = _values(files, directory / BLOBS)
    lines = _Lines(output)
    base = log.segments[0].first - 1
    head = _Head(1, log.end.log_id, base, log.end.head, len(values))
    lines.add(msgspec.json.encode(head))
    if base > 0:
        folder = directory / SNAPSHOTS
        found = load_base(files, folder, log_id=head.logId, base=base, head=head.head)
        lines.add_file(files, found.file.path)
    if head.head > base:
        for event in read_events(files, list(log.segments), head.logId, base, head.head):
            lines.add(event)
    for path in values:
        check_blob(files, path)
        lines.add_file(files, path)
    output.write(msgspec.json.encode(_End(lines.digest)) + b"\n")
    return Transferred(log_id=head.logId, events=head.head - base, values=head.values)


def import_log(
    directory: Path, source: BinaryIO, *, filesystem: FileSystem | None = None
) -> Transferred:
    """Make the log that `source` holds that of a state folder which has none.

    `source` is read twice, first to see that it is whole: a file that is not changes nothing.
    Raises Unavailable, OSError.
    """
    files = filesystem or LocalFileSystem()
    for folder in (directory, directory / SNAPSHOTS, directory / BLOBS):
        files.make_folder(folder)
    lock = LifeLock.acquire(files, directory)
    try:
        if is_half_replaced(files, directory):
            finish_replacing(files, directory)
        files.make_folder(directory / SEGMENTS)
        if _log_in(files, directory / SEGMENTS) is not None:
            raise Unavailable(
                f"the state folder {directory}",
                "it holds a log already",
                "Give the imported one a --state-dir of its own.",
            )
        head = _check(source)
        source.seek(0)
        _take_over(files, directory, source, head)
        return Transferred(log_id=head.logId, events=head.head - head.base, values=head.values)
    finally:
        lock.release()


def _log_in(files: FileSystem, folder: Path) -> ExaminedLog | None:
    try:
        return examine_log(files, folder) if list_log(files, folder).segments else None
    except FileNotFoundError:
        return None


def _values(files: FileSystem, folder: Path) -> list[Path]:
    try:
        return [folder / name for name in files.names(folder) if _DIGEST.fullmatch(name)]
    except FileNotFoundError:
        return []


class _Lines:
    """Writes lines and keeps the hash of them."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, line: bytes) -> None:
        text = line + b"\n"
        self._hash.update(text)
        self._output.write(text)

    def add_file(self, files: FileSystem, path: Path) -> None:
        content = base64.b64encode(read_whole(files, path)).decode("ascii")
        self.add(msgspec.json.encode(_File(path.name, content)))


def _check(source: BinaryIO) -> _Head:
    """Read an export to its end. Raises Unavailable where it is not whole."""
    try:
        return _read_through(source)
    except (msgspec.DecodeError, ValueError) as error:
        raise Unavailable(
            "the export", f"it is not whole: {error}", "Export the log again, and import that."
        ) from error


def _read_through(source: BinaryIO) -> _Head:
    first = source.readline()
    head = msgspec.json.decode(first, type=_Head)
    if head.peonLog != 1:
        raise Unavailable("the export", "it was made by a newer version of Peon", "Update Peon.")
    hashing = hashlib.sha256(first)
    if head.base > 0:
        line = source.readline()
        hashing.update(line)
        _base_in(line)
    for sequence in range(head.base + 1, head.head + 1):
        line = source.readline()
        hashing.update(line)
        check_events([line.removesuffix(b"\n")])
        if msgspec.json.decode(line, type=Numbered).sequence not in (None, sequence):
            raise ValueError(f"event {sequence} is not in its place")
    for _ in range(head.values):
        line = source.readline()
        hashing.update(line)
        _value_in(line)
    if msgspec.json.decode(source.readline(), type=_End).sha256 != hashing.hexdigest():
        raise ValueError("its checksum does not fit")
    return head


def _base_in(line: bytes) -> tuple[str, bytes]:
    file = msgspec.json.decode(line, type=_File)
    if not is_base_name(file.name):
        raise ValueError(f"{file.name!r} is not the name of a base")
    return file.name, base64.b64decode(file.content, validate=True)


def _value_in(line: bytes) -> bytes:
    file = msgspec.json.decode(line, type=_File)
    content = base64.b64decode(file.content, validate=True)
    if hashlib.sha256(content).hexdigest() != file.name:
        raise ValueError(f"the value {file.name!r} is not what its name says")
    return content


def _take_over(files: FileSystem, directory: Path, source: BinaryIO, head: _Head) -> None:
    source.readline()
    if head.base > 0:
        name, content = _base_in(source.readline())
        write_atomically(files, directory / SNAPSHOTS / name, content)
    staged = StagedLog(files, directory, LogEnd(head.logId, head.base, 0, None, 0, 0))
    for batch in _batches(source, head.head - head.base):
        staged.writer.commit(batch)
    for _ in range(head.values):
        store_blob(files, directory / BLOBS, _value_in(source.readline()))
    staged.put_in_place(aside=None)


def _batches(source: BinaryIO, count: int) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for _ in range(count):
        batch.append(source.readline().removesuffix(b"\n"))
        size += len(batch[-1])
        if size >= _COMMIT_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
