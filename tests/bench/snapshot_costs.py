"""What a snapshot of a large model costs, and how late it makes the loop for everybody else."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path

import attrs
import msgspec

from bench.histories import TURNS, written
from bench.measure import Figure, Rounds, Scale, cpu_of, percentile
from bench.samples import StillWorld, WithoutFlush, fresh_folder
from bench.ticker import Ticker
from peon.domain.model import Model
from peon.engine import snapshots
from peon.engine.engine import Engine, EngineParts
from peon.engine.restart import restart
from peon.engine.snapshooting import Snapshooter
from peon.journal.store import SegmentStore, StoreOptions
from peon.runtime.clock import SystemClock
from peon.runtime.ids import RandomIds
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import ConfigureThread
from peon_protocol.values import Actor, ActorKind

_CLIENT = Actor(ActorKind.CLIENT, "bench")
_OF_RECORDS = (
    "A bare encoder walks the model once. Ours makes a record of each thread, with its checksum "
    "and with what a list of threads tells of it, and gives the loop away between them."
)


@attrs.frozen
class Taken:
    """What came of taking one snapshot after another."""

    cpu: Rounds
    """Milliseconds of each, and in turn with it of a bare encoder."""
    lateness: list[float]
    """Milliseconds by which the ticks were late that fell into them."""
    idle: list[float]
    """The same for as long while nothing went on."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU beside that of an encoder that does nothing else, and the lateness of the loop."""
    log = fresh_folder(folder)
    model = asyncio.run(_write(log, scale))
    taken = asyncio.run(_take(log, model, scale.contest))
    cost, bare = taken.cpu.middle("ours", "bare")
    size = f"{scale.threads:,} threads of {2 * TURNS} messages"
    yield (
        Figure(
            subject=f"snapshot of {size}, all changed: CPU",
            unit="ms",
            ours=cost,
            peer_name="msgspec, the same model at once",
            peer=bare,
        )
        .at_most(2.5)
        .limited_by(_OF_RECORDS)
    )
    for part, words, limit in ((0.99, "p99", 5.0), (1.0, "worst", 10.0)):
        yield Figure(
            subject=f"lateness of the loop meanwhile, {words}: wall time",
            unit="ms",
            ours=percentile(taken.lateness, part),
            peer_name="of an idle loop",
            peer=percentile(taken.idle, part),
        ).not_above(limit)


async def _write(folder: Path, scale: Scale) -> Model:
    """Write the log; the model that it makes."""
    async with written(folder) as log:
        await log.converse(scale.threads)
        await log.snapshot()
        return log.model


def _bare(model: Model) -> float:
    """Milliseconds that it takes to encode all threads and to do nothing else."""
    encoder = msgspec.json.Encoder()
    threads = list(model.threads.values())
    return cpu_of(lambda: bool(encoder.encode(threads))) / 1000


async def _take(folder: Path, model: Model, rounds: int) -> Taken:
    options = StoreOptions(filesystem=WithoutFlush())
    fingerprint = snapshots.fingerprint()
    store, recovered = SegmentStore.open(folder, fingerprint=fingerprint, options=options)
    restarted = restart(recovered)
    engine = Engine(EngineParts(store, SystemClock(), RandomIds(), StillWorld()), restarted.model)
    tasks = TaskOwner("bench")
    shooter = Snapshooter(engine, store, tasks, restarted)
    gc.collect()
    gc.freeze()
    costs: dict[str, list[float]] = {"ours": [], "bare": []}
    lateness, seconds = [], 0.0
    for _ in range(rounds):
        costs["bare"].append(_bare(model))
        await _change_all(engine)
        before = time.process_time()
        await shooter.take()
        costs["ours"].append((time.process_time() - before) * 1000)
        await _change_all(engine)
        started = time.perf_counter()
        lateness += await _ticks_during(shooter.take())
        seconds += time.perf_counter() - started
    idle = await _ticks_during(asyncio.sleep(seconds))
    shooter.stop()
    await tasks.close()
    await store.close()
    gc.unfreeze()
    return Taken(Rounds(costs), lateness, idle)


async def _change_all(engine: Engine) -> None:
    """So that no record can be copied from the snapshot before."""
    title = RandomIds().fresh()
    for thread_id in tuple(engine.model.threads):
        command = ConfigureThread(thread_id=thread_id, title=title)
        engine.submit(command, actor=_CLIENT, environment={})
    await engine.settled()


async def _ticks_during(work: Awaitable[None]) -> list[float]:
    """How late, in milliseconds, a tick of every millisecond is while `work` goes on."""
    ticker = Ticker()
    await work
    return ticker.stop()
