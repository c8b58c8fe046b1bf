"""Commands the server gives itself: how the outcome of an effect comes back."""

from typing import TypeAlias

import attrs

from peon_protocol.commands import Command
from peon_protocol.ids import ItemId, MessageId, OperationId, ThreadId, TurnId
from peon_protocol.values import HunkConflict, ItemKind, MissingPath, PathConflict, ReviewedFile


@attrs.frozen
class CheckpointTaken:
    """A checkpoint is in the store, which calls it `snapshot`."""

    snapshot: str
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen
class FilesRestored:
    """Files went back, if any were to. `snapshot` is the checkpoint of the present, `missing` what
    it lacks.
    """

    snapshot: str
    restored: tuple[str, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()
    overwritten: tuple[PathConflict, ...] = ()
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen
class CommitMade:
    """A commit is in the user's repository."""

    commit: str
    branch: str | None
    files: tuple[str, ...] = ()


@attrs.frozen
class PushMade:
    """A branch is at its remote."""

    remote: str
    branch: str
    commit: str


@attrs.frozen
class BranchMade:
    """A branch is in the user's repository; it begins at this commit."""

    commit: str


@attrs.frozen
class PullRequestMade:
    """A pull request is open, or was before (`existing`)."""

    url: str
    branch: str
    existing: bool = False


@attrs.frozen
class ReviewDone:
    """A verdict was given on these changes; `conflicts` were left as they are.

    `snapshot` is the checkpoint of the moment before files were changed, if any were.
    """

    files: tuple[ReviewedFile, ...]
    conflicts: tuple[HunkConflict, ...] = ()
    snapshot: str | None = None
    patch: str | None = None


@attrs.frozen
class WorktreeReady:
    """A thread has its worktree; see WorktreeCreated."""

    path: str
    folder: str
    branch: str | None
    base: str | None
    made: bool


@attrs.frozen
class WorktreeGone:
    """A worktree was taken away."""


@attrs.frozen
class WorktreeBack:
    """A worktree was brought back."""


@attrs.frozen
class WorkFailed:
    """It could not be done; `code` is a kind of the error vocabulary."""

    code: str
    message: str
    remedy: str | None = None


Done: TypeAlias = (
    CheckpointTaken
    | FilesRestored
    | CommitMade
    | PushMade
    | BranchMade
    | PullRequestMade
    | ReviewDone
    | WorktreeReady
    | WorktreeGone
    | WorktreeBack
)
"""What an operation that succeeded came to."""
Outcome: TypeAlias = Done | WorkFailed


@attrs.frozen
class RecordOperation:
    """The outcome of an operation."""

    thread_id: ThreadId
    operation_id: OperationId
    outcome: Outcome


@attrs.frozen
class RecordTurnCheckpoint:
    """The outcome of the checkpoint before a turn's prompt."""

    thread_id: ThreadId
    turn_id: TurnId
    outcome: CheckpointTaken | WorkFailed


@attrs.frozen
class RecordText:
    """Text held back to be recorded in one piece; `complete` where the item ends with it."""

    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    text: str
    complete: bool


@attrs.frozen
class RecordSteer:
    """Whether the agent took a message into the turn it is at work on."""

    thread_id: ThreadId
    turn_id: TurnId
    message_id: MessageId
    taken: bool


@attrs.frozen
class SettleThread:
    """After a restart: end what the process that died had in flight. `reason` is for people."""

    thread_id: ThreadId
    reason: str


@attrs.frozen
class RecordErasure:
    """What deleted threads held has been erased from the log."""

    thread_ids: tuple[ThreadId, ...]


@attrs.frozen
class RecordExpiry:
    """What the checkpoint store has let go of, by its own names, and whose it may have been."""

    thread_ids: tuple[ThreadId, ...]
    snapshots: frozenset[str]


InternalCommand: TypeAlias = (
    RecordOperation
    | RecordTurnCheckpoint
    | RecordText
    | RecordSteer
    | SettleThread
    | RecordErasure
    | RecordExpiry
)
AnyCommand: TypeAlias = Command | InternalCommand
