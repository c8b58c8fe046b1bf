"""What the server sends, as JSON: answers, errors and notifications, written once."""

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from peon.wire import dumps, unstructure
from peon_protocol.failures import FAILURE_CODES, ErrorCode, ErrorContent, FailureKind
from peon_protocol.ids import SubscriptionId
from peon_protocol.values import JsonValue

RequestId: TypeAlias = int | str


@attrs.frozen
class Failure:
    """Why a request has no result: the code of JSON-RPC, and the rest as data."""

    code: ErrorCode
    content: ErrorContent

    @classmethod
    def of(
        cls,
        kind: FailureKind,
        message: str,
        *,
        remedy: str | None = None,
        details: JsonValue = None,
        retryable: bool = False,
    ) -> "Failure":
        """A failure of the closed vocabulary, with the code that belongs to its kind."""
        content = ErrorContent(
            kind=kind.value, message=message, retryable=retryable, remedy=remedy, details=details
        )
        return cls(FAILURE_CODES.get(kind, ErrorCode.REQUEST_FAILED), content)


def as_request_id(value: JsonValue) -> RequestId | None:
    """The value, if it may be the id of a request: a whole number or a text."""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def result_body(request_id: RequestId, result: JsonValue) -> bytes:
    """The answer to a request."""
    return dumps({"jsonrpc": "2.0", "id": request_id, "result": result})


def failure_body(request_id: RequestId | None, failure: Failure) -> bytes:
    """The answer to a request that has no result; without an id, where it could not be read."""
    error: JsonValue = {
        "code": int(failure.code),
        "message": failure.content.message,
        "data": unstructure(failure.content),
    }
    return dumps({"jsonrpc": "2.0", "id": request_id, "error": error})


def notification_body(method: str, params: object) -> bytes:
    """A notification whose params are one of our classes."""
    return dumps({"jsonrpc": "2.0", "method": method, "params": unstructure(params)})


def event_page_body(request_id: RequestId, events: Sequence[bytes], head: int) -> bytes:
    """The answer to `events/read`, from events as they are stored."""
    return b'{"jsonrpc":"2.0","id":%b,"result":{"events":[%b],"head":%d}}' % (
        dumps(request_id),
        b",".join(events),
        head,
    )


def thread_list_body(
    request_id: RequestId, threads: Sequence[bytes], sequence: int, before: int
) -> bytes:
    """The answer to `thread/list`, from threads that are written already."""
    return (
        b'{"jsonrpc":"2.0","id":%b,"result":{"threads":[%b],"sequence":%d,"threadsBefore":%d}}'
        % (dumps(request_id), b",".join(threads), sequence, before)
    )


def appended_prefix(subscription_id: SubscriptionId) -> bytes:
    """What every `events/appended` of a subscription begins with; made once."""
    return (
        b'{"jsonrpc":"2.0","method":"events/appended","params":{"subscriptionId":%b,"through":'
        % dumps(subscription_id)
    )


def appended_body(prefix: bytes, through: int, events: bytes) -> tuple[bytes, bytes, bytes]:
    """An `events/appended` in parts, from events as they are stored, with commas between them."""
    return b'%b%d,"events":[' % (prefix, through), events, b"]}}"
