"""What is kept of history, what is erased of it and when, and what a user may let go."""

from pathlib import Path

import attrs
import pytest

from peon.errors import Stale, Unavailable
from peon.runtime.retention import Retention, read_retention
from peon_protocol.commands import (
    ConfigureThread,
    CreateProject,
    CreateThread,
    DeleteThread,
    IngestProviderEvent,
)
from peon_protocol.events import EventErased, ThreadErased
from peon_protocol.ids import ItemId, ThreadId
from peon_protocol.provider_events import ProviderEvent, TextDelta, ToolCallUpdated, TurnEnded
from peon_protocol.results import IngestResult
from peon_protocol.values import StopReason, StoredContent, TextContent
from support.clock import FakeClock
from support.houses import GARDEN, OTHER, TALK, House

DAY = 24 * 3600.0
SECRET = "the well is behind the roses"
SAME = "shown in both threads\n" * 5_000


async def tell(house: House, thread_id: ThreadId, event: ProviderEvent) -> None:
    await house.ask(IngestProviderEvent(thread_id=thread_id, event=event), IngestResult)


async def talk(house: House, thread_id: ThreadId, *shown: str) -> None:
    """A whole turn of a host, which shows large values."""
    if not vars(house.app)["_engine"].model.projects:
        await house.submit(CreateProject(root=str(house.repo.root), project_id=GARDEN))
    await house.submit(CreateThread(project_id=GARDEN, thread_id=thread_id, provider="host"))
    await house.start_turn(f"of-{thread_id}", thread_id=thread_id)
    await house.until(
        lambda log: any(
            each.type == "checkpoint.created" and str(each.stream_id) == thread_id for each in log
        )
    )
    for number, text in enumerate(shown):
        call = ToolCallUpdated(item_id=ItemId(f"call-{number}"), content=(TextContent(text),))
        await tell(house, thread_id, call)
    said = IngestProviderEvent(thread_id=thread_id, event=TextDelta(text=SECRET))
    answer = house.submit(said)
    await tell(house, thread_id, TurnEnded(stop_reason=StopReason.END_TURN))
    await answer
    await house.end_of_turn(f"of-{thread_id}")


async def come_again(house: House) -> None:
    """Leave, which takes a snapshot, and start again on the same folder."""
    await house.close()
    await house.open()


async def look(house: House) -> None:
    await vars(house.app)["_keeping"].look()


async def touch(house: House, title: str) -> None:
    await house.submit(ConfigureThread(thread_id=OTHER, title=title))


async def look_often(house: House) -> None:
    """As it comes to pass while somebody works now and then."""
    for title in ("two", "three", "four"):
        await look(house)
        await touch(house, title)
        await come_again(house)
    await look(house)


async def test_what_a_deleted_thread_held_is_erased_after_thirty_days_and_not_before(
    house: House, clock: FakeClock
):
    alone = "shown in one thread only\n" * 5_000
    await talk(house, TALK, SAME, alone)
    await talk(house, OTHER, SAME)
    blobs = vars(house.app)["_blobs"]
    assert len(await blobs.names()) == 2
    before = {each.sequence: each for each in await house.log()}
    await house.submit(DeleteThread(thread_id=TALK))
    await touch(house, "one")
    await come_again(house)

    await clock.jump(29 * DAY)
    await look(house)
    assert await house.events(EventErased) == []

    await clock.jump(2 * DAY)
    await look_often(house)

    assert [each.thread_id for each in await house.events(ThreadErased)] == [TALK]
    log = {each.sequence: each for each in await house.log()}
    assert list(log) == list(range(1, len(log) + 1))
    for sequence, event in before.items():
        now = log[sequence]
        assert (now.stream_id, now.version) == (event.stream_id, event.version)
        if str(event.stream_id) == TALK:
            assert isinstance(now.payload, EventErased)
        else:
            assert now == event
    [kept] = await vars(house.app)["_blobs"].names()
    [turn] = (await house.thread(OTHER)).turns
    assert turn.items is not None
    [stored] = turn.items[0].content
    assert isinstance(stored, StoredContent)
    assert stored.blob_id == kept


async def test_an_erased_log_folds_to_the_same_model(house: House, clock: FakeClock):
    await talk(house, TALK, SAME)
    await talk(house, OTHER)
    await house.submit(DeleteThread(thread_id=TALK))
    await touch(house, "one")
    await come_again(house)
    await clock.jump(31 * DAY)
    await look_often(house)
    assert await house.events(ThreadErased)

    live = vars(house.app)["_engine"].model
    await house.close()
    for snapshot in (house.settings.state_dir / "snapshots").iterdir():
        snapshot.unlink()
    await house.open()
    again = vars(house.app)["_engine"].model
    assert (again.versions, again.deleted) == (live.versions, {})
    assert set(again.threads) == {OTHER}


async def test_nothing_goes_by_itself_but_what_was_deleted(house: House, clock: FakeClock):
    await talk(house, OTHER)
    await clock.jump(4000 * DAY)
    for title in ("one", "two", "three"):
        await touch(house, title)
        await come_again(house)
        await look(house)
    assert (await house.log())[0].sequence == 1


async def test_older_history_goes_where_the_user_wants_it_and_the_threads_stay(
    house: House, clock: FakeClock
):
    house.settings = attrs.evolve(house.settings, retention=Retention(keep_days=90))
    await talk(house, OTHER)
    await come_again(house)
    end = len(await house.log())
    thread = await house.thread(OTHER)
    await clock.jump(91 * DAY)
    await look(house)
    await touch(house, thread.title)
    for title in ("one", "two"):
        await touch(house, title)
        await look(house)

    store = vars(house.app)["_store"]
    assert store.base >= end
    with pytest.raises(Stale):
        await house.app.read_events(0, 10, None)
    await house.app._rebuild()  # noqa: SLF001 (what a failed write leads to)
    assert (await house.thread(OTHER)).turns == thread.turns
    await come_again(house)
    assert (await house.thread(OTHER)).turns == thread.turns
    bodies, _ = await house.app.read_events(store.base, 100, None)
    assert bodies


def test_settings_that_are_not_there_mean_the_defaults(tmp_path: Path):
    assert read_retention(tmp_path / "config.toml") == Retention(erase_deleted_days=30)


def test_settings_are_read(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text("[history]\nerase-deleted-after-days = 7\nkeep-days = 90\nkeep-megabytes = 5\n")
    assert read_retention(file) == Retention(
        erase_deleted_days=7, keep_days=90, keep_bytes=5_000_000
    )


@pytest.mark.parametrize(
    "text",
    [
        "[history]\nkeep-day = 9\n",
        "[history]\nkeep-days = 0\n",
        "[history]\nkeep-days = true\n",
        "[hystory]\n",
        "history = 5\n",
        "[history",
    ],
)
def test_settings_that_are_misspelt_are_refused(tmp_path: Path, text: str):
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(Unavailable, match=r"config\.toml"):
        read_retention(file)
