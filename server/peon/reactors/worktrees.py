"""Worktrees of threads: made, taken away, brought back, and listed."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import attrs

from peon.domain.commands import WorktreeBack, WorktreeGone, WorktreeReady
from peon.domain.effects import PerformOperation
from peon.engine.briefs import folders_of_threads, project_root, worktree_brief
from peon.engine.engine import Engine
from peon.errors import ExternalFailure
from peon.reactors.progress import progress_of
from peon.workspace.cancelling import Cancellation
from peon.workspace.workspace import Workspace
from peon.workspace.worktrees import Wanted
from peon_protocol.failures import FailureKind
from peon_protocol.findings import (
    Worktree,
    WorktreeList,
)
from peon_protocol.queries import ListWorktrees
from peon_protocol.values import (
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)

Wish: TypeAlias = WorktreeOperation | WorktreeRemoveOperation | WorktreeRestoreOperation


@attrs.frozen
class Worktrees:
    """Performs what is wanted of worktrees. Each may be asked for again after a crash."""

    engine: Engine
    workspace: Workspace

    async def perform(
        self,
        effect: PerformOperation,
        wish: Wish,
        environ: Mapping[str, str],
        cancellation: Cancellation,
    ) -> WorktreeReady | WorktreeGone | WorktreeBack:
        """Do it, and say what came of it."""
        brief = worktree_brief(self.engine.model, effect.thread_id)
        root = Path(brief.project_root)
        match wish:
            case WorktreeOperation(worktree=choice):
                return await self._ready(effect, root, choice, environ, cancellation)
            case WorktreeRemoveOperation():
                await self.workspace.remove_worktree(
                    root, Path(brief.path), effect.operation_id, environ, cancellation
                )
                return WorktreeGone()
            case WorktreeRestoreOperation():
                if brief.branch is None:
                    raise ExternalFailure(
                        "git", "it was on no branch", code=FailureKind.WORKTREE_DETACHED
                    )
                await self.workspace.restore_worktree(
                    root, Path(brief.path), brief.branch, brief.put_aside, environ, cancellation
                )
                return WorktreeBack()

    async def _ready(
        self,
        effect: PerformOperation,
        root: Path,
        choice: WorktreeChoice,
        environ: Mapping[str, str],
        cancellation: Cancellation,
    ) -> WorktreeReady:
        if choice.branch is None:
            cancellation.check()
            made = await self.workspace.adopt_worktree(root, Path(choice.path or ""))
        else:
            wanted = Wanted(
                branch=choice.branch,
                base=choice.base,
                setup=choice.setup,
                copy=choice.copy,
                name=effect.operation_id,
            )
            said = progress_of(self.engine, effect)
            made = await self.workspace.make_worktree(root, wanted, environ, said, cancellation)
        return WorktreeReady(
            path=str(made.path),
            folder=str(made.folder),
            branch=made.branch,
            base=made.base,
            made=self.workspace.made_worktree(made.path),
        )

    async def list_all(self, query: ListWorktrees) -> WorktreeList:
        """Every worktree of the project's repository."""
        root = await self.engine.read(lambda model: project_root(model, query.project_id))
        found = await self.workspace.list_worktrees(Path(root))
        used = await self.engine.read(folders_of_threads)
        tops = await asyncio.to_thread(lambda: [each.path.resolve() for each in found])
        return WorktreeList(
            worktrees=tuple(
                Worktree(
                    path=str(top),
                    branch=each.branch,
                    commit=each.commit,
                    made=self.workspace.made_worktree(top),
                    thread_ids=tuple(
                        thread_id
                        for thread_id, folder in used
                        if Path(folder) == top or _nearest(Path(folder), tops) == top
                    ),
                )
                for each, top in zip(found, tops, strict=True)
            )
        )


def _nearest(folder: Path, tops: list[Path]) -> Path | None:
    """The worktree that a folder lies in, where one lies in another."""
    holding = [top for top in tops if folder.is_relative_to(top)]
    return max(holding, key=lambda top: len(top.parts), default=None)
