"""A disk that fails: the store stops acknowledging, says so, goes on reading, and loses nothing."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import attrs
import pytest

from peon.errors import StoreFailure, Unavailable
from peon.journal.folders import SEGMENTS
from peon.journal.snapshot_files import SnapshotRecord
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, event, events
from support.simfs import SimulatedFiles

STATE = Path("/state")
COMMITS = 6
"""Enough to reach every place of the store that calls the system."""
SIZE = 3
DEADLINE = 10.0


@attrs.define
class Outcome:
    """How far a run came before the disk failed."""

    opened: bool = False
    acknowledged: int = 0
    failure: StoreFailure | None = None
    told: list[StoreFailure] = attrs.field(factory=list)


def options(files: SimulatedFiles) -> StoreOptions:
    return StoreOptions(filesystem=files, segment_bytes=600, tail_bytes=300)


async def run(files: SimulatedFiles) -> Outcome:
    """Commit, take snapshots and compress, until the end or until the disk fails."""
    outcome = Outcome()
    try:
        store, recovered = SegmentStore.open(STATE, fingerprint=FINGERPRINT, options=options(files))
    except Unavailable:
        return outcome
    outcome.opened = True
    store.on_failure(outcome.told.append)
    outcome.acknowledged = store.durable
    try:
        assert list(recovered.events) == events(recovered.sequence + 1, store.head)
        await _work(store, outcome)
    except StoreFailure as failure:
        outcome.failure = failure
    if store.failure is not None and not files.dead:
        await _holds_after_failure(store, outcome)
    await asyncio.wait_for(store.close(), DEADLINE)
    return outcome


async def _work(store: SegmentStore, outcome: Outcome) -> None:
    for number in range(1, COMMITS + 1):
        store.append(events(store.head + 1, store.head + SIZE))
        await asyncio.wait_for(store.wait_durable(store.head), DEADLINE)
        outcome.acknowledged = store.durable
        if number % 2 == 0:
            await _rest(store)


async def _rest(store: SegmentStore) -> None:
    """What may fail without the store failing: the log goes on."""
    try:
        await store.write_snapshot(store.durable, [SnapshotRecord("all", store.durable, b"{}")])
        await store.compress()
        await store.read(0, 100)
    except StoreFailure:
        if store.failure is not None:
            raise


async def _holds_after_failure(store: SegmentStore, outcome: Outcome) -> None:
    assert outcome.told == [store.failure]
    assert store.durable == outcome.acknowledged
    with pytest.raises(StoreFailure):
        store.append([event(store.head + 1)])
    with pytest.raises(StoreFailure):
        await store.wait_durable(store.durable + 1)
    with pytest.raises(StoreFailure):
        await store.wait_capacity()
    assert await store.read(0, 100, 1 << 20) == events(1, store.durable)


def fail_at(number: int, code: int) -> Callable[[str, Path], None]:
    """Makes the call with this number fail, once."""
    calls = 0

    def fault(verb: str, path: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(code, os.strerror(code), str(path))

    return fault


def count_calls() -> int:
    files = SimulatedFiles(chance=Random(0))
    calls: list[str] = []
    files.fault = lambda verb, path: calls.append(verb)
    outcome = asyncio.run(run(files))
    assert outcome.acknowledged == COMMITS * SIZE
    return len(calls)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
def test_whichever_call_fails_nothing_acknowledged_is_lost(code: int, *, power: bool) -> None:
    for number in range(1, count_calls() + 1):
        files = SimulatedFiles(chance=Random(number))
        files.fault = fail_at(number, code)
        outcome = asyncio.run(run(files))
        left = files.without_power() if power else files.killed()
        again = asyncio.run(run(left))
        assert again.opened, number
        assert again.acknowledged >= outcome.acknowledged + COMMITS * SIZE, number


@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
def test_whenever_the_process_dies_nothing_acknowledged_is_lost(*, power: bool) -> None:
    whole = SimulatedFiles(chance=Random(0))
    asyncio.run(run(whole))
    for number in range(1, whole.changes + 1):
        files = SimulatedFiles(chance=Random(number), dies_at=number)
        outcome = asyncio.run(run(files))
        left = files.without_power() if power else files.killed()
        again = asyncio.run(run(left))
        assert again.opened, number
        assert again.acknowledged >= outcome.acknowledged + COMMITS * SIZE, number


def test_a_failing_commit_says_what_it_means_for_the_user() -> None:
    files = SimulatedFiles(chance=Random(0))

    def full(verb: str, path: Path) -> None:
        if verb == "write" and path.parent.name == SEGMENTS and files.changes > 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    files.fault = full
    outcome = asyncio.run(run(files))
    assert outcome.opened
    assert "No space left on device" in str(outcome.failure)
    assert "What was acknowledged is safe" in str(outcome.failure)


@pytest.mark.parametrize("taken", [1, 7, 100])
def test_writes_that_are_taken_in_part_are_continued(taken: int) -> None:
    files = SimulatedFiles(chance=Random(0))
    files.takes_at_most = taken
    outcome = asyncio.run(run(files))
    assert (outcome.acknowledged, outcome.failure) == (COMMITS * SIZE, None)
    files = files.without_power()
    assert asyncio.run(run(files)).acknowledged == 2 * COMMITS * SIZE


def test_a_disk_that_fills_up_within_a_line_leaves_a_torn_tail() -> None:
    """For every place in the log where the disk may be full."""
    for room in range(1, 1200, 37):
        files = SimulatedFiles(chance=Random(room))
        files.room = room
        outcome = asyncio.run(run(files))
        files = files.killed()
        again = asyncio.run(run(files))
        assert again.opened, room
        assert again.acknowledged >= outcome.acknowledged + COMMITS * SIZE, room


def test_a_write_that_takes_nothing_does_not_go_on_for_ever() -> None:
    files = SimulatedFiles(chance=Random(0))
    files.takes_at_most = 0
    assert not asyncio.run(run(files)).opened


async def test_a_snapshot_gets_its_name_only_when_the_log_is_durable_that_far() -> None:
    files = SimulatedFiles(chance=Random(0))
    store, _ = SegmentStore.open(STATE, fingerprint=FINGERPRINT, options=options(files))
    written, gate = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(verb: str, path: Path) -> None:
        if verb == "fdatasync":
            gate.wait(DEADLINE)
        elif verb == "fsync" and path.suffix == ".tmp":
            loop.call_soon_threadsafe(written.set)

    files.fault = slow
    store.append([event(1)])
    snapshot = asyncio.ensure_future(store.write_snapshot(1, [SnapshotRecord("a", 1, b"{}")]))
    await asyncio.wait_for(written.wait(), DEADLINE)
    assert not [path for path in files.paths() if path.suffix == ".snap"]
    assert not snapshot.done()
    gate.set()
    await asyncio.wait_for(snapshot, DEADLINE)
    assert [path for path in files.paths() if path.suffix == ".snap"]
    await store.close()


async def test_only_what_is_durable_is_acknowledged_and_read() -> None:
    files = SimulatedFiles(chance=Random(0))
    store, _ = SegmentStore.open(STATE, fingerprint=FINGERPRINT, options=options(files))
    flushing, gate = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(verb: str, path: Path) -> None:
        if verb == "fdatasync":
            loop.call_soon_threadsafe(flushing.set)
            gate.wait(DEADLINE)

    files.fault = slow
    store.append(events(1, 2))
    waiting = asyncio.ensure_future(store.wait_durable(2))
    await asyncio.wait_for(flushing.wait(), DEADLINE)
    store.append(events(3, 4))
    assert (store.head, store.durable, waiting.done()) == (4, 0, False)
    assert await store.read(0, 10) == []
    gate.set()
    await asyncio.wait_for(waiting, DEADLINE)
    await asyncio.wait_for(store.wait_durable(4), DEADLINE)
    assert await store.read(0, 10) == events(1, 4)
    await store.close()
