"""What fifty agents that speak at the same time cost the server, and how soon a client hears them.

What reading their messages costs anybody is measured beside it and taken off.
"""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Final

import attrs
import orjson
import psutil

from bench import streaming_server
from bench.client import Client, connected
from bench.measure import Figure, Scale, percentile
from bench.samples import fresh_folder
from bench.streaming_agent import RATE

SPEAKERS: Final = 50
FEW: Final = 0.3
"""The part of them that a machine of two cores has room for."""
PATIENCE: Final = 40.0
"""Seconds for all of them to begin."""
FOLLOWED: Final = 0.9
"""Whoever hears less of what is said does not follow: all of them want more than the machine has,
and what the server does for pieces that nobody hears would be counted in."""
_OF_PIECES: Final = (
    "Each piece is looked through for secrets, stamped, folded and passed on by itself. The "
    "percent is of a core of this machine, whose pace is told above; one percent is a microsecond "
    "a piece."
)
_OF_CORES: Final = (
    "{speakers} agents, the server and the client share {cores} cores, which were {busy:.0f} % "
    "busy: a piece waits until whoever writes, passes on and hears it has had its turn. With fewer "
    "agents the same is measured below."
)
_SPOKEN: Final = re.compile(rb"@(\d+)@")
_THREAD: Final = re.compile(rb'"threadId":"(thread-\d+)"')


class TooSlow(Exception):
    """The client was cut off: agents, server and client together ask for more than there is."""


@attrs.frozen
class Heard:
    """What came of listening for a while."""

    cpu: float
    """Seconds of it that the listening process used."""
    busy: float
    """Percent of all of the machine's cores that somebody used meanwhile."""
    pieces: int
    waits: list[float]
    """Milliseconds from the agent's writing to the client's hearing."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU at full rate as a part of one core, and the time that a piece takes."""
    speakers = SPEAKERS if scale.seconds > 2 else 3
    bare = asyncio.run(_read_bare(speakers, scale.seconds))
    speakers, heard = _heard(folder, speakers, scale.seconds)
    ours, peer = _share(heard), _share(bare)
    yield (
        Figure(
            subject=f"{_words(speakers)}: CPU of the server beside reading, of one core, "
            f"for {SPEAKERS}",
            unit="%",
            ours=ours - peer,
            peer_name="reading lines and JSON alone, with asyncio and orjson",
            peer=peer,
        )
        .not_above(30)
        .limited_by(_OF_PIECES)
    )
    yield from _waits(speakers, heard, bare)
    # As many as leave the machine room: what is told of them is the server's own.
    few = max(1, int(speakers * FEW))
    bare_few = asyncio.run(_read_bare(few, scale.seconds))
    yield from _waits(few, asyncio.run(_listen(folder, few, scale.seconds)), bare_few)


def _waits(speakers: int, heard: Heard, bare: Heard) -> Iterator[Figure]:
    reason = _OF_CORES.format(speakers=speakers, cores=os.cpu_count(), busy=heard.busy)
    for part, limit in ((0.5, 5.0), (0.99, 20.0)):
        yield (
            Figure(
                subject=f"{_words(speakers)}: agent writes, client hears, p{part * 100:.0f}: "
                "wall time",
                unit="ms",
                ours=percentile(heard.waits, part),
                peer_name="agent writes, reading alone hears",
                peer=percentile(bare.waits, part),
            )
            .not_above(limit)
            .limited_by(reason)
        )


def _words(speakers: int) -> str:
    return f"{speakers} threads stream {RATE} deltas a second each"


def _heard(folder: Path, speakers: int, seconds: float) -> tuple[int, Heard]:
    """As many speakers as this machine lets a client follow, and what was heard of them."""
    while True:
        try:
            heard = asyncio.run(_listen(folder, speakers, seconds))
            if heard.pieces >= FOLLOWED * speakers * RATE * seconds or speakers == 1:
                return speakers, heard
        except TooSlow:
            pass
        speakers //= 2


