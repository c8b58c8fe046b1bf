"""What an agent's update costs, from its line to the folded event, beside the protocol's package.

Ours splits, decodes, translates, joins what came together, takes secrets out, coalesces, records
and folds. The package is given a handler that does nothing, for updates as they came and for ones
it has checked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, cast

import acp
import attrs
import orjson
from acp.connection import Connection as PackageConnection

from bench.core_costs import open_engine, open_turn
from bench.measure import Figure, Scale, in_turn
from bench.samples import TEXT, fresh_folder
from peon.engine.engine import Engine
from peon.providers.acp.dialect import AcpDialect
from peon.providers.breath import BreathSink
from peon.providers.dialect import Turn
from peon.providers.mcp import Servers
from peon.providers.port import AgentFault, SessionRequest
from peon.providers.redaction import RedactingSink
from peon.providers.secrets import Secrets
from peon.providers.terms import Terms
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import SessionId, ThreadId
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.values import Mode

_READ_BYTES: Final = 64 * 1024
"""As much as a pipe gives at once."""
_EVERY: Final = 25
"""Each so many updates is one of a tool call; the others are text."""
_OF_UPDATES: Final = (
    "The package's part ends where ours begins: it decodes a line and calls a handler that does "
    "nothing. Ours translates, redacts, coalesces, records and folds besides."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU per update, and whether any was lost or out of order."""
    lines = _lines(scale.events)
    rounds = in_turn(
        {
            "ours": lambda: asyncio.run(_ours(fresh_folder(folder), lines)),
            "bare": lambda: asyncio.run(_bare(lines)),
            "checked": lambda: asyncio.run(_checked(lines)),
        },
        rounds=scale.contest,
    )
    for peer, name in (
        ("bare", "agent-client-protocol, dispatch alone"),
        ("checked", "agent-client-protocol, its client"),
    ):
        cost, other = rounds.middle("ours", peer)
        yield (
            Figure(
                subject="an agent's update, from its line to the folded event: CPU",
                unit="µs",
                ours=cost,
                peer_name=name,
                peer=other,
            )
            .at_most(1)
            .limited_by(_OF_UPDATES)
        )


def _lines(count: int) -> list[bytes]:
    """What an agent writes that streams, and uses a tool now and then."""
    return [_line(number) for number in range(count)]


def _line(number: int) -> bytes:
    update: dict[str, Any] = {
        "sessionUpdate": "agent_message_chunk",
        "messageId": f"message-{number // _EVERY}",
        "content": {"type": "text", "text": f"{number} {TEXT} "},
    }
    if number % _EVERY == _EVERY - 1:
        update = {
            "sessionUpdate": "tool_call",
            "toolCallId": f"call-{number}",
            "title": "Read a file",
            "kind": "read",
            "status": "completed",
        }
    params = {"sessionId": "session", "update": update}
    message = {"jsonrpc": "2.0", "method": "session/update", "params": params}
    return orjson.dumps(message) + b"\n"


def _pieces(lines: Iterable[bytes]) -> list[bytes]:
    whole = b"".join(lines)
    return [whole[at : at + _READ_BYTES] for at in range(0, len(whole), _READ_BYTES)]


async def _cpu(work: Callable[[], Awaitable[object]], count: int) -> float:
    before = time.process_time()
    await work()
    return (time.process_time() - before) * 1e6 / count


# --- ours -------------------------------------------------------------------------------------


@attrs.define
class _Desk:
    """A session without a process: what the dialect reports goes where it always goes."""

    engine: Engine
    thread_id: ThreadId
    turn: Turn | None = attrs.field(factory=Turn)
    servers: Servers = attrs.field(factory=Servers)
    sink: BreathSink = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sink = BreathSink(RedactingSink(self, Secrets()))

    def provider_event(self, event: ProviderEvent) -> None:
        command = IngestProviderEvent(thread_id=self.thread_id, event=event)
        self.engine.record(command, cause=None)

    def report(self, events: Iterable[ProviderEvent]) -> None:
        for event in events:
            self.sink.provider_event(event)

    def send(self, data: bytes) -> None:
        """Nobody is there."""

    def finish(self, turn: Turn, events: Iterable[ProviderEvent]) -> None:
        """No turn ends here."""

    def fail(self, code: AgentFault | str, message: str) -> None:
        raise ValueError(f"{code}: {message}")


async def _ours(folder: Path, lines: list[bytes]) -> float:
    store, engine = open_engine(folder)
    thread_id, turn_id = await open_turn(engine, 0)
    await engine.settled()
    request = SessionRequest(
        thread_id=thread_id,
        session_id=SessionId("session"),
        root="/bench",
        mode=Mode.ASK,
        environment={},
    )
    desk = _Desk(engine, thread_id)
    dialect = AcpDialect(desk, request, Terms(name="bench"))
    pieces = _pieces(lines)

    async def work() -> None:
        for piece in pieces:
            desk.sink.breath(dialect.feed, piece)
            await engine.settled()
        engine.flush()
        await engine.settled()

    cost = await _cpu(work, len(lines))
    items = engine.model.threads[thread_id].turns[turn_id].items.values()
    told = [item.text for item in items if item.text]
    numbers = [int(word) for text in told for word in text.split() if word.isdecimal()]
    wanted = [number for number in range(len(lines)) if number % _EVERY != _EVERY - 1]
    if numbers != wanted:
        raise ValueError("updates were lost or came out of order")
    await store.close()
    return cost


# --- the package ------------------------------------------------------------------------------


class _Nowhere(asyncio.Transport):
    """Takes whatever is written."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Nobody reads it."""

    def is_closing(self) -> bool:
        return self._closed


def _streams(lines: list[bytes]) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 30)
    protocol = asyncio.StreamReaderProtocol(reader)
    for piece in _pieces(lines):
        reader.feed_data(piece)
    reader.feed_eof()
    return asyncio.StreamWriter(_Nowhere(), protocol, None, loop), reader


async def _bare(lines: list[bytes]) -> float:
    client = _Client(len(lines))

    async def handle(*_: object) -> None:
        await client.session_update("", None)

    writer, reader = _streams(lines)

    async def work() -> None:
        connection = PackageConnection(cast("Any", handle), writer, reader)
        await client.done.wait()
        await connection.close()
        writer.close()

    return await _cpu(work, len(lines))


class _Client:
    """Counts what it is told."""

    def __init__(self, expected: int) -> None:
        self.done = asyncio.Event()
        self._left = expected

    async def session_update(self, session_id: str, update: object, **_: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.done.set()


async def _checked(lines: list[bytes]) -> float:
    client = _Client(len(lines))
    writer, reader = _streams(lines)

    async def work() -> None:
        connection = acp.connect_to_agent(cast("Any", client), writer, reader)
        await client.done.wait()
        await connection.close()
        writer.close()

    return await _cpu(work, len(lines))
