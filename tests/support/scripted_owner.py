"""An owner that says what the test tells it to: the other side of a relay, byte by byte."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from peon.attach.places import socket_path
from support.wire_client import DEADLINE, Message, frame


class Attached:
    """One relay, as the owner sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.hello: Message = {}

    async def receive(self) -> Message:
        """The next message."""
        async with asyncio.timeout(DEADLINE):
            header = await self._reader.readuntil(b"\r\n\r\n")
            body = await self._reader.readexactly(int(header.split(b":")[1]))
        message: Message = json.loads(body)
        return message

    async def receive_bytes(self, count: int) -> bytes:
        async with asyncio.timeout(DEADLINE):
            return await self._reader.readexactly(count)

    async def receive_end(self) -> None:
        """The relay has sent its last byte, and nothing before it."""
        async with asyncio.timeout(DEADLINE):
            assert await self._reader.read() == b""

    def say(self, word: str) -> None:
        self._writer.write(frame(json.dumps({"peon": word}, separators=(",", ":")).encode()))

    def send(self, message: Message) -> None:
        """As our server writes it: without spaces, and `jsonrpc` first."""
        whole = {"jsonrpc": "2.0", **message}
        self._writer.write(frame(json.dumps(whole, separators=(",", ":")).encode()))

    def answer(self, request: Message, result: object = None) -> None:
        self.send({"id": request["id"], "result": result})

    async def begin(self) -> Message:
        """Take up a session; the params of its `initialize`."""
        request = await self.receive()
        assert request["method"] == "initialize"
        self.answer(request, {"capabilities": {}})
        assert (await self.receive())["method"] == "initialized"
        params: Message = request["params"]
        return params

    def die(self) -> None:
        self._writer.transport.abort()

    async def leave(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


class ScriptedOwner:
    """Listens where the owner of a state folder does."""

    def __init__(self) -> None:
        self._callers: asyncio.Queue[Attached] = asyncio.Queue()
        self._all: list[Attached] = []

    async def called(self, word: str = "attached") -> Attached:
        """The next caller, who gets this word for a welcome."""
        async with asyncio.timeout(DEADLINE):
            caller = await self._callers.get()
        caller.hello = await caller.receive()
        caller.say(word)
        return caller

    @property
    def waiting(self) -> int:
        """How many callers nobody has looked at."""
        return self._callers.qsize()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = Attached(reader, writer)
        self._all.append(caller)
        await self._callers.put(caller)

    async def close(self) -> None:
        for caller in self._all:
            caller.die()
            await caller.leave()


@asynccontextmanager
async def scripted_owner(state: Path) -> AsyncIterator[ScriptedOwner]:
    owner = ScriptedOwner()
    async with await asyncio.start_unix_server(owner.take, _place_in(state)):
        yield owner
        await owner.close()


def _place_in(state: Path) -> str:
    state.mkdir(mode=0o700)
    return socket_path(os.path.realpath(state))
