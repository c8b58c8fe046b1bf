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
    REQUEST_INVALID = "request.invalid"
    MESSAGE_TOO_LARGE = "message.tooLarge"
    METHOD_NOT_FOUND = "method.notFound"
    PARAMS_INVALID = "params.invalid"
    SERVER_NOT_INITIALIZED = "server.notInitialized"
    SERVER_SHUTTING_DOWN = "server.shuttingDown"
    REQUEST_CANCELLED = "request.cancelled"
    CURSOR_STALE = "cursor.stale"
    UNAVAILABLE = "unavailable"
    EXTERNAL_FAILED = "external.failed"
    STORE_FAILED = "store.failed"
    SERVER_BUG = "server.bug"
    TURN_NOT_FOUND = "turn.notFound"
    BLOB_NOT_FOUND = "blob.notFound"
    SUBSCRIPTION_NOT_FOUND = "subscription.notFound"
    CHECKPOINT_FAILED = "checkpoint.failed"
    CHECKPOINT_TOO_LATE = "checkpoint.tooLate"
    RESTORE_FAILED = "restore.failed"
    OPERATION_LOST = "operation.lost"
    GIT_MISSING = "git.missing"
    GIT_FAILED = "git.failed"
    GIT_NOT_A_REPOSITORY = "git.notARepository"
    GIT_NOTHING_TO_COMMIT = "git.nothingToCommit"
    GIT_HOOK_FAILED = "git.hookFailed"
    GIT_NO_IDENTITY = "git.noIdentity"
    GIT_NO_REMOTE = "git.noRemote"
    GIT_REJECTED = "git.rejected"
    GIT_LOCKED = "git.locked"
    GIT_TIMED_OUT = "git.timedOut"


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
