"""The feed: durable events as bytes, from memory or from the files, of all or of one thread."""

from pathlib import Path

import pytest

from peon.engine.feed import EncodedEvent
from peon.errors import Stale
from peon.journal.store import SegmentStore, StoreOptions
from peon.wire import decode_event
from peon_protocol.commands import ConfigureThread
from peon_protocol.ids import ThreadId
from support.clock import FakeClock
from support.engines import GARDEN, TALK, Desk

OTHER = ThreadId("other")


async def two_threads(desk: Desk, each: int) -> None:
    """A project, two threads, and so many titles of either, in turn."""
    await desk.open_thread(TALK)
    await desk.open_thread(OTHER)
    for number in range(each):
        for thread_id in (TALK, OTHER):
            await desk.submit(ConfigureThread(thread_id=thread_id, title=f"title {number}"))


def sequences(bodies: list[bytes]) -> list[int]:
    return [decode_event(body).sequence for body in bodies]


async def test_recent_events_say_what_a_subscription_must_know(desk: Desk):
    await two_threads(desk, 0)

    recent = desk.engine.feed.recent(0, 10)

    assert recent is not None
    assert all(isinstance(each, EncodedEvent) for each in recent)
    assert [(each.sequence, each.thread_id) for each in recent] == [
        (1, None),
        (2, TALK),
        (3, OTHER),
    ]
    assert str(decode_event(recent[0].body).stream_id) == GARDEN


async def test_recent_events_begin_behind_a_place_and_are_no_more_than_asked_for(desk: Desk):
    await two_threads(desk, 3)

    recent = desk.engine.feed.recent(4, 3)

    assert recent is not None
    assert [each.sequence for each in recent] == [5, 6, 7]


async def test_what_memory_lacks_is_read_from_the_files(tmp_path: Path):
    options = StoreOptions(tail_bytes=2_000, segment_bytes=3_000)
    store, _ = SegmentStore.open(tmp_path, fingerprint="test", options=options)
    desk = Desk(store, FakeClock())
    await two_threads(desk, 20)
    feed = desk.engine.feed

    assert feed.recent(0, 10) is None
    history = await feed.history(0, 100)
    assert [each.sequence for each in history] == list(range(1, 44))
    assert {each.thread_id for each in history} == {None, TALK, OTHER}
    of_other = await feed.read(0, 5, OTHER)
    assert sequences(of_other) == [3, 5, 7, 9, 11]
    await store.close()


async def test_a_page_of_one_thread_is_filled_from_as_many_pages_as_it_takes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("peon.engine.feed.READ_PAGE", 4)
    await two_threads(desk, 10)

    bodies = await desk.engine.feed.read(0, 8, OTHER)

    events = [decode_event(body) for body in bodies]
    assert [event.version for event in events] == list(range(1, 9))
    assert {str(event.stream_id) for event in events} == {str(OTHER)}


async def test_a_filtered_history_is_contiguous_in_version(desk: Desk):
    await two_threads(desk, 10)

    bodies = await desk.engine.feed.read(7, 100, TALK)

    versions = [decode_event(body).version for body in bodies]
    assert versions == list(range(versions[0], versions[0] + len(versions)))


async def test_a_filter_that_names_nothing_gives_nothing(desk: Desk):
    await two_threads(desk, 2)

    assert await desk.engine.feed.read(0, 100, "nobody") == []


async def test_the_end_of_the_log_gives_nothing(desk: Desk):
    await two_threads(desk, 0)

    assert await desk.engine.feed.read(3, 100, None) == []
    assert await desk.engine.feed.read(0, 0, None) == []


@pytest.mark.parametrize("after", [4, 1_000_000, -1])
async def test_a_place_that_the_log_does_not_have_is_stale(desk: Desk, after: int):
    await two_threads(desk, 0)

    with pytest.raises(Stale):
        await desk.engine.feed.read(after, 100, None)


async def test_whoever_stops_listening_is_not_called_any_more(desk: Desk):
    calls: list[str] = []
    stop = desk.engine.feed.on_durable(lambda: calls.append("one"))
    desk.engine.feed.on_durable(lambda: calls.append("two"))
    await desk.open_thread()
    stop()
    stop()
    calls.clear()
    await desk.submit(ConfigureThread(thread_id=TALK, title="new"))

    assert calls == ["two"]


async def test_the_feed_knows_how_many_clients_there_are(desk: Desk):
    assert desk.engine.feed.listeners == 0
    stop = desk.engine.feed.on_health(lambda _: None)
    assert desk.engine.feed.listeners == 1
    stop()
    assert desk.engine.feed.listeners == 0
