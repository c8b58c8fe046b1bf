"""What the last tree of a unit holds that its index does not know yet.

To store a few changed files, git reads and writes an index of the whole folder twice. So they are
stored without it: their contents, and the trees on the way to them. The index is then behind, and
the next look finds the same files changed again; `Ahead` knows which of them still are as they were
stored. When they become many, git puts them into the index.
"""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from peon.workspace.disk import file_mode, parent_of, status_in
from peon.workspace.entries import LINK, Entry
from peon.workspace.loose import write_object
from peon.workspace.trees import Trees, Unreadable

FEW = 256
"""So many files are read at most; with more, git is quicker."""
MANY = 512
"""So many files may be ahead of their index."""
_FEW_BYTES = 4 * 1024 * 1024

_SETTLED = 2_500_000_000
"""Nanoseconds after which a file's times tell surely that nobody has written to it since."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)

_Signature = tuple[int, ...]


@attrs.frozen
class _Stored:
    """What was stored of a path (None: nothing stood there), and by what the file is known again;
    None where it was too young for that.
    """

    entry: Entry | None
    signature: _Signature | None = None


_NOTHING = _Stored(None)


@attrs.frozen
class Start:
    """What is amended: the last tree, which begins at `prefix` below the work tree."""

    tree: str
    prefix: bytes
    work_tree: Path


class Ahead:
    """The paths, relative to the work tree of one index, that were stored without it."""

    def __init__(self, trees: Trees, objects: Path) -> None:
        self._trees = trees
        self._objects = objects
        self._stored: dict[bytes, _Stored] = {}
        self.is_compared = False
        """Whether since this process began the index was compared with the last tree."""

    @property
    def paths(self) -> frozenset[bytes]:
        """The paths at which the index may be behind."""
        return frozenset(self._stored)

    def knows(self, path: bytes, status: os.stat_result) -> bool:
        """Whether what stands there now is surely what was stored."""
        known = self._stored.get(path, _NOTHING).signature
        return known is not None and known == _signature(status)

    def clear(self) -> None:
        """The index knows all, or nothing is known any more."""
        self._stored.clear()

    def rows(self) -> list[bytes]:
        """What the index has to be told, for `update-index --index-info`: what goes comes first."""
        gone = [b"0 %040d\t%s" % (0, path) for path, one in self._stored.items() if not one.entry]
        return gone + [
            b"%s %s\t%s" % (one.entry.mode.encode(), one.entry.oid.encode(), path)
            for path, one in self._stored.items()
            if one.entry is not None
        ]

    def amend(self, start: Start, paths: Sequence[bytes], moment: int) -> str:
        """Store what stands at these paths, looked at after `moment` (in nanoseconds of the file
        system); the tree that it makes of the last one, which holds all that is known.

        Raises Unreadable where git has to do it, and OSError where the disk refuses.
        """
        if len(self._stored.keys() | paths) > MANY:
            raise Unreadable("too many files")
        found = dict(self._look_at(start.work_tree, paths, moment - _SETTLED))
        cut = len(start.prefix)
        entries = {path[cut:]: one.entry for path, one in found.items()}
        tree = self._trees.amended(start.tree, entries)
        self._stored |= found
        return tree

    def place(self, start: Start, entries: Mapping[bytes, Entry | None]) -> str:
        """The tree with what was put at these paths a moment ago. The next look sees what has
        become of it.
        """
        cut = len(start.prefix)
        tree = self._trees.amended(start.tree, {path[cut:]: one for path, one in entries.items()})
        self._stored |= {path: _Stored(entry) for path, entry in entries.items()}
        return tree

    def _look_at(
        self, root: Path, paths: Sequence[bytes], settled: int
    ) -> Iterator[tuple[bytes, _Stored]]:
        read, size = 0, 0
        for path in paths:
            seen = _see(root, path)
            if seen is None:
                yield path, _NOTHING
                continue
            read, size = read + 1, size + len(seen.content)
            if read > FEW or size > _FEW_BYTES:
                raise Unreadable("too much to read")
            oid = write_object(self._objects, "blob", seen.content)
            sure = max(seen.status.st_ctime_ns, seen.status.st_mtime_ns) < settled
            yield (
                path,
                _Stored(Entry(seen.mode, oid), _signature(seen.status) if sure else None),
            )


@attrs.frozen
class _Seen:
    mode: str
    content: bytes
    status: os.stat_result


def _see(root: Path, path: bytes) -> _Seen | None:
    """What stands there."""
    try:
        with parent_of(root, path) as (handle, name):
            status = status_in(handle, name)
            if status is None:
                return None
            if stat.S_ISLNK(status.st_mode):
                return _Seen(LINK, os.readlink(name, dir_fd=handle), status)
            return _read(handle, name)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise Unreadable(os.fsdecode(path)) from error


def _read(handle: int, name: bytes) -> _Seen:
    file = os.open(name, _READ, dir_fd=handle)
    try:
        status = os.fstat(file)
        mode = file_mode(status)
        if mode is None or status.st_size > _FEW_BYTES:
            raise Unreadable(os.fsdecode(name))
        content = os.read(file, status.st_size + 1)
        if len(content) != status.st_size:
            raise Unreadable(os.fsdecode(name))  # Somebody is writing.
        return _Seen(mode, content, status)
    finally:
        os.close(file)


def _signature(status: os.stat_result) -> _Signature:
    return (
        status.st_mode,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
        status.st_dev,
    )