def _share(heard: Heard) -> float:
    """Percent of a core for all speakers at their rate, whatever rate the machine allowed."""
    return heard.cpu / heard.pieces * SPEAKERS * RATE * 100


async def _listen(folder: Path, speakers: int, seconds: float) -> Heard:
    """Let the server's agents speak, and listen to them as a client does."""
    async with connected(*streaming_server.started(fresh_folder(folder))) as client:
        await client.initialize()
        await client.ask("events/subscribe", {"deltas": True})
        gate = fresh_folder(folder) / "gate"
        os.mkfifo(gate)
        for number in range(speakers):
            await _begin(client, number, fresh_folder(folder), f"wait {gate}")
        with _opened(gate):
            try:
                await asyncio.wait_for(_until_all_speak(client, speakers), PATIENCE)
            except TimeoutError:
                raise TooSlow from None
            return await _hear(client, seconds)


@contextmanager
def _opened(gate: Path) -> Iterator[None]:
    """Whoever wants to read from the pipe may go on, as long as it has a writer."""
    descriptor = os.open(gate, os.O_RDWR)
    try:
        yield
    finally:
        os.close(descriptor)


async def _begin(client: Client, number: int, root: Path, prompt: str) -> None:
    project, thread = {"projectId": f"project-{number}"}, {"threadId": f"thread-{number}"}
    await client.ask("project/create", {**project, "root": str(root)})
    provider = {"provider": streaming_server.PROVIDER}
    await client.ask("thread/create", {**project, **thread, **provider})
    await client.ask("turn/start", {**thread, "prompt": prompt})


async def _until_all_speak(client: Client, speakers: int) -> None:
    speaking: set[bytes] = set()
    while len(speaking) < speakers:
        message = await client.next()
        if b'"events/resync"' in message:
            raise TooSlow
        if b'"turn/delta"' in message:
            speaking.update(_THREAD.findall(message))


async def _hear(client: Client, seconds: float) -> Heard:
    waits: list[float] = []
    before, end = client.cpu, time.monotonic() + seconds
    psutil.cpu_percent()
    while time.monotonic() < end:
        messages = await client.some()
        now = time.monotonic_ns()
        # A stored event says again what the deltas have said: only these are counted.
        for message in messages:
            if b'"events/resync"' in message:
                raise TooSlow
            if b'"turn/delta"' in message:
                waits += ((now - int(at)) / 1e6 for at in _SPOKEN.findall(message))
    return Heard(client.cpu - before, psutil.cpu_percent(), len(waits), waits)


async def _read_bare(speakers: int, seconds: float) -> Heard:
    """Read the same agents, and do nothing with what they say."""
    waits: list[float] = []
    async with AsyncExitStack() as stack:
        agents = [await _agent() for _ in range(speakers)]
        for agent in agents:
            stack.push_async_callback(_end, agent)
        before, end = time.process_time(), time.monotonic() + seconds
        psutil.cpu_percent()
        await asyncio.gather(*(_read(agent, end, waits) for agent in agents))
        return Heard(time.process_time() - before, psutil.cpu_percent(), len(waits), waits)


async def _agent() -> asyncio.subprocess.Process:
    """An agent that has been prompted."""
    pipe = asyncio.subprocess.PIPE
    agent = await asyncio.create_subprocess_exec(*streaming_server.AGENT, stdin=pipe, stdout=pipe)
    if agent.stdin is None:
        raise RuntimeError("the agent has no pipes")
    agent.stdin.write(b'{"id":1,"method":"session/prompt"}\n')
    return agent


async def _read(agent: asyncio.subprocess.Process, end: float, waits: list[float]) -> None:
    if agent.stdout is None:
        raise RuntimeError("the agent has no pipes")
    while time.monotonic() < end:
        message = orjson.loads(await agent.stdout.readline())
        _, at, _ = message["params"]["update"]["content"]["text"].split("@")
        waits.append((time.monotonic_ns() - int(at)) / 1e6)


async def _end(agent: asyncio.subprocess.Process) -> None:
    agent.kill()
    await agent.communicate()
