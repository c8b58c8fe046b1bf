"""Captures one repository's worth of files: lists what may have changed, stores it, writes the
tree.
"""

import asyncio
import os
import stat
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.workspace.ahead import Ahead, Start
from peon.workspace.deadline import Deadline
from peon.workspace.entries import Miss, MissReason
from peon.workspace.git import MIB, Argument
from peon.workspace.ports import Placed
from peon.workspace.rule_pipes import past_pipes
from peon.workspace.store import NOT_STORED, CheckpointStore, View, storing
from peon.workspace.trees import Unreadable
from peon.workspace.unit_index import UnitIndex
from peon.workspace.waiting import to_the_end, together

_BATCH_FILES = 4000
_BATCH_BYTES = 64 * MIB
_PACKED_FILES = 400


@attrs.frozen
class CaptureLimits:
    """What a capture takes at most."""

    file_bytes: int = 32 * MIB
    files: int = 200_000
    """New or changed files per unit and capture."""
    total_bytes: int = 2048 * MIB
    """New or changed bytes per unit and capture."""
    units: int = 200
    """Repositories nested in the folder."""
    quota: int = 5000 * MIB
    """Bytes that the store of a folder may take. What is over it is not captured."""


@attrs.frozen
class Captured:
    """A unit's tree, what it misses, and the repositories nested in it."""

    tree: str
    missing: list[Miss]
    nested: list[bytes]


@attrs.frozen
class _Candidate:
    """A path (relative to the work tree) that may differ from the index, and how many bytes of it
    may have to be stored. One that is `known` is surely as it was stored ahead of the index.
    """

    path: bytes
    size: int
    known: bool = False


