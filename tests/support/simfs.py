"""A file system in memory that loses what a real one is allowed to lose.

What is written and not flushed may, when power is lost, be there, be missing, or be there in part:
sectors of 512 bytes arrive each for itself, and one that did not reads as zeros. Names that were
made, changed or removed since the folder was flushed may each have been lost; flushing a file does
not keep its name. A killed process leaves everything as it is, a write that was under way as far as
it had come. A flush that fails may have lost what it should have kept, for good, and the next one
will not say so: `fails_at` is the number of a change that fails.
"""

import errno
import itertools
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import attrs

SECTOR = 512


class Dead(OSError):
    """The process of this file system is no more; nothing it still asks for has any effect."""


@attrs.frozen
class Write:
    offset: int
    data: bytes


@attrs.frozen
class Truncate:
    size: int


@attrs.define(eq=False)
class Inode:
    """A file: what a reader sees, what the disk holds for certain, and what lies between."""

    seen: bytearray = attrs.field(factory=bytearray)
    durable: bytearray = attrs.field(factory=bytearray)
    pending: list[Write | Truncate] = attrs.field(factory=list)

    def change(self, change: Write | Truncate) -> None:
        apply(self.seen, change)
        self.pending.append(change)

    def lose_writes(self) -> None:
        """A flush has failed: what was written counts as clean now, and is not on the disk."""
        self.pending = [change for change in self.pending if isinstance(change, Truncate)]

    def flush(self) -> None:
        for change in self.pending:
            apply(self.durable, change)
        self.pending.clear()


@attrs.frozen
class Named:
    path: Path
    inode: Inode


@attrs.frozen
class Renamed:
    source: Path
    target: Path


@attrs.frozen
class Removed:
    path: Path


FOLDER = Inode()
"""What the name of a folder stands for."""


@attrs.define(eq=False)
class Disk:
    """The files and their names, as they are seen and as they would survive."""

    names: dict[Path, Inode] = attrs.field(factory=dict)
    durable_names: dict[Path, Inode] = attrs.field(factory=dict)
    pending_names: list[Named | Renamed | Removed] = attrs.field(factory=list)

    def rename(self, change: Named | Renamed | Removed) -> None:
        rename(self.names, change)
        self.pending_names.append(change)

    def flush_names(self, folder: Path) -> None:
        """Make the names in one folder durable; what happened in others may still be lost."""
        left: list[Named | Renamed | Removed] = []
        for change in self.pending_names:
            if folder_of(change) == folder:
                rename(self.durable_names, change)
            else:
                left.append(change)
        self.pending_names = left

    def make_folder(self, path: Path) -> None:
        """Folders are made durably, with those above them."""
        for folder in (path, *path.parents):
            self.names[folder] = self.durable_names[folder] = FOLDER

    def without_power(self, chance: Random) -> "Disk":
        """What is left when power is lost: one of the legal states, by chance."""
        names = dict(self.durable_names)
        for change in self._surviving_names(chance):
            rename(names, change)
        left = {path: surviving(inode, chance) for path, inode in names.items()}
        return Disk(left, dict(left), [])

    def _surviving_names(self, chance: Random) -> Iterable[Named | Renamed | Removed]:
        """Of the changes of names either the first few, as a journal keeps them, or any."""
        if chance.random() < 0.5:
            return self.pending_names[: chance.randint(0, len(self.pending_names))]
        return [change for change in self.pending_names if chance.random() < 0.5]


def surviving(inode: Inode, chance: Random) -> Inode:
    """A file as power loss may leave it."""
    if inode is FOLDER:
        return inode
    content = bytearray(inode.durable)
    for change in inode.pending:
        match change:
            case Truncate():
                if chance.random() < 0.5:
                    apply(content, change)
            case Write():
                write_in_part(content, change, chance)
    return Inode(content, bytearray(content), [])


