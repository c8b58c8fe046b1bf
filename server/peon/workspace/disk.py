"""Touching files below a root so that no link can lead outside: every folder is opened by its
handle.
"""

import ctypes
import errno
import hashlib
import os
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import attrs

from peon.workspace.entries import EXECUTABLE, FILE, LINK, Entry, blob_id

_NOREPLACE, _EXCHANGE = 1, 2
_OPENAT2 = ctypes.c_long(437)
"""The number of this call, which libraries do not offer: the same on every kind of machine."""
_NO_LINKS_BENEATH = 0x04 | 0x08
_HOW = struct.Struct("=QQQ")
_HOW_SIZE = ctypes.c_size_t(_HOW.size)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1024 * 1024
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_NOT_TOLD = (*_UNSUPPORTED, errno.EPERM, errno.EAGAIN, errno.E2BIG)
"""Failures of a call which say nothing about the folder: it is unknown or forbidden here, or was
disturbed.
"""

Special = Literal["folder", "other"]
"""What stands where no entry can: a folder, or a FIFO, socket or device."""

Place = tuple[int, bytes]
"""A name in an opened folder."""

_libc = ctypes.CDLL(None, use_errno=True)


class Root:
    """A folder whose handle is opened when it is first wanted, and then kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1

    @property
    def handle(self) -> int:
        """Its handle. Raises OSError where it is no folder (any more)."""
        if self._handle < 0:
            self._handle = _open_folder(self.path)
        return self._handle

    def close(self) -> None:
        """Let go of it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class LastFolder:
    """The folder of the path that was asked for last, kept open for the paths beside it.

    Somebody may move it away meanwhile. What is done in it then is as if it had been done just
    before that, and what stands at its old place has not been touched.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._path = b""
        self._handle = -1

    def place(self, path: bytes) -> Place:
        """The name of a path in its folder. Raises OSError; follows no link."""
        folder, _, name = path.rpartition(b"/")
        if not folder:
            return self._root.handle, name
        if self._handle < 0 or folder != self._path:
            self.close()
            self._handle, self._path = _open_below(self._root.handle, folder), folder
        return self._handle, name

    def close(self) -> None:
        """Let go of it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@contextmanager
def parent_of(root: Path | Root, path: bytes) -> Iterator[Place]:
    """The handle of the folder a path lies in, and its name there. Raises OSError; follows no
    link.
    """
    folders, _, name = path.rpartition(b"/")
    top = root.handle if isinstance(root, Root) else _open_folder(root)
    try:
        handle = _open_below(top, folders) if folders else os.dup(top)
    finally:
        if not isinstance(root, Root):
            os.close(top)
    try:
        yield handle, name
    finally:
        os.close(handle)


def _open_folder(path: Path) -> int:
    return os.open(path, _FOLDER)


def _open_below(top: int, path: bytes, flags: int = _FOLDER) -> int:
    """Open what lies below an opened folder: by one call, or step by step where that is unknown."""
    sys.audit("open", path, None, flags)  # As `os.open` does.
    call = getattr(_libc, "syscall", None)
    if call is not None:
        how = _HOW.pack(flags, 0, _NO_LINKS_BENEATH)
        handle: int = call(_OPENAT2, top, path, how, _HOW_SIZE)
        if handle >= 0:
            return handle
        if (code := ctypes.get_errno()) not in _NOT_TOLD:
            raise OSError(code, os.strerror(code), os.fsdecode(path))
    folders, _, name = path.rpartition(b"/")
    handle = os.dup(top)
    for part, how_to in [*((one, _FOLDER) for one in folders.split(b"/") if one), (name, flags)]:
        try:
            inner = os.open(part, how_to, dir_fd=handle)
        finally:
            os.close(handle)
        handle = inner
    return handle


def make_folder(root: Path, path: bytes) -> None:
    """Make one folder, unless it is there."""
    with parent_of(root, path) as (handle, name), suppress(FileExistsError):
        os.mkdir(name, dir_fd=handle)


