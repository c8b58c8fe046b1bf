"""A client that costs little: it spawns a server, speaks to it over pipes, and knows its CPU."""

import asyncio
import json
import re
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import psutil

DEADLINE: Final = 120.0
_GREETING: Final[Mapping[str, object]] = {"processId": None, "rootUri": None, "capabilities": {}}
_READ: Final = 1 << 18
_HEADER: Final = re.compile(rb"Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n")


def standalone(state: Path) -> list[str]:
    """How a server of its own is started."""
    return [sys.executable, "-m", "peon", "serve", "--standalone", "--state-dir", str(state)]


def request(number: int | str, method: str, params: Mapping[str, object]) -> bytes:
    """A request as it stands in the stream."""
    return frame({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def frame(message: Mapping[str, object]) -> bytes:
    """A message as it stands in the stream."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@attrs.define(eq=False)
class Client:
    """One server process and the client at its pipes."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _asked: int = 0
    _buffer: bytearray = attrs.field(factory=bytearray)
    _arrived: deque[bytes] = attrs.field(factory=deque)

    async def initialize(self) -> None:
        """Begin the session."""
        self.writer.write(request("hello", "initialize", _GREETING))
        await self.next()
        self.writer.write(frame({"jsonrpc": "2.0", "method": "initialized", "params": {}}))

    async def ask(self, method: str, params: Mapping[str, object]) -> Any:
        """The result of a request; notifications that come before it are dropped.

        Raises RuntimeError where it is refused.
        """
        self._asked += 1
        self.writer.write(request(self._asked, method, params))
        while True:
            message = json.loads(await self.next())
            if message.get("id") != self._asked:
                continue
            if "error" in message:
                raise RuntimeError(f"{method}: {message['error']}")
            return message["result"]

    async def next(self) -> bytes:
        """The body of the next message."""
        if not self._arrived:
            await self._read()
        return self._arrived.popleft()

    async def some(self) -> list[bytes]:
        """The bodies of all messages that are here, at least one: cheaper than one by one."""
        if not self._arrived:
            await self._read()
        bodies = [*self._arrived]
        self._arrived.clear()
        return bodies

    async def _read(self) -> None:
        while not self._arrived:
            data = await self.reader.read(_READ)
            if not data:
                raise EOFError("the server says no more")
            self._buffer += data
            self._cut()

    def _cut(self) -> None:
        place = 0
        while (header := _HEADER.match(self._buffer, place)) is not None:
            end = header.end() + int(header[1])
            if end > len(self._buffer):
                break
            self._arrived.append(bytes(self._buffer[header.end() : end]))
            place = end
        del self._buffer[:place]

    async def leave(self) -> None:
        """End the session and wait until the process has gone."""
        self.writer.write(frame({"jsonrpc": "2.0", "id": "bye", "method": "shutdown"}))
        while b'"id":"bye"' not in (await self.next()).replace(b" ", b""):
            pass
        self.writer.write(frame({"jsonrpc": "2.0", "method": "exit"}))
        self.writer.close()
        # asyncio counts a process as ended when its pipes are, and these when they are read.
        while await self.reader.read(_READ):
            pass
        await self.process.wait()

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the server has used so far."""
        return cpu_seconds(self.process.pid)

    @property
    def resident(self) -> int:
        """Bytes of memory that the server holds."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that a process has used: to the nanosecond where the system tells it so."""
    if hasattr(time, "clock_gettime") and Path("/proc/self").exists():
        # The clock of a process has this number on Linux; psutil would round to a hundredth.
        return time.clock_gettime((~pid << 3) | 2)
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@asynccontextmanager
async def connected(
    argv: Sequence[str], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """A server that has just been spawned. It is ended in good order, or else killed."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the server has no pipes")
    client = Client(process, process.stdout, process.stdin)
    try:
        async with asyncio.timeout(DEADLINE):
            yield client
            await client.leave()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
