"""Starting a server of one's own, as an editor does, and seeing it off."""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from peon import __version__
from peon.cli.client import Client, OnNotification, RequestFailed, ServerGone
from peon.errors import ExternalFailure, Unavailable
from peon.runtime.tasks import TaskOwner
from peon_protocol.values import JsonValue

_LINES_KEPT: Final = 20
_LONGEST_MESSAGE: Final = 64 * 1024 * 1024
_LEAVE_SECONDS: Final = 15.0
"""The server ends its agents before it leaves: each may take a while to be made to."""
_KILL_SECONDS: Final = 2.0


@contextlib.asynccontextmanager
async def spawned_server(
    state_dir: Path | None,
    *,
    name: str,
    on_notification: OnNotification,
    environment: Mapping[str, str] = os.environ,
    alone: bool = False,
) -> AsyncIterator[Client]:
    """A server of this very version for as long as the context lasts, initialised by `name`.

    It is the one that all clients of the state folder share, unless this one shall be `alone`.
    Raises Unavailable where it cannot begin, ExternalFailure where it ends unasked.
    """
    process = await _start(state_dir, environment, alone=alone)
    tasks = TaskOwner("client")
    words: deque[str] = deque(maxlen=_LINES_KEPT)
    listening = tasks.start(_listen(process.stderr, words), name="listening to stderr")
    try:
        client = _connect(process, on_notification, tasks)
        await _initialize(client, name)
        yield client
        await _take_leave(client)
    except ServerGone:
        await listening
        said = words[-1] if words else "It said nothing."
        raise ExternalFailure("the server", f"it ended unexpectedly. {said}") from None
    finally:
        await _end(process)
        await tasks.close()


async def _start(
    state_dir: Path | None, environment: Mapping[str, str], *, alone: bool
) -> asyncio.subprocess.Process:
    place = () if state_dir is None else ("--state-dir", str(state_dir))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # What lies in the present folder must not be taken for a library.
        "-P",
        "-m",
        "peon",
        "serve",
        *place,
        *(("--standalone",) if alone else ()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environment),
        limit=_LONGEST_MESSAGE,
        # Ctrl-C is for us: we decide what becomes of the turn, and of the server.
        start_new_session=True,
    )


def _connect(
    process: asyncio.subprocess.Process, on_notification: OnNotification, tasks: TaskOwner
) -> Client:
    if process.stdout is None or process.stdin is None:
        raise ValueError("the server was started without pipes")
    return Client(process.stdout, process.stdin, on_notification=on_notification, tasks=tasks)


async def _initialize(client: Client, name: str) -> None:
    about: JsonValue = {"name": name, "version": __version__}
    params: JsonValue = {
        "processId": os.getpid(),
        "clientInfo": about,
        # We show everything ourselves.
        "capabilities": {"experimental": {"peon": {}}},
    }
    try:
        await client.request("initialize", params)
    except RequestFailed as error:
        raise _cannot_begin(error) from None
    await client.notify("initialized", {})


def _cannot_begin(error: RequestFailed) -> Unavailable | ExternalFailure:
    content = error.content
    match content.details:
        case {"what": str() as what, "why": str() as why} if content.remedy is not None:
            return Unavailable(what, why, content.remedy)
        case _:
            return ExternalFailure("the server", content.message, remedy=content.remedy)


async def _take_leave(client: Client) -> None:
    if not client.gone.is_set():
        await client.request("shutdown")
        await client.notify("exit")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Its input ends, at the latest now: so it leaves. If it does not, it is made to."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_LEAVE_SECONDS):
            await process.wait()
    except TimeoutError:
        await _kill(process)


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_KILL_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _listen(stream: asyncio.StreamReader | None, words: deque[str]) -> None:
    """Keep the last lines; a server whose stderr nobody reads would stand still one day."""
    if stream is None:
        return
    while line := await stream.readline():
        words.append(line.decode(errors="replace").rstrip())
