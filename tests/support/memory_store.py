"""A checkpoint store in memory and an observer that walks the folder: quick enough for thousands of
histories, and nothing of git in it.
"""

import hashlib
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from peon.workspace.deadline import Deadline
from peon.workspace.entries import EXECUTABLE, FILE, LINK, Entry, blob_id
from peon.workspace.paths import ancestors
from peon.workspace.ports import Observation, Placed

SCRATCH = b".peon~"
IGNORED = b".ignored"
"""Names with this ending are not seen."""

Tree = dict[bytes, Entry]


class MemoryStore:
    """Keeps captures for as long as the object lives, which may be longer than a server's life."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chain: list[tuple[str, str]] = []
        self._captured: dict[str, str] = {}
        self.trees: dict[str, Tree] = {}
        self.contents: dict[str, bytes] = {}

    @property
    def folder(self) -> Path:
        return self._folder

    async def messages(self) -> list[tuple[str, str]]:
        return list(self._chain)

    async def append(self, tree: str, parents: Sequence[str], message: str, when: int) -> str:
        assert list(parents[:1]) == [ref for ref, _ in self._chain[-1:]]
        ref = _id(f"{tree} {parents} {message} {when}".encode())
        self._chain.append((ref, message))
        self._captured[ref] = tree
        return ref

    async def compose(self, units: Mapping[bytes, str]) -> str:
        return units[b""] if units else self.keep({}, {})

    async def units(self, capture: str) -> dict[bytes, str]:
        return {b"": self._captured[capture]}

    async def differences(
        self, old: str, new: str
    ) -> dict[bytes, tuple[Entry | None, Entry | None]]:
        before, after = self.tree(old), self.tree(new)
        return {
            path: (before.get(path), after.get(path))
            for path in sorted(before.keys() | after.keys())
            if before.get(path) != after.get(path)
        }

    async def folders(self, capture: str) -> frozenset[bytes]:
        return frozenset(folder for path in self.tree(capture) for folder in ancestors(path))

    @asynccontextmanager
    async def blobs(self) -> AsyncIterator["MemoryStore"]:
        yield self

    async def read_all(self, oids: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        for oid in oids:
            yield oid, self.contents[oid]

    def tree(self, name: str) -> Tree:
        """The tree of a capture, or with this id."""
        return self.trees[self._captured.get(name, name)]

    def keep(self, tree: Tree, contents: Mapping[str, bytes]) -> str:
        """Store what was seen; the id of the tree."""
        self.contents.update(contents)
        name = _id(repr(sorted(tree.items())).encode())
        self.trees[name] = tree
        return name


class WalkingObserver:
    """Reads every file of a small folder."""

    def __init__(self, store: MemoryStore, root: Path) -> None:
        self._store = store
        self._root = root
        self._last: Tree | None = None

    def forget(self) -> None:
        self._last = None

    async def observe(
        self,
        deadline: Deadline,
        known: Mapping[bytes, str],
        placed: Placed | None = None,
    ) -> Observation:
        only = placed.paths if placed is not None else None
        tree, contents = read_tree(self._root, only or ())
        if only is not None and self._last is not None:
            tree = {
                path: entry
                for path in self._last.keys() | set(only)
                if (entry := (tree if path in only else self._last).get(path)) is not None
            }
        self._last = tree
        return Observation({b"": self._store.keep(tree, contents)}, ())


def read_tree(root: Path, also: Collection[bytes] = ()) -> tuple[Tree, dict[str, bytes]]:
    """What stands below a root, and the contents by id."""
    tree: Tree = {}
    contents: dict[str, bytes] = {}
    for file in root.rglob("*"):
        name, path = os.fsencode(file.name), os.fsencode(file.relative_to(root))
        hidden = name.startswith(SCRATCH) or (name.endswith(IGNORED) and path not in also)
        if not hidden and (entry := _entry(file, contents)) is not None:
            tree[path] = entry
    return tree, contents


def _entry(file: Path, contents: dict[str, bytes]) -> Entry | None:
    if file.is_symlink():
        mode, content = LINK, os.fsencode(file.readlink())
    elif file.is_file():
        mode, content = (EXECUTABLE if file.stat().st_mode & 0o100 else FILE), file.read_bytes()
    else:
        return None
    oid = blob_id(content)
    contents[oid] = content
    return Entry(mode, oid)


def _id(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
