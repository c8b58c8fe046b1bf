"""Trees of a store with a few entries changed, without git and its index.

An index says what stands in a whole folder, and to change one line of it is to read and write all
of it. A tree of a few changed files needs only the trees on the way to them.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from peon.errors import PeonError
from peon.workspace.entries import GITLINK, Entry
from peon.workspace.loose import object_id, write_object
from peon.workspace.stored import StoredObjects

_FOLDER_MODE = "40000"
_FOLDER = _FOLDER_MODE.encode() + b" "
_ROW = re.compile(rb"([0-7]+ ([^\0]+)\0[\0-\xff]{20})")
_ID = 20
_REMEMBERED = 4000
_FEW_FOLDERS = 200


class Unreadable(PeonError):
    """A tree can only be had from git, or does not fit what is to be changed in it."""


_Row = bytes
"""An entry as it stands in a tree: its mode, a space, its name, a zero, and its id as twenty bytes.
There are many, and to look for garbage in plain bytes costs nothing.
"""
_Rows = Mapping[bytes, _Row]
"""By name, in the order in which git writes them."""


class Trees:
    """The trees below a folder of objects; those that were seen last are remembered."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._known: dict[str, _Rows] = {}

    def amended(self, tree: str, entries: Mapping[bytes, Entry | None]) -> str:
        """A tree like `tree`, but for what stands at these paths (None: nothing); it is written.

        Raises Unreadable where git has to do it, and OSError where the disk refuses.
        """
        stored = StoredObjects(self._objects)
        try:
            return self._amended(stored, tree, entries) or self._write(stored, {})
        finally:
            stored.close()

    def differences(self, old: str, new: str) -> dict[bytes, tuple[Entry | None, Entry | None]]:
        """What stands differently in two trees that differ in folders seen lately, and a few more.

        Raises Unreadable where git has to be asked.
        """
        stored = StoredObjects(self._objects)
        found: dict[bytes, tuple[Entry | None, Entry | None]] = {}
        waiting: list[tuple[bytes, str | None, str | None]] = [(b"", old, new)]
        strange = 0
        try:
            while waiting:
                prefix, one, other = waiting.pop()
                strange += sum(tree not in self._known for tree in (one, other) if tree)
                if strange > _FEW_FOLDERS:
                    raise Unreadable("too many folders to read")
                before = self._read(stored, one) if one is not None else {}
                after = self._read(stored, other) if other is not None else {}
                for name in {name for name, _ in before.items() ^ after.items()}:
                    was, is_ = before.get(name), after.get(name)
                    path = prefix + name
                    if _is_folder(was) or _is_folder(is_):
                        waiting.append((path + b"/", _folder(was), _folder(is_)))
                    stood, stands = _entry(was), _entry(is_)
                    if stood is not None or stands is not None:
                        found[path] = (stood, stands)
        finally:
            stored.close()
        return found

    def _amended(
        self, stored: StoredObjects, tree: str | None, entries: Mapping[bytes, Entry | None]
    ) -> str | None:
        before = self._read(stored, tree) if tree is not None else {}
        rows = dict(before)
        below: dict[bytes, dict[bytes, Entry | None]] = {}
        standing: set[bytes] = set()
        for path, entry in entries.items():
            name, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry is not None:
                standing.add(name)
                rows[name] = _row(entry.mode, name, entry.oid)
            elif name in rows and not _is_folder(rows[name]):
                del rows[name]
        for name, inner in below.items():
            if name in standing:
                if any(entry is not None for entry in inner.values()):
                    raise Unreadable("a file and a folder of one name")
                continue
            folder = _folder(rows.get(name))
            made = self._amended(stored, folder, inner)
            if made is not None:
                rows[name] = _row(_FOLDER_MODE, name, made)
            elif folder is not None:
                del rows[name]
        if not rows:
            return None
        if tree is not None and rows == before:
            return tree
        same = _same_order({*standing, *below}, rows, before)
        return self._write(stored, rows if same else _ordered(rows))

    def _read(self, stored: StoredObjects, tree: str) -> _Rows:
        if (known := self._known.get(tree)) is not None:
            return known
        content = stored.read_tree(tree)
        if content is None:
            raise Unreadable(tree)
        rows = {name: row for row, name in _ROW.findall(content)}
        if _content(rows) != content:
            raise Unreadable(tree)
        self._remember(tree, rows)
        return rows

    def _write(self, stored: StoredObjects, rows: _Rows) -> str:
        content = _content(rows)
        tree = object_id("tree", content)
        if not stored.is_packed(tree):  # As where a folder goes back to what it was.
            write_object(self._objects, "tree", content)
        self._remember(tree, rows)
        return tree

    def _remember(self, tree: str, rows: _Rows) -> None:
        self._known[tree] = rows
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]


def _row(mode: str, name: bytes, oid: str) -> _Row:
    return b"%s %s\0%s" % (mode.encode(), name, bytes.fromhex(oid))


def _is_folder(row: _Row | None) -> bool:
    return row is not None and row.startswith(_FOLDER)


def _folder(row: _Row | None) -> str | None:
    return row[-_ID:].hex() if row is not None and row.startswith(_FOLDER) else None


def _entry(row: _Row | None) -> Entry | None:
    """A file or link; a link to a repository counts as nothing."""
    if row is None or row.startswith(_FOLDER):
        return None
    mode = row[: row.index(b" ")].decode()
    return None if mode == GITLINK else Entry(mode, row[-_ID:].hex())


def _content(rows: _Rows) -> bytes:
    return b"".join(rows.values())


def _same_order(touched: Iterable[bytes], rows: _Rows, before: _Rows) -> bool:
    """Whether the order is that of before: nothing is new, and nothing else became a folder."""
    return all(
        name in before and _is_folder(before[name]) == _is_folder(rows[name])
        for name in touched
        if name in rows
    )


def _ordered(rows: _Rows) -> _Rows:
    """As git orders them: a folder as if its name ended in a slash."""
    order = sorted(rows, key=lambda name: name + b"/" if _is_folder(rows[name]) else name)
    return {name: rows[name] for name in order}
