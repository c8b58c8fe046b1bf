"""Events of the workspace: checkpoints, the repository, and slow work as it is asked for."""

from typing import ClassVar

import attrs

from peon_protocol.ids import CheckpointId, OperationId, ThreadId, TurnId
from peon_protocol.values import (
    CheckpointKind,
    MissingPath,
    Operation,
    PathConflict,
    RestoreScope,
)


@attrs.frozen(kw_only=True)
class CheckpointCreated:
    """The workspace's files were kept. `missing` names what could not be.

    `snapshot` is the checkpoint store's own name for what it keeps.
    """

    TYPE: ClassVar = "checkpoint.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_id: CheckpointId
    description: str
    kind: CheckpointKind
    snapshot: str
    turn_id: TurnId | None = None
    operation_id: OperationId | None = None
    missing: tuple[MissingPath, ...] = ()


@attrs.frozen(kw_only=True)
class CheckpointsExpired:
    """What these checkpoints held is no longer kept: they are too old, or took too much room."""

    TYPE: ClassVar = "checkpoint.expired"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_ids: tuple[CheckpointId, ...]


@attrs.frozen(kw_only=True)
class CheckpointRestored:
    """Files, or the conversation, went back; `before_checkpoint_id` holds what was before.

    `undone` are turns that no longer count in the conversation, `redone` turns that do again.
    `overwritten` are restored paths that others had changed too.
    """

    TYPE: ClassVar = "checkpoint.restored"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_id: CheckpointId
    operation_id: OperationId
    before_checkpoint_id: CheckpointId
    restored: tuple[str, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()
    what: RestoreScope = RestoreScope.FILES
    undone: tuple[TurnId, ...] = ()
    redone: tuple[TurnId, ...] = ()
    overwritten: tuple[PathConflict, ...] = ()


@attrs.frozen(kw_only=True)
class ChangesCommitted:
    """A commit was made in the user's repository."""

    TYPE: ClassVar = "changes.committed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    commit: str
    message: str
    branch: str | None = None
    files: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ChangesPushed:
    """A branch was pushed."""

    TYPE: ClassVar = "changes.pushed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    remote: str
    branch: str
    commit: str


@attrs.frozen(kw_only=True)
class BranchCreated:
    """A branch was made in the user's repository; it begins at `commit`, which `base` named."""

    TYPE: ClassVar = "branch.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    branch: str
    commit: str
    checked_out: bool
    base: str | None = None


@attrs.frozen(kw_only=True)
class PullRequestOpened:
    """A pull request is open at `url`; where it was before (`existing`), it is as it was."""

    TYPE: ClassVar = "pullRequest.opened"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    url: str
    branch: str
    title: str
    base: str | None = None
    draft: bool = False
    existing: bool = False


@attrs.frozen(kw_only=True)
class OperationRequested:
    """Slow workspace work is wanted; its outcome will be an event of its own."""

    TYPE: ClassVar = "operation.requested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    operation: Operation
    turn_id: TurnId | None = None


@attrs.frozen(kw_only=True)
class OperationFailed:
    """The work could not be done; `code` is a kind of the error vocabulary."""

    TYPE: ClassVar = "operation.failed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    code: str
    message: str
    remedy: str | None = None
    turn_id: TurnId | None = None
