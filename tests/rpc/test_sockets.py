"""The socket that many clients attach to: who is let in, and when it is over."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import pytest

from peon.rpc.limits import Limits
from peon.rpc.sockets import Hosting, SocketServer
from peon.runtime.ids import CountingIds
from support.fake_core import FakeCore
from support.wire_client import DEADLINE, Message, WireClient, frame

BUILD = "the same"


class SharedFakeCore(FakeCore):
    """A fake core that can be at work."""

    at_work = False


@attrs.frozen
class Place:
    """A server on a socket."""

    core: SharedFakeCore
    server: SocketServer
    path: Path
    serving: "asyncio.Task[None]"

    @asynccontextmanager
    async def caller(self, **hello: object) -> AsyncIterator["Caller"]:
        reader, writer = await asyncio.open_unix_connection(self.path)
        writer.write(frame(hello))
        try:
            yield Caller(reader, writer)
        finally:
            writer.close()

    async def over(self) -> None:
        async with asyncio.timeout(DEADLINE):
            await self.serving


@attrs.frozen
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def hear(self) -> Message:
        async with asyncio.timeout(DEADLINE):
            header = await self.reader.readuntil(b"\r\n\r\n")
            body = await self.reader.readexactly(int(header.split(b":")[1]))
        message: Message = json.loads(body)
        return message

    async def client(self) -> WireClient:
        """A session that has begun."""
        client = WireClient(self.writer.write)
        opening = asyncio.ensure_future(client.initialize())
        await asyncio.sleep(0)
        client.received(frame(await self.hear()))
        await opening
        return client


@asynccontextmanager
async def serving(folder: Path, idle_seconds: float = 60.0) -> AsyncIterator[Place]:
    core = SharedFakeCore()
    hosting = Hosting(
        core=core,
        version="1.2.3",
        build=BUILD,
        ids=CountingIds("socket"),
        limits=Limits(answer_seconds=0.2, flush_seconds=2.0),
        idle_seconds=idle_seconds,
    )
    server, path = SocketServer(hosting), folder / "a.sock"
    server.open(path)
    task = asyncio.ensure_future(server.until_stopped())
    try:
        yield Place(core, server, path, task)
    finally:
        server.stop()
        async with asyncio.timeout(DEADLINE):
            await task
        await server.close()


@pytest.fixture
def folder(home: Path) -> Path:
    return home


async def test_only_its_user_may_connect(folder: Path):
    async with serving(folder) as place:
        assert stat.S_IMODE(place.path.stat().st_mode) == 0o600


async def test_what_an_earlier_owner_left_is_replaced(folder: Path):
    (folder / "a.sock").write_text("stale")
    async with serving(folder) as place, place.caller(peon="attach", build=BUILD) as caller:
        assert await caller.hear() == {"peon": "attached"}


async def test_each_client_brings_its_environment_whatever_bytes_are_in_it(folder: Path):
    async with serving(folder) as place:
        for value in ("one", "caf\udce9"):
            hello = {"peon": "attach", "build": BUILD, "environment": {"V": value, "N": 1}}
            async with place.caller(**hello) as caller:
                await caller.hear()
                client = await caller.client()
                creating = client.begin("project/create", {"root": "/x"})
                client.received(frame(await caller.hear()))
                await client.result(creating)
        assert [each["V"] for each in place.core.environments] == ["one", "caf\udce9"]
        assert os.fsencode(place.core.environments[1]["V"]) == b"caf\xe9"


async def test_the_server_leaves_when_nobody_is_attached(folder: Path):
    async with serving(folder, idle_seconds=0.01) as place:
        await place.over()


async def test_it_stays_while_somebody_is_attached_and_leaves_behind_the_last(folder: Path):
    async with serving(folder, idle_seconds=0.01) as place:
        place.core.at_work = True
        async with (
            place.caller(peon="attach", build=BUILD) as one,
            place.caller(peon="attach", build=BUILD) as two,
        ):
            await one.hear()
            await two.hear()
            place.core.at_work = False
            for _ in range(3):
                status = await _status(place)
                assert (status["clients"], status["leaving"]) == (2, False)
        await place.over()


async def test_it_stays_while_something_goes_on(folder: Path):
    async with serving(folder, idle_seconds=0.01) as place:
        place.core.at_work = True
        for _ in range(3):
            status = await _status(place)
            assert (status["atWork"], status["leaving"]) == (True, False)
        place.core.at_work = False
        await place.over()


async def test_an_idle_server_makes_room_for_another_build(folder: Path):
    """Until its first client is there it waits for that one, and takes anybody."""
    async with serving(folder) as place:
        async with place.caller(peon="attach", build="another") as first:
            assert await first.hear() == {"peon": "attached"}
        while (await _status(place))["clients"]:
            """It hears a moment later that somebody has gone."""
        async with place.caller(peon="attach", build="another") as caller:
            assert await caller.hear() == {"peon": "leaving"}
        await place.over()


@pytest.mark.parametrize("busy", ["at work", "attached"])
async def test_a_server_that_is_needed_takes_another_build_too(folder: Path, busy: str):
    async with serving(folder) as place, place.caller(peon="attach", build=BUILD) as first:
        if busy == "attached":
            await first.hear()
        place.core.at_work = busy == "at work"
        async with place.caller(peon="attach", build="another") as caller:
            assert await caller.hear() == {"peon": "attached"}


async def test_every_client_is_told_when_the_server_stops(folder: Path):
    async with serving(folder) as place, place.caller(peon="attach", build=BUILD) as caller:
        await caller.hear()
        async with place.caller(peon="stop") as stopper:
            told = await stopper.hear()
            assert (told["peon"], told["pid"], told["clients"]) == ("stopping", os.getpid(), 1)
            assert await caller.hear() == {"peon": "stopping"}
            await place.over()
            async with place.caller(peon="attach", build=BUILD) as late:
                assert await late.hear() == {"peon": "leaving"}
            assert (await _status(place))["leaving"]
            await place.server.close()
            assert await stopper.reader.read() == b""


async def test_a_client_whose_editor_is_gone_is_told_to_leave(folder: Path):
    async with serving(folder) as place, place.caller(peon="attach", build=BUILD) as caller:
        await caller.hear()
        parent = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
        params = {"processId": parent.pid, "capabilities": {}}
        request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        caller.writer.write(frame(request))
        await caller.hear()
        parent.kill()
        assert await caller.hear() == {"peon": "leave"}
        await parent.wait()


@pytest.mark.parametrize("said", [b"{}", b"[]", b"\xff", b'{"peon": 1}', b"[" * 2000])
async def test_whoever_says_nothing_that_can_be_understood_is_sent_away(folder: Path, said: bytes):
    async with serving(folder) as place:
        reader, writer = await asyncio.open_unix_connection(place.path)
        writer.write(frame(said))
        assert await Caller(reader, writer).hear() == {"peon": "unclear"}
        assert await reader.read() == b""
        writer.close()


async def test_one_that_leaves_without_a_word_disturbs_nobody(folder: Path):
    async with serving(folder) as place:
        _, writer = await asyncio.open_unix_connection(place.path)
        writer.close()
        assert (await _status(place))["clients"] == 0


async def _status(place: Place) -> Message:
    async with place.caller(peon="status") as caller:
        return await caller.hear()
