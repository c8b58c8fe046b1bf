"""What requests answer with.

A command's answer holds the sequence of its last event and the ids it concerns.
"""

from typing import TypeAlias

import attrs

from peon_protocol.branches import BranchResult, PullRequestResult
from peon_protocol.events import StoredEvent
from peon_protocol.ids import (
    BlobId,
    CheckpointId,
    HunkId,
    OperationId,
    ProjectId,
    SubscriptionId,
    ThreadId,
    TurnId,
)
from peon_protocol.queue_results import ActionResult, MessageResult, RuleResult, SteerResult
from peon_protocol.values import (
    AuthMethod,
    BlobEncoding,
    HunkConflict,
    MissingPath,
    PathConflict,
    RestoreChange,
    RestoreScope,
)
from peon_protocol.views import CheckpointView, ProjectView, ProviderView, ThreadView


@attrs.frozen(kw_only=True)
class ProjectResult:
    """A project was created, configured or deleted."""

    sequence: int
    project_id: ProjectId


@attrs.frozen(kw_only=True)
class ThreadResult:
    """A thread was created, configured or deleted.

    `operation_id` is that of the work on its worktree.
    """

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId | None = None


@attrs.frozen(kw_only=True)
class IngestResult:
    """What a provider said is on the disk, but for its last `held` bytes.

    They may be the beginning of a secret, and are recorded with what follows or with the turn's
    end. A later answer of the thread with none `held` says that they are on the disk, too.
    """

    sequence: int
    thread_id: ThreadId
    held: int = 0


@attrs.frozen(kw_only=True)
class TurnResult:
    """A turn was started, or asked to stop; that it is recorded, not that it is done."""

    sequence: int
    thread_id: ThreadId
    turn_id: TurnId
    number: int


