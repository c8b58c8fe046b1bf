"""What reading a log back costs, and whether the fold's cost grows with what there is."""

import asyncio
import gc
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bench.histories import Ledger, begin, opening, text, written
from bench.measure import Figure, Scale, cpu_of, in_turn
from bench.peers import Conversations
from bench.samples import BATCH, THREADS, WithoutFlush, fresh_folder
from peon.domain.project import project
from peon.engine import snapshots
from peon.engine.restart import restart
from peon.journal.store import SegmentStore, StoreOptions
from peon_protocol.values import ItemStatus

FEW, MANY = 10, 10_000
"""Threads that there are; as many speak at the same time as there are few."""

_OF_OBJECTS = (
    "Nearly all of it is making each event anew, an envelope of thirteen fields around a payload, "
    "both immutable, and the fold: about half each. Reading and checking cost little."
)
_OF_CACHES = (
    "The fold takes the same steps in both; among many threads what it steps on lies in more "
    "of the memory than the processor's caches hold."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU per event read back and folded; and per event folded, among few threads and many."""
    yield from _replays(scale, folder)
    yield from _folds(scale)


def _replays(scale: Scale, folder: Path) -> Iterator[Figure]:
    log = fresh_folder(folder)
    asyncio.run(_write(log, scale.events))
    conversations = Conversations(folder, durable=False)
    conversations.add(scale.events, BATCH)
    rounds = in_turn(
        {
            "ours": lambda: cpu_of(lambda: asyncio.run(_replay(log))),
            "peer": lambda: cpu_of(conversations.replay),
        },
        rounds=scale.contest,
    )
    conversations.close()
    cost, other = rounds.middle("ours", "peer")
    yield (
        Figure(
            subject="read a log, check it, decode and fold it: events for a second of CPU",
            unit="/s",
            ours=1e6 / cost,
            peer_name="eventsourcing + SQLite",
            peer=1e6 / other,
        )
        .at_least(3)
        .limited_by(_OF_OBJECTS)
    )


async def _write(folder: Path, count: int) -> None:
    async with written(folder) as log:
        await log.converse(THREADS, turns=1)
        await log.speak(count)


async def _replay(folder: Path) -> int:
    options = StoreOptions(filesystem=WithoutFlush())
    fingerprint = snapshots.fingerprint()
    store, recovered = SegmentStore.open(folder, fingerprint=fingerprint, options=options)
    head = restart(recovered).model.sequence
    await store.close()
    return head


def _folds(scale: Scale) -> Iterator[Figure]:
    rounds = in_turn(
        {
            "few": lambda: _fold(FEW, scale.events),
            "many": lambda: _fold(MANY, scale.events),
        },
        rounds=scale.contest,
    )
    many, few = rounds.middle("many", "few")
    yield (
        Figure(
            subject=f"fold an event, {MANY:,} threads of which ten speak: CPU",
            unit="µs",
            ours=many,
            peer_name=f"among {FEW} threads",
            peer=few,
        )
        .at_most(1.2)
        .limited_by(_OF_CACHES)
    )


def _fold(threads: int, count: int) -> float:
    """Microseconds for each of `count` pieces of text, in ten threads in turn."""
    ledger = Ledger("bench")
    for event in opening(threads):
        ledger.add(event)
    for thread_id in tuple(ledger.model.threads):
        for event in begin(thread_id, 1):
            ledger.add(event)
    ids = tuple(ledger.model.threads)[:: threads // FEW]
    spoken = [
        ledger.stamp(text(thread_id, 1, place, "words", ItemStatus.STREAMING))
        for place, thread_id in enumerate(islice(cycle(ids), count))
    ]

    def work() -> int:
        for stored in spoken:
            project(ledger.model, stored)
        return count

    gc.collect()
    return cpu_of(work)
