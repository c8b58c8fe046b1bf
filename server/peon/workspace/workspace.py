"""The workspace as the rest of the server sees it: one object, plain async functions, frozen
values.

Roots may be written any way. Paths in values are text made by `paths.shown`, relative to the root;
they are taken back in the same form.
"""

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from peon.errors import PeonError
from peon.runtime.clock import Clock
from peon.workspace.cancelling import NEVER, Cancellation
from peon.workspace.capture import FolderObserver
from peon.workspace.changes import Status, diff, status
from peon.workspace.commits import Commit, CommitExpectation, Committer
from peon.workspace.diffs import DiffOptions, DiffPage, captured_diff
from peon.workspace.folder import Folder
from peon.workspace.git import Git
from peon.workspace.history import CAPTURE_SECONDS, Capture, FolderHistory
from peon.workspace.origins import LineOrigin, line_origins
from peon.workspace.paths import accepted_root, meant
from peon.workspace.pushes import Push, push
from peon.workspace.repository import Head, Repository, locate
from peon.workspace.restore import (
    RestoreOutcome,
    RestorePreview,
    RestoreRequest,
    preview,
    restore,
)
from peon.workspace.running import Said
from peon.workspace.steps import Steps, no_steps
from peon.workspace.store import CheckpointStore, store_folder, storing
from peon.workspace.take_back import (
    Choice,
    Chosen,
    ReviewPage,
    TakeBackRequest,
    TakenBack,
    chosen_changes,
    review_page,
    take_back,
)
from peon.workspace.touched import TurnSpan
from peon.workspace.unit import CaptureLimits
from peon.workspace.unused import drop_unused
from peon.workspace.upkeep import (
    GROWN_FROM,
    PACK_FROM,
    Retention,
    Upkeep,
    last_upkeep,
    let_go,
    loose_objects,
    note_upkeep,
    pack,
)
from peon.workspace.worktrees import FOLDER as WORKTREES_FOLDER
from peon.workspace.worktrees import Made as MadeWorktree
from peon.workspace.worktrees import Place, Wanted, Worktrees


@attrs.frozen
class Recovered:
    """A folder whose restore had been cut off: what was finished, or why it could not be."""

    root: Path
    outcome: RestoreOutcome | None
    problem: str | None


