"""The language side: LSP's vocabulary and life cycle, from pygls, with its traps closed.

pygls is kept for what it knows of LSP. Its loop, its error path and its writer are not used: it
answers by our responder, so that params which do not fit, results that cannot be written, and
errors of any kind are answered once, and never with a traceback.
"""

import contextvars
import itertools
import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.progress import Progress
from pygls.protocol import LanguageServerProtocol, lsp_method

from peon.rpc.endpoint import Message
from peon.rpc.failures import Boundary, cancelled
from peon.rpc.in_flight import Request
from peon.rpc.language import LanguageAnswer, language_converter, read_params, read_result
from peon.rpc.limits import Limits
from peon.rpc.messages import Failure, RequestId, as_request_id
from peon.rpc.outgoing import OutgoingRequests, refused_by_client
from peon.rpc.responder import Responder
from peon.rpc.send_queue import SendQueue
from peon.wire import dumps
from peon_protocol.values import JsonValue

logger = logging.getLogger(__name__)


class SessionPort(Protocol):
    """What the language side needs of its session."""

    @property
    def limits(self) -> Limits: ...
    @property
    def responder(self) -> Responder: ...
    @property
    def boundary(self) -> Boundary: ...
    @property
    def queue(self) -> SendQueue: ...

    @property
    def name(self) -> str:
        """No other session has it."""
        ...

    def initialize(self, params: types.InitializeParams) -> dict[str, JsonValue]:
        """Begin, and say what this server does. Raises what refuses the request."""
        ...

    def initialized(self) -> None:
        """The client knows that it may begin."""
        ...

    def cancel_progress(self, token: types.ProgressToken) -> None:
        """The user wants something that is shown to stop."""
        ...

    def shut_down(self) -> None:
        """`shutdown` was asked for."""
        ...

    def exit(self) -> None:
        """`exit` was sent."""
        ...


class PeonLanguageServer(LanguageServer):
    """One client's language server, in the words of pygls."""

    protocol: "PeonProtocol"

    def __init__(self, session: SessionPort, *, version: str) -> None:
        self.session = session
        super().__init__(
            "peon",
            version,
            text_document_sync_kind=types.TextDocumentSyncKind.None_,
            protocol_cls=PeonProtocol,
            converter_factory=language_converter,
        )

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002
        """Log what pygls has no answer to; it would pop up in the editor otherwise."""
        logger.error("pygls reports a %s", type(error).__name__, exc_info=error)


