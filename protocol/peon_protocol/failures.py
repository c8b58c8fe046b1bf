"""What an error response carries, and the closed vocabulary of `kind` beside the rejections'."""

import enum
from typing import Final

import attrs

from peon_protocol.values import JsonValue


class ErrorCode(enum.IntEnum):
    """The numbers of JSON-RPC and of the Language Server Protocol 3.17."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    SERVER_NOT_INITIALIZED = -32002
    REQUEST_CANCELLED = -32800
    CONTENT_MODIFIED = -32801
    """A cursor or a base is stale: read again."""
    REQUEST_FAILED = -32803
    """Refused, unavailable, or failed outside."""


class FailureKind(enum.StrEnum):
    """Every `kind` that is not a rejection's."""

    JSON_INVALID = "json.invalid"
    """The message is not JSON in UTF-8."""
    REQUEST_INVALID = "request.invalid"
    """The message is JSON, but no request that can be taken."""
    MESSAGE_TOO_LARGE = "message.tooLarge"
    """The message is longer than the server takes; it was not read."""
    METHOD_NOT_FOUND = "method.notFound"
    """There is no such method."""
    PARAMS_INVALID = "params.invalid"
    """The params do not fit; `details.problems` lists where and why."""
    SERVER_NOT_INITIALIZED = "server.notInitialized"
    """A request came before `initialize` was answered."""
    SERVER_SHUTTING_DOWN = "server.shuttingDown"
    """A request came after `shutdown`, or the server stopped before the answer."""
    SERVER_LOST = "server.lost"
    """The server died or was stopped before the answer; the log tells what became of it."""
    REQUEST_CANCELLED = "request.cancelled"
    """The client cancelled the request; what was recorded stays recorded."""
    CURSOR_STALE = "cursor.stale"
    """The cursor names history that this log does not have."""
    UNAVAILABLE = "unavailable"
    """Something that is needed is not there: a program, a place, room."""
    EXTERNAL_FAILED = "external.failed"
    """An agent or another program failed; the message holds its own words."""
    STORE_FAILED = "store.failed"
    """The log cannot be written or read; `details.reference` is in the log file."""
    SERVER_BUG = "server.bug"
    """A fault of the server; `details.reference` is in the log file."""
    BLOB_NOT_FOUND = "blob.notFound"
    """No value is kept under this hash."""
    SUBSCRIPTION_NOT_FOUND = "subscription.notFound"
    """This client has no such subscription."""
    CHECKPOINT_FAILED = "checkpoint.failed"
    """The files could not be kept."""
    CHECKPOINT_TOO_LATE = "checkpoint.tooLate"
    """The files could not be kept in time."""
    CHECKPOINT_BUSY = "checkpoint.busy"
    """The folder was busy with other checkpoints for too long."""
    CHECKPOINT_INCOMPLETE = "checkpoint.incomplete"
    """The files as they are now could not be kept whole, so nothing was restored over them."""
    CHECKPOINT_NOT_STORED = "checkpoint.notStored"
    """The disk where checkpoints are kept is full, or cannot be written to."""
    WORKSPACE_NOT_A_FOLDER = "workspace.notAFolder"
    """The project's folder is not there, is no folder, or cannot be entered."""
    RESTORE_FAILED = "restore.failed"
    """The files could not be brought back."""
    REVIEW_FILE_NOT_FOUND = "review.fileNotFound"
    """The turn did not change this file."""
    REVIEW_HUNK_NOT_FOUND = "review.hunkNotFound"
    """The turn made no such change."""
    WORKTREE_NOT_FOUND = "worktree.notFound"
    """There is no such worktree of this repository."""
    WORKTREE_BRANCH_EXISTS = "worktree.branchExists"
    """The branch that was to be begun from a base is there already."""
    WORKTREE_COPY_FAILED = "worktree.copyFailed"
    """A file could not be copied into the worktree."""
    WORKTREE_SETUP_FAILED = "worktree.setupFailed"
    """A set-up command failed; the message holds the end of what it said."""
    WORKTREE_DIRTY = "worktree.dirty"
    """Something in the worktree is not committed."""
    WORKTREE_DETACHED = "worktree.detached"
    """The worktree is on no branch, so its commits could be lost."""
    WORKTREE_MOUNTED = "worktree.mounted"
    """Something is mounted in the worktree from elsewhere."""
    GIT_BAD_BRANCH = "git.badBranch"
    """This cannot be the name of a branch."""
    GIT_BRANCH_EXISTS = "git.branchExists"
    """There is a branch of this name already."""
    GIT_WOULD_OVERWRITE = "git.wouldOverwrite"
    """Going to the branch would overwrite files that are not committed."""
    GIT_NO_BRANCH = "git.noBranch"
    """No branch is checked out, or it has no commit."""
    PULL_REQUEST_NO_PROGRAM = "pullRequest.noProgram"
    """Neither `gh` nor `glab` is installed that could open it there."""
    PULL_REQUEST_NEEDS_LOGIN = "pullRequest.needsLogin"
    """The program that opens pull requests is not logged in."""
    PULL_REQUEST_FAILED = "pullRequest.failed"
    """The pull request was not opened; the message holds the program's own words."""
    GIT_NO_SUCH_COMMIT = "git.noSuchCommit"
    """There is no such branch, tag or commit."""
    FILE_NO_SUCH_LINE = "file.noSuchLine"
    """There is no such file, or it has not so many lines, or git ignores it."""
    OPERATION_LOST = "operation.lost"
    """The server stopped while the work was under way."""
    OPERATION_CANCELLED = "operation.cancelled"
    """A client had the work stopped; there is a remedy where it is not known what it leaves."""
    GIT_MISSING = "git.missing"
    """There is no git, or it is too old."""
    GIT_FAILED = "git.failed"
    """Git failed; the message holds its own words."""
    GIT_NOT_A_REPOSITORY = "git.notARepository"
    """The folder is in no repository."""
    GIT_NOTHING_TO_COMMIT = "git.nothingToCommit"
    """Nothing has changed."""
    GIT_HOOK_FAILED = "git.hookFailed"
    """A hook of the user's refused; the message holds its words."""
    GIT_NO_IDENTITY = "git.noIdentity"
    """Git does not know who commits."""
    GIT_NO_REMOTE = "git.noRemote"
    """The branch has nowhere to go."""
    GIT_REJECTED = "git.rejected"
    """The remote did not take the push."""
    GIT_LOCKED = "git.locked"
    """Another git works in the repository."""
    GIT_TIMED_OUT = "git.timedOut"
    """Git did not finish in time and was stopped."""