class Workspace:
    """Checkpoints and git for any number of folders. Folders do not wait for each other."""

    def __init__(
        self,
        *,
        state: Path,
        clock: Clock,
        environ: Mapping[str, str],
        limits: CaptureLimits | None = None,
        steps: Steps = no_steps,
    ) -> None:
        """`environ` says where git is and whose home this is; `steps` is told each step of a
        restore.
        """
        self._checkpoints = state / "checkpoints"
        self._scratch = state / "scratch"
        self._clock = clock
        self._git = Git(environ)
        self._worktrees = Worktrees(self._git, state / WORKTREES_FOLDER)
        self._home = Path(environ.get("HOME", "/"))
        self._limits = limits or CaptureLimits()
        self._steps = steps
        self._histories: dict[Path, FolderHistory] = {}
        self._stores: dict[Path, CheckpointStore] = {}
        self._opening: dict[Path, asyncio.Lock] = {}

    def close(self) -> None:
        """Let go of every store. Whatever still runs on them must have ended."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()
        self._histories.clear()

    # ---- checkpoints ---------------------------------------------------------------------------

    async def history(self, root: Path) -> FolderHistory:
        """The history of a folder, whichever way its path is written.

        Raises ExternalFailure for what is no folder, for `/` and for the home folder; Unavailable
        when another process holds its checkpoints.
        """
        real = await asyncio.to_thread(accepted_root, root, home=self._home)
        async with self._opening.setdefault(real, asyncio.Lock()):
            if real not in self._histories:
                self._histories[real] = FolderHistory(await self._open(real))
        return self._histories[real]

    async def _open(self, real: Path) -> Folder:
        store = CheckpointStore(self._git, store_folder(self._checkpoints, real))
        with storing():
            await asyncio.to_thread(store.open, real)
        observer = FolderObserver(self._git, store, real, self._limits)
        folder = Folder(store=store, observer=observer, root=real, clock=self._clock)
        try:
            await folder.load()
        except PeonError:
            store.close()
            raise
        self._stores[real] = store
        return folder

    async def capture(self, root: Path, *, seconds: float = CAPTURE_SECONDS) -> Capture:
        """A checkpoint of a folder as it is now; partial when it takes longer than `seconds`."""
        return await (await self.history(root)).capture(seconds=seconds)

    async def preview(self, root: Path, request: RestoreRequest) -> RestorePreview:
        """Exactly what `restore` would do now. Raises ExternalFailure for a checkpoint not known
        here.
        """
        history = await self.history(root)
        async with history.exclusively() as folder:
            return await preview(folder, request, history.attribution())

    async def restore(
        self,
        root: Path,
        request: RestoreRequest,
        *,
        restore_id: str,
        cancellation: Cancellation = NEVER,
    ) -> RestoreOutcome:
        """Undo a thread's turns and restores after a checkpoint, and nothing of anybody else's.

        Asked again with the same `restore_id`, it tells what was done the first time.
        """
        history = await self.history(root)
        async with history.exclusively() as folder:
            hand = history.attribution()
            return await restore(folder, request, restore_id, hand, self._steps, cancellation)

    async def recover(self) -> tuple[Recovered, ...]:
        """Finish every restore that a crash cut off. To be called once, at the start."""
        pending = await asyncio.to_thread(self._interrupted)
        return tuple([await self._recover(root) for root in pending])

    def _interrupted(self) -> list[Path]:
        stores = sorted(file.parent for file in self._checkpoints.glob("*/restore.json"))
        return [Path(os.fsdecode((store / "root").read_bytes())) for store in stores]

    async def _recover(self, root: Path) -> Recovered:
        try:
            outcome = await (await self.history(root)).recover(self._steps)
        except PeonError as error:
            return Recovered(root, None, str(error))
        return Recovered(root, outcome, None)

    async def turn_diff(
        self, root: Path, before_ref: str, after_ref: str, options: DiffOptions | None = None
    ) -> DiffPage:
        """What changed from one checkpoint to another, as before and after a turn."""
        history = await self.history(root)
        async with history.exclusively() as folder:
            folder.chain.number(before_ref)
            folder.chain.number(after_ref)
        store = self._stores[folder.root]
        return await captured_diff(store, before_ref, after_ref, options or DiffOptions())

    async def why(self, root: Path, path: str, first: int, last: int) -> tuple[LineOrigin, ...]:
        """Where these lines of a file, as it is now, came from; lines count from 1."""
        history = await self.history(root)
        await history.capture()
        async with history.exclusively() as folder:
            store = self._stores[folder.root]
            return await line_origins(store, folder.chain, meant(path), first, last)

    # ---- reviewing -----------------------------------------------------------------------------

    async def review(
        self, root: Path, span: TurnSpan, paths: Sequence[str] | None, offset: int, limit: int
    ) -> ReviewPage:
        """What a turn changed, change by change, and how each stands in the folder as it is now."""
        history = await self.history(root)
        await history.capture()
        async with history.exclusively() as folder:
            return await review_page(folder, self._stores[folder.root], span, paths, offset, limit)

    async def chosen(self, root: Path, span: TurnSpan, choice: Choice) -> tuple[Chosen, ...]:
        """The changes of a turn that are meant. Raises ExternalFailure for what it did not do."""
        history = await self.history(root)
        async with history.exclusively() as folder:
            store, at = self._stores[folder.root], folder.chain.last
            return tuple(await chosen_changes(folder, store, span, choice, at))

    async def take_back(self, root: Path, request: TakeBackRequest) -> TakenBack:
        """Take changes of a turn back where they stand as they were left.

        Asked again with the same `reject_id`, it tells what was done the first time.
        """
        history = await self.history(root)
        async with history.exclusively() as folder:
            store = self._stores[folder.root]
            return await take_back(folder, store, request, history.attribution(), self._steps)

    # ---- upkeep --------------------------------------------------------------------------------

    async def keep_small(self, root: Path, retention: Retention) -> Upkeep | None:
        """Pack the checkpoints of a folder and let old ones go; None where the folder was wanted
        meanwhile, and the rest is to be done another time.
        """
        history = await self.history(root)
        store = self._stores[history.root]
        await pack(store)
        kept = attrs.evolve(retention, needed=history.needed)
        done = await history.while_nobody_waits(lambda folder: let_go(folder, store, kept))
        if done is not None:
            await asyncio.to_thread(note_upkeep, store, self._clock.now())
        return done

    def wants_upkeep(self, root: Path, *, every: timedelta) -> bool:
        """Whether there is so much to do for an opened folder that it is worth its time by now, or
        nothing was done for so long.
        """
        store = self._stores.get(root)
        if store is None:
            return False
        much = store.room.grown >= GROWN_FROM or loose_objects(store) >= PACK_FROM
        return much or self._clock.now() - last_upkeep(store) >= every

    async def unknown(self, root: Path, snapshots: Collection[str]) -> frozenset[str]:
        """Those of the checkpoints that the folder does not have any more."""
        history = await self.history(root)
        async with history.exclusively() as folder:
            return frozenset(ref for ref in snapshots if not folder.chain.knows(ref))

    async def drop_unused(self, roots: Collection[Path], before: datetime) -> tuple[Path, ...]:
        """Delete the stores that are of none of these folders and were not used since then."""
        return await asyncio.to_thread(drop_unused, self._checkpoints, frozenset(roots), before)

    # ---- the user's git ------------------------------------------------------------------------

    async def repository(self, root: Path) -> Repository:
        """The user's repository that a folder lies in. Raises ExternalFailure outside of any."""
        real = await asyncio.to_thread(accepted_root, root, home=self._home)
        return await locate(self._git, real)

    async def head(self, root: Path) -> Head:
        """The commit and branch the user's repository stands at."""
        return await (await self.repository(root)).head()

    async def status(self, root: Path, *, limit: int = 10_000) -> Status:
        """What differs in the user's repository below the folder."""
        return await status(await self.repository(root), limit=limit)

    async def diff(self, root: Path, options: DiffOptions | None = None) -> DiffPage:
        """How the folder differs from the user's last commit, untracked files included."""
        repository = await self.repository(root)
        return await diff(repository, self._scratch, options or DiffOptions())

    async def commit(
        self,
        root: Path,
        message: str,
        paths: Sequence[str] | None,
        environ: Mapping[str, str],
        said: Said | None = None,
        cancellation: Cancellation = NEVER,
    ) -> Commit:
        """Commit as the user: chosen paths, or every change below the folder that is not ignored.

        `environ` is the client's environment: identity, keys and hooks are found through it.
        """
        repository = await self.repository(root)
        committer = Committer(repository, self._scratch, environ, said, cancellation)
        return await committer.commit(message, paths)

    async def commit_expectation(
        self,
        root: Path,
        paths: Sequence[str] | None,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> CommitExpectation:
        """What `commit` would make: kept before it, so that a crash in between can be told from
        none.
        """
        repository = await self.repository(root)
        committer = Committer(repository, self._scratch, environ, cancellation=cancellation)
        return await committer.expectation(paths)

    async def find_commit(
        self, root: Path, expected: CommitExpectation, message: str
    ) -> Commit | None:
        """The commit that was made as expected, if the crash came after it."""
        committer = Committer(await self.repository(root), self._scratch, {})
        return await committer.find(expected, message)

    # ---- worktrees -----------------------------------------------------------------------------

    async def list_worktrees(self, root: Path) -> tuple[Place, ...]:
        """Every worktree of the repository that a folder lies in."""
        return await self._worktrees.list(await self._accepted(root))

    def made_worktree(self, path: Path) -> bool:
        """Whether we made a worktree."""
        return self._worktrees.is_ours(path)

    async def adopt_worktree(self, root: Path, path: Path) -> MadeWorktree:
        """A worktree that is there already, for a thread."""
        return await self._worktrees.adopt(await self._accepted(root), path)

    async def make_worktree(
        self,
        root: Path,
        wanted: Wanted,
        environ: Mapping[str, str],
        said: Said,
        cancellation: Cancellation = NEVER,
    ) -> MadeWorktree:
        """Make a worktree and make it ready, or leave nothing of it."""
        real = await self._accepted(root)
        return await self._worktrees.make(real, wanted, environ, said, cancellation)

    async def remove_worktree(
        self,
        root: Path,
        path: Path,
        name: str,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> None:
        """Take a worktree away, if it is clean; `name` is for bringing it back."""
        await asyncio.to_thread(self._worktrees.forget_old, self._clock.now().timestamp())
        real = await self._accepted(root)
        await self._worktrees.remove(real, path, name, environ, cancellation)

    async def restore_worktree(
        self,
        root: Path,
        path: Path,
        branch: str,
        name: str,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> None:
        """Bring a worktree back."""
        real = await self._accepted(root)
        await self._worktrees.restore(real, path, branch, name, environ, cancellation)

    async def _accepted(self, root: Path) -> Path:
        return await asyncio.to_thread(accepted_root, root, home=self._home)

    async def push(
        self,
        root: Path,
        remote: str | None,
        branch: str | None,
        environ: Mapping[str, str],
        said: Said | None = None,
        cancellation: Cancellation = NEVER,
    ) -> Push:
        """Push as the user: by default the current branch, to where it usually goes."""
        repository = await self.repository(root)
        return await push(repository, remote, branch, environ, said, cancellation=cancellation)
