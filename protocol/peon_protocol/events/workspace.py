"""Events of the workspace: checkpoints, the repository, and slow work as it is asked for."""

from typing import ClassVar

import attrs

from peon_protocol.ids import CheckpointId, OperationId, ThreadId, TurnId
from peon_protocol.values import CheckpointKind, MissingPath, Operation, PathConflict


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
class CheckpointRestored:
    """Files went back to a checkpoint; `before_checkpoint_id` holds what they were before."""

    TYPE: ClassVar = "checkpoint.restored"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    checkpoint_id: CheckpointId
    operation_id: OperationId
    before_checkpoint_id: CheckpointId
    restored: tuple[str, ...] = ()
    conflicts: tuple[PathConflict, ...] = ()


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
