"""The feed: every event behind a cursor exactly once, in order, whatever the client's pace."""

from typing import Any

import pytest

from peon.rpc.limits import Limits
from support.wire_session import Wire, connected, turns


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [event["sequence"] for event in events]


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
    wire.core.say(0, "late")
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
