"""The doors by which answers leave: each closes its request, so nothing is answered twice.

A client that has an answer has been sent the events it caused: an answer waits while a subscription
of its client has not come so far.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, TypeGuard, get_args

import attrs

from peon.rpc.answers import PreparedAnswer
from peon.rpc.failures import Boundary, cancelled, request_invalid, stopping
from peon.rpc.in_flight import InFlight, Request
from peon.rpc.limits import Limits
from peon.rpc.messages import Failure, RequestId, failure_body, result_body
from peon.rpc.send_queue import SendQueue
from peon.rpc.subscriptions import Subscriptions
from peon.wire import UnstructureHook, unstructurer
from peon_protocol.results import CommandResult

_COMMAND_RESULTS: Final = frozenset[type](get_args(CommandResult))
"""Looked up by type: to ask whether something is one of many classes takes longer than the rest."""


class Responder:
    """Answers the requests of one client. Belongs to the loop."""

    def __init__(
        self, queue: SendQueue, subscriptions: Subscriptions, *, boundary: Boundary, limits: Limits
    ) -> None:
        self._queue = queue
        self._subscriptions = subscriptions
        self._boundary = boundary
        self._parked: list[tuple[int, Callable[[], None]]] = []
        self.in_flight = InFlight(limits.requests)
        subscriptions.on_progress(self._release)

    def open(self, request_id: RequestId, method: str) -> Request | None:
        """Begin a request; None where its id is taken, which has then been answered."""
        request = self.in_flight.open(request_id, method)
        if request is None:
            self.refuse(request_id, request_invalid("The id belongs to a request under way."))
        return request

    def answer(self, request: Request, result: object) -> None:
        """Send the result as soon as its events have been sent."""
        if _is_of_command(result) and self._subscriptions.behind(result.sequence):
            self._parked.append((result.sequence, partial(self._answer, request, result)))
        else:
            self._answer(request, result)

    def fail(self, request: Request, failure: Failure) -> None:
        """Send why there is no result."""
        if self.in_flight.close(request):
            self._queue.put(failure_body(request.request_id, failure))

    def fail_later(self, request: Request, failure: Failure) -> None:
        """As `fail`, but behind every event there is: the failure of an operation is one."""
        newest = self._subscriptions.newest
        if self._subscriptions.behind(newest):
            self._parked.append((newest, partial(self.fail, request, failure)))
        else:
            self.fail(request, failure)

    def refuse(self, request_id: RequestId | None, failure: Failure) -> None:
        """Answer what never became a request.

        An id that belongs to a request under way is left out, so that the answer is not taken for
        that request's.
        """
        taken = request_id is not None and self.in_flight.find(request_id) is not None
        self._queue.put(failure_body(None if taken else request_id, failure))

    def cancel(self, request_id: RequestId) -> None:
        """Stop waiting for a request; what it has recorded stays recorded."""
        request = self.in_flight.find(request_id)
        if request is None:
            return
        if request.work is not None:
            # A turn later, so that the work has begun and ends what it holds in good order.
            asyncio.get_running_loop().call_soon(request.work.cancel)
        self.fail(request, cancelled(request.method))

    def fail_remaining(self) -> None:
        """Answer everything that is still open: the session ends."""
        for request in self.in_flight.remaining():
            self.fail(request, stopping())

    def _answer(self, request: Request, result: object) -> None:
        body = self._boundary.attempt(request.method, _encode, request.request_id, result)
        if isinstance(body, Failure):
            self.fail(request, body)
        elif self.in_flight.close(request):
            self._queue.put(body)
            if isinstance(result, PreparedAnswer):
                result.sent()

    def _release(self) -> None:
        """Send the answers whose events have been sent meanwhile."""
        if not self._parked:
            return
        parked, self._parked = self._parked, []
        for sequence, send in parked:
            if self._subscriptions.behind(sequence):
                self._parked.append((sequence, send))
            else:
                send()


def _is_of_command(result: object) -> TypeGuard[CommandResult]:
    return type(result) in _COMMAND_RESULTS


def _encode(request_id: RequestId, result: object) -> bytes:
    if isinstance(result, PreparedAnswer):
        return result.body(request_id)
    kind = type(result)
    hook = _HOOKS.get(kind)
    if hook is None:
        if not attrs.has(kind):
            raise TypeError(f"{kind.__name__} is no result of ours")
        hook = _HOOKS[kind] = unstructurer(kind)
    return result_body(request_id, hook(result))


_HOOKS: Final[dict[type, UnstructureHook]] = {}
"""For each kind of result what makes JSON of it, found when there is the first."""