FAILURE_CODES: Final = {
    FailureKind.JSON_INVALID: ErrorCode.PARSE_ERROR,
    FailureKind.REQUEST_INVALID: ErrorCode.INVALID_REQUEST,
    FailureKind.MESSAGE_TOO_LARGE: ErrorCode.INVALID_REQUEST,
    FailureKind.METHOD_NOT_FOUND: ErrorCode.METHOD_NOT_FOUND,
    FailureKind.PARAMS_INVALID: ErrorCode.INVALID_PARAMS,
    FailureKind.SERVER_NOT_INITIALIZED: ErrorCode.SERVER_NOT_INITIALIZED,
    FailureKind.SERVER_SHUTTING_DOWN: ErrorCode.INVALID_REQUEST,
    FailureKind.REQUEST_CANCELLED: ErrorCode.REQUEST_CANCELLED,
    FailureKind.CURSOR_STALE: ErrorCode.CONTENT_MODIFIED,
    FailureKind.STORE_FAILED: ErrorCode.INTERNAL_ERROR,
    FailureKind.SERVER_BUG: ErrorCode.INTERNAL_ERROR,
}
"""The code of each kind; a kind that is not here is answered with REQUEST_FAILED."""


@attrs.frozen(kw_only=True)
class ErrorContent:
    """The `data` of an error response.

    `details` are the rejection's own fields, or `problems`, or `reference`.
    """

    kind: str
    message: str
    retryable: bool = False
    remedy: str | None = None
    details: JsonValue = None
