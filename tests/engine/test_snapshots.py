"""A snapshot and the events behind it give the model that all the events give."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.domain.commands import CheckpointTaken
from peon.domain.model import Model
from peon.domain.project import project
from peon.engine import snapshooting, snapshots
from peon.engine.restart import Restarted, restart
from peon.engine.snapshooting import Snapshooter
from peon.journal.memory import MemoryStore
from peon.journal.port import Recovered
from peon.journal.slices import Records, slices
from peon.journal.snapshots import SnapshotRecord
from peon.journal.store import SegmentStore
from peon.runtime.tasks import TaskOwner
from peon.wire import encode_event
from peon_protocol.commands import (
    ConfigureThread,
    CreateCheckpoint,
    CreateThread,
    DeleteThread,
    StartTurn,
)
from peon_protocol.events import StoredEvent, ThreadConfigured
from peon_protocol.ids import CommandId, ThreadId
from support.clock import FakeClock, give_way
from support.engines import GARDEN, TALK, Desk
from support.examples import examples
from support.given import History, encoded
from support.histories import Played, histories
from support.story import an_idle_thread

OTHER = ThreadId("other")


def comparable(model: Model) -> str:
    """The model to the last bit, but for the order in sets that have none."""
    return encoded(
        attrs.evolve(
            model,
            busy=dict(sorted(model.busy.items())),
            roots=dict(sorted(model.roots.items())),
        )
    )


def folded(log: Sequence[StoredEvent], model: Model | None = None) -> Model:
    model = model or Model()
    for stored in log:
        project(model, stored)
    return model


def taken(model: Model) -> list[SnapshotRecord]:
    threads = [snapshots.record_of_thread(each, model.sequence) for each in model.threads.values()]
    return [snapshots.record_of_rest(model), *threads]


# ---- encoding ---------------------------------------------------------------------------------


@examples(150, nightly=20_000)
@given(histories())
def test_a_snapshot_holds_the_whole_model(played: Played):
    assert comparable(snapshots.decode(taken(played.model))) == comparable(played.model)


@examples(40, nightly=5_000)
@given(histories(longest=20))
def test_a_snapshot_and_the_tail_give_the_live_model_wherever_the_log_is_cut(played: Played):
    live = comparable(played.model)

    for cut in range(len(played.log) + 1):
        before = folded(played.log[:cut])
        model = snapshots.decode(taken(before)) if cut else Model()
        assert comparable(folded(played.log[cut:], model)) == live


@examples(150, nightly=20_000)
@given(histories(), st.randoms(use_true_random=False))
def test_threads_may_be_encoded_later_than_the_rest_of_the_model(played: Played, chance: Random):
    """As they are when the loop goes on between one record and the next."""
    cut = chance.randrange(len(played.log)) + 1
    model = folded(played.log[:cut])
    records, threads, now = [snapshots.record_of_rest(model)], [*model.threads.values()], cut
    for thread in threads:
        later = chance.randrange(now, len(played.log) + 1)
        folded(played.log[now:later], model)
        now = later
        records.append(snapshots.record_of_thread(thread, model.sequence))

    again = folded(played.log[cut:], snapshots.decode(records))

    assert comparable(again) == comparable(played.model)


def test_the_fingerprint_names_every_class_and_word_that_a_snapshot_can_hold():
    found = {kind.__name__ for kind in snapshots.reachable()}

    assert {"Thread", "Turn", "Item", "RestRecord", "ReceiptRecord"} <= found
    assert {"CommitResult", "PerformOperation", "TurnEndOperation", "Usage"} <= found
    assert {"ItemStatus", "StopReason", "Mode"} <= found


def test_the_fingerprint_is_the_same_in_every_process_and_fits_a_file_header():
    assert snapshots.fingerprint() == snapshots.fingerprint()
    assert len(snapshots.fingerprint()) == 16


# ---- taking -----------------------------------------------------------------------------------


class Shelf(MemoryStore):
    """A store that remembers which records each snapshot was given anew."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[list[str]] = []

    async def write_snapshot(self, sequence: int, records: Records) -> None:
        kept = [each async for portion in slices(records) for each in portion]
        self.given.append([each.key for each in kept if isinstance(each, SnapshotRecord)])
        await super().write_snapshot(sequence, kept)


def snapshooter(desk: Desk, tasks: TaskOwner, *, every: int = 1 << 30) -> Snapshooter:
    store = desk.store
    assert isinstance(store, MemoryStore | SegmentStore)
    nothing = Restarted(Model(), 0, {})
    return Snapshooter(desk.engine, store, tasks, nothing, every=every)


async def test_what_has_not_changed_is_not_encoded_again():
    store = Shelf()
    desk, tasks = Desk(store, FakeClock()), TaskOwner("test")
    shooter = snapshooter(desk, tasks)
    await desk.open_thread(TALK)
    await desk.open_thread(OTHER)
    await shooter.take()
    await desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    await shooter.take()

    assert [len(given) for given in store.given] == [3, 2]
    assert store.given[1] == [snapshots.REST, snapshots.key_of(TALK)]
    assert comparable(desk.restarted().engine.model) == comparable(desk.engine.model)


async def test_no_snapshot_is_taken_where_nothing_is_new():
    store = Shelf()
    desk, tasks = Desk(store, FakeClock()), TaskOwner("test")
    shooter = snapshooter(desk, tasks)
    await shooter.take()
    await desk.open_thread()
    await shooter.take()
    await shooter.take()

    assert len(store.given) == 1


