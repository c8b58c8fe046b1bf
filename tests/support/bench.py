"""A workspace, a repository in it, and shorthands for what tests of the workspace do all the
time.
"""

from pathlib import Path

import attrs

from peon.runtime.clock import SystemClock
from peon.workspace.entries import Owner
from peon.workspace.folder import Folder
from peon.workspace.history import FolderHistory
from peon.workspace.restore import RestoreOutcome, RestoreRequest
from peon.workspace.steps import Steps, no_steps
from peon.workspace.unit import CaptureLimits
from peon.workspace.workspace import Workspace
from support.repositories import Repo

TURN = Owner("thread", "turn")


@attrs.define
class Bench:
    """A workspace and a repository."""

    workspace: Workspace
    repo: Repo
    state: Path
    environ: dict[str, str]

    @property
    def root(self) -> Path:
        """The folder everything happens in."""
        return self.repo.root

    async def history(self) -> FolderHistory:
        """The folder's history."""
        return await self.workspace.history(self.root)

    async def capture(self) -> str:
        """A checkpoint of now."""
        return (await self.workspace.capture(self.root)).checkpoint_ref

    async def folder(self) -> Folder:
        """What the history is made of."""
        async with (await self.history()).exclusively() as folder:
            return folder

    async def held(self, ref: str, root: Path | None = None) -> dict[bytes, bytes]:
        """The files a checkpoint holds, with their bytes."""
        history = await self.workspace.history(root or self.root)
        async with history.exclusively() as folder:
            empty = await folder.store.compose({})
            found = await folder.store.differences(empty, ref)
            async with folder.store.blobs() as blobs:
                paths = {path: entry.oid for path, (_, entry) in found.items() if entry}
                contents = blobs.read_all(list(paths.values()))
                return {path: (await anext(contents))[1] for path in paths}

    async def open_tool(self, *paths: str, owner: Owner = TURN) -> None:
        """An edit of these paths begins; without paths, something that may change anything."""
        history = await self.history()
        await history.turn_started(owner)
        await history.tool_opened(owner, _tool(owner), paths or None)

    async def close_tool(self, owner: Owner = TURN) -> str:
        """It ends; the checkpoint after it."""
        history = await self.history()
        return (await history.tool_closed(_tool(owner))).checkpoint_ref

    async def restore(
        self,
        ref: str,
        name: str = "restore",
        *,
        paths: tuple[str, ...] | None = None,
        overwrite: bool = False,
    ) -> RestoreOutcome:
        """Undo the turn."""
        request = self.request(ref, paths=paths, overwrite=overwrite)
        return await self.workspace.restore(self.root, request, restore_id=name)

    def request(
        self, ref: str, *, paths: tuple[str, ...] | None = None, overwrite: bool = False
    ) -> RestoreRequest:
        """To go back to a checkpoint of the turn's thread."""
        return RestoreRequest(TURN.thread_id, ref, paths, "overwrite" if overwrite else "keep")

    def reopen(self, *, limits: CaptureLimits | None = None, steps: Steps = no_steps) -> None:
        """What a new start of the server has: nothing but the files."""
        self.workspace.close()
        self.workspace = open_workspace(self.state, self.environ, limits=limits, steps=steps)


def _tool(owner: Owner) -> str:
    return f"tool of {owner}"


def open_workspace(
    state: Path,
    environ: dict[str, str],
    *,
    limits: CaptureLimits | None = None,
    steps: Steps = no_steps,
) -> Workspace:
    """A workspace as the server makes one."""
    return Workspace(state=state, clock=SystemClock(), environ=environ, limits=limits, steps=steps)
