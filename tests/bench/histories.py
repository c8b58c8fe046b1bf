"""Logs that are long, made fast: valid events, folded as they are written, through the journal.

What agents and users would have said in months is made up here, event by event, without the rules
that would have decided it. A log is conversations that make the read model, then years of events
that leave it as large as it is, a snapshot, and a tail behind it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.samples import AGENT, BATCH, NOW, THREADS, WithoutFlush
from peon.domain.model import Model
from peon.domain.project import project
from peon.engine import snapshots
from peon.engine.envelopes import stream_of
from peon.journal.snapshots import SnapshotRecord
from peon.journal.store import SegmentStore, StoreOptions
from peon.runtime.ids import RandomIds
from peon.wire import encode_event
from peon_protocol.events import (
    CheckpointCreated,
    Event,
    ItemRecorded,
    OperationRequested,
    ProjectCreated,
    StoredEvent,
    ThreadConfigured,
    ThreadCreated,
    TurnCompleted,
    TurnStarted,
)
from peon_protocol.ids import (
    CheckpointId,
    EventId,
    ItemId,
    OperationId,
    ProjectId,
    StreamId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import (
    CheckpointKind,
    ItemKind,
    ItemStatus,
    StopReason,
    TextAppend,
    TitleSource,
    TurnEndOperation,
)

TURNS: Final = 50
"""Of each thread; with a prompt and an answer each, that is a hundred messages."""
_PROJECT: Final = ProjectId("project")
_IDS: Final = RandomIds()
_SENTENCE: Final = "What was asked for is done, and nothing else was touched. "
_MESSAGE: Final = _SENTENCE * 7
"""About four hundred characters, as a prompt and an answer have on the average."""
_GATHERED: Final = 5_000
"""So many events are handed over before the disk is waited for."""
_COMPRESSED_AFTER: Final = 1_000_000


class Ledger:
    """Events get their place, and make a read model."""

    def __init__(self, log_id: str) -> None:
        self.model = Model()
        self._log_id = log_id
        self._sequence = 0
        self._versions: Counter[StreamId] = Counter()

    def stamp(self, event: Event) -> StoredEvent:
        """The next event of the log."""
        self._sequence += 1
        stream = stream_of(event)
        self._versions[stream] += 1
        event_id = EventId(f"{self._log_id}:{self._sequence}")
        return StoredEvent(
            sequence=self._sequence,
            event_id=event_id,
            stream_id=stream,
            version=self._versions[stream],
            type=event.TYPE,
            schema=event.SCHEMA,
            occurred_at=NOW,
            command_id=None,
            command_digest=None,
            causation_id=None,
            correlation_id=event_id,
            actor=AGENT,
            payload=event,
        )

    def add(self, event: Event) -> StoredEvent:
        """The next event of the log, folded."""
        stored = self.stamp(event)
        project(self.model, stored)
        return stored


class Log:
    """A log in the making, and the read model that it comes to."""

    def __init__(self, store: SegmentStore) -> None:
        self._ledger = Ledger(store.log_id)
        self._store = store
        self._bodies: list[bytes] = []
        self._written = 0

    @property
    def model(self) -> Model:
        """Everything that was written, folded."""
        return self._ledger.model

    async def converse(self, threads: int, turns: int = TURNS) -> None:
        """As many threads with as many turns each."""
        await self._write(opening(threads))
        for turn in range(1, turns + 1):
            for thread_id in tuple(self.model.threads):
                await self._write(_turn(thread_id, turn))

    async def idle(self, until: int) -> None:
        """Events up to sequence `until` that leave the read model as large as it is."""
        ids = tuple(self.model.threads)
        while self.model.sequence < until:
            place = self.model.sequence
            title = f"Title {place % 10}"
            event = ThreadConfigured(thread_id=ids[place % len(ids)], title=title)
            await self._write(iter((event,)))
            if place % _COMPRESSED_AFTER == 0:
                await self.snapshot()

    async def speak(self, count: int) -> None:
        """Pieces of text in turns that are under way, fifty at the same time."""
        ids = tuple(self.model.threads)[:THREADS]
        turns = {each: len(self.model.threads[each].turns) + 1 for each in ids}
        for thread_id, number in turns.items():
            await self._write(begin(thread_id, number))
        for place in range(count):
            thread_id = ids[place % len(ids)]
            offset = place // len(ids) * len(_SENTENCE)
            piece = text(thread_id, turns[thread_id], offset, _SENTENCE, ItemStatus.STREAMING)
            await self._write(iter((piece,)))
            if not self._bodies:
                # As it was said, a hundred to a commit, and not as many as a slow disk gathers.
                await self._settle()
        await self._settle()

    async def snapshot(self) -> None:
        """Keep the read model as it is now, and compress what older snapshots cover."""
        await self._settle()
        records = self._records()
        await self._store.write_snapshot(self.model.sequence, records)
        await self._store.compress()

    def _records(self) -> list[SnapshotRecord]:
        """The read model as it is written."""
        rest = snapshots.record_of_rest(self.model)
        threads = self.model.threads.values()
        return [rest, *(snapshots.record_of_thread(each, self.model.sequence) for each in threads)]

    async def _write(self, events: Iterator[Event]) -> None:
        """Fold and gather; hand over what has been gathered, a hundred to a commit."""
        for event in events:
            self._bodies.append(encode_event(self._ledger.add(event)))
        if len(self._bodies) >= BATCH:
            self._store.append(self._bodies)
            self._written += len(self._bodies)
            self._bodies = []
            await asyncio.sleep(0)  # The store hands over what it was given in a turn of the loop.
        if self._written >= _GATHERED:
            await self._settle()

    async def _settle(self) -> None:
        if self._bodies:
            self._store.append(self._bodies)
            self._bodies = []
        self._written = 0
        await self._store.wait_durable(self._store.head)


@asynccontextmanager
async def written(folder: Path) -> AsyncIterator[Log]:
    """A new log in `folder`, written without waiting for the disk."""
    options = StoreOptions(filesystem=WithoutFlush())
    fingerprint = snapshots.fingerprint()
    store, _ = SegmentStore.open(folder, fingerprint=fingerprint, options=options)
    try:
        yield Log(store)
    finally:
        await store.close()


def opening(threads: int) -> Iterator[Event]:
    """A project and its threads."""
    yield ProjectCreated(project_id=_PROJECT, root="/bench", title="Bench")
    for _ in range(threads):
        yield ThreadCreated(
            thread_id=ThreadId(_IDS.fresh()),
            project_id=_PROJECT,
            title="A conversation",
            title_source=TitleSource.USER,
            provider="script",
        )


def _turn(thread_id: ThreadId, number: int) -> Iterator[Event]:
    """A prompt, its checkpoint, an answer, the checkpoint behind it, the end."""
    yield from begin(thread_id, number)
    yield text(thread_id, number, 0, _MESSAGE, ItemStatus.COMPLETED)
    operation_id = OperationId(_IDS.fresh())
    last = _checkpoint(thread_id, number, CheckpointKind.TURN_END, operation_id)
    operation = TurnEndOperation(last.checkpoint_id, StopReason.END_TURN)
    turn_id = _turn_id(thread_id, number)
    yield OperationRequested(
        thread_id=thread_id, operation_id=operation_id, operation=operation, turn_id=turn_id
    )
    yield last
    yield TurnCompleted(thread_id=thread_id, turn_id=turn_id, stop_reason=StopReason.END_TURN)


def begin(thread_id: ThreadId, number: int) -> Iterator[Event]:
    """A prompt and its checkpoint."""
    first = _checkpoint(thread_id, number, CheckpointKind.TURN_START, None)
    yield TurnStarted(
        thread_id=thread_id,
        turn_id=_turn_id(thread_id, number),
        number=number,
        prompt=_MESSAGE,
        checkpoint_id=first.checkpoint_id,
    )
    yield first


def text(
    thread_id: ThreadId, number: int, offset: int, text: str, status: ItemStatus
) -> ItemRecorded:
    """A piece of what the agent answers in the turn of that number."""
    return ItemRecorded(
        thread_id=thread_id,
        turn_id=_turn_id(thread_id, number),
        item_id=ItemId(f"t{number}-1"),
        kind=ItemKind.MESSAGE,
        status=status,
        append=TextAppend(offset, offset + len(text), text),
    )


def _checkpoint(
    thread_id: ThreadId, number: int, kind: CheckpointKind, operation_id: OperationId | None
) -> CheckpointCreated:
    return CheckpointCreated(
        thread_id=thread_id,
        checkpoint_id=CheckpointId(_IDS.fresh()),
        description=f"turn {number}",
        kind=kind,
        snapshot="0" * 40,
        turn_id=_turn_id(thread_id, number),
        operation_id=operation_id,
    )


def _turn_id(thread_id: ThreadId, number: int) -> TurnId:
    return TurnId(f"{thread_id[:15]}-{number:04d}")
