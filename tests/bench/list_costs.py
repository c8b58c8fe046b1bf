"""What a list of many threads costs, beside one of threads with a tenth of the history.

And how long others wait meanwhile, or while one thread is read that is very long.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from bench.client import Client, connected, request, standalone
from bench.histories import TURNS, written
from bench.measure import Figure, Scale, percentile
from bench.samples import fresh_folder

LIST: Final = "thread/list"
READ: Final = "thread/read"
_ASKED: Final = 200
"""Requests while nothing else goes on."""
_TIMES: Final = 3
"""So often a list is asked for in each round."""
_OF_CACHES: Final = (
    "What rests is not read, but it lies between what is told, of which the processor's caches "
    "then hold less."
)


@attrs.frozen(kw_only=True)
class Listed:
    """What came of asking for all threads, again and again."""

    cpu: float
    """Milliseconds of the server, the least of all."""
    size: int
    """Bytes of the answer."""
    waits: list[float]
    """Milliseconds of each small request meanwhile."""
    idle: list[float]
    """The same while nothing else went on."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU and bytes with all the history and a tenth of it, and how long others wait."""
    short = asyncio.run(_measured(fresh_folder(folder), scale, TURNS // 10))
    long = asyncio.run(_measured(fresh_folder(folder), scale, TURNS))
    subject = f"a list of {scale.threads:,} threads of {TURNS} turns"
    peer = f"of {TURNS // 10} turns"
    yield (
        Figure(
            subject=f"{subject}: CPU of the server",
            unit="ms",
            ours=long.cpu,
            peer_name=peer,
            peer=short.cpu,
        )
        .at_most(2)
        .limited_by(_OF_CACHES)
    )
    yield Figure(
        subject=f"{subject}: size",
        unit="kB",
        ours=long.size / 1000,
        peer_name=peer,
        peer=short.size / 1000,
    ).at_most(1.1)
    for part, words in ((0.5, "p50"), (0.95, "p95")):
        yield Figure(
            subject=f"{subject}: round trips meanwhile, {words}: wall time",
            unit="ms",
            ours=percentile(long.waits, part),
            peer_name="before it",
            peer=percentile(long.idle, part),
        ).not_above(50)
    yield from _of_one(scale, folder)


def _of_one(scale: Scale, folder: Path) -> Iterator[Figure]:
    """How long others wait while one long thread is read."""
    waits, idle = asyncio.run(_read(fresh_folder(folder), scale))
    for part, words in ((0.5, "p50"), (0.95, "p95")):
        yield Figure(
            subject=f"a thread of {scale.threads:,} turns is read: "
            f"round trips meanwhile, {words}: wall time",
            unit="ms",
            ours=percentile(waits, part),
            peer_name="before it",
            peer=percentile(idle, part),
        ).not_above(50)


async def _read(state: Path, scale: Scale) -> tuple[list[float], list[float]]:
    """Milliseconds of each small request meanwhile, and while nothing else went on."""
    async with written(state) as log:
        await log.converse(1, scale.threads)
        [thread_id] = log.model.threads
        await log.snapshot()
    async with connected(standalone(state)) as client:
        await client.initialize()
        idle = [await _small(client, f"idle-{number}") for number in range(_ASKED)]
        waits: list[float] = []
        for number in range(_TIMES * scale.rounds):
            asked = request(f"read-{number}", READ, {"threadId": thread_id})
            waits += await _small_meanwhile(client, f"read-{number}", asked)
    return waits, idle


async def _measured(state: Path, scale: Scale, turns: int) -> Listed:
    async with written(state) as log:
        await log.converse(scale.threads, turns)
        await log.snapshot()
    async with connected(standalone(state)) as client:
        await client.initialize()
        idle = [await _small(client, f"idle-{number}") for number in range(_ASKED)]
        costs, sizes, waits = [], [], []
        for number in range(_TIMES * scale.rounds):
            before = client.cpu
            sizes.append(await _list(client, f"list-{number}"))
            costs.append((client.cpu - before) * 1000)
            asked = request(f"again-{number}", LIST, {})
            waits += await _small_meanwhile(client, f"again-{number}", asked)
    return Listed(cpu=min(costs), size=max(sizes), waits=waits, idle=idle)


async def _list(client: Client, name: str) -> int:
    """How long the answer is."""
    client.writer.write(request(name, LIST, {}))
    return len(await client.next())


async def _small(client: Client, name: str) -> float:
    """Milliseconds that a small request takes."""
    before = time.perf_counter()
    client.writer.write(request(name, "server/status", {}))
    await client.next()
    return (time.perf_counter() - before) * 1000


async def _small_meanwhile(client: Client, name: str, large: bytes) -> list[float]:
    """Small requests, one after the other, until the large one of this name is answered, which the
    last waited for.
    """
    client.writer.write(large)
    waits: list[float] = []
    is_there = False
    while not is_there:
        before = time.perf_counter()
        asked = f"{name}-{len(waits)}"
        client.writer.write(request(asked, "server/status", {}))
        answered = False
        while not answered:
            for body in await client.some():
                answered = answered or f'"id":"{asked}"'.encode() in body[:200]
                is_there = is_there or f'"id":"{name}"'.encode() in body[:200]
        waits.append((time.perf_counter() - before) * 1000)
    return waits
