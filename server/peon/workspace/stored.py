"""Reads objects from the files of a git object store: one that stands by itself, and one that a
pack holds.

That saves a process, and the way through its pipes. A content that a pack holds as the difference
from something else, and whatever is not as expected, is left to git.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from peon.workspace.deltas import applied

_INDEX = b"\377tOc\0\0\0\2"
_NAMES = len(_INDEX) + 256 * 4
_NAME = 20
_AT_A_GLANCE = 16
_FAR = 0x80000000
_TREE, _BLOB, _NEAR_DELTA, _NAMED_DELTA = 2, 3, 6, 7
_DEEPEST = 64
_WHOLE_READ = 1024 * 1024
_UNEXPECTED = (OSError, zlib.error, ValueError, struct.error, IndexError)


class StoredObjects:
    """The objects below a folder, as long as it is open."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)
        self._open = ExitStack()
        self._packs_open: list[_Pack] | None = None
        self._packs_used: tuple[_Pack, ...] = ()

    def close(self) -> None:
        """Let go of the packs."""
        self._open.close()

    def read(self, oid: str) -> bytes | None:
        """The bytes of a content; None where git has to be asked."""
        with suppress(*_UNEXPECTED):
            name = bytes.fromhex(oid)
            for pack in self._packs_used:
                if (offset := pack.offset(name)) is not None:
                    return pack.content(offset)
            content = self._loose(oid, b"blob")
            if content is not None:
                return content
            for pack in self._packs:
                if (offset := pack.offset(name)) is not None:
                    self._packs_used = (pack,)
                    return pack.content(offset)
        return None

    def read_tree(self, oid: str) -> bytes | None:
        """The bytes of a tree, also where they are held as a difference; None as for `read`."""
        with suppress(*_UNEXPECTED):
            tree = self._loose(oid, b"tree")
            if tree is not None:
                return tree
            for pack in self._packs:
                if (offset := pack.offset(bytes.fromhex(oid))) is not None:
                    return pack.tree(offset)
        return None

    def is_packed(self, oid: str) -> bool:
        """Whether a pack holds this object; no pack is opened for this question alone."""
        with suppress(*_UNEXPECTED):
            name = bytes.fromhex(oid)
            return any(pack.offset(name) is not None for pack in self._packs_open or ())
        return False

    def _file(self, oid: str) -> bytes:
        return b"%s/%s/%s" % (self._folder, oid[:2].encode(), oid[2:].encode())

    def _loose(self, oid: str, kind: bytes) -> bytes | None:
        try:
            file = os.open(self._file(oid), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            packed = b"".join(iter(lambda: os.read(file, _WHOLE_READ), b""))
        finally:
            os.close(file)
        head, _, content = zlib.decompress(packed).partition(b"\0")
        return content if head == b"%s %d" % (kind, len(content)) else None

    @property
    def _packs(self) -> list["_Pack"]:
        if self._packs_open is None:
            self._packs_open = list(self._opened())
        return self._packs_open

    def _opened(self) -> Iterator["_Pack"]:
        for index in Path(os.fsdecode(self._folder), "pack").glob("*.idx"):
            pack = _Pack(self._map(index), self._map(index.with_suffix(".pack")))
            if pack.is_known:
                yield pack

    def _map(self, file: Path) -> mmap.mmap:
        with file.open("rb") as opened:
            return self._open.enter_context(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))


class _Pack:
    """A pack and its index, of the second version."""

    def __init__(self, index: mmap.mmap, pack: mmap.mmap) -> None:
        self._index = index
        self._pack = pack
        self.is_known = index[: len(_INDEX)] == _INDEX
        self._fans = struct.unpack_from(">256I", index, len(_INDEX)) if self.is_known else ()

    def offset(self, name: bytes) -> int | None:
        """Where an object begins; None where it is not in here."""
        low, high = self._fans[name[0] - 1] if name[0] else 0, self._fans[name[0]]
        while high - low > _AT_A_GLANCE:
            middle = (low + high) // 2
            place = _NAMES + middle * _NAME
            if self._index[place : place + _NAME] <= name:
                low = middle
            else:
                high = middle
        end = _NAMES + high * _NAME
        place = self._index.find(name, _NAMES + low * _NAME, end)
        while place >= 0 and (place - _NAMES) % _NAME:  # It may stand across two others.
            place = self._index.find(name, place + 1, end)
        return self._offset((place - _NAMES) // _NAME) if place >= 0 else None

    def _offset(self, number: int) -> int:
        count = self._fans[255]
        near = _NAMES + count * 24
        (offset,) = struct.unpack_from(">I", self._index, near + number * 4)
        if offset & _FAR:
            far = near + count * 4 + (offset & ~_FAR) * 8
            (offset,) = struct.unpack_from(">Q", self._index, far)
        return int(offset)

    def content(self, offset: int) -> bytes | None:
        """The content that begins there; None where it is not held as a whole."""
        kind, size, start = self._head(offset)
        return self._inflated(start, size) if kind == _BLOB else None

    def tree(self, offset: int) -> bytes | None:
        """The tree that begins there, put together from what it is the difference of."""
        deltas: list[bytes] = []
        while len(deltas) < _DEEPEST:
            kind, size, start = self._head(offset)
            if kind == _TREE:
                tree = self._inflated(start, size)
                while deltas:
                    tree = applied(tree, deltas.pop())
                return tree
            if kind == _NEAR_DELTA:
                back, start = self._distance(start)
                offset -= back
            elif kind == _NAMED_DELTA:
                base = self.offset(self._pack[start : start + 20])
                if base is None:
                    return None
                offset, start = base, start + 20
            else:
                return None
            deltas.append(self._inflated(start, size))
        return None

    def _head(self, offset: int) -> tuple[int, int, int]:
        """The kind and size of what begins there, and where the rest of it does."""
        byte = self._pack[offset]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 128:
            offset += 1
            byte = self._pack[offset]
            size |= (byte & 127) << shift
            shift += 7
        return kind, size, offset + 1

    def _distance(self, place: int) -> tuple[int, int]:
        """How far before a difference that lies which it is of, and where the rest begins."""
        byte = self._pack[place]
        back = byte & 127
        while byte & 128:
            place += 1
            byte = self._pack[place]
            back = (back + 1) << 7 | (byte & 127)
        return back, place + 1

    def _inflated(self, start: int, size: int) -> bytes:
        reading = zlib.decompressobj()
        content = reading.decompress(self._pack[start : start + size + size // 500 + 64])
        if not reading.eof or len(content) != size:
            raise ValueError("not as long as it should be")
        return content
