"""A client that checks its server: one answer to each request, and nothing left unread."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

DEADLINE = 20.0
"""Seconds that any single wait of a test may take on a busy machine."""

Message = dict[str, Any]


class ErrorAnswer(Exception):
    """The server answered with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error['code']} {error['data']['kind']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]
        self.data = error["data"]
        self.kind = error["data"]["kind"]


def frame(message: object) -> bytes:
    """A message as it stands in the stream; bytes are taken as they are."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def cut(stream: bytes) -> tuple[list[Message], bytes]:
    """The messages in what a server wrote, and the rest, which is no whole message yet."""
    found: list[Message] = []
    position = 0
    while (end := stream.find(b"\r\n\r\n", position)) >= 0:
        name, _, length = stream[position:end].partition(b": ")
        assert name == b"Content-Length", f"a header of the server names {name!r}"
        body = stream[end + 4 : end + 4 + int(length)]
        if len(body) < int(length):
            break
        found.append(json.loads(body))
        position = end + 4 + len(body)
    return found, stream[position:]


class WireClient:
    """Speaks to a server by bytes. Used as a context, it fails on what was left unread."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._buffer = b""
        self._count = 0
        self._open: dict[int | str, asyncio.Future[Message]] = {}
        self._answered: set[int | str] = set()
        self.unread: deque[Message] = deque()
        self.log: list[Message] = []
        self.lenient = False
        """Whether answers to requests nobody knows of are only read, as when anything is sent."""
        self._more = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            assert not self.unread, f"left unread: {list(self.unread)}"
            unanswered = [key for key, future in self._open.items() if not future.done()]
            assert not unanswered, f"never answered: {unanswered}"

    # --- sending -----------------------------------------------------------------------------

    def send_bytes(self, data: bytes) -> None:
        self._write(data)

    def send(self, message: object) -> None:
        """Send anything as the body of a message."""
        self._write(frame(message))

    def begin(
        self, method: str, params: object = None, request_id: int | str | None = None
    ) -> "asyncio.Future[Message]":
        """Send a request; the future holds the whole answer."""
        if request_id is None:
            self._count += 1
            request_id = self._count
        future = self.expect_answer(request_id)
        self.send({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        return future

    def expect_answer(self, request_id: int | str) -> "asyncio.Future[Message]":
        """The answer to a request that is sent by hand."""
        self._answered.discard(request_id)
        future = self._open[request_id] = asyncio.get_running_loop().create_future()
        return future

    def forget(self) -> None:
        """Expect no more answers: the server gave this client up."""
        self._open.clear()

    def gone(self) -> None:
        """The server will say no more."""
        for answer in self._open.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the server ended without an answer"))
        self.forget()

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def request(self, method: str, params: object = None) -> Any:
        """The result of a request. Raises ErrorAnswer."""
        return await self.result(self.begin(method, params))

    async def result(self, answer: "asyncio.Future[Message]") -> Any:
        async with asyncio.timeout(DEADLINE):
            message = await answer
        if "error" in message:
            raise ErrorAnswer(message["error"])
        return message["result"]

    async def refusal(self, method: str, params: object = None) -> ErrorAnswer:
        """The error of a request that must not succeed."""
        return await self.failure(self.begin(method, params))

    async def failure(self, answer: "asyncio.Future[Message]") -> ErrorAnswer:
        try:
            result = await self.result(answer)
        except ErrorAnswer as error:
            return error
        raise AssertionError(f"succeeded with {result}")

    async def initialize(self, **params: object) -> Any:
        """Begin a session as an editor does."""
        result = await self.request(
            "initialize", {"processId": None, "rootUri": None, "capabilities": {}} | params
        )
        self.notify("initialized", {})
        return result

    # --- receiving ---------------------------------------------------------------------------

    def received(self, data: bytes) -> None:
        """Take in what the server wrote."""
        self._buffer += data
        found, self._buffer = cut(self._buffer)
        for message in found:
            self._take(message)

    async def notification(self, method: str) -> Any:
        """The params of the next notification, which must be of this method."""
        message = await self.next_message()
        assert message.get("method") == method, f"expected {method}, got {message}"
        return message["params"]

    async def stray_error(self) -> ErrorAnswer:
        """The next message, which must be an error that belongs to no request."""
        message = await self.next_message()
        assert message.get("id", "absent") is None, f"expected an error without id, got {message}"
        return ErrorAnswer(message["error"])

    async def something(self) -> None:
        """Return when anything came, an answer or not."""
        self._more.clear()
        await self._more.wait()

    async def next_message(self) -> Message:
        """The next message that is not the answer to a request of ours."""
        async with asyncio.timeout(DEADLINE):
            while not self.unread:
                self._more.clear()
                await self._more.wait()
        return self.unread.popleft()

    async def settled(self) -> None:
        """Return when the server has handled everything that was sent before."""
        answer = self.begin("$/settled")
        async with asyncio.timeout(DEADLINE):
            assert (await answer)["error"]["code"] in {-32601, -32600, -32002}

    async def events(self, count: int) -> list[Message]:
        """The next events of the feed: exactly so many, and nothing else between them."""
        events: list[Message] = []
        while len(events) < count:
            events += (await self.notification("events/appended"))["events"]
        assert len(events) == count, f"expected {count} events, got {len(events)}"
        return events

    def _take(self, message: Message) -> None:
        assert message["jsonrpc"] == "2.0"
        self.log.append(message)
        self._more.set()
        if "method" in message or message["id"] is None:
            self.unread.append(message)
            return
        key = message["id"]
        if self.lenient and key not in self._open:
            return
        assert key not in self._answered, f"a second answer to {key!r}: {message}"
        assert key in self._open, f"an answer to nobody's request: {message}"
        assert ("result" in message) != ("error" in message)
        self._answered.add(key)
        self._open.pop(key).set_result(message)