@attrs.frozen(kw_only=True)
class CheckpointResult:
    """A checkpoint was taken."""

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    checkpoint_id: CheckpointId
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen(kw_only=True)
class RestoreResult:
    """Files, or the conversation, went back; files in `conflicts` were left as they are.

    Restoring `before_checkpoint_id` undoes the restore.
    """

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    checkpoint_id: CheckpointId
    before_checkpoint_id: CheckpointId
    restored: tuple[str, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()
    what: RestoreScope = RestoreScope.FILES
    undone: tuple[TurnId, ...] = ()
    redone: tuple[TurnId, ...] = ()
    overwritten: tuple[PathConflict, ...] = ()


@attrs.frozen(kw_only=True)
class CommitResult:
    """A commit was made."""

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    commit: str
    branch: str | None
    files: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PushResult:
    """A branch was pushed."""

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    remote: str
    branch: str
    commit: str


@attrs.frozen(kw_only=True)
class ReviewResult:
    """A verdict was recorded, or `waiting` is for the end of the turn.

    Those in `conflicts` were left as they are. Restoring `before_checkpoint_id` undoes a rejection.
    """

    sequence: int
    thread_id: ThreadId
    turn_id: TurnId
    operation_id: OperationId
    hunk_ids: tuple[HunkId, ...] = ()
    waiting: bool = False
    conflicts: tuple[HunkConflict, ...] = ()
    before_checkpoint_id: CheckpointId | None = None


OperationResult: TypeAlias = (
    CheckpointResult
    | RestoreResult
    | CommitResult
    | PushResult
    | BranchResult
    | PullRequestResult
    | ReviewResult
    | ThreadResult
)
CommandResult: TypeAlias = (
    ProjectResult
    | IngestResult
    | TurnResult
    | MessageResult
    | SteerResult
    | RuleResult
    | ActionResult
    | OperationResult
)


@attrs.frozen(kw_only=True)
class ProjectList:
    """Every live project, and the sequence the list is true at."""

    projects: tuple[ProjectView, ...]
    sequence: int


@attrs.frozen(kw_only=True)
class ThreadList:
    """Live threads with their newest turns, without items, and the sequence the list is true at.

    `threadsBefore` is how many more there are before the first, and what `before` has to be for the
    next page. A thread may be younger than `sequence`, and says so by its version.
    """

    threads: tuple[ThreadView, ...]
    sequence: int
    threads_before: int = 0


@attrs.frozen(kw_only=True)
class ThreadReading:
    """A thread, and the sequence it is true at: subscribe after it to miss nothing.

    `itemsBefore` is how many items of the first turn were left out because fewer were asked for.
    """

    thread: ThreadView
    items_before: int
    sequence: int


@attrs.frozen(kw_only=True)
class CheckpointList:
    """Checkpoints, oldest first."""

    checkpoints: tuple[CheckpointView, ...]


@attrs.frozen(kw_only=True)
class RestorePreview:
    """Exactly what restoring would do now, with the same params.

    `files` change, `conflicts` stay although the undone work changed them, `overwritten` are those
    of `files` that others changed too. `undone` turns would no longer count in the conversation,
    `redone` would again. `missing` is what the checkpoint does not hold.
    """

    files: tuple[RestoreChange, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()
    overwritten: tuple[PathConflict, ...] = ()
    undone: tuple[TurnId, ...] = ()
    redone: tuple[TurnId, ...] = ()
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen(kw_only=True)
class EventPage:
    """Events in order, and the head of the log when they were read."""

    events: tuple[StoredEvent, ...]
    head: int


@attrs.frozen(kw_only=True)
class FileChange:
    """What became of one file. `kind`: added, modified, deleted, renamed, mode.

    `patch` is a unified diff without the file header; null for binary files and where `truncated`.
    """

    path: str
    kind: str
    old_path: str | None = None
    binary: bool = False
    insertions: int = 0
    deletions: int = 0
    old_mode: str | None = None
    new_mode: str | None = None
    patch: str | None = None
    truncated: bool = False


@attrs.frozen(kw_only=True)
class DiffResult:
    """What changed, file by file: a page of `total` files; `next_offset` is null on the last."""

    files: tuple[FileChange, ...]
    total: int
    next_offset: int | None


@attrs.frozen(kw_only=True)
class GitFileStatus:
    """One path that differs: between commit and index (`staged`), index and disk (`unstaged`).

    Each is null or one of added, modified, deleted, renamed, mode, untracked, unmerged.
    """

    path: str
    old_path: str | None
    staged: str | None
    unstaged: str | None


@attrs.frozen(kw_only=True)
class GitStatusResult:
    """The user's repository.

    `branch` is null when the head is detached, `commit` before the first commit.
    """

    branch: str | None
    commit: str | None
    upstream: str | None
    ahead: int
    behind: int
    files: tuple[GitFileStatus, ...]
    total: int


@attrs.frozen(kw_only=True)
class BlobPage:
    """A part of a value that is kept apart; `next` is null where it ends there.

    `data` is text that ends with a whole character, or base64 where the bytes are no text.
    """

    blob_id: BlobId
    offset: int
    encoding: BlobEncoding
    data: str
    size: int
    next: int | None


@attrs.frozen(kw_only=True)
class ProviderList:
    """Every provider, available or not. `problems` tells what is wrong with the lists of agents."""

    providers: tuple[ProviderView, ...]
    problems: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class AuthenticateResult:
    """Whether an agent is logged in now, its ways to log in, and what is left for a person."""

    provider_id: str
    authenticated: bool
    methods: tuple[AuthMethod, ...]
    remedy: str | None = None


@attrs.frozen(kw_only=True)
class ServerStatus:
    """How the server is doing. `health`: ok, or readOnly after a failed write."""

    health: str
    message: str | None
    version: str
    log_id: str
    sequence: int
    running_turns: int
    pending_actions: int
    clients: int


@attrs.frozen(kw_only=True)
class SubscribeResult:
    """The feed is open: events after `sequence` follow, of the log `log_id`."""

    subscription_id: SubscriptionId
    sequence: int
    log_id: str


@attrs.frozen(kw_only=True)
class UnsubscribeResult:
    """The subscription is over; nothing of it is sent after this answer."""

    subscription_id: SubscriptionId
