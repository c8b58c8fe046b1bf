"""Touching files below a root so that no link can lead outside: every folder is opened by its
handle.
"""

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import attrs

from peon.workspace.entries import EXECUTABLE, FILE, LINK, Entry

_NOREPLACE, _EXCHANGE = 1, 2
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1024 * 1024
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)

Special = Literal["folder", "other"]
"""What stands where no entry can: a folder, or a FIFO, socket or device."""

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def parent_of(root: Path, path: bytes) -> Iterator[tuple[int, bytes]]:
    """The handle of the folder a path lies in, and its name there. Raises OSError; follows no
    link.
    """
    *folders, name = path.split(b"/")
    handle = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle, name
    finally:
        os.close(handle)


def make_folder(root: Path, path: bytes) -> None:
    """Make one folder, unless it is there."""
    with parent_of(root, path) as (handle, name), suppress(FileExistsError):
        os.mkdir(name, dir_fd=handle)


def standing(root: Path, path: bytes) -> Entry | Special | None:
    """What stands at a path now; None for nothing, also where its folder is missing or a link."""
    try:
        with parent_of(root, path) as (handle, name):
            return entry_in(handle, name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise


def untouched(handle: int, name: bytes, entry: Entry, since: int) -> bool:
    """Whether a file of this kind stands there that nobody has changed since a moment."""
    try:
        status = os.stat(name, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return False
    mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE
    return (
        stat.S_ISREG(status.st_mode)
        and mode == entry.mode
        and status.st_ctime_ns < since
        and status.st_mtime_ns < since
    )


def entry_in(handle: int, name: bytes) -> Entry | Special | None:
    """What stands under a name in an opened folder."""
    try:
        status = os.stat(name, dir_fd=handle, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(name, dir_fd=handle)
            return Entry(LINK, _digest([target], len(target)))
        if stat.S_ISREG(status.st_mode):
            mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE
            return Entry(mode, _digest_file(handle, name))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return "folder" if stat.S_ISDIR(status.st_mode) else "other"


def _digest_file(handle: int, name: bytes) -> str:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=handle), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        return _digest(iter(lambda: file.read(_CHUNK), b""), size)


def _digest(chunks: "Iterator[bytes] | list[bytes]", size: int) -> str:
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


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


def move(handle: int, old: bytes, new: bytes) -> None:
    """Rename within a folder. Raises FileExistsError rather than replace anything."""
    if _renameat2(handle, old, new, _NOREPLACE):
        return
    os.link(old, new, src_dir_fd=handle, dst_dir_fd=handle, follow_symlinks=False)
    os.unlink(old, dir_fd=handle)


def exchange(handle: int, one: bytes, other: bytes) -> bool:
    """Swap two names in one step. False where this system or file system cannot."""
    return _renameat2(handle, one, other, _EXCHANGE)


def _renameat2(handle: int, old: bytes, new: bytes, flags: int) -> bool:
    call = getattr(_libc, "renameat2", None)
    if call is None:
        return False
    if call(handle, old, handle, new, flags) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), os.fsdecode(new))


def flush(root: Path) -> None:
    """Have everything written below a root on the disk before we go on."""
    handle = os.open(root, _FOLDER)
    try:
        call = getattr(_libc, "syncfs", None)
        if call is None or call(handle) != 0:
            os.sync()
    finally:
        os.close(handle)
