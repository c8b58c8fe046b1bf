"""The few file operations the journal is made of, as a port: what differs by platform is in here.

The journal's promises rest on what these calls do when power is lost, so a simulated file system
can stand in for `LocalFileSystem` and lose whatever a real one is allowed to lose.
"""

import errno
import os
import sys
from pathlib import Path
from typing import Protocol

from peon.journal.mounts import kind_of

SCRATCH = ".tmp"
"""Ends the name of a file still being written; what a crash leaves is removed at the next start."""

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_COMMON = _CLOEXEC | _BINARY


class FileSystem(Protocol):
    """Files by path and by descriptor. Every method raises OSError as the system does."""

    def kind(self, path: Path) -> str | None:
        """The kind of file system `path` is or will be on, as `ext4`; None where it is unknown."""
        ...

    def create(self, path: Path) -> int:
        """Open a new private file for appending; FileExistsError where there is one."""
        ...

    def open_append(self, path: Path) -> int:
        """Open an existing file so that every write goes to its end."""
        ...

    def open_read(self, path: Path) -> int:
        """Open an existing file for `read_at`."""
        ...

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write at the end; the answer says how much was taken, which may be less than all."""
        ...

    def overwrite(self, path: Path, data: bytes, offset: int) -> None:
        """Write over what stands in an existing file. Not durable before `fsync`."""
        ...

    def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
        """Up to `size` bytes from `offset` on; empty at the end. One thread per descriptor."""
        ...

    def size(self, descriptor: int) -> int:
        """The file's length in bytes."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file. Not durable before `fsync`."""
        ...

    def fdatasync(self, descriptor: int) -> None:
        """Return once the contents and the length of the file would survive a power loss."""
        ...

    def fsync(self, descriptor: int) -> None:
        """As `fdatasync`, with all that the system knows about the file. Not its name:
        `sync_folder`.
        """
        ...

    def sync_folder(self, path: Path) -> None:
        """Return once the names in this folder would survive a power loss."""
        ...

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, at once, or where there is none; or move a folder."""
        ...

    def unlink(self, path: Path) -> None:
        """Remove a name; FileNotFoundError where there is none."""
        ...

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a private folder, durably, with the folders above it. Harmless where it exists."""
        ...

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        ...

    def lock(self, path: Path) -> int:
        """Hold `path` alone until the descriptor is closed or we die; BlockingIOError if held."""
        ...

    def replace_text(self, descriptor: int, text: bytes) -> None:
        """Make `text` all that a locked file says. A remark for people: never relied upon."""
        ...


class LocalFileSystem:
    """The machine's own files."""

    def kind(self, path: Path) -> str | None:
        return kind_of(path)

    def create(self, path: Path) -> int:
        return os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | _COMMON, _PRIVATE_FILE
        )

    def open_append(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_APPEND | _COMMON)

    def open_read(self, path: Path) -> int:
        return os.open(path, os.O_RDONLY | _COMMON)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return os.write(descriptor, data)

    def overwrite(self, path: Path, data: bytes, offset: int) -> None:
        with path.open("r+b", buffering=0) as file:
            file.seek(offset)
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]

    if sys.platform == "win32":

        def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, size)

    else:

        def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
            return os.pread(descriptor, size, offset)

    def size(self, descriptor: int) -> int:
        return os.fstat(descriptor).st_size

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    if sys.platform == "darwin":

        def fdatasync(self, descriptor: int) -> None:
            _flush_to_platter(descriptor)

        def fsync(self, descriptor: int) -> None:
            _flush_to_platter(descriptor)

    elif sys.platform == "win32":

        def fdatasync(self, descriptor: int) -> None:
            os.fsync(descriptor)

        def fsync(self, descriptor: int) -> None:
            os.fsync(descriptor)

    else:

        def fdatasync(self, descriptor: int) -> None:
            os.fdatasync(descriptor)

        def fsync(self, descriptor: int) -> None:
            os.fsync(descriptor)

    def sync_folder(self, path: Path) -> None:
        if sys.platform == "win32":
            return  # Windows has no way to flush a folder; NTFS journals names by itself.
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _COMMON)
        try:
            self.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def names(self, folder: Path) -> list[str]:
        return sorted(entry.name for entry in folder.iterdir())

    def make_folder(self, path: Path) -> None:
        if path.is_dir():
            return
        if not path.parent.is_dir():
            self.make_folder(path.parent)
        path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        self.sync_folder(path.parent)

    def remove_folder(self, path: Path) -> None:
        path.rmdir()

    def lock(self, path: Path) -> int:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _COMMON, _PRIVATE_FILE)
        try:
            _lock_exclusively(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def replace_text(self, descriptor: int, text: bytes) -> None:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text)


if sys.platform == "win32":
    import msvcrt

    # Windows locks byte ranges and refuses reads of a locked one, so a byte far behind the remark
    # is locked, which others can then still read.
    _LOCKED_BYTE = 1 << 30

    def _lock_exclusively(descriptor: int) -> None:
        """Lock the file or raise BlockingIOError at once."""
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from error

else:
    import fcntl

    def _lock_exclusively(descriptor: int) -> None:
        """Lock the file or raise BlockingIOError at once."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


if sys.platform == "darwin":

    def _flush_to_platter(descriptor: int) -> None:
        """fsync(2) on macOS stops at the drive's cache; only this reaches the medium."""
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.EINVAL):
                raise
            os.fsync(descriptor)  # Some network and FUSE volumes know nothing stronger.


def write_all(filesystem: FileSystem, descriptor: int, data: bytes) -> None:
    """Write every byte, however often the system takes only a part.

    Raises OSError(ENOSPC) when it stops taking any: POSIX would let that repeat for ever.
    """
    rest = memoryview(data)
    while rest:
        taken = filesystem.write(descriptor, rest)
        if taken <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[taken:]


def write_atomically(filesystem: FileSystem, path: Path, data: bytes) -> None:
    """Put a whole file in place, durably: after a crash there is all of it or what was there
    before.
    """
    scratch = path.with_name(path.name + SCRATCH)
    discard(filesystem, scratch)
    descriptor = filesystem.create(scratch)
    try:
        write_all(filesystem, descriptor, data)
        filesystem.fsync(descriptor)
    finally:
        filesystem.close(descriptor)
    filesystem.rename(scratch, path)
    filesystem.sync_folder(path.parent)


def has_folder(filesystem: FileSystem, path: Path) -> bool:
    """Is there such a folder? Raises OSError where that cannot be seen."""
    try:
        filesystem.names(path)
    except FileNotFoundError:
        return False
    return True


def discard(filesystem: FileSystem, path: Path) -> None:
    """Remove a file, if there is one."""
    try:
        filesystem.unlink(path)
    except FileNotFoundError:
        return


def read_whole(filesystem: FileSystem, path: Path) -> bytes:
    """All bytes of a file. For files that fit in memory."""
    descriptor = filesystem.open_read(path)
    try:
        return read_range(filesystem, descriptor, 0, filesystem.size(descriptor))
    finally:
        filesystem.close(descriptor)


def read_range(filesystem: FileSystem, descriptor: int, offset: int, size: int) -> bytes:
    """`size` bytes from `offset` on, fewer only where the file ends."""
    pieces: list[bytes] = []
    while size > 0:
        piece = filesystem.read_at(descriptor, size, offset)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
        size -= len(piece)
    return b"".join(pieces)
