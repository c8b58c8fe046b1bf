"""A folder in which two threads' agents and a user work at once, with every byte's author known.

A history is a list of small numbers, so that a property can draw and shrink it. The laboratory
plays it on real files, keeps its own account of who wrote what, and checks every restore against
that account alone.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import attrs

from peon.runtime.clock import SystemClock
from peon.workspace.capture import FolderObserver
from peon.workspace.entries import LINK, Entry, Owner, Owners
from peon.workspace.folder import Folder
from peon.workspace.git import Git
from peon.workspace.history import FolderHistory
from peon.workspace.paths import meant, shown, under
from peon.workspace.restore import (
    RestoreOutcome,
    RestorePreview,
    RestoreRequest,
    preview,
    restore,
)
from peon.workspace.steps import Steps, no_steps
from peon.workspace.store import CheckpointStore
from peon.workspace.unit import CaptureLimits
from support.memory_store import MemoryStore, Tree, WalkingObserver, read_tree

THREADS = ("A", "B")
NAMES = (b"a", b"b", b"c", b"d/e", b"d/f", b"d/g/h", b"i/j", b"a/k", b"\xff\n")

Step = tuple[int, int, int, int]
"""What happens: a kind, two names, and a choice."""


class Crash(BaseException):
    """The end of the process, as far as the code under test can tell."""


@attrs.frozen
class Author:
    """Whose the present state of a path, or a line, is. No owners: somebody outside, as the
    user.
    """

    owners: Owners
    beneath: "Author | None" = None
    """For a restore: whose it was at the state that came back."""

    def foreign_to(self, undone: Owners) -> bool:
        """Whether undoing these must leave it alone."""
        if self.owners and self.owners <= undone:
            return False
        return self.beneath is None or self.beneath.foreign_to(undone)


USER = Author(frozenset())


@attrs.define
class _Window:
    """An open tool call."""

    owner: Owner
    paths: frozenset[bytes] | None


class UndoLab:
    """One folder, its history, and the account of everything that happened in it."""

    def __init__(self, place: Path, folder: Folder, reopen: Callable[[], Folder]) -> None:
        self.root = place
        self._folder = folder
        self._reopen = reopen
        self.history = FolderHistory(folder)
        self._tools: dict[str, _Window] = {}
        self._turns: dict[str, Owner] = {}
        self._authors: dict[bytes, Author] = {}
        self._authors_at: dict[int, dict[bytes, Author]] = {}
        self._seen: Tree = {}
        self._lines: dict[bytes, Owners] = {}
        self._lines_at: dict[int, set[bytes]] = {}
        self._known_at: dict[int, set[bytes]] = {}
        self._count = 0
        self.checkpoints: list[tuple[str, str]] = []
        """Taken at turn starts: (thread, reference)."""
        self.restores = 0
        self.steps: Steps = no_steps
        self.disturbed = False
        """Whether somebody may write, or the process end, while a restore runs."""
        self._captured: set[bytes] = set()
        self._come: set[bytes] = set()
        self._gone: set[bytes] = set()

    # ---- playing -------------------------------------------------------------------------------

    async def play(self, steps: Sequence[Step]) -> None:
        """Play a history; every restore in it is checked."""
        await self.capture()
        for step in steps:
            await self._step(*step)
        for thread in THREADS:
            await self._end_turn(thread)

    async def _step(self, kind: int, one: int, two: int, choice: int) -> None:
        thread = THREADS[choice % 2]
        match kind % 12:
            case 0 | 1 | 2 | 3:
                await self._agent_edits(thread, one, two, choice // 2)
            case 4 | 5 | 6:
                self.edit(one, two, choice)
            case 7:
                await self._toggle_turn(thread)
            case 8 | 9:
                await self._toggle_tool(thread, one, choice // 2)
            case 10:
                await self._restore(thread, one, two)
            case _:
                await self.capture()

    async def _agent_edits(self, thread: str, one: int, two: int, choice: int) -> None:
        """An agent changes something, in a tool call that it opens if none of its is open."""
        if thread not in self._turns:
            await self._toggle_turn(thread)
        if thread not in self._tools:
            await self._toggle_tool(thread, one, choice)
        window = self._tools[thread]
        if window.paths is None:
            self.edit(one, two, choice)
        else:
            self._write(min(window.paths & set(NAMES)), two)

    async def _toggle_turn(self, thread: str) -> None:
        if thread in self._turns:
            await self._end_turn(thread)
            return
        self._count += 1
        self._turns[thread] = Owner(thread, f"turn {self._count}")
        ref = await self.capture()
        await self.history.turn_started(self._turns[thread])
        self.checkpoints.append((thread, ref))

    async def _end_turn(self, thread: str) -> None:
        if thread in self._turns:
            await self.capture()
            self._tools.pop(thread, None)
            await self.history.turn_ended(self._turns.pop(thread))

    async def _toggle_tool(self, thread: str, one: int, choice: int) -> None:
        if thread not in self._turns:
            return
        if thread in self._tools:
            await self.history.tool_closed(f"{thread}'s")
            self._account()
            del self._tools[thread]
            return
        declared = NAMES[one % len(NAMES)] if choice % 2 else None
        names = None if declared is None else [os.fsdecode(declared)]
        paths = None if declared is None else self._reached(declared)
        owner = self._turns[thread]
        await self.history.tool_opened(owner, f"{thread}'s", names)
        self._account()
        self._tools[thread] = _Window(owner, paths)

    def _reached(self, declared: bytes) -> frozenset[bytes]:
        """What an edit of this path may change: the path, and where it leads if it is a link."""
        real = Path(os.path.realpath(self._at(declared)))
        return frozenset([declared, os.fsencode(real.relative_to(os.path.realpath(self.root)))])

    async def capture(self) -> str:
        """A checkpoint; the account follows it."""
        captured = await self.history.capture()
        self._account()
        return captured.checkpoint_ref

    # ---- editing -------------------------------------------------------------------------------

    def edit(self, one: int, two: int, choice: int) -> None:
        """Whoever it is changes some files; what cannot be done in this folder is not done."""
        first, second = NAMES[one % len(NAMES)], NAMES[two % len(NAMES)]
        edits: list[Callable[[], None]] = [
            lambda: self._write(first, two),
            lambda: self._append(first),
            lambda: self._remove(first),
            lambda: self._move(first, second),
            lambda: self._move(_top(first), _top(second)),
            lambda: self._link(first, second),
            lambda: self._flip_mode(first),
            lambda: self._move_line(first, second),
        ]
        edits[choice % len(edits)]()
        self._taint()

    def _taint(self) -> None:
        """A line that was never captured, at a path that a tool may change, may be that tool's."""
        now, contents = read_tree(self.root)
        for path, entry in now.items():
            for line in _lines_of({path: entry}, contents) - self._captured:
                self._lines[line] |= self._may_change(path)

    def _line(self, path: bytes) -> bytes:
        """A line never seen before, its author noted."""
        self._count += 1
        line = b"line %d" % self._count
        shells = {window.owner for window in self._tools.values() if window.paths is None}
        self._lines[line] = self._may_change(path) | shells
        return line + b"\n"

    def _may_change(self, path: bytes) -> Owners:
        return frozenset(
            window.owner
            for window in self._tools.values()
            if window.paths is None or any(under(path, one) for one in window.paths)
        )

    def _at(self, path: bytes) -> Path:
        return self.root / os.fsdecode(path)

    def _write(self, path: bytes, lines: int) -> None:
        file = self._at(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                file.unlink()
            file.write_bytes(b"".join(self._line(path) for _ in range(1 + lines % 3)))
        except OSError:
            return

    def _append(self, path: bytes) -> None:
        file = self._at(path)
        if file.is_file() and not file.is_symlink():
            file.write_bytes(file.read_bytes() + self._line(path))

    def _remove(self, path: bytes) -> None:
        file = self._at(path)
        if file.is_symlink() or file.is_file():
            file.unlink()
            for folder in file.parents:
                if folder == self.root or folder.is_symlink() or any(folder.iterdir()):
                    return
                folder.rmdir()

    def _move(self, old: bytes, new: bytes) -> None:
        source, target = self._at(old), self._at(new)
        if source == target or not os.path.lexists(source) or os.path.lexists(target):
            return
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        except OSError:
            return

    def _link(self, path: bytes, target: bytes) -> None:
        file = self._at(path)
        if not os.path.lexists(file) and file.parent.is_dir():
            file.symlink_to(os.fsdecode(target))

    def _flip_mode(self, path: bytes) -> None:
        file = self._at(path)
        if file.is_file() and not file.is_symlink():
            file.chmod(file.stat().st_mode ^ 0o111)

    def _move_line(self, old: bytes, new: bytes) -> None:
        """The last line of one file goes to the end of another."""
        source, target = self._at(old), self._at(new)
        if (
            source == target
            or not _plain(source)
            or not (lines := source.read_bytes().split(b"\n")[:-1])
        ):
            return
        if os.path.lexists(target) and not _plain(target):
            return
        if target.parent.is_dir():
            before = target.read_bytes() if target.exists() else b""
            target.write_bytes(before + lines[-1] + b"\n")
            source.write_bytes(b"".join(line + b"\n" for line in lines[:-1]))

    def interfere(self, one: int, two: int, choice: int) -> None:
        """The user edits something while a restore runs.

        A line of which they take away a copy themselves need not be found again: that copy may have
        been the reason why the restore let go of another.
        """
        before, old = read_tree(self.root)
        self.edit(one, two, choice)
        after, new = read_tree(self.root)
        changed = [path for path, entry in before.items() if after.get(path) != entry]
        taken = _lines_of({path: before[path] for path in changed}, old)
        came = _lines_of(after, new) - _lines_of(before, old)
        self._come = (self._come | came) - taken
        self._gone = (self._gone | taken) - came

    # ---- the account ---------------------------------------------------------------------------

    def _account(self) -> None:
        """Note who changed what since the last capture, from what the tools allowed."""
        now, contents = read_tree(self.root)
        for path in now.keys() | self._seen.keys():
            if now.get(path) != self._seen.get(path):
                self._authors[path] = Author(self._may_change(path))
        self._remember(now, contents)

    def _remember(self, now: Tree, contents: dict[str, bytes]) -> None:
        self._seen = now
        number = self._folder.chain.last
        self._authors_at[number] = dict(self._authors)
        self._lines_at[number] = _lines_of(now, contents)
        self._known_at[number] = set(self._lines)
        self._captured = self._lines_at[number]

    def _account_for_restore(self, outcome: RestoreOutcome) -> None:
        number = self._folder.chain.number(outcome.checkpoint_ref)
        record = self._folder.chain.segment(number).restore
        assert record is not None
        own = frozenset([record.owner])
        now, contents = read_tree(self.root)
        for path in now.keys() | self._seen.keys():
            if now.get(path) == self._seen.get(path):
                continue
            if path in record.jumps:
                beneath = self._authors_at[record.jumps[path]].get(path, USER)
                self._authors[path] = Author(own, beneath)
            else:
                self._authors[path] = USER
        self._remember(now, contents)

    # ---- restoring -----------------------------------------------------------------------------

    async def _restore(self, thread: str, one: int, two: int) -> None:
        mine = [ref for owner, ref in self.checkpoints if owner == thread]
        if not mine:
            return
        for busy in THREADS:
            await self._end_turn(busy)
        ref = mine[one % len(mine)]
        only = None if two % 4 else (shown(NAMES[two % len(NAMES)]),)
        conflicts: Literal["keep", "overwrite"] = "keep" if two % 5 else "overwrite"
        outcome = await self.checked_restore(RestoreRequest(thread, ref, only, conflicts))
        if two % 3 == 0:
            await self._undo_of_undo(thread, outcome)

    async def checked_restore(self, request: RestoreRequest) -> RestoreOutcome:
        """Restore, and hold every promise against the account."""
        await self.capture()
        chain = self._folder.chain
        number = chain.number(request.checkpoint_ref)
        undone = chain.undone_by(request.thread_id, number)
        before, contents = read_tree(self.root)
        foreign = {path for path, author in self._authors.items() if author.foreign_to(undone)}
        precious = self._precious(_lines_of(before, contents), undone, number)
        self._count += 1
        self.restores += 1
        self._come, self._gone = set(), set()
        said = await self._preview(request)
        outcome = await self._run(request, f"restore {self._count}")
        after, new_contents = read_tree(self.root)
        self._account_for_restore(outcome)
        if not self.disturbed:
            assert said.restored == outcome.restored
            assert (said.kept, said.overwritten) == (outcome.kept, outcome.overwritten)
            listed = {meant(one.path) for one in outcome.overwritten}
            changed = {path for path in foreign if before.get(path) != after.get(path)}
            assert changed <= listed
            assert await self._tree_of(outcome.before_ref) == before
        if request.conflicts == "overwrite":
            # What others wrote may go, but then it stands in the checkpoint before.
            precious -= _lines_of(await self._tree_of(outcome.before_ref), contents)
        else:
            assert outcome.overwritten == ()
        assert (precious | self._come) - self._gone - _lines_of(after, new_contents) == set()
        return outcome

    def _precious(self, lines: set[bytes], undone: Owners, number: int) -> set[bytes]:
        """Lines by others that must be found again: older ones that stood there at the checkpoint,
        and all that came later. (What an undone restore had brought back may go again.)

        What anybody wrote while an undone turn could write anywhere may have been moved to a place
        that only this turn could reach, before anybody looked: such a line is nobody's for sure.
        """
        older = self._known_at[number] - self._lines_at[number]
        return {line for line in lines - older if not self._lines[line] & undone}

    async def _undo_of_undo(self, thread: str, outcome: RestoreOutcome) -> None:
        before = self._folder.chain.number(outcome.before_ref)
        wanted = self._authors_at[before]
        await self.checked_restore(RestoreRequest(thread, outcome.before_ref))
        now, _ = read_tree(self.root)
        if not self.disturbed:
            assert now == await self._tree_of(outcome.before_ref)
            assert wanted.keys() <= self._authors.keys()

    async def _tree_of(self, ref: str) -> Tree:
        store = self._folder.store
        found = await store.differences(await store.compose({}), ref)
        return {path: entry for path, (_, entry) in found.items() if entry is not None}

    async def _preview(self, request: RestoreRequest) -> RestorePreview:
        async with self.history.exclusively() as folder:
            return await preview(folder, request, self.history.attribution())

    async def _run(self, request: RestoreRequest, name: str) -> RestoreOutcome:
        """Restore; where the process ends in between, start again and ask for the same."""
        while True:
            try:
                async with self.history.exclusively() as folder:
                    attribution = self.history.attribution()
                    return await restore(folder, request, name, attribution, self.steps)
            except Crash:
                self._folder = self._reopen()
                await self._folder.load()
                self.history = FolderHistory(self._folder)


def memory_lab(place: Path) -> UndoLab:
    """A laboratory on real files, with a store in memory."""
    root = place / "folder"
    root.mkdir()
    (place / "store").mkdir()
    store = MemoryStore(place / "store")

    def open_folder() -> Folder:
        observer = WalkingObserver(store, root)
        return Folder(store=store, observer=observer, root=root, clock=SystemClock())

    return UndoLab(root, open_folder(), open_folder)


@contextmanager
def git_lab(place: Path, environ: Mapping[str, str]) -> Iterator[UndoLab]:
    """A laboratory on real files, with the store that the server has."""
    root = place / "folder"
    root.mkdir()
    git = Git(environ)
    stores: list[CheckpointStore] = []

    def open_folder() -> Folder:
        for old in stores:
            old.close()
        store = CheckpointStore(git, place / "store")
        store.open(root)
        stores.append(store)
        observer = FolderObserver(git, store, root, CaptureLimits())
        return Folder(store=store, observer=observer, root=root, clock=SystemClock())

    try:
        yield UndoLab(root, open_folder(), open_folder)
    finally:
        stores[-1].close()


def _lines_of(tree: Tree, contents: dict[str, bytes]) -> set[bytes]:
    return {line for line in _all_lines(tree.values(), contents) if line.startswith(b"line ")}


def _all_lines(entries: Collection[Entry], contents: dict[str, bytes]) -> Iterator[bytes]:
    for entry in entries:
        if entry.mode != LINK:
            yield from contents[entry.oid].split(b"\n")


def _top(path: bytes) -> bytes:
    return path.split(b"/", 1)[0]


def _plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
