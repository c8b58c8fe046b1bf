"""A server of the fake core in a process of its own, and what it takes to speak to one.

Run as a script it serves its standard input and output.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

import attrs

from peon.rpc.limits import Limits
from peon.rpc.server import serve_stdio
from peon.runtime.ids import RandomIds
from peon_protocol.commands import Command, CreateProject
from peon_protocol.results import CommandResult
from peon_protocol.values import Actor
from support.fake_core import FakeCore
from support.warm import worker
from support.warm.streams import WarmStreams, start_streams
from support.wire_client import DEADLINE, WireClient

LIMITS = Limits(answer_seconds=0.3, flush_seconds=5.0)
ARGV = (sys.executable, "-m", "support.stdio_server")
Process: TypeAlias = asyncio.subprocess.Process | WarmStreams


class NoisyCore(FakeCore):
    """Does what a careless program does: it prints, and lets children have its streams."""

    def submit(
        self, command: Command, *, actor: Actor, environment: Mapping[str, str]
    ) -> Awaitable[CommandResult]:
        match command:
            case CreateProject(title="noise"):
                print("a stray line")  # noqa: T201 (that is the point)
                subprocess.run(["cat"], check=True, timeout=DEADLINE)
                subprocess.run(["echo", "a stray child"], check=True, timeout=DEADLINE)
            case CreateProject(title="flood"):
                self.write(5_000, title="x" * 500)
            case CreateProject(title="knock"):
                sys.stderr.write("still here\n")
                sys.stderr.flush()
            case _:
                pass
        return super().submit(command, actor=actor, environment=environment)


def environment() -> dict[str, str]:
    """What a child needs to import what this process can."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@attrs.frozen
class Spawned:
    """A server process and the client at its pipes."""

    process: Process
    client: WireClient
    listening: asyncio.Event
    """Cleared while the client reads nothing."""
    reading: "asyncio.Task[None]"

    async def exit_code(self) -> int:
        """What the process ended with, after everything it wrote has been read."""
        async with asyncio.timeout(DEADLINE):
            await self.reading
            return await self.process.wait()

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@asynccontextmanager
async def spawned(*argv: str) -> AsyncIterator[Spawned]:
    """A server process; it is killed if the test leaves it running."""
    process: Process
    if not argv and worker.POSSIBLE:
        process = await start_streams(ARGV[1:], env=environment())
    else:
        process = await asyncio.create_subprocess_exec(
            *(argv or ARGV),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )
    assert process.stdin is not None
    client = WireClient(process.stdin.write)
    listening = asyncio.Event()
    listening.set()
    reading = asyncio.get_running_loop().create_task(_read(process, client, listening))
    try:
        with client:
            yield Spawned(process, client, listening, reading)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        reading.cancel()


async def _read(process: Process, client: WireClient, listening: asyncio.Event) -> None:
    assert process.stdout is not None
    while data := await process.stdout.read(65536):
        client.received(data)
        await listening.wait()
    client.gone()


async def _serve() -> int:
    return await serve_stdio(
        NoisyCore(), version="1.2.3", environment={}, ids=RandomIds(), limits=LIMITS
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve()))
