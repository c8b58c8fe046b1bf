"""Branches and pull requests of threads' repositories: made, opened, and listed."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from peon.domain.commands import BranchMade, PullRequestMade
from peon.domain.effects import PerformOperation
from peon.engine.briefs import folder_named
from peon.engine.engine import Engine
from peon.providers.programs import Programs
from peon.reactors.expectations import Expectations
from peon.reactors.progress import progress_of
from peon.workspace.branches import BranchWish, begin_branch, create_branch, list_branches
from peon.workspace.cancelling import NEVER, Cancellation
from peon.workspace.pull_requests import Openers, PullRequestWish, open_pull_request
from peon.workspace.workspace import Workspace
from peon_protocol.branches import Branch, BranchCommit, BranchList, ListBranches
from peon_protocol.values import CreateBranchOperation, PullRequestOperation

MOST_BRANCHES = 1000
"""An answer tells of no more branches than this, whatever was asked for."""


@attrs.frozen
class Branches:
    """Performs what is wanted of branches. Each may be asked for again after a crash."""

    engine: Engine
    workspace: Workspace
    expectations: Expectations
    programs: Programs

    async def create(
        self,
        effect: PerformOperation,
        operation: CreateBranchOperation,
        root: Path,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> BranchMade:
        """Where it begins is written down first, so that after a crash ours is told from others."""
        wish = BranchWish(
            name=operation.name,
            base=operation.base,
            checkout=operation.checkout,
            begun=await self.expectations.begun(effect.operation_id),
        )
        repository = await self.workspace.repository(root)
        commit = await begin_branch(repository, wish)
        await self.expectations.begin(effect.operation_id, commit)
        await create_branch(repository, wish, commit, environ, cancellation)
        return BranchMade(commit)

    async def pull_request(
        self,
        effect: PerformOperation,
        operation: PullRequestOperation,
        root: Path,
        environ: Mapping[str, str],
        cancellation: Cancellation,
    ) -> PullRequestMade:
        """One that was opened before a crash is found open."""
        wish = PullRequestWish(
            title=operation.title, body=operation.body, base=operation.base, draft=operation.draft
        )
        await self.programs.settle()
        programs = Openers(
            find=lambda name: self.programs.find(name, environ), path=self.programs.path(environ)
        )
        said = progress_of(self.engine, effect)
        repository = await self.workspace.repository(root)
        made = await open_pull_request(repository, wish, environ, programs, said, cancellation)
        return PullRequestMade(made.url, made.branch, made.existing)

    async def list_all(self, query: ListBranches) -> BranchList:
        """The branches of the repository that a folder lies in."""
        folder = await self.engine.read(
            lambda model: folder_named(model, query.project_id, query.thread_id)
        )
        limit = max(0, min(query.limit, MOST_BRANCHES))
        found = await list_branches(await self.workspace.repository(Path(folder)), limit)
        return BranchList(
            current=found.current,
            branches=tuple(
                Branch(
                    name=each.name,
                    upstream=each.upstream,
                    ahead=each.ahead,
                    behind=each.behind,
                    current=each.current,
                    worktree=each.worktree,
                    last_commit=BranchCommit(hash=each.commit, subject=each.subject, at=each.at),
                )
                for each in found.listed
            ),
            total=found.total,
        )
