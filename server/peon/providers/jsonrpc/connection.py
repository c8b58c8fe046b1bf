"""JSON-RPC over lines with an agent: in order, with deadlines, and with ids of any kind.

A message is handled to its end before the next one is looked at, so nothing overtakes anything. The
transport is a parameter: bytes come in through `feed` and go out through `send`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import attrs

from peon.errors import ExternalFailure
from peon.providers.jsonrpc import ndjson, raw
from peon.providers.jsonrpc.lines import LineSplitter, LongLine
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import AgentFault
from peon_protocol.values import JsonValue

logger = logging.getLogger(__name__)

METHOD_NOT_FOUND = -32601
VERSION_2: Final[Mapping[str, JsonValue]] = {"jsonrpc": "2.0"}


@attrs.frozen
class AgentError:
    """An agent's refusal, as it came."""

    code: int
    message: str
    details: JsonValue = None


class AgentRefused(ExternalFailure):
    """An agent answered a request with an error."""

    def __init__(self, tool: str, error: AgentError) -> None:
        super().__init__(tool, error.message, code=f"agent.{error.code}")
        self.error = error


class Handler(Protocol):
    """Takes what an agent sends of its own accord."""

    def notified(self, method: str, params: JsonObject) -> None: ...

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Take a request, to be answered through `respond`; False if the method is not known."""
        ...


Reply = Callable[[JsonValue | AgentError], None]


class Connection:
    """One agent's end of the line. `send` must not raise: what it cannot send is its own affair.

    `envelope` is what every message carries.
    """

    def __init__(
        self,
        name: str,
        *,
        send: Callable[[bytes], None],
        handler: Handler,
        envelope: Mapping[str, JsonValue] = VERSION_2,
    ) -> None:
        self._name = name
        self._send = send
        self._handler = handler
        self._envelope = envelope
        self._splitter = LineSplitter()
        self._waiting: dict[int, Reply] = {}
        self._last_id = 0
        self._lost: AgentError | None = None
        self.skipped = 0
        """Lines that were no message of the protocol, and answers to nothing."""

    def feed(self, data: bytes) -> None:
        """Handle every message that `data` completes. Raises LineTooLong."""
        for line in self._splitter.feed(data):
            if isinstance(line, LongLine) or (line and not line.isspace()):
                self._take(line)

    def call(self, method: str, params: JsonValue, reply: Reply) -> int:
        """Send a request; `reply` is called in order with its result or the agent's error."""
        self._last_id += 1
        if self._lost is not None:
            reply(self._lost)
        else:
            self._waiting[self._last_id] = reply
            self._write({"id": self._last_id, "method": method, "params": params})
        return self._last_id

    async def request(
        self,
        method: str,
        params: JsonValue,
        *,
        deadline: float,
        heed: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """Send a request and wait for its result.

        `heed` is told it in order: before whatever the agent sends after it. Raises AgentRefused,
        or ExternalFailure when there is no answer within `deadline` seconds.
        """
        answered: asyncio.Future[JsonValue | AgentError] = (
            asyncio.get_running_loop().create_future()
        )

        def reply(outcome: JsonValue | AgentError) -> None:
            if answered.done():
                return
            if heed is not None and not isinstance(outcome, AgentError):
                heed(raw.as_object(outcome))
            answered.set_result(outcome)

        number = self.call(method, params, reply)
        try:
            async with asyncio.timeout(deadline):
                outcome = await answered
        except TimeoutError as error:
            raise ExternalFailure(
                self._name, f"no answer to {method} in {deadline:g} s", code=AgentFault.SILENT
            ) from error
        finally:
            self._waiting.pop(number, None)
        if isinstance(outcome, AgentError):
            raise AgentRefused(self._name, outcome)
        return raw.as_object(outcome)

    def notify(self, method: str, params: JsonValue) -> None:
        self._write({"method": method, "params": params})

    def respond(self, request_id: JsonValue, result: JsonValue) -> None:
        self._write({"id": request_id, "result": result})

    def refuse(self, request_id: JsonValue, code: int, message: str) -> None:
        self._write({"id": request_id, "error": {"code": code, "message": message}})

    def lost(self, error: AgentError) -> None:
        """The agent is gone: answer all that waits, and whatever is asked from now on."""
        self._lost = error
        waiting, self._waiting = self._waiting, {}
        for reply in waiting.values():
            reply(error)

    def _write(self, message: JsonObject) -> None:
        self._send(ndjson.encode({**self._envelope, **message}))

    def _take(self, line: bytes | LongLine) -> None:
        try:
            message = line.value() if isinstance(line, LongLine) else ndjson.decode(line)
        except ValueError:
            self._skip(line)
            return
        if not isinstance(message, dict):
            self._skip(line)
            return
        # Almost everything is a notification: it is looked at first, and looked up by hand.
        method = message.get("method")
        if isinstance(method, str):
            params = raw.as_object(message.get("params"))
            if "id" in message:
                self._take_request(message["id"], method, params)
            else:
                self._handler.notified(method, params)
            return
        match message:
            case {"id": int(number), "error": error} if self._awaits(number) and error is not None:
                self._waiting.pop(number)(_agent_error(error))
            case {"id": int(number)} if self._awaits(number):
                self._waiting.pop(number)(message.get("result"))
            case _:
                self._skip(line)

    def _awaits(self, number: int) -> bool:
        return not isinstance(number, bool) and number in self._waiting

    def _take_request(self, request_id: JsonValue, method: str, params: JsonObject) -> None:
        if not self._handler.asked(request_id, method, params):
            self.refuse(request_id, METHOD_NOT_FOUND, f"Method not found: {method}")

    def _skip(self, line: bytes | LongLine) -> None:
        self.skipped += 1
        size = line.size if isinstance(line, LongLine) else len(line)
        logger.debug("%s wrote a line of %d bytes that is no message", self._name, size)


def _agent_error(error: JsonValue) -> AgentError:
    message = raw.text(error, "message") or "the agent gave no reason"
    return AgentError(raw.number(error, "code") or 0, message, raw.clean(raw.field(error, "data")))
