"""One client's messages: what each is, whether it may be sent now, and who handles it."""

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial
from types import CoroutineType
from typing import Protocol, TypeAlias

from peon.rpc.caller import Caller
from peon.rpc.dispatch import Route, Routes
from peon.rpc.failures import Boundary, params_invalid, request_invalid
from peon.rpc.framing import Junk, Oversized
from peon.rpc.in_flight import Request
from peon.rpc.life_cycle import LifeCycle
from peon.rpc.messages import Failure, RequestId, as_request_id
from peon.rpc.responder import Responder
from peon.runtime.tasks import TaskOwner
from peon.wire import holds_lone_surrogate, loads
from peon_protocol.failures import FailureKind
from peon_protocol.methods import MethodKind
from peon_protocol.values import JsonValue

logger = logging.getLogger(__name__)

Message: TypeAlias = dict[str, JsonValue]

_HALF = "expected whole characters, found half of one (a lone surrogate) @ $"


class LanguageSide(Protocol):
    """Whoever speaks the vocabulary of LSP; it answers by the responder too."""

    def handle_request(self, request: Request, message: Message) -> None: ...
    def handle_notification(self, method: str, message: Message) -> None: ...
    def handle_response(self, message: Message) -> None: ...


class Endpoint:
    """Belongs to the loop. Nothing that a client sends makes `receive` raise."""

    def __init__(
        self,
        routes: Routes,
        caller: Caller,
        responder: Responder,
        language: LanguageSide,
        *,
        life_cycle: LifeCycle,
        boundary: Boundary,
        tasks: TaskOwner,
    ) -> None:
        self._routes = routes
        self._caller = caller
        self._responder = responder
        self._language = language
        self._life_cycle = life_cycle
        self._boundary = boundary
        self._tasks = tasks

    def receive(self, message: bytes | Oversized | Junk) -> None:
        """Handle what the framer found. Commands are submitted before this returns."""
        if isinstance(message, bytes):
            self._receive_body(message)
        elif isinstance(message, Oversized):
            self._responder.refuse(message.request_id, _too_large(message))
        else:
            self._responder.refuse(None, _no_message())

    def _receive_body(self, body: bytes) -> None:
        try:
            message = loads(body)
        except ValueError as error:
            self._responder.refuse(None, _no_json(error))
            return
        if holds_lone_surrogate(body):
            request_id = message.get("id") if isinstance(message, dict) else None
            self._responder.refuse(as_request_id(request_id), params_invalid([_HALF]))
            return
        if not isinstance(message, dict):
            self._responder.refuse(None, _batch() if isinstance(message, list) else _no_request())
            return
        method = message.get("method")
        if method is None and ("result" in message or "error" in message):
            self._language.handle_response(message)
        elif message.get("jsonrpc") != "2.0" or not isinstance(method, str):
            self._responder.refuse(as_request_id(message.get("id")), _no_request())
        elif "id" not in message:
            self._receive_notification(method, message)
        elif (request_id := as_request_id(message["id"])) is None:
            self._responder.refuse(None, _no_request())
        else:
            self._receive_request(request_id, method, message)

    def _receive_request(self, request_id: RequestId, method: str, message: Message) -> None:
        refusal = self._life_cycle.refusal(method)
        if refusal is not None:
            self._responder.refuse(request_id, refusal)
            return
        request = self._responder.open(request_id, method)
        if request is None:
            return
        route = self._routes.get(method)
        if route is None:
            self._language.handle_request(request, message)
        else:
            self._handle(request, route, message.get("params"))

    def _handle(self, request: Request, route: Route, params: JsonValue) -> None:
        outcome = self._boundary.attempt(request.method, route.call, self._caller, params)
        if isinstance(outcome, asyncio.Future):
            # It may be shared with a repeated command, so it is only ever listened to.
            if outcome.done():
                self._resolved(request, outcome)
            else:
                outcome.add_done_callback(partial(self._resolved, request))
        elif isinstance(outcome, Failure):
            self._responder.fail(request, outcome)
        elif isinstance(outcome, CoroutineType):
            work = self._tasks.start(self._wait(request, outcome), name=request.method)
            request.work = None if route.kind is MethodKind.COMMAND else work
        else:
            self._responder.answer(request, outcome)

    def _resolved(self, request: Request, future: "asyncio.Future[object]") -> None:
        self._settle(request, self._boundary.outcome(request.method, future))

    async def _wait(self, request: Request, awaitable: Awaitable[object]) -> None:
        self._settle(request, await self._boundary.attempt_later(request.method, awaitable))

    def _settle(self, request: Request, outcome: object) -> None:
        if isinstance(outcome, Failure):
            self._responder.fail_later(request, outcome)
        else:
            self._responder.answer(request, outcome)

    def _receive_notification(self, method: str, message: Message) -> None:
        if method == "$/cancelRequest":
            self._cancel(message.get("params"))
        elif method in self._routes:
            logger.warning("ignored %s without an id: it must be a request", method)
        elif self._life_cycle.takes_notification(method):
            self._language.handle_notification(method, message)

    def _cancel(self, params: JsonValue) -> None:
        request_id = as_request_id(params.get("id")) if isinstance(params, dict) else None
        if request_id is None:
            logger.warning("ignored a $/cancelRequest without an id")
        else:
            self._responder.cancel(request_id)


def _too_large(message: Oversized) -> Failure:
    return Failure.of(
        FailureKind.MESSAGE_TOO_LARGE,
        f"A message of {message.length} bytes was not read.",
        remedy="Send less at once.",
        details={"length": message.length},
    )


def _no_json(error: ValueError) -> Failure:
    return Failure.of(FailureKind.JSON_INVALID, f"The message is not JSON in UTF-8: {error}")


def _no_request() -> Failure:
    return request_invalid(
        "This is not a request of JSON-RPC 2.0.",
        remedy='Send {"jsonrpc": "2.0", "id": 1, "method": "…", "params": {}}; the id is a whole '
        "number or a text.",
    )


def _batch() -> Failure:
    return request_invalid(
        "Batches are not taken.", remedy="Send each request as a message of its own."
    )


def _no_message() -> Failure:
    return request_invalid(
        "There were bytes between two messages; they were skipped.",
        remedy="Begin each message with Content-Length: and its length in bytes.",
    )
