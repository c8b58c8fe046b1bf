"""The feed: every event behind a cursor exactly once, in order, whatever the client's pace."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.rpc.limits import Limits
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.notifications import TurnDelta
from peon_protocol.values import ItemKind
from support.fake_core import FakeCore
from support.wire_client import WireClient
from support.wire_session import Wire, connected, turns


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [event["sequence"] for event in events]


def delta(offset: int, text: str, *, thread: str = "thread-1", item: str = "item-1") -> TurnDelta:
    return TurnDelta(
        thread_id=ThreadId(thread),
        turn_id=TurnId("turn-1"),
        item_id=ItemId(item),
        kind=ItemKind.MESSAGE,
        offset=offset,
        end=offset + len(text),
        text=text,
    )


async def test_without_a_cursor_the_feed_begins_now(wire: Wire):
    wire.core.write(3)
    answer = await wire.client.request("events/subscribe", {})
    assert answer["sequence"] == 3
    assert answer["logId"] == "log-1"
    wire.core.write(2)
    assert sequences(await wire.client.events(2)) == [4, 5]


async def test_the_answer_comes_before_the_history(wire: Wire):
    wire.core.write(5)
    subscribing = wire.client.begin("events/subscribe", {"after": 2})
    assert sequences(await wire.client.events(3)) == [3, 4, 5]
    answer = await wire.client.result(subscribing)
    kinds = ["method" if "method" in message else "answer" for message in wire.client.log[-2:]]
    assert kinds == ["answer", "method"]
    notified = wire.client.log[-1]["params"]["subscriptionId"]
    assert answer == {"subscriptionId": notified, "sequence": 2, "logId": "log-1"}


async def test_an_event_is_sent_as_the_bytes_it_is_stored_as(wire: Wire):
    wire.core.write(1)
    await wire.client.request("events/subscribe", {"after": 0})
    [event] = await wire.client.events(1)
    page = await wire.client.request("events/read", {})
    assert page == {"events": [event], "head": 1}


async def test_history_goes_over_into_live_without_gap_or_repetition(wire: Wire):
    wire.core.log.memory = 10
    wire.core.write(1000)
    await wire.client.request("events/subscribe", {"after": 0})
    for _ in range(50):
        wire.core.write(3)
        await turns(1)
    assert sequences(await wire.client.events(1150)) == list(range(1, 1151))


async def test_only_what_is_durable_is_sent(wire: Wire):
    await wire.client.request("events/subscribe", {"after": 0})
    wire.core.held = True
    creating = wire.client.begin("project/create", {"root": "/x"})
    await wire.client.settled()
    assert not wire.client.unread
    wire.core.release()
    await wire.client.result(creating)
    await wire.client.events(1)


async def test_a_client_that_has_an_answer_has_been_sent_its_events(wire: Wire):
    await wire.client.request("events/subscribe", {"after": 0})
    for number in range(20):
        await wire.client.request("project/create", {"root": f"/{number}"})
        assert sequences(wire.client.unread[-1]["params"]["events"]) == [number + 1]
        await wire.client.events(1)


async def test_an_answer_waits_for_a_subscription_that_is_still_in_history():
    async with connected() as wire:
        wire.core.write(5)
        wire.core.log.memory = 1
        await wire.client.request("events/subscribe", {"after": 0})
        wire.core.log.history_gate = wire.core.slow_query
        creating = wire.client.begin("project/create", {"root": "/x"})
        failing = wire.client.begin("git/commit", {"threadId": "t", "message": "m"})
        reading = wire.client.begin("server/status")
        await wire.client.result(reading)
        await turns(20)
        assert not creating.done()
        assert not failing.done()

        wire.core.slow_query.set()

        assert (await wire.client.result(creating))["sequence"] == 6
        assert (await wire.client.failure(failing)).kind == "git.hookFailed"
        assert sequences(await wire.client.events(6)) == [1, 2, 3, 4, 5, 6]
        assert ["id" in message for message in wire.client.log[-3:]] == [False, True, True]


async def test_the_failure_of_an_operation_comes_behind_its_event(wire: Wire):
    await wire.client.request("events/subscribe", {"after": 0})
    checkpoint = wire.client.begin("checkpoint/create", {"threadId": "t", "description": "d"})
    assert sequences(await wire.client.events(1)) == [1]
    wire.core.finish_operations()
    assert (await wire.client.result(checkpoint))["sequence"] == 2
    assert sequences(await wire.client.events(1)) == [2]


async def test_a_feed_of_some_threads_leaves_out_the_others(wire: Wire):
    for number in range(600):
        wire.core.write(1, thread=f"thread-{number % 3}")
    await wire.client.request("project/create", {"root": "/x"})
    wanted = {"after": 0, "threadIds": ["thread-1", "thread-9"]}
    await wire.client.request("events/subscribe", wanted)
    events = await wire.client.events(200)
    assert {event["streamId"] for event in events} == {"thread-1"}
    wire.core.write(2, thread="thread-2")
    wire.core.write(1, thread="thread-9")
    assert sequences(await wire.client.events(1)) == [604]


async def test_an_answer_does_not_wait_for_events_that_are_left_out(wire: Wire):
    await wire.client.request("events/subscribe", {"threadIds": ["thread-9"]})
    await wire.client.request("project/create", {"root": "/x"})


async def test_a_notification_says_how_far_the_feed_has_come(wire: Wire):
    for number in range(9):
        wire.core.write(1, thread=f"thread-{number % 2}")
    await wire.client.request("events/subscribe", {"after": 0, "threadIds": ["thread-1"]})
    notice = await wire.client.notification("events/appended")
    assert sequences(notice["events"]) == [2, 4, 6, 8]
    assert notice["through"] == 9


async def test_a_feed_of_no_threads_is_silent(wire: Wire):
    wire.core.write(3)
    await wire.client.request("events/subscribe", {"after": 0, "threadIds": []})
    await wire.client.settled()


async def test_notifications_are_bounded_in_events_and_in_bytes():
    async with connected(limits=Limits(page_events=10, page_bytes=5000)) as wire:
        wire.core.write(25)
        wire.core.write(5, title="x" * 3000)
        wire.core.write(1, title="x" * 9000)
        await wire.client.request("events/subscribe", {"after": 0})
        await wire.client.settled()
        sizes = [len(message["params"]["events"]) for message in wire.client.unread]
        await wire.client.events(31)
    assert max(sizes) == 10
    assert sizes[-1] == 1
    assert sizes.count(1) >= 5


async def test_two_subscriptions_of_a_client_are_apart(wire: Wire):
    wire.core.write(2)
    one = await wire.client.request("events/subscribe", {"after": 0})
    await wire.client.events(2)
    other = await wire.client.request("events/subscribe", {"after": 1})
    assert sequences(await wire.client.events(1)) == [2]
    assert one["subscriptionId"] != other["subscriptionId"]
    await wire.client.request("events/unsubscribe", {"subscriptionId": one["subscriptionId"]})
    wire.core.write(1)
    notice = await wire.client.notification("events/appended")
    assert notice["subscriptionId"] == other["subscriptionId"]


async def test_nothing_is_sent_behind_the_answer_to_unsubscribe(wire: Wire):
    subscribed = await wire.client.request("events/subscribe", {"deltas": True})
    ended = {"subscriptionId": subscribed["subscriptionId"]}
    assert await wire.client.request("events/unsubscribe", ended) == ended
    wire.core.write(3)
    wire.core.log.tell_delta(delta(0, "late"))
    await wire.client.settled()
    error = await wire.client.refusal("events/unsubscribe", ended)
    assert (error.code, error.kind) == (-32803, "subscription.notFound")


async def test_a_subscription_may_end_while_it_is_in_history(wire: Wire):
    wire.core.write(10)
    wire.core.log.memory = 1
    subscribed = await wire.client.request("events/subscribe", {"after": 0})
    wire.core.log.history_gate = wire.core.slow_query
    ended = {"subscriptionId": subscribed["subscriptionId"]}
    await wire.client.request("events/unsubscribe", ended)
    wire.core.slow_query.set()
    await wire.client.settled()


@pytest.mark.parametrize("after", [-1, 4, 10**30])
async def test_a_place_the_log_does_not_have_is_stale(wire: Wire, after: int):
    wire.core.write(3)
    error = await wire.client.refusal("events/subscribe", {"after": after})
    assert error.code in {-32801, -32602}


async def test_a_place_that_is_no_longer_kept_is_stale(wire: Wire):
    wire.core.write(10)
    wire.core.log.memory = 2
    wire.core.log.base = 5
    error = await wire.client.refusal("events/subscribe", {"after": 3})
    assert (error.code, error.kind) == (-32801, "cursor.stale")
    await wire.client.request("events/subscribe", {"after": 5})
    assert len(await wire.client.events(5)) == 5


async def test_a_feed_whose_history_goes_away_says_where_it_stopped(wire: Wire):
    wire.core.write(10)
    wire.core.log.memory = 2
    subscribed = await wire.client.request("events/subscribe", {"after": 3})
    wire.core.log.base = 5
    assert await wire.client.notification("events/resync") == {
        "subscriptionId": subscribed["subscriptionId"],
        "after": 3,
    }


async def test_a_client_holds_a_bounded_number_of_subscriptions():
    async with connected(limits=Limits(subscriptions=2)) as wire:
        for _ in range(2):
            await wire.client.request("events/subscribe", {})
        error = await wire.client.refusal("events/subscribe", {})
        assert error.kind == "unavailable"


async def test_a_cancelled_subscription_never_begins(wire: Wire):
    wire.core.write(10)
    wire.core.log.memory = 2
    wire.core.log.history_gate = wire.core.slow_query
    subscribing = wire.client.begin("events/subscribe", {"after": 0}, request_id=5)
    wire.client.notify("$/cancelRequest", {"id": 5})
    assert (await wire.client.failure(subscribing)).code == -32800
    wire.core.slow_query.set()
    wire.core.write(1)
    await wire.client.settled()


# --- slow clients --------------------------------------------------------------------------------

NARROW = Limits(high_water=2000, page_events=4)


async def test_a_slow_client_costs_nothing_and_misses_nothing():
    async with connected(limits=NARROW) as wire:
        await wire.client.request("events/subscribe", {"after": 0})
        wire.transport.stalled = True
        for _ in range(200):
            wire.core.write(1)
            await turns(1)
        assert wire.session.queue.pending < 10_000
        wire.transport.drain()
        assert sequences(await wire.client.events(200)) == list(range(1, 201))


async def test_a_client_that_sleeps_too_long_is_cut_off_and_told_where():
    async with connected(limits=NARROW) as wire:
        subscribed = await wire.client.request("events/subscribe", {"after": 0})
        wire.core.log.memory = 50
        wire.transport.stalled = True
        for _ in range(100):
            wire.core.write(1)
            await turns(1)
        creating = wire.client.begin("project/create", {"root": "/x"})
        await turns(10)
        wire.transport.drain()
        result = await wire.client.result(creating)

        received = 0
        while (message := await wire.client.next_message())["method"] == "events/appended":
            received += len(message["params"]["events"])
        resync = {"subscriptionId": subscribed["subscriptionId"], "after": received}
        assert (message["method"], message["params"]) == ("events/resync", resync)
        assert 0 < received < 50

        await wire.client.request("events/subscribe", {"after": received})
        rest = await wire.client.events(result["sequence"] - received)
        assert sequences(rest) == list(range(received + 1, result["sequence"] + 1))


async def test_a_slow_client_in_history_is_never_cut_off():
    async with connected(limits=NARROW) as wire:
        wire.core.write(300)
        wire.core.log.memory = 5
        wire.transport.stalled = True
        wire.client.begin("events/subscribe", {"after": 0})
        for _ in range(50):
            wire.core.write(1)
            await turns(2)
        wire.transport.drain()
        assert sequences(await wire.client.events(350)) == list(range(1, 351))


async def test_a_slow_client_does_not_hold_up_another():
    core = FakeCore()
    async with connected(core, limits=NARROW) as slow:
        await slow.client.request("events/subscribe", {"after": 0})
        slow.transport.stalled = True
        async with connected(core) as quick:
            await quick.client.request("events/subscribe", {"after": 0})
            for number in range(100):
                await quick.client.request("project/create", {"root": f"/{number}"})
            await quick.client.events(100)
        slow.transport.drain()
        await slow.client.events(100)


# --- deltas --------------------------------------------------------------------------------------


async def test_deltas_are_sent_only_where_they_are_asked_for(wire: Wire):
    await wire.client.request("events/subscribe", {})
    wire.core.log.tell_delta(delta(0, "unheard"))
    await wire.client.request("events/subscribe", {"deltas": True, "threadIds": ["thread-1"]})
    wire.core.log.tell_delta(delta(7, "heard"))
    wire.core.log.tell_delta(delta(0, "of another", thread="thread-2"))
    assert await wire.client.notification("turn/delta") == {
        "threadId": "thread-1",
        "turnId": "turn-1",
        "itemId": "item-1",
        "kind": "message",
        "offset": 7,
        "end": 12,
        "text": "heard",
    }
    await wire.client.settled()


async def test_a_delta_is_sent_once_however_many_subscriptions_want_it(wire: Wire):
    for _ in range(3):
        await wire.client.request("events/subscribe", {"deltas": True})
    wire.core.log.tell_delta(delta(0, "once"))
    await wire.client.notification("turn/delta")
    await wire.client.settled()


async def test_deltas_of_a_slow_client_are_merged():
    async with connected(limits=NARROW) as wire:
        await wire.client.request("events/subscribe", {"after": 0, "deltas": True})
        wire.transport.stalled = True
        wire.core.write(30)
        await turns(10)
        for number in range(100):
            wire.core.log.tell_delta(delta(number * 4, "text"))
        wire.transport.drain()
        await wire.client.events(30)
        merged = await wire.client.notification("turn/delta")
        assert (merged["offset"], merged["end"], merged["text"]) == (0, 400, "text" * 100)


async def test_deltas_beyond_the_bound_are_dropped_and_later_ones_come():
    limits = Limits(high_water=2000, page_events=4, delta_bytes=1000)
    async with connected(limits=limits) as wire:
        await wire.client.request("events/subscribe", {"after": 0, "deltas": True})
        wire.transport.stalled = True
        wire.core.write(30)
        await turns(10)
        for number in range(251):
            wire.core.log.tell_delta(delta(number * 4, "text"))
        wire.transport.drain()
        await wire.client.events(30)
        wire.core.log.tell_delta(delta(1004, "after the gap"))
        assert (await wire.client.notification("turn/delta"))["offset"] == 1004


async def test_a_session_listens_only_for_what_somebody_wants(wire: Wire):
    nobody = wire.core.log.listeners
    first = await wire.client.request("events/subscribe", {})
    assert wire.core.log.listeners == nobody + 1
    second = await wire.client.request("events/subscribe", {"deltas": True})
    assert wire.core.log.listeners == nobody + 2
    for ended in (second, first):
        subscription = {"subscriptionId": ended["subscriptionId"]}
        await wire.client.request("events/unsubscribe", subscription)
    assert wire.core.log.listeners == nobody


# --- any pace ------------------------------------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 40)),
        st.tuples(st.just("stall"), st.just(0)),
        st.tuples(st.just("drain"), st.just(0)),
        st.tuples(st.just("turns"), st.integers(1, 5)),
    ),
    max_size=30,
)


@given(steps=steps, start=st.integers(0, 60), memory=st.integers(1, 80))
async def test_a_client_that_resumes_where_it_was_cut_off_sees_every_event_once(
    steps: list[tuple[str, int]], start: int, memory: int
):
    async with connected(limits=NARROW) as wire:
        wire.core.write(60)
        wire.core.log.memory = memory
        await wire.client.request("events/subscribe", {"after": start})
        for step, count in steps:
            match step:
                case "write":
                    wire.core.write(count)
                case "stall":
                    wire.transport.stalled = True
                case "drain":
                    wire.transport.drain()
                case _:
                    await turns(count)
        wire.transport.drain()
        seen = await follow(wire.client, start, wire.core.log.durable)
    assert seen == list(range(start + 1, wire.core.log.durable + 1))


async def follow(client: WireClient, start: int, end: int) -> list[int]:
    """Every event up to `end`, subscribing again whenever the feed was cut off."""
    seen: list[int] = []
    while start + len(seen) < end:
        message = await client.next_message()
        if message["method"] == "events/resync":
            assert message["params"]["after"] == start + len(seen)
            await client.request("events/subscribe", {"after": start + len(seen)})
        else:
            seen += sequences(message["params"]["events"])
    return seen
