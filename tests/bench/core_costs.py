"""What an event costs from command to read model, beside `eventsourcing` with SQLite."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from bench.measure import Figure, Scale, cpu_of, in_turn
from bench.peers import Conversations
from bench.samples import (
    BATCH,
    ITEM_ID,
    TEXT,
    THREADS,
    StillWorld,
    WithoutFlush,
    fresh_folder,
    places,
)
from peon.domain.commands import CheckpointTaken, RecordText, RecordTurnCheckpoint
from peon.domain.model import Model
from peon.engine.engine import Engine, EngineParts
from peon.journal.store import SegmentStore, StoreOptions
from peon.runtime.clock import SystemClock
from peon.runtime.ids import RandomIds
from peon_protocol.commands import (
    CreateProject,
    CreateThread,
    IngestProviderEvent,
    StartTurn,
)
from peon_protocol.ids import ProjectId, ThreadId, TurnId
from peon_protocol.provider_events import TextDelta
from peon_protocol.values import Actor, ActorKind, ItemKind

ANSWER = 10_000
"""Characters of a streamed answer."""
_CLIENT = Actor(ActorKind.CLIENT, "bench")

_OF_COMMANDS = (
    "Each of our events is a command of its own here: checked, decided, given a receipt, published "
    "and answered. A peer that saves many events at once does what is not per event only once."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU per event of both, in turn in one process; and how few events a long answer is."""
    rounds = in_turn(
        {
            "ours": lambda: asyncio.run(_ours(fresh_folder(folder), scale.events)),
            "each": lambda: _peer(folder, lambda peer: peer.add_each(scale.events // 4)),
            "batched": lambda: _peer(folder, lambda peer: peer.add(scale.events, BATCH)),
        },
        rounds=scale.contest,
    )
    subject = "a command: decide, append without flush, fold: CPU per event"
    for peer, name in (
        ("each", "eventsourcing + SQLite, a command too"),
        ("batched", f"eventsourcing + SQLite, {BATCH} events saved at once"),
    ):
        cost, other = rounds.middle("ours", peer)
        yield (
            Figure(subject=subject, unit="µs", ours=cost, peer_name=name, peer=other)
            .at_most(1 / 4)
            .limited_by(_OF_COMMANDS)
        )
    events = asyncio.run(_answer(fresh_folder(folder)))
    yield Figure(
        subject=f"an answer of {ANSWER:,} characters in pieces of three: events",
        unit="events",
        ours=events,
        peer_name="a piece each",
        peer=ANSWER // 3,
    ).not_above(20)


def _peer(folder: Path, add: Callable[[Conversations], int]) -> float:
    conversations = Conversations(folder, durable=False)
    cost = cpu_of(lambda: add(conversations))
    conversations.close()
    return cost


async def _ours(folder: Path, count: int) -> float:
    """Each piece is a command: stamped, encoded, appended, folded, reacted to."""
    store, engine = open_engine(folder)
    turns = [await open_turn(engine, number) for number in range(THREADS)]
    await engine.settled()

    async def work() -> int:
        for number, (thread, _, _) in enumerate(places(count), 1):
            thread_id, turn_id = turns[thread]
            engine.record(
                RecordText(thread_id, turn_id, ITEM_ID, ItemKind.MESSAGE, TEXT, complete=False),
                cause=None,
            )
            if number % BATCH == 0:
                await engine.settled()
        await engine.settled()
        return count

    cost = await _cpu_of(work)
    await store.close()
    return cost


async def _cpu_of(work: Callable[[], Awaitable[int]]) -> float:
    before = time.process_time()
    count = await work()
    return (time.process_time() - before) * 1e6 / count


def open_engine(folder: Path) -> tuple[SegmentStore, Engine]:
    options = StoreOptions(filesystem=WithoutFlush())
    store, _ = SegmentStore.open(folder, fingerprint="bench", options=options)
    return store, Engine(EngineParts(store, SystemClock(), RandomIds(), StillWorld()), Model())


async def open_turn(engine: Engine, number: int) -> tuple[ThreadId, TurnId]:
    """A thread with a turn whose agent has been prompted."""
    thread_id, turn_id = ThreadId(RandomIds().fresh()), TurnId(RandomIds().fresh())
    project_id = ProjectId(f"project-{number}")
    for command in (
        CreateProject(project_id=project_id, root=f"/bench/{number}"),
        CreateThread(project_id=project_id, thread_id=thread_id),
        StartTurn(thread_id=thread_id, turn_id=turn_id, prompt="say something"),
    ):
        await engine.submit(command, actor=_CLIENT, environment={})
    engine.record(RecordTurnCheckpoint(thread_id, turn_id, CheckpointTaken("0" * 40)), cause=None)
    return thread_id, turn_id


async def _answer(folder: Path) -> int:
    """How many events an answer becomes that streams in pieces of three characters."""
    store, engine = open_engine(folder)
    thread_id, _ = await open_turn(engine, 0)
    before = engine.model.sequence
    for _ in range(0, ANSWER, 3):
        engine.record(
            IngestProviderEvent(thread_id=thread_id, event=TextDelta(text="abc")), cause=None
        )
    engine.flush()
    await store.close()
    return engine.model.sequence - before
