"""What a second window costs: attaching to the server that runs, beside starting one."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from bench.client import connected, standalone
from bench.measure import Figure, Scale, percentile
from bench.samples import fresh_folder


@attrs.frozen
class Greeted:
    """A process that was spawned and has answered `initialize`."""

    seconds: float
    cpu: float


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """From spawning to the answer, of a window on a running owner and of a cold start."""
    state, cold_state = fresh_folder(folder), fresh_folder(folder)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(fresh_folder(folder))}
    attached = [sys.executable, "-m", "peon", "serve", "--state-dir", str(state)]
    times = scale.starts
    asyncio.run(_greet(attached, environment))
    warm = [asyncio.run(_greet(attached, environment)) for _ in range(times)]
    cold = [asyncio.run(_greet(standalone(cold_state), environment)) for _ in range(times)]
    stop = [sys.executable, "-m", "peon", "stop", "--state-dir", str(state)]
    subprocess.run(stop, env=environment, check=False, capture_output=True, timeout=30)
    yield _figure(
        "CPU of the process that was spawned",
        [each.cpu for each in warm],
        [each.cpu for each in cold],
    )
    yield _figure("wall time", [each.seconds for each in warm], [each.seconds for each in cold])


def _figure(what: str, warm: Sequence[float], cold: Sequence[float]) -> Figure:
    return Figure(
        subject=f"attach to a running server, p50: {what}",
        unit="ms",
        ours=percentile(warm, 0.5) * 1000,
        peer_name="a cold start",
        peer=percentile(cold, 0.5) * 1000,
    ).at_most(1 / 4)


async def _greet(argv: Sequence[str], environment: dict[str, str]) -> Greeted:
    before = time.perf_counter()
    async with connected(argv, environment) as client:
        await client.initialize()
        return Greeted(time.perf_counter() - before, client.cpu)
