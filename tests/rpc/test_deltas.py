"""Live text: sent where it is wanted, merged while a client is slow, dropped beyond a bound."""

from peon.rpc.limits import Limits
from support.wire_session import Wire, connected, turns

NARROW = Limits(high_water=2000, page_events=4)


async def test_deltas_are_sent_only_where_they_are_asked_for(wire: Wire):
    await wire.client.request("events/subscribe", {})
    wire.core.say(0, "unheard")
    await wire.client.request("events/subscribe", {"deltas": True, "threadIds": ["thread-1"]})
    wire.core.say(7, "heard")
    wire.core.say(0, "of another", thread="thread-2")
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
    wire.core.say(0, "once")
    await wire.client.notification("turn/delta")
    await wire.client.settled()


async def test_deltas_of_a_slow_client_are_merged():
    async with connected(limits=NARROW) as wire:
        await wire.client.request("events/subscribe", {"after": 0, "deltas": True})
        wire.transport.stalled = True
        wire.core.write(30)
        await turns(10)
        for number in range(100):
            wire.core.say(number * 4, "text")
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
            wire.core.say(number * 4, "text")
        wire.transport.drain()
        await wire.client.events(30)
        wire.core.say(1004, "after the gap")
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
