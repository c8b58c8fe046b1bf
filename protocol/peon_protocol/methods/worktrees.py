"""The rows of worktrees."""

from typing import Final

from peon_protocol import commands, findings, queries, results
from peon_protocol.methods.rows import Method, command, query

WORKTREES: Final[tuple[Method, ...]] = (
    command(
        "worktree/remove",
        commands.RemoveWorktree,
        results.ThreadResult,
        "Take away the worktree that was made for a thread, if nothing in it is uncommitted.",
        "thread.notFound",
        "turn.inProgress",
        "operation.inProgress",
        "operation.cancelled",
        "worktree.none",
        "worktree.notMade",
        "worktree.shared",
        "worktree.removed",
        "worktree.dirty",
        "worktree.detached",
        "worktree.mounted",
        "worktree.notFound",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    command(
        "worktree/restore",
        commands.RestoreWorktree,
        results.ThreadResult,
        "Bring back a worktree that was taken away.",
        "thread.notFound",
        "operation.inProgress",
        "operation.cancelled",
        "worktree.none",
        "worktree.present",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    query(
        "worktree/list",
        queries.ListWorktrees,
        findings.WorktreeList,
        "The worktrees of a project's repository.",
        "project.notFound",
        "git.notARepository",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
)
