"""Requests to the app server: a few at a time, each with a deadline, tried again when it is busy.

Under a flood of requests it refuses some and never answers others, so it is not flooded.
"""

import asyncio
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from peon.errors import ExternalFailure
from peon.providers.jsonrpc.connection import AgentError, AgentRefused, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import AgentFault
from peon_protocol.values import JsonValue

OVERLOADED: Final = -32001
AT_ONCE: Final = 8
"""How many requests may be without an answer."""
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0


class Requests:
    """What one session asks. `seed` spreads the pauses of sessions that were refused together."""

    def __init__(self, name: str, connection: Connection, *, seed: str) -> None:
        self._name = name
        self._connection = connection
        self._seed = seed
        self._room = asyncio.Semaphore(AT_ONCE)

    async def ask(
        self,
        method: str,
        params: JsonObject,
        *,
        deadline: float,
        heed: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """The result, within `deadline` seconds; `heed` is as `Connection.request` has it.

        Raises AgentRefused if the server refuses, or is overloaded for all that time, and
        ExternalFailure if it does not answer.
        """
        until = asyncio.get_running_loop().time() + deadline
        try:
            async with asyncio.timeout_at(until):
                await self._room.acquire()
        except TimeoutError as error:
            raise ExternalFailure(
                self._name, f"no room to ask {method} in {deadline:g} s", code=AgentFault.SILENT
            ) from error
        try:
            return await self._ask_until(until, method, params, heed)
        finally:
            self._room.release()

    async def _ask_until(
        self,
        until: float,
        method: str,
        params: JsonObject,
        heed: Callable[[JsonObject], None] | None,
    ) -> JsonObject:
        loop = asyncio.get_running_loop()
        pauses = self._pauses()
        while True:
            left = max(until - loop.time(), 0.0)
            try:
                return await self._connection.request(method, params, deadline=left, heed=heed)
            except AgentRefused as error:
                pause = next(pauses)
                if error.error.code != OVERLOADED or loop.time() + pause >= until:
                    raise
            await asyncio.sleep(pause)

    def tell(self, method: str, params: JsonObject, *, still: Callable[[], bool]) -> None:
        """Send a request whose answer does not matter, again while the server is overloaded and
        `still` says that it is worth it. It waits behind no other.
        """
        pauses = self._pauses()
        loop = asyncio.get_running_loop()

        def send() -> None:
            if still():
                self._connection.call(method, params, answered)

        def answered(outcome: JsonValue | AgentError) -> None:
            if isinstance(outcome, AgentError) and outcome.code == OVERLOADED:
                loop.call_later(next(pauses), send)

        send()

    def _pauses(self) -> Iterator[float]:
        """Longer each time, and never the same for two sessions."""
        pause = FIRST_PAUSE
        for turn in range(1 << 30):
            lot = zlib.crc32(f"{self._seed}{turn}".encode()) / 2**32
            yield pause * (0.5 + lot)
            pause = min(pause * 2, LONGEST_PAUSE)
