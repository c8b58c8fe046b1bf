"""A client of the server, as small as one can be: requests, their answers, and notifications."""

import asyncio
import re
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from peon.errors import PeonError
from peon.runtime.tasks import TaskOwner
from peon.wire import dumps, loads, structure, unstructure
from peon_protocol.failures import ErrorContent
from peon_protocol.methods import METHODS
from peon_protocol.values import JsonValue

T = TypeVar("T")

JsonObject: TypeAlias = dict[str, JsonValue]
OnNotification: TypeAlias = Callable[[str, JsonObject], None]
"""Takes the method and the params of what the server sends by itself; called on the loop."""

_METHOD_OF: Final = {method.params: method.name for method in METHODS}
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEADER_BYTES: Final = 64 * 1024


class RequestFailed(PeonError):
    """The server answered with an error; `content` is its `data`, as far as it is one of ours."""

    def __init__(self, method: str, content: ErrorContent) -> None:
        super().__init__(content.message)
        self.method = method
        self.content = content


class ServerGone(PeonError):
    """The server ended, or ended the connection, with requests still open."""


class Client:
    """One connection to a server. Belongs to the loop."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        on_notification: OnNotification,
        tasks: TaskOwner,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_notification = on_notification
        self._open: dict[int, asyncio.Future[JsonValue]] = {}
        self._methods: dict[int, str] = {}
        self._count = 0
        self.gone = asyncio.Event()
        """Set when nothing more will come."""
        tasks.start(self._read(), name="reading the server")

    async def ask(self, params: object, kind: type[T]) -> T:
        """Send one of the protocol's requests, named by the class of its params.

        Raises RequestFailed, and ServerGone.
        """
        answer = await self.request(_METHOD_OF[type(params)], unstructure(params))
        return structure(answer, kind, root="$.result")

    async def request(self, method: str, params: JsonValue = None) -> JsonValue:
        """Send any request. Raises RequestFailed, and ServerGone."""
        if self.gone.is_set():
            raise ServerGone
        self._count += 1
        number = self._count
        answer: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        self._open[number], self._methods[number] = answer, method
        try:
            await self._send({"id": number, "method": method, "params": params})
            return await answer
        finally:
            del self._open[number], self._methods[number]

    async def notify(self, method: str, params: JsonValue = None) -> None:
        """Send what is not answered. Raises ServerGone."""
        await self._send({"method": method, "params": params})

    async def _send(self, message: JsonObject) -> None:
        body = dumps({"jsonrpc": "2.0", **message})
        try:
            self._writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            await self._writer.drain()
        except OSError as error:
            raise ServerGone from error

    async def _read(self) -> None:
        try:
            while (message := await self._next()) is not None:
                self._take(message)
        finally:
            self.gone.set()
            for answer in self._open.values():
                if not answer.done():
                    answer.set_exception(ServerGone())

    async def _next(self) -> JsonValue:
        """The next message; None when there are no more."""
        try:
            header = await self._reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(header)
            return loads(await self._reader.readexactly(int(length[1]))) if length else None
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return None

    def _take(self, message: JsonValue) -> None:
        match message:
            case {"method": str() as method, "params": dict() as params, **rest} if (
                "id" not in rest
            ):
                self._on_notification(method, params)
            case {"id": int() as number, "result": result}:
                self._settle(number, result)
            case {"id": int() as number, "error": dict() as error}:
                self._fail(number, error)
            case _:
                return

    def _settle(self, number: int, result: JsonValue) -> None:
        answer = self._open.get(number)
        if answer is not None and not answer.done():
            answer.set_result(result)

    def _fail(self, number: int, error: JsonObject) -> None:
        answer = self._open.get(number)
        if answer is not None and not answer.done():
            content = structure(error.get("data"), ErrorContent, root="$.error.data")
            answer.set_exception(RequestFailed(self._methods[number], content))