def write_in_part(content: bytearray, write: Write, chance: Random) -> None:
    """Nothing of a write, the start of it, or any of its sectors."""
    fate = chance.random()
    if fate < 0.2:
        return
    data = write.data
    if fate < 0.5:
        data = data[: chance.randint(0, len(data))]
    end = write.offset + len(data)
    content.extend(bytes(max(0, end - len(content))))
    start = write.offset
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if fate > 0.8 or chance.random() < 0.6:
            content[start:stop] = data[start - write.offset : stop - write.offset]
        start = stop


Fault = Callable[[str, Path], None]
"""Is told of each call, its verb and path, before it happens; raises OSError to make it fail."""


class SimulatedFiles:
    """Implements FileSystem for one process. It dies during the change number `dies_at`."""

    def __init__(
        self, *, chance: Random, disk: Disk | None = None, dies_at: int | None = None
    ) -> None:
        self.chance = chance
        self.dies_at = dies_at
        self.fails_at: int | None = None
        self.changes = 0
        self.dead = False
        self.fault: Fault | None = None
        self.takes_at_most: int | None = None
        self.room: int | None = None
        self.reported_kind: str | None = None
        self._disk = disk or Disk()
        self._opened: dict[int, Inode] = {}
        self._paths: dict[int, Path] = {}
        self._descriptors = itertools.count(100)
        self._counting = threading.Lock()
        self._locked: set[Path] = set()

    @property
    def failed(self) -> bool:
        """Has the change that was to fail been reached?"""
        return self.fails_at is not None and self.changes >= self.fails_at

    # --- what happens to the process

    def killed(self) -> "SimulatedFiles":
        """What the next process finds after this one was killed."""
        self.dead = True
        return type(self)(chance=self.chance, disk=self._disk)

    def without_power(self) -> "SimulatedFiles":
        """What the next process finds after power was lost."""
        self.dead = True
        return type(self)(chance=self.chance, disk=self._disk.without_power(self.chance))

    # --- what a test looks at

    def put(self, path: Path, content: bytes) -> None:
        """Place a durable file."""
        self._disk.make_folder(path.parent)
        inode = Inode(bytearray(content), bytearray(content), [])
        self._disk.names[path] = self._disk.durable_names[path] = inode

    def content(self, path: Path) -> bytes:
        return bytes(self._disk.names[path].seen)

    def paths(self) -> list[Path]:
        return sorted(path for path, inode in self._disk.names.items() if inode is not FOLDER)

    def path_of(self, descriptor: int) -> Path:
        return self._paths[descriptor]

    def pending_of(self, descriptor: int) -> list[Write | Truncate]:
        """What has been done to an open file since it was flushed."""
        return self._opened[descriptor].pending

    # --- what a process does

    def kind(self, path: Path) -> str | None:
        return self.reported_kind

    def create(self, path: Path) -> int:
        self._about_to("create", path, changes=True)
        if path in self._disk.names:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        self._need_folder(path.parent)
        inode = Inode()
        self._disk.rename(Named(path, inode))
        return self._open(path, inode)

    def open_append(self, path: Path) -> int:
        self._about_to("open", path)
        return self._open(path, self._inode(path))

    def open_read(self, path: Path) -> int:
        self._about_to("open", path)
        return self._open(path, self._inode(path))

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        inode, taken = self._opened[descriptor], bytes(data)
        was_alive = not self.dead
        try:
            self._about_to("write", self._paths[descriptor], changes=True)
        except OSError:
            if was_alive:
                self._append(inode, taken[: self.chance.randint(0, len(taken))])
            raise
        if self.takes_at_most is not None:
            taken = taken[: self.takes_at_most]
        if self.room is not None:
            taken = taken[: self.room]
            self.room -= len(taken)
        self._append(inode, taken)
        return len(taken)

    def overwrite(self, path: Path, data: bytes, offset: int) -> None:
        inode = self._inode(path)
        self._about_to("write", path, changes=True)
        inode.change(Write(offset, data))

    def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
        inode = self._opened[descriptor]
        self._about_to("read", self._paths[descriptor])
        return bytes(inode.seen[offset : offset + size])

    def size(self, descriptor: int) -> int:
        return len(self._opened[descriptor].seen)

    def truncate(self, descriptor: int, size: int) -> None:
        self._about_to("truncate", self._paths[descriptor], changes=True)
        self._opened[descriptor].change(Truncate(size))

    def fdatasync(self, descriptor: int) -> None:
        self._flush("fdatasync", descriptor)

    def fsync(self, descriptor: int) -> None:
        self._flush("fsync", descriptor)

    def sync_folder(self, path: Path) -> None:
        self._about_to("sync_folder", path, changes=True)
        self._need_folder(path)
        self._disk.flush_names(path)

    def close(self, descriptor: int) -> None:
        path = self._paths.pop(descriptor)
        self._locked.discard(path)
        del self._opened[descriptor]

    def rename(self, source: Path, target: Path) -> None:
        self._about_to("rename", target, changes=True)
        self._inode(source)
        self._disk.rename(Renamed(source, target))

    def unlink(self, path: Path) -> None:
        self._inode(path)
        self._about_to("unlink", path, changes=True)
        self._disk.rename(Removed(path))

    def names(self, folder: Path) -> list[str]:
        self._about_to("names", folder)
        self._need_folder(folder)
        return sorted(path.name for path in self._disk.names if path.parent == folder)

    def make_folder(self, path: Path) -> None:
        if path not in self._disk.names:
            self._disk.make_folder(path)

    def remove_folder(self, path: Path) -> None:
        self._about_to("remove_folder", path, changes=True)
        assert self.names(path) == []
        self._disk.rename(Removed(path))

    def lock(self, path: Path) -> int:
        self._about_to("lock", path)
        if path in self._locked:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))
        self._locked.add(path)
        return self._open(path, Inode())

    def replace_text(self, descriptor: int, text: bytes) -> None:
        self._opened[descriptor].seen[:] = text

    def _append(self, inode: Inode, data: bytes) -> None:
        inode.change(Write(len(inode.seen), data))

    def _flush(self, verb: str, descriptor: int) -> None:
        inode = self._opened[descriptor]
        try:
            self._about_to(verb, self._paths[descriptor], changes=True)
        except Dead:
            raise
        except OSError:
            inode.lose_writes()
            raise
        inode.flush()

    def _about_to(self, verb: str, path: Path, *, changes: bool = False) -> None:
        if self.dead:
            raise Dead(errno.EIO, "the process is dead")
        if changes:
            with self._counting:
                self.changes += 1
                self.dead = self.changes == self.dies_at
            if self.dead:
                raise Dead(errno.EIO, "the process dies")
            if self.changes == self.fails_at:
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        if self.fault is not None:
            self.fault(verb, path)

    def _open(self, path: Path, inode: Inode) -> int:
        descriptor = next(self._descriptors)
        self._opened[descriptor] = inode
        self._paths[descriptor] = path
        return descriptor

    def _inode(self, path: Path) -> Inode:
        try:
            return self._disk.names[path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None

    def _need_folder(self, path: Path) -> None:
        if self._disk.names.get(path) is not FOLDER:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))


def apply(content: bytearray, change: Write | Truncate) -> None:
    match change:
        case Truncate(size):
            del content[size:]
        case Write(offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data


def folder_of(change: Named | Renamed | Removed) -> Path:
    return change.target.parent if isinstance(change, Renamed) else change.path.parent


def rename(names: dict[Path, Inode], change: Named | Renamed | Removed) -> None:
    match change:
        case Named(path, inode):
            names[path] = inode
        case Renamed(source, target):
            for path in [one for one in names if one == source or source in one.parents]:
                names[target / path.relative_to(source)] = names.pop(path)
        case Removed(path):
            names.pop(path, None)
