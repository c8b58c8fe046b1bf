"""What the log says of the user's repository, in a sentence."""

from typing import TypeAlias

from peon_protocol.events import (
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    PullRequestOpened,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.values import (
    CommitOperation,
    CreateBranchOperation,
    PullRequestOperation,
    PushOperation,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)

GitOperation: TypeAlias = (
    CommitOperation
    | PushOperation
    | CreateBranchOperation
    | PullRequestOperation
    | WorktreeOperation
    | WorktreeRemoveOperation
    | WorktreeRestoreOperation
)


def told_of_repository(
    event: ChangesCommitted | ChangesPushed | BranchCreated | PullRequestOpened,
) -> str:
    """What was done in a repository."""
    match event:
        case ChangesCommitted():
            branch = "" if event.branch is None else f" on {event.branch}"
            return f"{event.commit[:10]}{branch}: {event.message} ({files_told(event.files)})"
        case ChangesPushed():
            return f"{event.commit[:10]} to {event.branch} of {event.remote}"
        case BranchCreated():
            there = ", checked out" if event.checked_out else ""
            return f"{event.branch} at {event.commit[:10]}{there}"
        case PullRequestOpened():
            before = " (open already)" if event.existing else ""
            return f"«{event.title}» for {event.branch}: {event.url}{before}"


def told_of_worktree(event: WorktreeCreated | WorktreeRemoved | WorktreeRestored) -> str:
    """What became of a worktree."""
    if isinstance(event, WorktreeCreated):
        return event.path if event.branch is None else f"{event.path} on {event.branch}"
    gone = isinstance(event, WorktreeRemoved)
    return "the worktree is put aside" if gone else "the worktree is there again"


def told_as_wanted(operation: GitOperation) -> str:
    """What is to be done in a repository."""
    match operation:
        case CommitOperation():
            return f"commit «{operation.message}»"
        case PushOperation():
            return f"push {operation.branch or 'the branch'} to {operation.remote or 'its remote'}"
        case CreateBranchOperation():
            return f"make the branch {operation.name} at {operation.base or 'the present commit'}"
        case PullRequestOperation():
            return f"open a pull request «{operation.title}»"
        case WorktreeOperation(worktree=wanted):
            return f"work in a worktree: {wanted.branch or wanted.path}"
        case WorktreeRemoveOperation():
            return "take the worktree away"
        case WorktreeRestoreOperation():
            return "bring the worktree back"


def files_told(paths: tuple[str, ...]) -> str:
    """One file by its name, more by their number."""
    match paths:
        case ():
            return "nothing"
        case (path,):
            return path
        case (path, *others):
            return f"{path} and {len(others)} more"
        case _:
            return ""
