"""What appending costs when it waits for the disk: how many a second, and how long one takes."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

from bench.measure import Figure, Scale, in_turn, percentile
from bench.peers import Conversations, SqliteGroups, SqliteRows
from bench.samples import BATCH, fresh_folder, stored
from peon.journal.store import SegmentStore
from peon.wire import encode_event

CLIENTS = 200

_OF_THREADS = (
    "A commit goes to the thread that writes and its answer comes back: twice waking a thread up, "
    "beside a flush that on this machine takes no longer than that. With nothing but that, the "
    "same bytes took {waited:,.0f} µs, {times:.2f} times the flush. Many commits share both."
)
_OF_TASKS = (
    "A wall time. Most of what either takes is asyncio's: a future for each event, and a task that "
    "is woken up. Ours looks besides whether it is given an event, and keeps it to be read again."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Events a second and microseconds a commit, beside the bare file and the peers."""
    yield from _batches(scale, folder)
    yield from _single(scale, folder)
    yield from _crowd(scale, folder)


def _batches(scale: Scale, folder: Path) -> Iterator[Figure]:
    """A hundred events a commit, one commit after the other."""
    bodies = [encode_event(each) for each in stored(BATCH)]
    line, commits = b"\n".join(bodies), scale.commits

    def bare() -> float:
        return _seconds_of_file(folder, line, commits)

    def ours() -> float:
        return _seconds(folder, lambda store: _append_in_turn(store, bodies, commits))

    def rows() -> float:
        return _seconds_of_rows(folder, bodies, commits)

    def peer() -> float:
        conversations = Conversations(folder, durable=True)
        before = time.perf_counter()
        conversations.add(commits * BATCH // 10, BATCH)
        conversations.close()
        return (time.perf_counter() - before) * 10

    contenders = {"ours": ours, "bare": bare, "rows": rows, "peer": peer}
    rounds = in_turn(contenders, rounds=scale.contest)
    for name, words, factor in (
        ("bare", "write + fdatasync of the same bytes", 0.6),
        ("peer", "eventsourcing + SQLite", 4.0),
        ("rows", "rows of SQLite, synchronous=FULL", 1.0),
    ):
        seconds, others = rounds.middle("ours", name)
        yield Figure(
            subject="durable, 100 events a commit: events a second",
            unit="/s",
            ours=commits * BATCH / seconds,
            peer_name=words,
            peer=commits * BATCH / others,
        ).at_least(factor)


def _single(scale: Scale, folder: Path) -> Iterator[Figure]:
    """One event a commit: how long the writer waits, in the middle and at the end of the line."""
    body = encode_event(next(stored(1)))
    ours: list[float] = []
    bare: list[float] = []
    handed: list[float] = []
    for _ in range(scale.contest):
        handed += asyncio.run(_waits_of_thread(folder, body, scale.commits))
        bare += waits_of_file(folder, body, scale.commits)
        ours += _run(folder, lambda store: _waits(store, body, scale.commits))
    waited = percentile(handed, 0.5)
    reason = _OF_THREADS.format(waited=waited, times=waited / percentile(bare, 0.5))
    for part, factor in ((0.5, 1.5), (0.99, None)):
        figure = Figure(
            subject=f"one event durable, p{part * 100:.0f}: wall time",
            unit="µs",
            ours=percentile(ours, part),
            peer_name="write + fdatasync of the same bytes",
            peer=percentile(bare, part),
        )
        yield figure if factor is None else figure.at_most(factor).limited_by(reason)


def _crowd(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Two hundred clients, each of whom waits for its event before it appends the next."""
    body = encode_event(next(stored(1)))
    each = max(1, scale.commits // 10)

    def ours() -> float:
        return _seconds(folder, lambda store: _clients(store, body, each))

    def rows(*, row_each: bool) -> float:
        return asyncio.run(_seconds_of_groups(folder, body, each, row_each=row_each))

    rounds = in_turn(
        {
            "ours": ours,
            "each": lambda: rows(row_each=True),
            "commit": lambda: rows(row_each=False),
        },
        rounds=scale.contest,
    )
    for name, words, factor in (
        ("each", "SQLite behind the same group commit, a row for each event", 1.5),
        ("commit", "SQLite behind the same group commit, a row for each commit", 0.8),
    ):
        seconds, others = rounds.middle("ours", name)
        yield (
            Figure(
                subject=f"{CLIENTS} clients, each waiting for its event: events a second",
                unit="/s",
                ours=CLIENTS * each / seconds,
                peer_name=words,
                peer=CLIENTS * each / others,
            )
            .at_least(factor)
            .limited_by(_OF_TASKS)
        )


# --- ours ----------------------------------------------------------------------------------------


def _run(folder: Path, work: Callable[[SegmentStore], Awaitable[list[float]]]) -> list[float]:
    async def run() -> list[float]:
        store, _ = SegmentStore.open(fresh_folder(folder), fingerprint="bench")
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _seconds(folder: Path, work: Callable[[SegmentStore], Awaitable[None]]) -> float:
    async def timed(store: SegmentStore) -> list[float]:
        before = time.perf_counter()
        await work(store)
        return [time.perf_counter() - before]

    return _run(folder, timed)[0]


async def _append_in_turn(store: SegmentStore, bodies: list[bytes], commits: int) -> None:
    """As a server does that is never idle: while one commit is flushed, the next one gathers."""
    for _ in range(commits):
        store.append(bodies)
        await store.wait_durable(store.head - len(bodies))
    await store.wait_durable(store.head)


async def _waits(store: SegmentStore, body: bytes, commits: int) -> list[float]:
    waits = []
    for _ in range(commits):
        before = time.perf_counter()
        store.append([body])
        await store.wait_durable(store.head)
        waits.append((time.perf_counter() - before) * 1e6)
    return waits


async def _clients(store: SegmentStore | SqliteGroups, body: bytes, each: int) -> None:
    async def client() -> None:
        for _ in range(each):
            store.append([body])
            await store.wait_durable(store.head)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


# --- peers ---------------------------------------------------------------------------------------


def _seconds_of_file(folder: Path, line: bytes, commits: int) -> float:
    before = time.perf_counter()
    waits_of_file(folder, line, commits)
    return time.perf_counter() - before


def waits_of_file(folder: Path, line: bytes, commits: int) -> list[float]:
    """Microseconds of each time that `line` is written to a bare file and flushed."""
    descriptor = os.open(fresh_folder(folder) / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    waits = []
    for _ in range(commits):
        before = time.perf_counter()
        os.write(descriptor, line)
        os.fdatasync(descriptor)
        waits.append((time.perf_counter() - before) * 1e6)
    os.close(descriptor)
    return waits


async def _waits_of_thread(folder: Path, body: bytes, commits: int) -> list[float]:
    """As `waits_of_file`, in another thread than the one that waits."""
    loop, asked = asyncio.get_running_loop(), SimpleQueue[asyncio.Future[None] | None]()
    descriptor = os.open(fresh_folder(folder) / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def write() -> None:
        while (future := asked.get()) is not None:
            os.write(descriptor, body)
            os.fdatasync(descriptor)
            loop.call_soon_threadsafe(future.set_result, None)

    writer = threading.Thread(target=write)
    writer.start()
    waits = []
    for _ in range(commits):
        before = time.perf_counter()
        future = loop.create_future()
        asked.put(future)
        await future
        waits.append((time.perf_counter() - before) * 1e6)
    asked.put(None)
    writer.join()
    os.close(descriptor)
    return waits


async def _seconds_of_groups(folder: Path, body: bytes, each: int, *, row_each: bool) -> float:
    groups = SqliteGroups(folder, row_each=row_each)
    before = time.perf_counter()
    await _clients(groups, body, each)
    seconds = time.perf_counter() - before
    await groups.close()
    return seconds


def _seconds_of_rows(folder: Path, bodies: list[bytes], commits: int) -> float:
    rows = SqliteRows(folder)
    before = time.perf_counter()
    for number in range(commits):
        rows.add([(f"thread-{place}", number, body) for place, body in enumerate(bodies)])
    seconds = time.perf_counter() - before
    rows.close()
    return seconds
