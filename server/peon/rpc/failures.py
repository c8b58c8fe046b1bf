"""The one place where an exception becomes the answer to a request."""

import asyncio
import concurrent.futures
from collections.abc import Awaitable, Callable
from typing import Final, ParamSpec, TypeVar

from pygls.exceptions import JsonRpcInvalidParams, JsonRpcMethodNotFound

from peon.errors import (
    CommandRejected,
    ExternalFailure,
    PeonError,
    Stale,
    StoreFailure,
    Unavailable,
)
from peon.rpc.messages import Failure
from peon.runtime.ids import IdSource
from peon.runtime.logging import reference
from peon.wire import ParamsInvalid, unstructure
from peon_protocol.failures import FAILURE_CODES, ErrorCode, ErrorContent, FailureKind
from peon_protocol.rejections import Rejection

P = ParamSpec("P")
T = TypeVar("T")

RETRYABLE: Final = frozenset(
    {
        "turn.inProgress",
        "operation.inProgress",
        "workspace.busy",
        "project.hasRunningThreads",
        FailureKind.GIT_LOCKED.value,
        FailureKind.GIT_TIMED_OUT.value,
        FailureKind.CHECKPOINT_BUSY.value,
        FailureKind.CHECKPOINT_TOO_LATE.value,
        FailureKind.OPERATION_LOST.value,
        FailureKind.SERVER_LOST.value,
    }
)
"""Kinds where the same request may succeed a little later."""


class RequestRefused(PeonError):
    """A request about the session itself that cannot be met; `failure` is the answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.content.message)
        self.failure = failure


class Boundary:
    """Runs what may fail in any way; nothing that fails goes further than here.

    A bug is logged with its traceback, and the client is told the reference of that record.
    """

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids

    def attempt(
        self, during: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | Failure:
        """The result of the call, or what to answer instead."""
        try:
            return call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 (the boundary)
            return self.failure(error, during)

    async def attempt_later(self, during: str, awaitable: Awaitable[T]) -> T | Failure:
        """What the awaitable resolves to, or what to answer instead."""
        try:
            return await awaitable
        except Exception as error:  # noqa: BLE001 (the boundary)
            return self.failure(error, during)

    def outcome(
        self, during: str, future: "asyncio.Future[T] | concurrent.futures.Future[T]"
    ) -> T | Failure:
        """As `attempt_later`, of a future that is done."""
        if future.cancelled():
            return stopping()
        error = future.exception()
        return future.result() if error is None else self.failure(error, during)

    def failure(self, error: BaseException, during: str) -> Failure:
        """What to answer where `error` was raised."""
        match error:
            case RequestRefused(failure=failure):
                return failure
            case CommandRejected(rejection=rejection):
                return _rejected(rejection)
            case ParamsInvalid(problems=problems):
                return params_invalid(list(problems))
            case Stale(message=message):
                return Failure.of(
                    FailureKind.CURSOR_STALE, message, remedy="Read again from the present state."
                )
            case Unavailable():
                return _unavailable(error)
            case ExternalFailure():
                return _external(error)
            case JsonRpcInvalidParams(message=message):
                return params_invalid([f"{message} @ $.params"])
            case JsonRpcMethodNotFound():
                return method_not_found(during)
            case _:
                return self._unexpected(error, during)

    def _unexpected(self, error: BaseException, during: str) -> Failure:
        logged = reference(error, ids=self._ids, during=during)
        if isinstance(error, StoreFailure):
            return Failure.of(
                FailureKind.STORE_FAILED,
                str(error),
                remedy="Free what stands in the way, then restart the server.",
                details={"reference": logged},
            )
        return Failure.of(
            FailureKind.SERVER_BUG,
            f"The server failed while handling {during}. Reference: {logged}",
            remedy="Report it with what the log file says under this reference.",
            details={"reference": logged},
        )


def params_invalid(problems: list[str]) -> Failure:
    """The params do not fit; each problem names its path."""
    return Failure.of(
        FailureKind.PARAMS_INVALID,
        f"The params do not fit: {'; '.join(problems)}.",
        details={"problems": [*problems]},
    )


def method_not_found(method: str) -> Failure:
    """No such request."""
    return Failure.of(
        FailureKind.METHOD_NOT_FOUND,
        f"There is no method {method[:128]}.",
        remedy="capabilities.experimental.peon.methods lists what this server does.",
    )


def request_invalid(message: str, *, remedy: str | None = None) -> Failure:
    """This is not a request."""
    return Failure.of(FailureKind.REQUEST_INVALID, message, remedy=remedy)


def cancelled(method: str) -> Failure:
    """The client does not want the answer any more."""
    return Failure.of(
        FailureKind.REQUEST_CANCELLED, f"{method} was cancelled. What it recorded stays recorded."
    )


def stopping() -> Failure:
    """The session ends before the answer is there."""
    return Failure.of(
        FailureKind.SERVER_SHUTTING_DOWN,
        "The server stopped before the answer was there.",
        remedy="Start it again and read the state; a repeated commandId is not carried out twice.",
        retryable=True,
    )


def _rejected(rejection: Rejection) -> Failure:
    content = ErrorContent(
        kind=rejection.KIND,
        message=rejection.message,
        retryable=rejection.KIND in RETRYABLE,
        remedy=rejection.REMEDY,
        details=unstructure(rejection),
    )
    return Failure(ErrorCode.REQUEST_FAILED, content)


def _unavailable(error: Unavailable) -> Failure:
    return Failure.of(
        FailureKind.UNAVAILABLE,
        f"{error.what}: {error.why}.",
        remedy=error.remedy,
        details={"what": error.what, "why": error.why},
    )


def _external(error: ExternalFailure) -> Failure:
    content = ErrorContent(
        kind=error.code,
        message=str(error),
        retryable=error.code in RETRYABLE,
        remedy=error.remedy,
        details={"tool": error.tool, "detail": error.detail},
    )
    code = FAILURE_CODES.get(FailureKind(error.code)) if error.code in _KINDS else None
    return Failure(code or ErrorCode.REQUEST_FAILED, content)


_KINDS: Final = frozenset(kind.value for kind in FailureKind)
