"""A thread with a long past is read in pieces, and others have their turn in between."""

import asyncio
from pathlib import Path

from bench.histories import written
from peon_protocol.queries import ReadThread
from peon_protocol.views import TurnView
from support.houses import open_house

TURNS = 100


async def test_others_have_their_turn_while_a_long_thread_is_read(home: Path):
    state = home / "state"
    state.mkdir(mode=0o700)
    async with written(state) as log:
        await log.converse(1, TURNS)
        await log.snapshot()
        [thread_id] = log.model.threads
    async with open_house(home) as house:
        assert house.app.query_at_once(ReadThread(thread_id=thread_id)) is None
        reading = asyncio.ensure_future(house.thread(thread_id))
        for _ in range(TURNS // 64):
            await asyncio.sleep(0)
            assert not reading.done()
        thread = await reading
        shown: list[TurnView] = []
        query = ReadThread(thread_id=thread_id)
        again = (await house.app.read_thread(query, shown.append)).thread

    assert again == thread
    assert list(map(id, shown)) == list(map(id, reversed(again.turns)))
    assert [each.number for each in thread.turns] == list(range(1, TURNS + 1))
    assert len(thread.checkpoints) == 2 * TURNS


async def test_a_short_one_is_answered_at_once(home: Path):
    state = home / "state"
    state.mkdir(mode=0o700)
    async with written(state) as log:
        await log.converse(1, 3)
        await log.snapshot()
        [thread_id] = log.model.threads
    async with open_house(home) as house:
        query = ReadThread(thread_id=thread_id)
        at_once = house.app.query_at_once(query)
        assert at_once == await house.app.query(query, environment={})
