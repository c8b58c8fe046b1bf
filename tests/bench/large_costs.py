"""What one enormous tool output, in one message of an agent, does to everybody else's requests."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from bench import stock_server, streaming_server
from bench.client import Client, connected, request
from bench.measure import Figure, Scale, percentile
from bench.samples import fresh_folder

SIZE = 100_000_000
BEFORE = 1_000
"""Requests while nothing else goes on."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Round trips of another kind of request while the output is taken in, redacted and stored."""
    size = SIZE if scale.threads >= 1000 else SIZE // 50
    idle, waits = asyncio.run(_ask_meanwhile(folder, size))
    for part, words in ((0.5, "p50"), (0.99, "p99"), (1.0, "worst")):
        figure = Figure(
            subject=f"a tool output of {size / 1e6:g} MB in one line: round trips meanwhile, "
            f"{words}: wall time",
            unit="ms",
            ours=percentile(waits, part),
            peer_name="before it",
            peer=percentile(idle, part),
        )
        yield figure.not_above(50)


async def _ask_meanwhile(folder: Path, size: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each request while nothing goes on, and from the prompt to the turn's end."""
    async with connected(*streaming_server.started(fresh_folder(folder))) as client:
        await client.initialize()
        await client.ask("events/subscribe", {})
        project, thread = {"projectId": "project"}, {"threadId": "thread"}
        await client.ask("project/create", {**project, "root": str(fresh_folder(folder))})
        provider = {"provider": streaming_server.PROVIDER}
        await client.ask("thread/create", {**project, **thread, **provider})
        idle = [(await _ask(client, f"idle-{number}"))[0] for number in range(BEFORE)]
        await client.ask("turn/start", {**thread, "prompt": f"show {size}"})
        waits: list[float] = []
        ended = False
        while not ended:
            wait, ended = await _ask(client, f"ask-{len(waits)}")
            waits.append(wait)
        return idle, waits


async def _ask(client: Client, name: str) -> tuple[float, bool]:
    """How long a request took, and whether the turn has ended meanwhile."""
    own, ended = f'"id":"{name}"'.encode(), False
    before = time.perf_counter()
    client.writer.write(request(name, stock_server.LIST, {"threadId": "thread"}))
    while True:
        bodies = await client.some()
        ended = ended or any(b'"type":"turn.completed"' in each for each in bodies)
        if any(own in each for each in bodies):
            return (time.perf_counter() - before) * 1000, ended
