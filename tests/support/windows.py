"""Windows of editors: each a real `peon serve` with the checking client at its pipes."""

import asyncio
import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import psutil

from peon.attach.owner import Link, greet
from support.warm import worker
from support.warm.streams import WarmStreams, start_streams
from support.wire_client import DEADLINE, Message, WireClient

SERVE = (sys.executable, "-m", "peon", "serve")
STANDALONE = (*SERVE, "--standalone")
Process: TypeAlias = asyncio.subprocess.Process | WarmStreams


@attrs.frozen
class Window:
    """One relay, and the client that spawned it."""

    process: Process
    client: WireClient
    reading: "asyncio.Task[None]"
    listening: asyncio.Event
    """Cleared while the client reads nothing."""

    async def exit_code(self) -> int:
        """What the relay ended with, after everything it wrote has been read."""
        async with asyncio.timeout(DEADLINE):
            await self.reading
            return await self.process.wait()

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def close(self) -> None:
        """Leave as an editor does."""
        await self.client.request("shutdown")
        self.client.notify("exit")
        assert await self.exit_code() == 0

    async def until(self, kind: str) -> Message:
        """The next event of this type, passing over everything before it."""
        while True:
            message = await self.client.next_message()
            if message.get("method") != "events/appended":
                continue
            events = message["params"]["events"]
            for number, event in enumerate(events):
                if event["type"] == kind:
                    rest = {**message["params"], "events": events[number + 1 :]}
                    if rest["events"]:
                        self.client.unread.appendleft({**message, "params": rest})
                    return dict(event)

    async def resynced(self) -> Message:
        """What the client is told when its subscription is over, whatever came before."""
        while True:
            message = await self.client.next_message()
            if message.get("method") == "events/resync":
                return dict(message["params"])


@asynccontextmanager
async def window(
    state: Path,
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    argv: tuple[str, ...] = SERVE,
    initialize: bool = True,
    fresh: bool = False,
) -> AsyncIterator[Window]:
    """A window on a state folder. It is killed if the test leaves it running.

    An owner that it starts is `fresh` where it is to have more of the window than its arguments
    and variables.
    """
    env = (os.environ if fresh else worker.environment()) | dict(environment or {})
    process: Process
    if argv == STANDALONE and worker.POSSIBLE and not fresh:
        process = await start_streams([*argv[1:], "--state-dir", str(state)], env=env, cwd=cwd)
    else:
        process = await _start([*argv, "--state-dir", str(state)], env, cwd)
    assert process.stdin is not None
    client = WireClient(process.stdin.write)
    listening = asyncio.Event()
    listening.set()
    reading = asyncio.get_running_loop().create_task(_read(process, client, listening))
    try:
        with client:
            if initialize:
                await client.initialize(processId=os.getpid())
            yield Window(process, client, reading, listening)
            client.unread.clear()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        reading.cancel()


async def _start(
    argv: list[str], env: Mapping[str, str], cwd: Path | None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=env,
        cwd=cwd,
    )


async def _read(process: Process, client: WireClient, listening: asyncio.Event) -> None:
    assert process.stdout is not None
    while data := await process.stdout.read(65536):
        client.received(data)
        await listening.wait()


# --- the owner behind them -----------------------------------------------------------------------


def asked(state: Path, question: str) -> tuple[Message, Link] | None:
    """What the owner answers, and the connection; None where nobody listens."""
    link = greet(os.path.realpath(state), {"peon": question})
    if not isinstance(link, Link):
        return None
    link.within(DEADLINE)
    body = link.receive()
    assert body is not None
    answer: Message = json.loads(body)
    return answer, link


def owner_of(state: Path) -> int:
    """The process that owns a state folder."""
    found = asked(state, "status")
    assert found is not None, "nobody listens"
    answer, link = found
    link.close()
    return int(answer["pid"])


def kill_owner(state: Path) -> int:
    """Kill the owner as a crash would; which process that was."""
    pid = owner_of(state)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    return pid


def wait_until_gone(pid: int) -> None:
    """Return when a process that is nobody's child has ended, whether or not it is buried yet."""
    if sys.platform != "linux":
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).wait(DEADLINE)
        return
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        ended, _, _ = select.select([descriptor], [], [], DEADLINE)
        os.close(descriptor)
        assert ended, f"process {pid} goes on"


def stop_owner(state: Path) -> None:
    """Make the owner leave, if there is one, and wait until it has."""
    with contextlib.suppress(ConnectionError, AssertionError):
        found = asked(state, "stop")
        if found is not None:
            answer, link = found
            while link.receive() is not None:
                continue
            link.close()
            wait_until_gone(answer["pid"])


@contextlib.contextmanager
def own_state(folder: Path) -> Iterator[Path]:
    """A state folder, whose owner is gone when the test is."""
    state = folder / "state"
    try:
        yield state
    finally:
        stop_owner(state)


# --- stories -------------------------------------------------------------------------------------


async def thread_in(client: WireClient, root: Path, mode: str = "ask") -> str:
    """A thread in a project of the folder, which is made, with the embedded agent."""
    project = await client.request("project/create", {"root": _made(root)})
    params = {"projectId": project["projectId"], "provider": "script", "mode": mode}
    thread = await client.request("thread/create", params)
    return str(thread["threadId"])


async def subscribe(client: WireClient, **params: object) -> Any:
    return await client.request("events/subscribe", params)


def _made(folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    return str(folder)
