"""An agent with nothing to do is ended after a while; the next turn goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest

from peon_protocol.events import SessionClosed, SessionOpened
from peon_protocol.provider_events import TextDelta
from support.houses import House, Leftovers


@pytest.fixture
async def house(home: Path) -> AsyncIterator[House]:
    before = Leftovers.now()
    made = House(home)
    made.settings = attrs.evolve(made.settings, rest_seconds=0.05)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
    assert Leftovers.now() == before


async def test_an_agent_with_nothing_to_do_is_ended_and_found_again(house: House):
    await house.open_thread()
    await house.start_turn()
    first = await house.tame.session()
    first.say(TextDelta(text="hello"))
    first.end()
    await house.end_of_turn()
    await house.until_event(SessionClosed)
    assert first.closed
    assert house.app.at_work is False

    await house.start_turn("two")
    second = await house.tame.session(2)
    assert second.request.resume == first.native_id
    second.end()
    await house.end_of_turn("two")
    assert len(await house.events(SessionOpened)) == 2


async def test_an_agent_that_waits_for_an_answer_is_not_idle(house: House):
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    agent.ask("water")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await house.until_event(SessionClosed)
    assert not agent.closed
    agent.end()
    await house.end_of_turn()
