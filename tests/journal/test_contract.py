"""What every event store promises, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from peon.errors import Stale, StoreFailure
from peon.journal.failures import RecordMissing
from peon.journal.memory import MemoryStore
from peon.journal.port import Run
from peon.journal.snapshot_files import SnapshotRecord, Unchanged
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, event, events

DEADLINE = 10.0
Store = MemoryStore | SegmentStore


async def append_in_pieces(store: Store, count: int) -> None:
    """Commits of one event, of two, of three and so on."""
    size = 1
    while store.head < count:
        store.append(events(store.head + 1, min(count, store.head + size)))
        await asyncio.wait_for(store.wait_durable(store.head), DEADLINE)
        size += 1


async def check_runs(store: Store, after: int, *, limit: int, max_bytes: int) -> None:
    """Whatever runs are read, they hold the events in their order, and are no larger than asked."""
    runs = await store.read_runs(after, limit, max_bytes)
    recent = store.tail_run(after, limit, max_bytes)
    assert recent is None or recent == runs[0]
    for run in runs:
        count = run.last - after
        assert run.text == b",".join(events(after + 1, run.last))
        assert count <= limit
        assert count <= 1 or len(run.text) <= max_bytes
        after = run.last
    assert runs[0].text or after == store.durable


class EventStoreContract:
    """Inherited by one class per store, which has a `store` fixture."""

    async def test_an_empty_store_is_at_zero(self, store: Store) -> None:
        assert (store.base, store.head, store.durable, store.failure) == (0, 0, 0, None)
        assert await store.read(0, 10) == []

    async def test_appending_raises_the_head_at_once(self, store: Store) -> None:
        store.append(events(1, 3))
        assert store.head == 3

    async def test_what_is_waited_for_is_durable_and_can_be_read(self, store: Store) -> None:
        store.append(events(1, 3))
        await asyncio.wait_for(store.wait_durable(3), DEADLINE)
        assert store.durable >= 3
        assert await store.read(0, 10) == events(1, 3)

    async def test_only_what_is_durable_is_read(self, store: Store) -> None:
        store.append(events(1, 3))
        assert len(await store.read(0, 10)) <= store.durable
        assert store.tail(store.durable, 10) == []

    async def test_reading_starts_behind_the_cursor_and_stops_at_the_limit(
        self, store: Store
    ) -> None:
        store.append(events(1, 9))
        await asyncio.wait_for(store.wait_durable(9), DEADLINE)
        assert await store.read(2, 4) == events(3, 6)
        assert store.tail(2, 4) in (events(3, 6), None)
        assert await store.read(9, 4) == []

    async def test_a_page_holds_at_least_one_event_however_large(self, store: Store) -> None:
        store.append(events(1, 9))
        await asyncio.wait_for(store.wait_durable(9), DEADLINE)
        assert await store.read(4, 4, 1) == [event(5)]
        assert await store.read(4, 4, len(event(5)) + 1) == events(5, 6)

    async def test_events_in_a_row_are_read_as_one_text(self, store: Store) -> None:
        await append_in_pieces(store, 40)
        for after in range(41):
            await check_runs(store, after, limit=7, max_bytes=1 << 20)
        assert store.tail_run(40, 7) in (Run(40, b""), None)

    async def test_no_run_is_larger_than_asked_for_unless_one_event_is(self, store: Store) -> None:
        await append_in_pieces(store, 40)
        size = len(event(10))
        for after in (0, 5, 9, 20):
            for max_bytes in (1, size, 2 * size + 1, 2 * size + 2, 5 * size):
                await check_runs(store, after, limit=9, max_bytes=max_bytes)

    async def test_events_come_back_exactly_as_they_were_given(self, store: Store) -> None:
        odd = b'{ "a" : 1.0, "b":"\\u00e9\xc3\xa9", "c":{"sequence":7,"x":[1,{}]},"n":1e400 }'
        store.append([odd, b"{}"])
        await asyncio.wait_for(store.wait_durable(2), DEADLINE)
        assert await store.read(0, 10) == [odd, b"{}"]

    @pytest.mark.parametrize(
        "wrong",
        [
            b"",
            b"[]",
            b"{",
            b'{"a":\n1}',
            b'{"a":1}\n',
            b"{},{}",
            b'{"a":"\\ud800"}',
            b'{"a":"\x01"}',
        ],
    )
    async def test_bytes_that_are_no_event_are_refused_whole(
        self, store: Store, wrong: bytes
    ) -> None:
        with pytest.raises(ValueError, match="one JSON object"):
            store.append([event(1), wrong])
        assert store.head == 0

    async def test_appending_nothing_changes_nothing(self, store: Store) -> None:
        store.append([])
        assert store.head == 0

    async def test_waiting_for_what_was_never_appended_is_an_error(self, store: Store) -> None:
        with pytest.raises(ValueError, match="has not been appended"):
            await store.wait_durable(1)

    async def test_each_durable_sequence_is_told_in_order_before_waiters_resume(
        self, store: Store
    ) -> None:
        told: list[int] = []
        store.on_durable(told.append)
        for sequence in range(1, 30):
            store.append([event(sequence)])
            if sequence % 10 == 0:
                await asyncio.wait_for(store.wait_durable(sequence), DEADLINE)
                assert told[-1] >= sequence
        await asyncio.wait_for(store.wait_durable(29), DEADLINE)
        assert told == sorted(set(told))
        assert told[-1] == 29

    async def test_a_waiter_that_gives_up_disturbs_nobody(self, store: Store) -> None:
        store.append([event(1)])
        impatient = asyncio.ensure_future(store.wait_durable(1))
        patient = asyncio.ensure_future(store.wait_durable(1))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait_for(patient, DEADLINE)

    async def test_room_returns_after_a_flood(self, store: Store) -> None:
        store.append([b"{}"] * 20_000)
        await asyncio.wait_for(store.wait_capacity(), DEADLINE)
        await asyncio.wait_for(store.wait_durable(20_000), DEADLINE)

    async def test_closing_writes_what_is_pending_and_then_refuses(self, store: Store) -> None:
        store.append(events(1, 5))
        await store.close()
        await store.close()
        assert store.durable == 5
        with pytest.raises(StoreFailure, match="closed"):
            store.append([event(6)])

    async def test_a_cursor_below_the_base_is_stale(self, store: Store) -> None:
        with pytest.raises(Stale):
            await store.read(-1, 10)

    async def test_a_snapshot_copies_what_is_unchanged(self, store: Store) -> None:
        store.append(events(1, 4))
        assert store.snapshot_keys == frozenset()
        await store.write_snapshot(2, [SnapshotRecord("a", 2, b"A"), SnapshotRecord("b", 3, b"B")])
        assert store.snapshot_keys == {"a", "b"}
        await store.write_snapshot(4, [Unchanged("a"), SnapshotRecord("c", 4, b"C")])
        assert store.snapshot_keys == {"a", "c"}

    async def test_a_record_that_is_not_there_cannot_be_copied(self, store: Store) -> None:
        with pytest.raises(RecordMissing, match="'a'"):
            await store.write_snapshot(0, [Unchanged("a")])
        assert store.failure is None


class TestMemoryStore(EventStoreContract):
    @pytest_asyncio.fixture
    async def store(self) -> AsyncIterator[MemoryStore]:
        store = MemoryStore()
        yield store
        await store.close()

    async def test_what_is_held_back_is_durable_after_its_release(self, store: MemoryStore) -> None:
        store.hold()
        store.append([event(1)])
        waiting = asyncio.ensure_future(store.wait_durable(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (store.durable, waiting.done()) == (0, False)
        store.release()
        await asyncio.wait_for(waiting, DEADLINE)

    async def test_a_failure_reaches_everybody_and_is_final(self, store: MemoryStore) -> None:
        told: list[StoreFailure] = []
        store.on_failure(told.append)
        store.hold()
        store.append([event(1)])
        waiting = asyncio.ensure_future(store.wait_durable(1))
        await asyncio.sleep(0)
        store.fail(StoreFailure("the disk is gone"))
        with pytest.raises(StoreFailure, match="gone"):
            await asyncio.wait_for(waiting, DEADLINE)
        store.release()
        with pytest.raises(StoreFailure, match="gone"):
            store.append([event(2)])
        with pytest.raises(StoreFailure, match="gone"):
            await store.wait_capacity()
        assert (store.durable, len(told)) == (0, 1)

    async def test_a_restart_finds_what_was_durable(self, store: MemoryStore) -> None:
        store.append(events(1, 3))
        await store.wait_durable(3)
        await store.write_snapshot(2, [SnapshotRecord("a", 2, b"A")])
        store.hold()
        store.append([event(4)])
        again, recovered = store.reopened()
        assert (again.head, recovered.sequence) == (3, 2)
        assert list(recovered.events) == [event(3)]


class TestSegmentStore(EventStoreContract):
    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SegmentStore]:
        store, _ = SegmentStore.open(tmp_path, fingerprint=FINGERPRINT)
        yield store
        await store.close()


class TestSegmentStoreThatRemembersLittle(EventStoreContract):
    """Every read of more than the last commit goes to the files, over many small segments."""

    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SegmentStore]:
        options = StoreOptions(segment_bytes=100, tail_bytes=100)
        store, _ = SegmentStore.open(tmp_path, fingerprint=FINGERPRINT, options=options)
        yield store
        await store.close()

    async def test_old_events_are_read_from_the_files(self, store: Store) -> None:
        for sequence in range(1, 10):
            store.append([event(sequence)])
            await asyncio.wait_for(store.wait_durable(sequence), DEADLINE)
        assert store.tail(2, 4) is None
        assert await store.read(2, 4) == events(3, 6)
        assert await store.read(0, 99) == events(1, 9)
