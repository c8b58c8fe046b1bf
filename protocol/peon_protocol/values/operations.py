"""Slow pieces of workspace work, as they are asked for."""

from typing import ClassVar, TypeAlias

import attrs

from peon_protocol.ids import CheckpointId, HunkId, TurnId
from peon_protocol.values.records import TurnError, Usage
from peon_protocol.values.reviews import Verdict
from peon_protocol.values.words import ConflictChoice, RestoreScope, StopReason
from peon_protocol.values.worktrees import WorktreeChoice


@attrs.frozen
class CheckpointOperation:
    """Take a checkpoint by hand."""

    TYPE: ClassVar = "checkpoint"
    checkpoint_id: CheckpointId
    description: str


@attrs.frozen
class TurnEndOperation:
    """Take the closing checkpoint of a turn, whose outcome is known already."""

    TYPE: ClassVar = "turnEnd"
    checkpoint_id: CheckpointId
    stop_reason: StopReason | None = None
    error: TurnError | None = None
    usage: Usage | None = None


@attrs.frozen
class RestoreOperation:
    """Go back to a checkpoint; `before_checkpoint_id` will hold the present."""

    TYPE: ClassVar = "restore"
    checkpoint_id: CheckpointId
    before_checkpoint_id: CheckpointId
    paths: tuple[str, ...] | None = None
    conflicts: ConflictChoice = ConflictChoice.KEEP
    what: RestoreScope = RestoreScope.FILES


@attrs.frozen
class CommitOperation:
    """Commit changes in the user's repository; `paths` null means every change not ignored."""

    TYPE: ClassVar = "commit"
    message: str
    paths: tuple[str, ...] | None = None


@attrs.frozen
class PushOperation:
    """Push the user's branch."""

    TYPE: ClassVar = "push"
    remote: str | None = None
    branch: str | None = None


@attrs.frozen
class CreateBranchOperation:
    """Make a branch in the user's repository, and go to it where `checkout` says so."""

    TYPE: ClassVar = "createBranch"
    name: str
    base: str | None = None
    checkout: bool = True


@attrs.frozen
class PullRequestOperation:
    """Open a pull request for the user's branch, which is pushed first where need be."""

    TYPE: ClassVar = "pullRequest"
    title: str
    body: str = ""
    base: str | None = None
    draft: bool = False


@attrs.frozen
class ReviewOperation:
    """Give a verdict on changes of a turn: those named, else all of `path`, else all.

    `before_checkpoint_id` will hold the present, if changes are taken back.
    """

    TYPE: ClassVar = "review"
    turn_id: TurnId
    verdict: Verdict
    before_checkpoint_id: CheckpointId
    path: str | None = None
    hunk_ids: tuple[HunkId, ...] | None = None
    comment: str | None = None


@attrs.frozen
class WorktreeOperation:
    """Make a worktree for a new thread, or find the one that is meant."""

    TYPE: ClassVar = "worktree"
    worktree: WorktreeChoice


@attrs.frozen
class WorktreeRemoveOperation:
    """Take the thread's worktree away, if nothing in it is uncommitted."""

    TYPE: ClassVar = "worktreeRemove"


@attrs.frozen
class WorktreeRestoreOperation:
    """Bring the thread's worktree back."""

    TYPE: ClassVar = "worktreeRestore"


Operation: TypeAlias = (
    CheckpointOperation
    | TurnEndOperation
    | RestoreOperation
    | CommitOperation
    | PushOperation
    | CreateBranchOperation
    | PullRequestOperation
    | ReviewOperation
    | WorktreeOperation
    | WorktreeRemoveOperation
    | WorktreeRestoreOperation
)
"""A slow piece of workspace work: first its intent is recorded, then its outcome."""
