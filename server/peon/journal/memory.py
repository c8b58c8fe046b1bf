"""The event store without a disk: the same promises for as long as the process lives.

It serves a server that shall leave nothing behind, and tests, which can hold durability back, let
it come, and make it fail for good.
"""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from peon.errors import Stale, StoreFailure
from peon.journal.failures import RecordMissing
from peon.journal.format import check_events
from peon.journal.group import PENDING_BYTES, PENDING_EVENTS
from peon.journal.port import PAGE_BYTES, Recovered, Run
from peon.journal.slices import Records, slices
from peon.journal.snapshot_files import SnapshotRecord, Unchanged
from peon.journal.waiters import DurabilityWaiters


class MemoryStore:
    """Implements EventStore and SnapshotStore in memory.

    What is appended becomes durable in the next turn of the loop, unless it is held back.
    """

    def __init__(self, log_id: str = "memory", *, base: int = 0) -> None:
        self._log_id = log_id
        self._base = base
        self._events: list[bytes] = []
        self._durable = base
        self._failure: StoreFailure | None = None
        self._held = False
        self._scheduled = False
        self._snapshot: tuple[int, dict[str, SnapshotRecord]] | None = None
        self._waiters = DurabilityWaiters()
        self._room: asyncio.Future[None] | None = None
        self._durable_callbacks: list[Callable[[int], None]] = []
        self._failure_callbacks: list[Callable[[StoreFailure], None]] = []

    def reopened(self) -> "tuple[MemoryStore, Recovered]":
        """What a restart would find: the durable events and the last snapshot, in a new store."""
        store = MemoryStore(self._log_id, base=self._base)
        store._events = self._events[: self._durable - self._base]
        store._durable = self._durable
        store._snapshot = self._snapshot
        sequence, records = self._snapshot or (self._base, None)
        behind = iter(store._events[sequence - self._base :])
        kept = tuple(records.values()) if records is not None else None
        return store, Recovered(sequence, kept, behind, (), ())

    def hold(self) -> None:
        """Let nothing become durable until `release`."""
        self._held = True

    def release(self) -> None:
        """Let what was held back become durable in the next turn of the loop."""
        self._held = False
        self._schedule()

    def fail(self, failure: StoreFailure) -> None:
        """Fail as a disk does: what is not durable never will be."""
        self._failure = failure
        self._waiters.fail(failure)
        self._wake_for_room()
        for callback in self._failure_callbacks:
            callback(failure)

    @property
    def log_id(self) -> str:
        return self._log_id

    @property
    def base(self) -> int:
        return self._base

    @property
    def head(self) -> int:
        return self._base + len(self._events)

    @property
    def durable(self) -> int:
        return self._durable

    @property
    def failure(self) -> StoreFailure | None:
        return self._failure

    @property
    def snapshot_keys(self) -> AbstractSet[str]:
        return self._snapshot[1].keys() if self._snapshot else frozenset()

    def append(self, events: Sequence[bytes]) -> int:
        if self._failure is not None:
            raise self._failure
        check_events(events)
        self._events.extend(events)
        self._schedule()
        return sum(map(len, events))

    async def wait_durable(self, sequence: int) -> None:
        if sequence <= self._durable:
            return
        if self._failure is not None:
            raise self._failure
        if sequence > self.head:
            raise ValueError(f"sequence {sequence} has not been appended; the head is {self.head}")
        await self._waiters.add(sequence)

    async def wait_capacity(self) -> None:
        while self._failure is None and not self._has_capacity():
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)
        if self._failure is not None:
            raise self._failure

    def tail(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes] | None:
        if after < self._base:
            return None
        events: list[bytes] = []
        for sequence in range(after + 1, min(after + limit, self._durable) + 1):
            if max_bytes <= 0 and events:
                break
            events.append(self._events[sequence - self._base - 1])
            max_bytes -= len(events[-1])
        return events

    async def read(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes]:
        events = self.tail(after, limit, max_bytes)
        if events is None:
            raise Stale(f"the log begins after {self._base}; events behind {after} are not kept")
        return events

    def tail_run(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> Run | None:
        events = self.tail(after, limit, max_bytes)
        if events is None:
            return None
        if len(events) > 1 and sum(map(len, events)) + len(events) - 1 > max_bytes:
            events.pop()
        return Run(after + len(events), b",".join(events))

    async def read_runs(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[Run]:
        run = self.tail_run(after, limit, max_bytes)
        if run is None:
            raise Stale(f"the log begins after {self._base}; events behind {after} are not kept")
        return [run]

    def on_durable(self, callback: Callable[[int], None]) -> None:
        self._durable_callbacks.append(callback)

    def on_failure(self, callback: Callable[[StoreFailure], None]) -> None:
        self._failure_callbacks.append(callback)

    async def write_snapshot(self, sequence: int, records: Records) -> None:
        before = self._snapshot[1] if self._snapshot else {}
        made: dict[str, SnapshotRecord] = {}
        async for portion in slices(records):
            for entry in portion:
                record = before.get(entry.key) if isinstance(entry, Unchanged) else entry
                if record is None:
                    raise RecordMissing(entry.key)
                made[record.key] = record
        await self.wait_durable(max([sequence, *(record.through for record in made.values())]))
        self._snapshot = (sequence, made)

    async def close(self) -> None:
        if self._failure is None:
            self._advance()
            self._failure = StoreFailure("the journal is closed")

    def _has_capacity(self) -> bool:
        pending = self._events[self._durable - self._base :]
        return len(pending) < PENDING_EVENTS and sum(map(len, pending)) < PENDING_BYTES

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._advance)

    def _advance(self) -> None:
        self._scheduled = False
        if self._held or self._failure is not None or self._durable == self.head:
            return
        self._durable = self.head
        self._waiters.reached(self._durable)
        self._wake_for_room()
        for callback in self._durable_callbacks:
            callback(self._durable)

    def _wake_for_room(self) -> None:
        if self._room is not None:
            self._room.set_result(None)
            self._room = None
