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


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Round trips of another kind of request while the output is taken in, redacted and stored."""
    size = SIZE if scale.threads >= 1000 else SIZE // 50
    waits = asyncio.run(_ask_meanwhile(folder, size))
    for part, words in ((0.5, "p50"), (0.99, "p99"), (1.0, "worst")):
        figure = Figure(
            subject=f"a tool output of {size / 1e6:g} MB in one line: round trips meanwhile, "
            f"{words}: wall time",
            unit="ms",
            ours=percentile(waits, part),
        )
        yield figure.not_above(50)


async def _ask_meanwhile(folder: Path, size: int) -> list[float]:
    """Milliseconds of each request from the prompt to the end of the turn."""
    async with connected(*streaming_server.started(fresh_folder(folder))) as client:
        await client.initialize()
        await client.ask("events/subscribe", {})
        project, thread = {"projectId": "project"}, {"threadId": "thread"}
        await client.ask("project/create", {**project, "root": str(fresh_folder(folder))})
        provider = {"provider": streaming_server.PROVIDER}
        await client.ask("thread/create", {**project, **thread, **provider})
        await client.ask("turn/start", {**thread, "prompt": f"show {size}"})
        waits: list[float] = []
        ended = False
        while not ended:
            wait, ended = await _ask(client, len(waits))
            waits.append(wait)
        return waits


async def _ask(client: Client, number: int) -> tuple[float, bool]:
    """How long a request took, and whether the turn has ended meanwhile."""
    own, ended = f'"id":"ask-{number}"'.encode(), False
    before = time.perf_counter()
    client.writer.write(request(f"ask-{number}", stock_server.LIST, {"threadId": "thread"}))
    while True:
        bodies = await client.some()
        ended = ended or any(b'"type":"turn.completed"' in each for each in bodies)
        if any(own in each for each in bodies):
            return (time.perf_counter() - before) * 1000, ended