def standing(root: Path | Root, path: bytes) -> Entry | Special | None:
    """What stands at a path now; None for nothing, also where its folder is missing or a link."""
    try:
        with parent_of(root, path) as (handle, name):
            return entry_in(handle, name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise


def untouched(status: os.stat_result, entry: Entry, since: int) -> bool:
    """Whether this is a file of this kind that nobody has changed since a moment."""
    return (
        file_mode(status) == entry.mode
        and status.st_ctime_ns < since
        and status.st_mtime_ns < since
    )


def file_mode(status: os.stat_result) -> str | None:
    """Which kind of file it is; None for what is none."""
    if not stat.S_ISREG(status.st_mode):
        return None
    return EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE


def content_if_untouched(folder: LastFolder, path: bytes, entry: Entry, since: int) -> bytes | None:
    """What a file holds that nobody has changed since a moment; None for any other."""
    try:
        handle, name = folder.place(path)
        file = os.open(name, _READ, dir_fd=handle)
        try:
            status = os.fstat(file)
            if not untouched(status, entry, since):
                return None
            content = os.read(file, status.st_size + 1)
        finally:
            os.close(file)
    except OSError:
        return None
    return content if len(content) == status.st_size else None


def status_in(handle: int, name: bytes) -> os.stat_result | None:
    """The status of what stands under a name in an opened folder; None for nothing."""
    try:
        return os.stat(name, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return None


def entry_in(handle: int, name: bytes) -> Entry | Special | None:
    """What stands under a name in an opened folder."""
    try:
        status = os.stat(name, dir_fd=handle, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            return Entry(LINK, blob_id(os.readlink(name, dir_fd=handle)))
        if stat.S_ISREG(status.st_mode):
            file = os.open(name, _READ, dir_fd=handle)
            try:
                return file_entry(file, os.fstat(file))
            finally:
                os.close(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return "folder" if stat.S_ISDIR(status.st_mode) else "other"


def file_entry(file: int, status: os.stat_result) -> Entry | Special:
    """What an opened file is, of which nothing has been read yet."""
    mode, size = file_mode(status), status.st_size
    if mode is None:
        return "other"
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    # More is asked for than there should be: it may have grown.
    while chunk := os.read(file, min(size + 1, _CHUNK)):
        digest.update(chunk)
        if len(chunk) == size < _CHUNK:
            break
    return Entry(mode, digest.hexdigest())


@attrs.frozen
class Listing:
    """All below a folder: files and other things, and folders; paths relative to the root."""

    files: frozenset[bytes]
    folders: frozenset[bytes]


def below(root: Path, path: bytes) -> Listing:
    """Everything below a folder, without following links."""
    files: set[bytes] = set()
    folders: set[bytes] = set()
    base = os.fsencode(root)
    for top, names, others in os.walk(os.path.join(base, path)):
        relative = os.path.relpath(top, base)
        for name in names:
            full = os.path.join(relative, name)
            (files if os.path.islink(os.path.join(top, name)) else folders).add(full)
        files |= {os.path.join(relative, name) for name in others}
    return Listing(frozenset(files), frozenset(folders))


# ---- moving --------------------------------------------------------------------------------------


def move(old: Place, new: Place) -> None:
    """Rename. Raises FileExistsError rather than replace anything."""
    if _renameat2(old, new, _NOREPLACE):
        return
    os.link(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0], follow_symlinks=False)
    os.unlink(old[1], dir_fd=old[0])


def exchange(one: Place, other: Place) -> bool:
    """Swap two names in one step. False where this system or file system cannot."""
    return _renameat2(one, other, _EXCHANGE)


def move_between(old: Place, new: Place) -> bool:
    """Rename from one folder to another, replacing nothing. False where that cannot be done."""
    try:
        return _renameat2(old, new, _NOREPLACE)
    except OSError:
        return False


def _renameat2(old: Place, new: Place, flags: int) -> bool:
    call = getattr(_libc, "renameat2", None)
    if call is None:
        return False
    if call(*old, *new, flags) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), os.fsdecode(new[1]))


def flush(root: Path) -> None:
    """Have everything written below a root on the disk before we go on."""
    handle = _open_folder(root)
    try:
        call = getattr(_libc, "syncfs", None)
        if call is None or call(handle) != 0:
            os.sync()
    finally:
        os.close(handle)
