"""A client at any pace gets every event once, and costs the others nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from peon.rpc.limits import Limits
from support.fake_core import FakeCore
from support.wire_client import WireClient
from support.wire_session import connected, turns

NARROW = Limits(high_water=2000, page_events=4)


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [event["sequence"] for event in events]


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
