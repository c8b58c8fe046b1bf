"""Fifty threads that each record an event two hundred times a second, and wait for the disk.

Nothing is gathered here: each event is a command, decided, stamped, encoded, folded, made durable
and acknowledged. What an agent streams is gathered, and costs less; see the suite `stream`.
"""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from bench.core_costs import open_turn
from bench.durable_costs import waits_of_file
from bench.measure import Figure, Scale, percentile
from bench.samples import ITEM_ID, TEXT, THREADS, StillWorld, fresh_folder, stored
from bench.ticker import Ticker
from peon.domain.commands import RecordText
from peon.domain.model import Model
from peon.engine.engine import Engine, EngineParts
from peon.journal.format import join_events
from peon.journal.store import SegmentStore
from peon.journal.tail import MemoryTail, TailCommit
from peon.runtime.clock import SystemClock
from peon.runtime.ids import RandomIds
from peon.wire import encode_event
from peon_protocol.ids import ThreadId, TurnId
from peon_protocol.values import ItemKind

RATE: Final = 200
"""Events of each thread in a second."""
TOGETHER: Final = 50
"""Events in a commit where fifty threads speak at the same time."""
_OF_COMMANDS: Final = (
    "Each event is a command of its own here, with a task of its own that is woken up for it, and "
    "another time when it is durable. Streamed text, of which there is so much, is gathered into "
    "few events before: see `stream`."
)
_OF_FLUSHES: Final = (
    "A wall time. Whoever comes while a commit is being flushed waits for that one, and then for "
    "its own; the bare file is flushed by itself."
)


@attrs.frozen
class Recorded:
    """What came of recording for a while. Times are in milliseconds."""

    cpu: float
    """Seconds of it."""
    seconds: float
    waits: list[float]
    """Until an event was acknowledged."""
    lateness: list[float]
    """Of the loop."""
    pause: float
    """Of a whole garbage collection behind it."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU as a part of one core, the time to an acknowledgement, and what is held in memory."""
    recorded = asyncio.run(_record(fresh_folder(folder), scale.seconds))
    together = join_events([encode_event(each) for each in stored(TOGETHER)])
    flush = percentile(waits_of_file(folder, together, scale.commits), 0.99) / 1000
    yield from _of_recording(recorded, flush)
    yield from _of_memory(recorded, scale.events)


def _of_recording(recorded: Recorded, flush: float) -> Iterator[Figure]:
    subject = f"{THREADS} threads record {RATE} events a second each"
    yield (
        Figure(
            subject=f"{subject}: CPU, of one core",
            unit="%",
            ours=recorded.cpu / recorded.seconds * 100,
        )
        .not_above(20)
        .limited_by(_OF_COMMANDS)
    )
    yield (
        Figure(
            subject=f"{subject}: acknowledged, p99: wall time",
            unit="ms",
            ours=percentile(recorded.waits, 0.99),
            peer_name="write + fdatasync of as many bytes as come together, p99",
            peer=flush,
        )
        .not_above(round(flush + 5, 1))
        .limited_by(_OF_FLUSHES)
    )
    yield Figure(
        subject=f"{subject}: lateness of the loop, p99: wall time",
        unit="ms",
        ours=percentile(recorded.lateness, 0.99),
    ).not_above(5)


def _of_memory(recorded: Recorded, events: int) -> Iterator[Figure]:
    yield Figure(
        subject="a whole garbage collection behind it: wall time", unit="ms", ours=recorded.pause
    ).not_above(30)
    held, payload = _tail(events)
    yield Figure(
        subject=f"the newest events in memory, {TOGETHER} a commit: bytes per event",
        unit="B",
        ours=held,
        peer_name="the events alone",
        peer=payload,
    ).at_most(1.25)


async def _record(folder: Path, seconds: float) -> Recorded:
    store, _ = SegmentStore.open(folder, fingerprint="bench")
    engine = Engine(EngineParts(store, SystemClock(), RandomIds(), StillWorld()), Model())
    turns = [await open_turn(engine, number) for number in range(THREADS)]
    waits: list[float] = []
    gc.freeze()
    ticker, before, began = Ticker(), time.process_time(), time.perf_counter()
    await asyncio.gather(
        *(
            _speak(engine, turn, number / THREADS / RATE, seconds, waits)
            for number, turn in enumerate(turns)
        )
    )
    cpu, passed, lateness = time.process_time() - before, time.perf_counter() - began, ticker.stop()
    began = time.perf_counter()
    gc.collect()
    pause = (time.perf_counter() - began) * 1000
    gc.unfreeze()
    await store.close()
    return Recorded(cpu, passed, waits, lateness, pause)


async def _speak(
    engine: Engine,
    turn: tuple[ThreadId, TurnId],
    offset: float,
    seconds: float,
    waits: list[float],
) -> None:
    """One thread, at its rate; `offset` after the others, in seconds."""
    loop = asyncio.get_running_loop()
    due, end = loop.time() + offset, loop.time() + seconds
    while due < end:
        await asyncio.sleep(max(0.0, due - loop.time()))
        began = time.perf_counter()
        engine.record(
            RecordText(*turn, ITEM_ID, ItemKind.MESSAGE, TEXT, complete=False), cause=None
        )
        await engine.settled()
        waits.append((time.perf_counter() - began) * 1000)
        due += 1 / RATE


def _tail(count: int) -> tuple[float, float]:
    """Bytes that the newest events take in memory, and those of the events; for each of them."""
    commits = count // TOGETHER
    events = [encode_event(each) for each in stored(commits * TOGETHER)]
    payload = sum(map(len, events))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tail = MemoryTail(0, max_bytes=2 * payload + (1 << 20))
    for number in range(commits):
        some = events[number * TOGETHER : (number + 1) * TOGETHER]
        tail.append(TailCommit.of(number * TOGETHER + 1, join_events(some), some))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (held - before) / (commits * TOGETHER), payload / (commits * TOGETHER)
