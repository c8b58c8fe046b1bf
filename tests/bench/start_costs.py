"""What a start costs, and what memory a server holds, however long the log has become."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import attrs

from bench.client import Client, connected, request, standalone
from bench.histories import written
from bench.measure import Figure, Scale
from bench.samples import fresh_folder
from peon.journal.folders import SEGMENTS, SNAPSHOTS

TAIL = 10_000
"""Events behind the newest snapshot."""
MEGABYTE = 1_000_000
TAIL_CAP = 64 << 20
IN_MEMORY = 80 * MEGABYTE
"""What a server may hold beside the model and the tail."""
TITLE = "t" * 4_000
_OF_CLASSES = (
    "A start with none is what loading the libraries and making their classes costs, nearly half "
    "of it lsprotocol's. The rest is reading the snapshot, comparing its checksum, and folding "
    "what is behind it; the log's length is not in it. Seconds are those of this machine, whose "
    "pace is told above."
)
_OF_PACE = (
    "Both read the same: a snapshot, as much behind it, and the checksums of one segment, which is "
    "fuller in the one or in the other. Of {pairs} pairs of starts, one after the other, the least "
    "difference was {least:,.0f} ms and the most {most:,.0f} ms: the machine's pace is in it."
)
_OF_ALLOCATORS = (
    "The tail's blocks come and go, and what they leave free between them stays with the process."
)
_OF_TEXT = (
    "The model's size is that of its snapshot; what the ten thousand events behind it have added "
    "to it, and what reading them left to the allocator, is held beside."
)


@attrs.frozen
class Started:
    """A server that has just answered `initialize`."""

    cpu: float
    """Seconds that its process has used so far."""
    resident: int
    """Bytes that it holds."""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """A start on nothing, on a long log, and on one that is ten times as long."""
    empty = _best_of(scale.rounds, folder, None)
    long = fresh_folder(folder)
    asyncio.run(_write(long, scale.threads, scale.history))
    started = _best_of(scale.rounds, folder, long)
    yield (
        Figure(
            subject=f"start with {scale.history:,} events, {scale.threads:,} threads: CPU",
            unit="s",
            ours=started.cpu,
            peer_name="a start with none",
            peer=empty.cpu,
        )
        .not_above(1.0)
        .limited_by(_OF_CLASSES)
    )
    model = model_bytes(long)
    subject = f"memory after a start with {scale.history:,} events"
    yield _memory(subject, started.resident, model).limited_by(_OF_TEXT)
    full = asyncio.run(_resident_when_full(_copy(long, folder), scale))
    yield _memory(
        "the same, and with the newest events in memory", full, model, TAIL_CAP
    ).limited_by(_OF_ALLOCATORS)
    if scale.long_history:
        yield from _longer(scale, folder, long, model)


def _longer(scale: Scale, folder: Path, long: Path, model: int) -> Iterator[Figure]:
    """Both are started in turn: what is looked for is less than a machine's pace changes by.

    What is told is the middle of the differences, and how far apart they were.
    """
    longer = fresh_folder(folder)
    asyncio.run(_write(longer, scale.threads, scale.long_history))
    both = [(_best_of(1, folder, long), _best_of(1, folder, longer)) for _ in range(scale.contest)]
    more = sorted((one.cpu - other.cpu) * 1000 for other, one in both)
    yield (
        Figure(
            subject=f"start with {scale.long_history:,} events beside {scale.history:,}: more CPU",
            unit="ms",
            ours=median(more),
        )
        .not_above(80)
        .limited_by(_OF_PACE.format(least=more[0], most=more[-1], pairs=len(more)))
    )
    subject = f"memory after a start with {scale.long_history:,} events"
    resident = max(one.resident for _, one in both)
    yield _memory(subject, resident, model).limited_by(_OF_TEXT)


def _memory(subject: str, resident: int, model: int, tail: int = 0) -> Figure:
    budget = IN_MEMORY + 1.3 * model + tail
    words = f"80 MB + 1.3 times the model's {model / MEGABYTE:.0f} MB" + (
        " + the tail" if tail else ""
    )
    return Figure(
        subject=subject,
        unit="MB",
        ours=resident / MEGABYTE,
        peer_name=words,
        peer=budget / MEGABYTE,
    ).at_most(1)


def model_bytes(state: Path) -> int:
    """How large the read model is as it is written."""
    return max(path.stat().st_size for path in (state / SNAPSHOTS).iterdir())


async def _write(folder: Path, threads: int, history: int) -> None:
    async with written(folder) as log:
        await log.converse(threads)
        await log.snapshot()
        tail = min(TAIL, history // 10)
        await log.idle(history - tail)
        await log.snapshot()
        await log.speak(tail)


def _best_of(rounds: int, folder: Path, state: Path | None) -> Started:
    """The cheapest of several starts. Each has a copy: a server ends what was under way."""
    starts = [asyncio.run(_start(_copy(state, folder))) for _ in range(rounds)]
    return min(starts, key=lambda started: started.cpu)


def _copy(state: Path | None, folder: Path) -> Path:
    """Segments that are full are shared: no server writes in them, and ten million events are long.

    To copy gigabytes before a start would leave the system busy with them during it.
    """
    copy = fresh_folder(folder)
    if state is not None:
        full = sorted((state / SEGMENTS).iterdir())[:-1]
        ignored = shutil.ignore_patterns(*(path.name for path in full))
        shutil.copytree(state, copy, dirs_exist_ok=True, ignore=ignored)
        for path in full:
            (copy / SEGMENTS / path.name).hardlink_to(path)
    return copy


async def _start(state: Path) -> Started:
    async with connected(standalone(state)) as client:
        await client.initialize()
        started = Started(client.cpu, client.resident)
    shutil.rmtree(state)
    return started


async def _resident_when_full(state: Path, scale: Scale) -> int:
    """Fill the tail in memory to its cap, with snapshots on the way."""
    async with connected(standalone(state)) as client:
        await client.initialize()
        project = {"projectId": "folder", "root": str(state.parent)}
        await client.ask("project/create", project)
        thread = {"projectId": "folder", "threadId": "full", "provider": "host"}
        await client.ask("thread/create", thread)
        await client.ask("turn/start", {"threadId": "full", "prompt": "say something"})
        size = TAIL_CAP if scale.threads >= 1000 else TAIL_CAP // 100
        await _ingest(client, size // len(TITLE))
        resident = client.resident
    shutil.rmtree(state)
    return resident


async def _ingest(client: Client, count: int) -> None:
    for number in range(count):
        event = {"type": "toolCallUpdated", "itemId": "tool", "title": f"{number} {TITLE}"}
        params = {"threadId": "full", "event": event}
        client.writer.write(request(f"event-{number}", "provider/ingest", params))
        if number % 64 == 63:
            for _ in range(64):
                await client.next()
    for _ in range(count % 64):
        await client.next()