class Unit:
    """The root, or a repository nested in it, looked at once."""

    def __init__(
        self,
        store: CheckpointStore,
        view: View,
        rules: Path,
        prefix: bytes,
        path: bytes,
        limits: CaptureLimits,
        extra: Collection[bytes],
        ahead: Ahead,
    ) -> None:
        self._store = store
        self._view = view
        self._index = UnitIndex(store, view)
        self._rules = rules
        self._prefix = prefix
        self._path = path
        self._limits = limits
        self._extra = extra
        self._ahead = ahead
        self.placed: Placed | None = None
        """What was put in place a moment ago, relative to the unit: nothing else is looked at."""
        self._base = os.fsencode(view.work_tree)
        self._missing: list[Miss] = []

    async def capture(
        self, deadline: Deadline, known_tree: str | None, last_tree: str | None
    ) -> Captured:
        """Store what has changed and say which tree it makes. `known_tree` is the tree that the
        look before ended with, if sure, and `last_tree` that of the last capture.
        """
        names: Collection[bytes] | None = None
        if self.placed is not None and known_tree is not None:
            known_tree = await self._with_placed(self.placed, known_tree)
            names = self._inward(self.placed.doubtful)
            if known_tree is not None and not names:
                return Captured(known_tree, [], [])
        await asyncio.to_thread(self._index.clear_lock)
        if names is None or known_tree is None:
            names = await self._names(deadline, last_tree)
        nested = [self._outward(name[:-1]) for name in names if name.endswith(b"/")]
        files = sorted(name for name in names if not name.endswith(b"/"))
        candidates = await asyncio.to_thread(self._inspect, files)
        self._store.room.grow(sum(one.size for one in candidates))
        unknown = [one.path for one in candidates if not one.known]
        tree = await self._amended(unknown, known_tree) if known_tree is not None else None
        if tree is None:
            await self._bring_index_up(candidates, deadline)
            tree = await self._written()
        return Captured(tree, self._missing, sorted(set(nested)))

    async def _names(self, deadline: Deadline, last_tree: str | None) -> set[bytes]:
        """The names to look at."""
        if self.placed is not None:
            return {*self._extra, *self._inward(self.placed.paths)}
        names = await self._list_or_mend(deadline) | self._ahead.paths
        if not self._ahead.is_compared and last_tree is not None and self._view.index.exists():
            # The process before may have ended ahead of its index.
            tree = await self._written()
            behind = await self._store.changed_names(tree, last_tree)
            names |= {self._prefix + name for name in behind}
        self._ahead.is_compared = True
        return names

    async def _amended(self, paths: Sequence[bytes], known_tree: str) -> str | None:
        """The tree with what stands at these paths; None where git has to make it."""
        if not paths:
            return known_tree
        start = self._start_at(known_tree)
        with storing(), suppress(Unreadable):
            return await to_the_end(lambda _: self._ahead.amend(start, paths, self._index.moment()))
        return None

    async def _with_placed(self, placed: Placed, known_tree: str) -> str | None:
        """The same with what was put in place."""
        start = self._start_at(known_tree)
        entries = {self._prefix + path: entry for path, entry in placed.stands.items()}
        with storing(), suppress(Unreadable):
            return await to_the_end(lambda _: self._ahead.place(start, entries))
        return None

    def _start_at(self, tree: str) -> Start:
        return Start(tree, self._prefix, self._view.work_tree)

    def _inward(self, paths: Iterable[bytes]) -> set[bytes]:
        """Paths relative to the unit, as ones relative to the work tree."""
        return {self._prefix + path for path in paths}

    async def _written(self) -> str:
        """The tree of the index."""
        try:
            return await self._index.write_tree(self._prefix)
        except ExternalFailure:
            self._ahead.clear()
            raise

    async def _bring_index_up(self, candidates: Sequence[_Candidate], deadline: Deadline) -> None:
        if rows := self._ahead.rows():
            await self._index.change(["--add", "--replace", "--index-info"], rows)
        await self._store_all(candidates, deadline)
        self._ahead.clear()

    def _outward(self, path: bytes) -> bytes:
        """A path relative to the work tree, as one relative to the captured root."""
        inner = path.removeprefix(self._prefix)
        return self._path + b"/" + inner if self._path else inner

    def _miss(self, path: bytes, reason: MissReason) -> None:
        self._missing.append(Miss(self._outward(path), reason))

    # ---- listing -------------------------------------------------------------------------------

    async def _list_or_mend(self, deadline: Deadline) -> set[bytes]:
        """The names to look at; where the index is broken, as after a power cut, with a new one."""
        try:
            return await self._list(deadline)
        except ExternalFailure as error:
            if error.code != "git.failed" or "index" not in error.detail:
                raise
            await asyncio.to_thread(self._view.index.unlink)
            return await self._list(deadline)

    async def _list(self, deadline: Deadline) -> set[bytes]:
        scope: list[Argument] = ["--", self._prefix] if self._prefix else []
        changed, unknown = await together(
            self._store.git(
                "diff-files", "--name-only", "-z", "--ignore-submodules=all", *scope,
                view=self._view, seconds=deadline.left,
            ),
            past_pipes(self._view.work_tree, self._store.git(
                "-c", f"core.excludesFile={self._rules}",
                "ls-files", "-z", "-o", "--exclude-standard", *scope,
                view=self._view, seconds=deadline.left,
            )),
        )  # fmt: skip
        return {*changed.records, *unknown.records, *self._extra}

    def _inspect(self, files: Sequence[bytes]) -> list[_Candidate]:
        """Drop what cannot or should not be stored, and note it as missing."""
        candidates: list[_Candidate] = []
        total = 0
        room = max(0, self._limits.quota - self._store.room.taken)
        for path in files:
            found = self._inspect_one(path)
            if found is None:
                continue
            if found.size > room:
                self._miss(path, "overQuota")
                continue
            room -= found.size
            total += found.size
            if len(candidates) >= self._limits.files or total > self._limits.total_bytes:
                self._miss(path, "notReached")
            else:
                candidates.append(found)
        return candidates

    def _inspect_one(self, path: bytes) -> _Candidate | None:
        try:
            status = os.lstat(os.path.join(self._base, path))
        except (FileNotFoundError, NotADirectoryError):
            return _Candidate(path, 0)  # Gone: the index shall forget it.
        except OSError:
            self._miss(path, "unreadable")
            return None
        if not _storable(path, is_link=stat.S_ISLNK(status.st_mode)):
            self._miss(path, "unstorableName")
            return None
        if stat.S_ISREG(status.st_mode) and status.st_size > self._limits.file_bytes:
            self._miss(path, "tooLarge")
            return None
        if self._ahead.knows(path, status):
            return _Candidate(path, 0, known=True)
        return _Candidate(path, status.st_size if stat.S_ISREG(status.st_mode) else 0)

    # ---- storing -------------------------------------------------------------------------------

    async def _store_all(self, candidates: Sequence[_Candidate], deadline: Deadline) -> None:
        batches = _batches(candidates)
        for number, batch in enumerate(batches):
            if deadline.passed or not await self._store_batch(batch, deadline):
                for late in (path for rest in batches[number:] for path in rest):
                    self._miss(late, "notReached")
                return

    async def _store_batch(self, batch: Sequence[bytes], deadline: Deadline) -> bool:
        """Whether the batch was stored in time; single bad files are dropped and noted."""
        with storing():
            stamp = await asyncio.to_thread(self._stamp)
        if not await self._update(batch, deadline):
            if deadline.passed:
                return False
            await self._store_good(await asyncio.to_thread(self._readable, batch), deadline)
        racy, folders = await asyncio.to_thread(self._suspects, batch, stamp)
        if racy:
            await self._index.distrust(racy)
        if folders:
            await self._index.drop_gitlinks()
        return True

    async def _store_good(self, batch: Sequence[bytes], deadline: Deadline) -> None:
        """Store a batch that holds something git refuses: halve it until only that is left out."""
        if deadline.passed:
            for path in batch:
                self._miss(path, "notReached")
        elif batch and not await self._update(batch, deadline):
            if len(batch) == 1:
                self._miss(batch[0], "unreadable")
                return
            middle = len(batch) // 2
            await self._store_good(batch[:middle], deadline)
            await self._store_good(batch[middle:], deadline)

    async def _update(self, batch: Sequence[bytes], deadline: Deadline) -> bool:
        """Put a batch into the index, all of it or nothing."""
        # Many files at once go into one pack: that halves the time of a first capture.
        # What is in the store is looked for only where it does not go into a pack at once.
        many = len(set(batch) - self._ahead.paths) >= _PACKED_FILES
        packed = ["-c", "core.bigFileThreshold=1"] if many else []
        try:
            await self._index.change(
                ["--add", "--remove", "--replace", "--stdin"], batch,
                options=["-c", "core.compression=1", *packed],
                seconds=max(deadline.left, 0.01),
            )  # fmt: skip
        except ExternalFailure as error:
            if error.code == NOT_STORED:
                raise
            return False
        return True

    def _readable(self, batch: Sequence[bytes]) -> list[bytes]:
        """Those of a batch that can be opened without waiting; the others are noted as missing."""
        good = []
        for path in batch:
            if _can_be_stored(os.path.join(self._base, path)):
                good.append(path)
            else:
                self._miss(path, "unreadable")
        return good

    # git compares a file's times in whole seconds. One that is written within the second of its
    # capture, and then has an older time set, would look unchanged for ever after.

    def _stamp(self) -> int:
        """This moment in seconds, as the file system tells it."""
        return self._index.moment() // 10**9

    def _suspects(self, batch: Sequence[bytes], stamp: int) -> tuple[set[bytes], set[bytes]]:
        """Of a stored batch: the files whose times may deceive, and what is a folder by now."""
        racy, folders = set(), set()
        for path in batch:
            try:
                status = os.lstat(os.path.join(self._base, path))
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.add(path)
            elif int(status.st_ctime) >= stamp > int(status.st_mtime):
                racy.add(path)
        return racy, folders


def _storable(path: bytes, *, is_link: bool) -> bool:
    """Whether an index can hold this name: git keeps `.git` in any case for itself."""
    parts = path.lower().split(b"/")
    return b".git" not in parts and not (is_link and parts[-1] == b".gitmodules")


def _can_be_stored(path: bytes) -> bool:
    try:
        if stat.S_ISREG(os.lstat(path).st_mode):
            os.close(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _batches(candidates: Iterable[_Candidate]) -> list[list[bytes]]:
    batches: list[list[bytes]] = []
    room = 0
    for candidate in candidates:
        if not batches or room < candidate.size or len(batches[-1]) >= _BATCH_FILES:
            batches.append([])
            room = _BATCH_BYTES
        batches[-1].append(candidate.path)
        room -= candidate.size
    return batches
