"""Events of worktrees: where threads work."""

from typing import ClassVar

import attrs

from peon_protocol.ids import OperationId, ThreadId


@attrs.frozen(kw_only=True)
class WorktreeCreated:
    """The thread works in a worktree: one that was `made` for it, or one that was there.

    `folder` is where in the worktree at `path` the project's folder is. `base` is what the branch
    was begun from.
    """

    TYPE: ClassVar = "worktree.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
    path: str
    folder: str
    branch: str | None
    base: str | None
    made: bool


@attrs.frozen(kw_only=True)
class WorktreeRemoved:
    """The thread's worktree was taken away; it can be brought back."""

    TYPE: ClassVar = "worktree.removed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId


@attrs.frozen(kw_only=True)
class WorktreeRestored:
    """The thread's worktree is there again."""

    TYPE: ClassVar = "worktree.restored"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    operation_id: OperationId