class PeonProtocol(LanguageServerProtocol):
    """Between our endpoint, which gives it messages, and our responder, which it answers by."""

    _server: PeonLanguageServer

    def __init__(self, server: PeonLanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self._session = server.session
        self._outgoing = OutgoingRequests(
            self._session.limits.outgoing_requests, self._session.name
        )
        self._executions = itertools.count(1)
        self.progress = _ForgetfulProgress(self)

    # --- from the endpoint -------------------------------------------------------------------

    def handle_request(self, request: Request, message: Message) -> None:
        """Answer a request that is none of ours."""
        started = self._session.boundary.attempt(
            request.method, self._start, request.method, message, partial(self._finished, request)
        )
        if isinstance(started, Failure):
            self._session.responder.fail(request, started)
        elif self._session.responder.in_flight.find(request.request_id) is request:
            request.work = self._request_futures.get(started)

    def handle_notification(self, method: str, message: Message) -> None:
        """Take in a notification; one that we do not know, or that does not fit, is ignored."""
        if self.get_result_type(method) is not None:
            logger.info("ignored %s without an id: it must be a request", method)
            return
        done = partial(self._notified, method)
        outcome = self._session.boundary.attempt(method, self._start, method, message, done)
        if isinstance(outcome, Failure):
            logger.info("ignored %s: %s", method[:128], outcome.content.kind)

    def handle_response(self, message: Message) -> None:
        """Give a client's answer to whoever asked."""
        request_id = as_request_id(message.get("id"))
        pending = self._outgoing.take(request_id) if request_id is not None else None
        if pending is None or pending.future.done():
            logger.info("ignored an answer that nobody waits for")
            return
        if "error" in message:
            pending.future.set_exception(refused_by_client(message["error"]))
            return
        result = self._session.boundary.attempt(
            "an answer of the client", read_result, message["result"], pending.response
        )
        if isinstance(result, Failure):
            pending.future.set_exception(refused_by_client({"message": result.content.message}))
        else:
            pending.future.set_result(result)

    @property
    def executing(self) -> int:
        """How many handlers have not ended."""
        return len(self._request_futures)

    def close(self) -> None:
        """Let go of everybody who waits for the client."""
        self._outgoing.close()

    # --- running handlers --------------------------------------------------------------------

    def _start(
        self, method: str, message: Message, done: "Callable[[Future[object]], None]"
    ) -> str:
        handler = self._get_handler(method)
        params = read_params(method, message.get("params"))
        key = f"execution {next(self._executions)}"
        context = contextvars.copy_context()
        context.run(self._execute_handler, key, handler, done, (params,))
        return key

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: "Callable[[Future[Any]], None]",
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Run a handler, and do not keep its future once it is done, as pygls would."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _finished(self, request: Request, future: "Future[object]") -> None:
        responder = self._session.responder
        if future.cancelled():
            responder.fail(request, cancelled(request.method))
            return
        outcome = self._session.boundary.outcome(request.method, future)
        if isinstance(outcome, Failure):
            responder.fail(request, outcome)
        else:
            responder.answer(request, LanguageAnswer(outcome))

    def _notified(self, method: str, future: "Future[object]") -> None:
        if not future.cancelled():
            self._session.boundary.outcome(method, future)

    # --- what pygls sends by itself ----------------------------------------------------------

    def _send_data(self, data: object) -> None:
        self._session.queue.put(dumps(self._converter.unstructure(data)))

    def send_request(
        self,
        method: str,
        params: Any = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: object = None,  # noqa: ARG002
    ) -> "Future[Any]":
        """Ask the client. The id is always one of ours, so that it is nobody else's.

        Cancelling what is returned tells the client that no answer is wanted any more.
        """
        request_id, future = self._outgoing.open(self.get_result_type(method))
        future.add_done_callback(partial(self._withdraw, request_id))
        if callback is not None:
            future.add_done_callback(partial(_call_with_result, callback))
        kind = self.get_message_type(method)
        fields = {"id": request_id, "method": method, "params": params, "jsonrpc": self.VERSION}
        self._send_data(kind(**fields) if kind is not None else fields)
        return future

    def _withdraw(self, request_id: RequestId, future: "Future[Any]") -> None:
        if future.cancelled():
            params: JsonValue = {"id": request_id}
            self._session.queue.put(
                dumps({"jsonrpc": "2.0", "method": types.CANCEL_REQUEST, "params": params})
            )

    # pygls caches these two for the life of the process, which keeps every session alive.

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        known = types.METHOD_TO_TYPES.get(method)
        return known[0] if known else None

    def get_result_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        known = types.METHOD_TO_TYPES.get(method)
        return known[1] if known else None

    # --- life cycle --------------------------------------------------------------------------

    def _register_builtin_features(self) -> None:
        """Documents are not ours: what an editor opens is neither wanted nor kept."""
        for method, handler in (
            (types.INITIALIZE, self.lsp_initialize),
            (types.INITIALIZED, self.lsp_initialized),
            (types.SHUTDOWN, self.lsp_shutdown),
            (types.EXIT, self.lsp_exit),
            (types.SET_TRACE, self.lsp_set_trace),
            (types.WORKSPACE_EXECUTE_COMMAND, self.lsp_workspace__execute_command),
            (types.WINDOW_WORK_DONE_PROGRESS_CANCEL, self.lsp_work_done_progress_cancel),
            (
                types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
                self.lsp_workspace__did_change_workspace_folders,
            ),
        ):
            self.fm.add_builtin_feature(method, handler)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        result.capabilities.experimental = {"peon": self._session.initialize(params)}
        return result

    @lsp_method(types.INITIALIZED)
    def lsp_initialized(self, *_: object) -> None:
        """The client has the answer to `initialize`."""
        self._session.initialized()

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop what is shown; work of a feature is asked to stop by its token."""
        self._session.cancel_progress(params.token)
        future = self.progress.tokens.get(params.token)
        if future is not None:
            future.cancel()

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: object) -> None:  # type: ignore[override]
        """Requests under way go on, and are answered."""
        self._session.shut_down()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]
        """End the session; the process is not ours to end."""
        self._session.exit()


class _ForgetfulProgress(Progress):
    """Progress whose tokens are forgotten when their work has ended."""

    def end(self, token: types.ProgressToken, value: types.WorkDoneProgressEnd) -> None:
        super().end(token, value)
        self.tokens.pop(token, None)


def _call_with_result(callback: Callable[[object], None], future: "Future[object]") -> None:
    if not future.cancelled() and future.exception() is None:
        callback(future.result())
