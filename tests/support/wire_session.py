"""A real session in this process, with a transport in memory and the checking client at its end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import attrs

from peon.rpc.connection import Connection
from peon.rpc.core import Core
from peon.rpc.handlers import make_routes
from peon.rpc.limits import Limits
from peon.rpc.session import Session
from peon.runtime.ids import CountingIds
from support.fake_core import FakeCore
from support.wire_client import DEADLINE, WireClient

ROUTES = make_routes()
USUAL = Limits()


class MemoryTransport:
    """Gives the client what the session writes; keeps it back while the client is `stalled`."""

    def __init__(self, client: WireClient, connection: Connection) -> None:
        self._client = client
        self._connection = connection
        self._kept = b""
        self._high = 64 * 1024
        self._paused = False
        self.stalled = False
        self.reading = True
        self.closed = False
        self.aborted = False

    def write(self, data: bytes, /) -> None:
        self._kept += data
        if not self.stalled:
            self.drain()
        elif len(self._kept) > self._high and not self._paused:
            self._paused = True
            self._connection.pause_writing()

    def drain(self) -> None:
        """Let the client read again."""
        self.stalled = False
        kept, self._kept = self._kept, b""
        self._client.received(kept)
        if self._paused:
            self._paused = False
            self._connection.resume_writing()
        if self.closed:
            self._connection.connection_lost(None)

    def get_write_buffer_size(self) -> int:
        return len(self._kept)

    def set_write_buffer_limits(self, high: int | None = None) -> None:
        self._high = high or self._high

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        self.closed = True
        if not self.stalled:
            asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)


@attrs.frozen
class Wire:
    """A session, its client, and what lies between and behind them."""

    core: FakeCore
    session: Session
    client: WireClient
    transport: MemoryTransport
    running: "asyncio.Task[int]"

    async def exit_code(self) -> int:
        """What the session ended with."""
        async with asyncio.timeout(DEADLINE):
            return await self.running


async def turns(count: int = 5) -> None:
    """Let the loop do a few times what it has to do."""
    for _ in range(count):
        await asyncio.sleep(0)


def make_session(
    core: Core, limits: Limits = USUAL, environment: Mapping[str, str] | None = None
) -> Session:
    return Session(
        core,
        ROUTES,
        version="1.2.3",
        environment=environment or {},
        ids=CountingIds("wire"),
        limits=limits,
    )


def connect(core: FakeCore, limits: Limits = USUAL) -> Wire:
    """A session that has just been connected."""
    session = make_session(core, limits, {"FROM": "process"})
    client = WireClient(session.connection.data_received)
    transport = MemoryTransport(client, session.connection)
    session.connection.connection_made(transport)
    running = asyncio.get_running_loop().create_task(session.run())
    return Wire(core, session, client, transport, running)


@asynccontextmanager
async def connected(
    core: FakeCore | None = None, limits: Limits = USUAL, *, initialize: bool = True
) -> AsyncIterator[Wire]:
    """A session that is ended in good order, with nothing left unread."""
    core = core or FakeCore()
    before = core.log.listeners
    wire = connect(core, limits)
    with wire.client:
        if initialize:
            await wire.client.initialize()
        yield wire
    wire.session.stop()
    await wire.exit_code()
    assert core.log.listeners == before