async def test_what_the_snapshot_before_a_restart_holds_is_not_encoded_again():
    store = Shelf()
    desk, tasks = Desk(store, FakeClock()), TaskOwner("test")
    await desk.open_thread(TALK)
    await desk.open_thread(OTHER)
    await snapshooter(desk, tasks).take()
    await desk.submit(ConfigureThread(thread_id=OTHER, title="new"))
    reopened, recovered = store.reopened()
    restarted = restart(recovered)
    after = Desk(reopened, desk.clock, model=restarted.model)
    shooter = Snapshooter(after.engine, reopened, tasks, restarted)
    await after.submit(ConfigureThread(thread_id=OTHER, title="newer"))
    before = {record.key: record for record in recovered.records or ()}
    await shooter.take()
    _, recovered = reopened.reopened()

    assert restarted.written == {TALK: 2, OTHER: 3}
    copied = [record.key for record in recovered.records or () if record is before[record.key]]
    assert copied == [snapshots.key_of(TALK)]


@pytest.mark.parametrize("behind, taken", [(3, True), (2, False)])
async def test_what_a_start_has_read_of_the_log_is_not_read_at_the_next_if_it_is_much(
    behind: int, *, taken: bool
):
    store = Shelf()
    desk, tasks = Desk(store, FakeClock()), TaskOwner("test")
    await desk.open_thread(TALK)
    for number in range(behind - 2):
        await desk.submit(ConfigureThread(thread_id=TALK, title=f"title {number}"))
    reopened, recovered = store.reopened()
    restarted = restart(recovered)
    after = Desk(reopened, desk.clock, model=restarted.model)

    Snapshooter(after.engine, reopened, tasks, restarted, many=3).after_start()
    await give_way()

    assert bool(reopened.snapshot_keys) == taken
    await tasks.close()


def test_whoever_waits_is_told_how_far_a_long_log_is_read():
    told: list[int] = []
    history = History()
    history.record([*an_idle_thread(), *(ThreadConfigured(thread_id=TALK),) * 2_500])
    bodies = [encode_event(each) for each in history.log]

    restart(Recovered(0, None, iter(bodies), (), ()), told.append)

    assert told == [1_000, 2_000]


async def test_a_snapshot_is_taken_when_the_log_has_grown_by_enough(desk: Desk):
    tasks = TaskOwner("test")
    snapshooter(desk, tasks, every=2_000)
    await desk.open_thread()
    assert desk.memory.snapshot_keys == frozenset()

    for number in range(10):
        await desk.submit(ConfigureThread(thread_id=TALK, title=f"title {number}"))
    await give_way()

    assert desk.memory.snapshot_keys == {snapshots.REST, snapshots.key_of(TALK)}
    await tasks.close()


async def test_the_loop_goes_on_while_a_large_model_is_encoded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """And what happens meanwhile is not lost, nor told twice."""
    monkeypatch.setattr(snapshooting, "SLICE_BYTES", 1)
    names = [ThreadId(f"thread-{number}") for number in range(10)]
    for name in names:
        await desk.open_thread(name)
    tasks = TaskOwner("test")
    taking = tasks.start(snapshooter(desk, tasks).take(), name="snapshot")
    for name in reversed(names):
        await desk.submit(ConfigureThread(thread_id=name, title="meanwhile"))
    await desk.submit(DeleteThread(thread_id=names[0]))
    await desk.submit(CreateThread(project_id=GARDEN, thread_id=OTHER))
    await taking

    assert comparable(desk.restarted().engine.model) == comparable(desk.engine.model)
    await tasks.close()


async def test_an_operation_that_ends_while_its_thread_is_encoded_is_answered_after_a_restart(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(snapshooting, "SLICE_BYTES", 1)
    await desk.open_thread(OTHER)
    await desk.open_thread(TALK)
    command = CreateCheckpoint(thread_id=TALK, description="lunch", command_id=CommandId("lunch"))
    answer = desk.submit(command)
    await desk.settled()
    tasks = TaskOwner("test")
    taking = tasks.start(snapshooter(desk, tasks).take(), name="snapshot")
    await asyncio.sleep(0)  # The other thread is encoded, this one not yet.
    assert not taking.done()
    desk.finish(CheckpointTaken("0"))
    await taking

    after = desk.restarted()
    assert await after.submit(command) == await answer
    await tasks.close()


async def test_a_snapshot_of_other_classes_is_not_used_and_the_log_gives_the_same(tmp_path: Path):
    store, _ = SegmentStore.open(tmp_path, fingerprint="one")
    desk, tasks = Desk(store, FakeClock()), TaskOwner("test")
    await desk.open_thread()
    await desk.submit(StartTurn(thread_id=TALK, prompt="water them"))
    await snapshooter(desk, tasks).take()
    live = comparable(desk.engine.model)
    await store.close()

    store, recovered = SegmentStore.open(tmp_path, fingerprint="one")
    assert recovered.sequence == 3
    assert comparable(restart(recovered).model) == live
    await store.close()

    store, recovered = SegmentStore.open(tmp_path, fingerprint="other")
    assert recovered.sequence == 0
    assert len(recovered.ignored) == 1
    assert comparable(restart(recovered).model) == live
    await store.close()
