"""Large values, stored apart from the events that name them: by the hash of what they hold.

A value is durable before its name is given out, so an event that names it is never ahead of it.
Names come from contents only, never from outside, and the files are the user's alone.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import attrs

from peon.errors import StoreFailure, Unavailable
from peon.journal.failures import JournalDamaged, cannot_open, write_failed
from peon.journal.filesystem import (
    SCRATCH,
    FileSystem,
    LocalFileSystem,
    discard,
    read_range,
    read_whole,
    write_all,
    write_atomically,
)
from peon.journal.folders import BLOBS
from peon.journal.worker import Worker

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 20
_REMEMBERED = 1024


@attrs.frozen
class BlobPage:
    """A part of a value."""

    content: bytes
    size: int
    """Of the whole value, in bytes."""


class BlobStore:
    """The values of one state folder, for its owner. Belongs to the loop; equal values are one."""

    def __init__(self, directory: Path, filesystem: FileSystem) -> None:
        self._folder = directory / BLOBS
        self._filesystem = filesystem
        self._worker = Worker("blobs")
        self._checked: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def open(cls, directory: Path, *, filesystem: FileSystem | None = None) -> "BlobStore":
        """Make the folder, and remove what a crash has left half written. Raises Unavailable."""
        filesystem = filesystem or LocalFileSystem()
        folder = directory / BLOBS
        try:
            filesystem.make_folder(folder)
            for name in filesystem.names(folder):
                if name.endswith(SCRATCH):
                    discard(filesystem, folder / name)
        except OSError as error:
            raise cannot_open(folder, error) from error
        return cls(directory, filesystem)

    async def put(self, content: bytes) -> str:
        """Store a value; the answer is its name, and the value is durable then. Raises
        StoreFailure.
        """
        try:
            return await self._worker.run(partial(self._put, content))
        except OSError as error:
            raise write_failed(self._folder, error) from error

    async def put_pieces(self, pieces: Callable[[], Iterable[bytes]]) -> tuple[str, int]:
        """As `put`, of a value that is never whole in memory; its name and size.

        The pieces are made in another thread; what making them raises is raised here.
        """
        try:
            return await self._worker.run(lambda: self._put_pieces(pieces()))
        except OSError as error:
            raise write_failed(self._folder, error) from error

    async def names(self) -> set[str]:
        """The names of all values. Raises StoreFailure."""
        try:
            found = await self._worker.run(lambda: self._filesystem.names(self._folder))
        except OSError as error:
            raise StoreFailure(f"reading {self._folder} failed: {error}") from error
        return {name for name in found if _DIGEST.fullmatch(name)}

    async def read(self, digest: str, offset: int, limit: int) -> BlobPage:
        """At most `limit` bytes from `offset` on, of a value whose hash has been checked.

        Raises Unavailable where there is no such value, or none any more; StoreFailure where it
        cannot be read, JournalDamaged where it is not what it was.
        """
        if not _DIGEST.fullmatch(digest):
            raise _missing(digest)
        try:
            return await self._worker.run(partial(self._read, digest, offset, limit))
        except FileNotFoundError as error:
            raise _missing(digest) from error
        except OSError as error:
            raise StoreFailure(f"reading the value {digest} failed: {error}") from error

    async def erase(self, digest: str) -> None:
        """Remove a value for good. Harmless when there is none. Raises StoreFailure."""
        if not _DIGEST.fullmatch(digest):
            return
        try:
            await self._worker.run(partial(self._erase, digest))
        except OSError as error:
            raise write_failed(self._folder, error) from error

    async def close(self) -> None:
        """Finish what was begun."""
        await self._worker.close()

    def _put(self, content: bytes) -> str:
        return store_blob(self._filesystem, self._folder, content)

    def _put_pieces(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Written before its name is known; the name comes last, as always."""
        scratch = self._folder / f"incoming{SCRATCH}"
        discard(self._filesystem, scratch)
        digest, size = hashlib.sha256(), 0
        descriptor = self._filesystem.create(scratch)
        try:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                write_all(self._filesystem, descriptor, piece)
            self._filesystem.fsync(descriptor)
        finally:
            self._filesystem.close(descriptor)
        name = digest.hexdigest()
        self._filesystem.rename(scratch, self._folder / name)
        self._filesystem.sync_folder(self._folder)
        return name, size

    def _read(self, digest: str, offset: int, limit: int) -> BlobPage:
        path = self._folder / digest
        descriptor = self._filesystem.open_read(path)
        try:
            if digest not in self._checked:
                check_blob(self._filesystem, path)
                self._remember(digest)
            content = read_range(self._filesystem, descriptor, max(0, offset), max(0, limit))
            return BlobPage(content, self._filesystem.size(descriptor))
        finally:
            self._filesystem.close(descriptor)

    def _erase(self, digest: str) -> None:
        self._checked.pop(digest, None)
        discard(self._filesystem, self._folder / digest)
        self._filesystem.sync_folder(self._folder)

    def _remember(self, digest: str) -> None:
        """A value is checked once, as long as it is not one of very many."""
        self._checked[digest] = None
        if len(self._checked) > _REMEMBERED:
            self._checked.popitem(last=False)


def store_blob(filesystem: FileSystem, folder: Path, content: bytes) -> str:
    """Store a value durably; its name. Raises OSError."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    if _holds(filesystem, path, content):
        # Whoever stored it may have been killed before its name was durable.
        filesystem.sync_folder(folder)
    else:
        write_atomically(filesystem, path, content)
    return digest


def _holds(filesystem: FileSystem, path: Path, content: bytes) -> bool:
    try:
        return read_whole(filesystem, path) == content
    except FileNotFoundError:
        return False


def check_blob(filesystem: FileSystem, path: Path) -> None:
    """Raises JournalDamaged where a value is not what its name says, OSError."""
    digest = hashlib.sha256()
    for piece in _pieces(filesystem, path):
        digest.update(piece)
    if digest.hexdigest() != path.name:
        raise JournalDamaged(path, 0, "it does not hold what its name says")


def _pieces(filesystem: FileSystem, path: Path) -> Iterator[bytes]:
    descriptor = filesystem.open_read(path)
    try:
        offset = 0
        while piece := read_range(filesystem, descriptor, offset, _PIECE):
            yield piece
            offset += len(piece)
    finally:
        filesystem.close(descriptor)


def _missing(digest: str) -> Unavailable:
    return Unavailable(
        f"the value {digest}",
        "it is not stored, or has been erased with its thread",
        "Read the event that names it again.",
    )
