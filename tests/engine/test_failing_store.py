"""A disk that fails: nothing more is acknowledged, what is durable is served, nothing is lost."""

import asyncio
import errno
from pathlib import Path

import pytest

from peon.domain.commands import CheckpointTaken, RecordTurnCheckpoint
from peon.domain.model import Model
from peon.engine import engine as engine_module
from peon.engine import views
from peon.engine.reading import ThreadReader
from peon.engine.restart import restart
from peon.engine.resting import fold
from peon.errors import StoreFailure
from peon.journal.filesystem import LocalFileSystem
from peon.journal.store import SegmentStore, StoreOptions
from peon_protocol.commands import (
    ConfigureThread,
    CreateCheckpoint,
    CreateThread,
    IngestProviderEvent,
    StartTurn,
)
from peon_protocol.events import StoredEvent
from peon_protocol.ids import CommandId, ThreadId
from peon_protocol.notifications import ServerStatusChanged
from peon_protocol.provider_events import TextDelta
from peon_protocol.queries import ReadThread
from peon_protocol.results import CommandResult
from support.clock import FakeClock, give_way
from support.engines import GARDEN, ROSES, TALK, Desk

FULL = StoreFailure("the disk is full")
WHOLE = ReadThread(thread_id=TALK)


async def test_what_is_not_durable_when_the_disk_fails_is_not_acknowledged(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    command = desk.submit(ConfigureThread(thread_id=TALK, title="lost"))
    refusal = desk.submit(StartTurn(thread_id=TALK, prompt=" "))
    desk.memory.fail(FULL)

    for answer in (command, refusal):
        with pytest.raises(StoreFailure):
            await answer


async def test_nothing_is_accepted_any_more(desk: Desk):
    await desk.open_turn()
    desk.memory.fail(FULL)

    with pytest.raises(StoreFailure):
        await desk.submit(ConfigureThread(thread_id=TALK, title="later"))
    assert not desk.record(RecordTurnCheckpoint(TALK, ROSES, CheckpointTaken("1")))
    assert not desk.say("hello")
    desk.engine.flush()


async def test_the_outcome_of_an_operation_that_cannot_be_recorded_is_not_awaited(desk: Desk):
    await desk.open_thread()
    answer = desk.submit(CreateCheckpoint(thread_id=TALK, description="lunch"))
    await desk.settled()
    desk.memory.fail(FULL)

    with pytest.raises(StoreFailure):
        await answer


async def test_a_host_is_not_told_that_its_text_is_kept(desk: Desk):
    await desk.open_turn(provider="host")
    said = desk.submit(IngestProviderEvent(thread_id=TALK, event=TextDelta(text="lost")))
    desk.memory.fail(FULL)
    await desk.clock.jump(10)

    with pytest.raises(StoreFailure):
        await said
    await desk.engine.rebuild()
    assert desk.turn().items == {}


async def test_no_effect_follows_from_what_may_not_be_in_the_log(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(StartTurn(thread_id=TALK, prompt="water them"))
    desk.memory.fail(FULL)
    await give_way()

    assert desk.effects == []


async def test_the_failure_is_told_as_being_read_only(desk: Desk):
    told: list[ServerStatusChanged] = []
    desk.engine.feed.on_health(told.append)
    assert desk.engine.health.health == "ok"

    desk.memory.fail(FULL)

    assert [(each.health, each.message) for each in told] == [("readOnly", "the disk is full")]
    assert desk.engine.health == told[0]


async def test_reads_wait_for_the_model_to_be_rebuilt_and_see_what_is_durable(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(ConfigureThread(thread_id=TALK, title="lost"))
    desk.memory.fail(FULL)
    reading = asyncio.ensure_future(desk.engine.read(views.projects))
    await give_way()
    assert not reading.done()
    assert desk.engine.durable_model is None

    await desk.engine.rebuild()

    assert [view.project_id for view in await reading] == [GARDEN]
    assert (await desk.engine.read(ThreadReader(WHOLE).answer)).thread.title == "New thread"
    assert len(await desk.engine.feed.read(0, 100, None)) == 2


async def test_a_read_under_way_when_the_disk_fails_tells_nothing_that_is_lost(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(ConfigureThread(thread_id=TALK, title="lost"))
    reading = asyncio.ensure_future(desk.engine.read(lambda model: model.threads[TALK].title))
    await give_way()
    desk.memory.fail(FULL)

    with pytest.raises(StoreFailure):
        await reading


async def test_a_restart_goes_on_from_what_is_durable(desk: Desk):
    await desk.open_thread()
    kept = ConfigureThread(thread_id=TALK, title="kept", command_id=CommandId("kept"))
    first = await desk.submit(kept)
    desk.memory.hold()
    desk.submit(ConfigureThread(thread_id=TALK, title="lost"))
    desk.memory.fail(FULL)
    after = desk.restarted()

    assert await after.submit(kept) == first
    assert after.thread().title == "kept"
    assert (await after.submit(ConfigureThread(thread_id=TALK, title="new"))).sequence == 4


async def test_a_fold_that_fails_does_not_let_the_log_go_wrong(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    await desk.open_thread()

    def stumble(model: Model, stored: StoredEvent) -> None:
        raise KeyError(stored.sequence)

    monkeypatch.setattr(engine_module, "fold", stumble)
    with pytest.raises(KeyError):
        desk.submit(ConfigureThread(thread_id=TALK, title="one"))
    monkeypatch.setattr(engine_module, "fold", fold)

    with pytest.raises(RuntimeError, match="behind the log"):
        desk.submit(ConfigureThread(thread_id=TALK, title="two"))
    await desk.engine.store.wait_durable(3)
    assert desk.restarted().thread().title == "one"


class FailingDisk(LocalFileSystem):
    """The machine's files, until the flush that fails."""

    def __init__(self, flushes: int) -> None:
        self._left = flushes

    def fdatasync(self, descriptor: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().fdatasync(descriptor)


@pytest.mark.parametrize("flushes", range(1, 9))
async def test_everything_acknowledged_is_there_after_a_restart(tmp_path: Path, flushes: int):
    """Whichever flush it is that fails."""

    async def opened(disk: LocalFileSystem) -> Desk:
        options = StoreOptions(filesystem=disk)
        store, recovered = SegmentStore.open(tmp_path, fingerprint="test", options=options)
        return Desk(store, FakeClock(), model=restart(recovered).model)

    desk = await opened(FailingDisk(flushes))
    acknowledged: dict[CreateThread, CommandResult] = {}
    try:
        await desk.open_thread()
        for number in range(20):
            name = f"thread-{number}"
            command = CreateThread(
                project_id=GARDEN, thread_id=ThreadId(name), command_id=CommandId(name)
            )
            acknowledged[command] = await desk.submit(command)
    except StoreFailure:
        pass
    assert desk.engine.health.health == "readOnly"
    await desk.engine.rebuild()
    served = await desk.engine.read(lambda model: set(model.threads))
    await desk.store.close()

    desk = await opened(LocalFileSystem())
    for command, result in acknowledged.items():
        assert await desk.submit(command) == result
    assert served <= set(desk.engine.model.threads)
    await desk.store.close()
