"""Slow workspace work: checkpoints by hand, turns' ends, restores, reviews, commits and pushes.

Each may be asked for again after a crash. A checkpoint is then taken anew; a restore knows what it
has done; before a commit is made, what it stands on is written down, so that it can be recognised.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import assert_never

import attrs

from peon.domain.commands import (
    CommitMade,
    FilesRestored,
    Outcome,
    PushMade,
    RecordOperation,
    WorkFailed,
)
from peon.domain.effects import PerformOperation
from peon.engine.briefs import snapshot_of, thread_brief
from peon.engine.engine import Engine
from peon.engine.envelopes import Cause
from peon.errors import ExternalFailure, PeonError, StoreFailure
from peon.reactors.branches import Branches
from peon.reactors.cancelling import Cancelling
from peon.reactors.captures import Captures, missing_paths, taken
from peon.reactors.expectations import Expectations
from peon.reactors.failures import work_failed
from peon.reactors.progress import progress_of
from peon.reactors.reviews import Reviews
from peon.reactors.worktrees import Worktrees
from peon.workspace.cancelling import Cancellation
from peon.workspace.commits import Commit, CommitExpectation
from peon.workspace.restore import KeptPath, RestoreRequest
from peon.workspace.workspace import Workspace
from peon_protocol.failures import FailureKind
from peon_protocol.values import (
    CheckpointOperation,
    CommitOperation,
    CreateBranchOperation,
    PathConflict,
    PullRequestOperation,
    PushOperation,
    RestoreOperation,
    RestoreScope,
    ReviewOperation,
    TurnEndOperation,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)

logger = logging.getLogger(__name__)


@attrs.frozen
class OperationParts:
    """What operations are performed with.

    `environment` is the server's own, where no client's is known, as after a restart.
    `turn_is_over` is told the folder of every turn that has ended.
    """

    engine: Engine
    workspace: Workspace
    captures: Captures
    cancelling: Cancelling
    expectations: Expectations
    reviews: Reviews
    worktrees: Worktrees
    branches: Branches
    environment: Mapping[str, str] = attrs.field(repr=False)
    turn_is_over: Callable[[Path], None]


class Operations:
    """Performs operations and reports their outcome, whatever it is."""

    def __init__(self, parts: OperationParts) -> None:
        self._engine = parts.engine
        self._workspace = parts.workspace
        self._captures = parts.captures
        self._cancelling = parts.cancelling
        self._expectations = parts.expectations
        self._reviews = parts.reviews
        self._worktrees = parts.worktrees
        self._branches = parts.branches
        self._environment = parts.environment
        self._turn_is_over = parts.turn_is_over

    async def perform(self, effect: PerformOperation, cause: Cause) -> None:
        """Do the work and record its outcome. The same effect may come again after a crash."""
        brief = thread_brief(self._engine.model, effect.thread_id)
        if brief is None:
            return
        with self._cancelling.underway(effect.operation_id) as underway:
            try:
                outcome = await self._outcome(effect, Path(brief.root), underway.cancellation)
            except PeonError as error:
                outcome = work_failed(error, _otherwise(effect))
            underway.outcome = outcome
            self._engine.record(
                RecordOperation(effect.thread_id, effect.operation_id, outcome), cause=cause
            )
        if isinstance(effect.operation, TurnEndOperation):
            self._turn_is_over(Path(brief.root))
        await self._forget(effect)

    async def _forget(self, effect: PerformOperation) -> None:
        """What was written down is needed until the outcome is on the disk."""
        try:
            await self._engine.settled()
        except StoreFailure as failure:
            logger.warning("an outcome may have to be found again: %s", failure)
        else:
            await self._expectations.forget(effect.operation_id)

    async def _outcome(
        self, effect: PerformOperation, root: Path, cancellation: Cancellation
    ) -> Outcome:
        operation, environment = effect.operation, self._environment_of(effect)
        match operation:
            case CheckpointOperation():
                return taken(await self._captures.by_hand(root, cancellation))
            case TurnEndOperation():
                return await self._turn_end(effect)
            case RestoreOperation():
                return await self._restore(effect, operation, root, cancellation)
            case CommitOperation():
                return await self._commit(effect, operation, root, cancellation)
            case PushOperation():
                return await self._push(effect, operation, root, cancellation)
            case CreateBranchOperation():
                return await self._branches.create(
                    effect, operation, root, environment, cancellation
                )
            case PullRequestOperation():
                return await self._branches.pull_request(
                    effect, operation, root, environment, cancellation
                )
            case ReviewOperation():
                return await self._reviews.perform(effect, operation)
            case WorktreeOperation() | WorktreeRemoveOperation() | WorktreeRestoreOperation():
                return await self._worktrees.perform(effect, operation, environment, cancellation)
            case _:
                assert_never(operation)

    async def _turn_end(self, effect: PerformOperation) -> Outcome:
        if effect.turn_id is None:
            return WorkFailed(FailureKind.CHECKPOINT_FAILED, "there is no turn to end")
        return await self._captures.turn_end(effect.thread_id, effect.turn_id)

    async def _restore(
        self,
        effect: PerformOperation,
        operation: RestoreOperation,
        root: Path,
        cancellation: Cancellation,
    ) -> Outcome:
        snapshot = snapshot_of(self._engine.model, effect.thread_id, operation.checkpoint_id)
        if snapshot is None:
            raise ExternalFailure("checkpoints", "it is gone", code="checkpoint.expired")
        if operation.what is RestoreScope.CONVERSATION:
            # The files stay, and are kept all the same: going back to them undoes this.
            present = taken(await self._captures.by_hand(root, cancellation))
            return FilesRestored(snapshot=present.snapshot, missing=present.missing)
        request = RestoreRequest(
            thread_id=effect.thread_id,
            checkpoint_ref=snapshot,
            paths=operation.paths,
            conflicts=operation.conflicts.value,
        )
        done = await self._workspace.restore(
            root, request, restore_id=effect.operation_id, cancellation=cancellation
        )
        return FilesRestored(
            snapshot=done.before_ref,
            restored=tuple(each.path for each in done.restored),
            conflicts=path_conflicts(done.kept),
            overwritten=path_conflicts(done.overwritten),
            missing=missing_paths(done.missing),
        )

    async def _commit(
        self,
        effect: PerformOperation,
        operation: CommitOperation,
        root: Path,
        cancellation: Cancellation,
    ) -> Outcome:
        """After a crash, a commit that was made is recognised by what it stands on and holds.

        A git whose server was killed may still be held up by a hook, and end while ours is at work:
        then git lets only one of both move the branch, and what was made is looked for again.
        """
        before = await self._expectations.of(effect.operation_id)
        made = await self._find(root, before, operation.message)
        if made is None:
            try:
                made = await self._commit_anew(effect, operation, root, cancellation)
            except ExternalFailure:
                made = await self._find(root, before, operation.message)
                if made is None:
                    raise
        return CommitMade(made.commit, made.branch, made.files)

    async def _find(
        self, root: Path, expected: CommitExpectation | None, message: str
    ) -> Commit | None:
        if expected is None:
            return None
        return await self._workspace.find_commit(root, expected, message)

    async def _commit_anew(
        self,
        effect: PerformOperation,
        operation: CommitOperation,
        root: Path,
        cancellation: Cancellation,
    ) -> Commit:
        environment, paths = self._environment_of(effect), operation.paths
        expected = await self._workspace.commit_expectation(root, paths, environment, cancellation)
        await self._expectations.keep(effect.operation_id, expected)
        said = progress_of(self._engine, effect)
        return await self._workspace.commit(
            root, operation.message, paths, environment, said, cancellation
        )

    async def _push(
        self,
        effect: PerformOperation,
        operation: PushOperation,
        root: Path,
        cancellation: Cancellation,
    ) -> Outcome:
        """A push that was made already finds everything there, and succeeds again."""
        environment = self._environment_of(effect)
        said = progress_of(self._engine, effect)
        done = await self._workspace.push(
            root, operation.remote, operation.branch, environment, said, cancellation
        )
        return PushMade(done.remote, done.branch, done.commit)

    def _environment_of(self, effect: PerformOperation) -> Mapping[str, str]:
        return self._engine.environment_of(effect.thread_id) or self._environment


def path_conflicts(paths: Iterable[KeptPath]) -> tuple[PathConflict, ...]:
    """Conflicts as the log keeps them."""
    return tuple(PathConflict(each.path, each.reason) for each in paths)


def _otherwise(effect: PerformOperation) -> FailureKind:
    operation = effect.operation
    match operation:
        case CheckpointOperation() | TurnEndOperation():
            return FailureKind.CHECKPOINT_FAILED
        case RestoreOperation() | ReviewOperation():
            return FailureKind.RESTORE_FAILED
        case (
            CommitOperation()
            | PushOperation()
            | CreateBranchOperation()
            | WorktreeOperation()
            | WorktreeRemoveOperation()
            | WorktreeRestoreOperation()
        ):
            return FailureKind.GIT_FAILED
        case PullRequestOperation():
            return FailureKind.PULL_REQUEST_FAILED
        case _:
            assert_never(operation)
