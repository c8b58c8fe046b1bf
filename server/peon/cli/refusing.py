"""Telling a client why there is no server: an editor sees the protocol, and never our stderr."""

import asyncio
import sys
from typing import Final

import attrs

from peon.errors import StoreFailure, Unavailable
from peon.rpc.connection import Connection
from peon.rpc.failures import Boundary
from peon.rpc.limits import Limits
from peon.rpc.messages import Failure, as_request_id, failure_body
from peon.rpc.send_queue import SendQueue
from peon.rpc.transport import open_stdio
from peon.runtime.ids import IdSource
from peon.wire import loads

FAILED: Final = 1
"""The exit code of a server that could not begin."""

_ASK_SECONDS: Final = 10.0
"""How long a client may take to send its first request."""

_LEAVE_SECONDS: Final = 2.0
"""How long it may take, once it was answered, to see that there is no more to be had."""


async def refuse_client(error: Unavailable | StoreFailure, ids: IdSource) -> int:
    """Answer `initialize`, and whatever else is asked, with `error`; then give the exit code."""
    if sys.stdin.isatty():
        return FAILED
    limits = Limits()
    queue = SendQueue(limits, on_overflow=lambda: None)
    connection = Connection(limits, queue)
    failure = _failure(error, ids)
    await open_stdio(connection)
    try:
        async with asyncio.timeout(_ASK_SECONDS) as deadline:
            while isinstance(message := await connection.next_message(), bytes):
                if not _answer(message, failure, queue):
                    continue
                deadline.reschedule(asyncio.get_running_loop().time() + _LEAVE_SECONDS)
    except TimeoutError:
        pass
    await connection.close(limits.flush_seconds)
    return FAILED


def _failure(error: Unavailable | StoreFailure, ids: IdSource) -> Failure:
    """An editor shows the message only, so obstacle and remedy both stand in it."""
    failure = Boundary(ids).failure(error, "initialize")
    return attrs.evolve(failure, content=attrs.evolve(failure.content, message=str(error)))


def _answer(body: bytes, failure: Failure, queue: SendQueue) -> bool:
    """Whether the message was a request; anything else needs no answer."""
    try:
        message = loads(body)
    except ValueError:
        return False
    request_id = as_request_id(message.get("id")) if isinstance(message, dict) else None
    if request_id is None:
        return False
    queue.put(failure_body(request_id, failure))
    return True
