"""A long thread is written piece by piece, and is what a short one would be."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import attrs

from peon.wire import structure, unstructure
from peon_protocol.ids import TurnId
from peon_protocol.notifications import ServerStatusChanged
from peon_protocol.queries import ReadThread
from peon_protocol.results import ThreadReading
from peon_protocol.views import TurnView
from support.fake_core import FakeCore
from support.sources import ROOT
from support.wire_session import connected

EXAMPLE = ROOT / "protocol" / "examples" / "requests" / "thread.read.json"
COUNT = 40
ASKED = {"threadId": "talk"}
TOLD = structure(json.loads(EXAMPLE.read_bytes())["response"]["result"], ThreadReading)


def with_turns(*turns: TurnView) -> ThreadReading:
    return attrs.evolve(TOLD, thread=attrs.evolve(TOLD.thread, turns=turns))


def a_turn(number: int, prompt: str = "water the roses") -> TurnView:
    [turn] = TOLD.thread.turns
    return attrs.evolve(turn, turn_id=TurnId(f"turn-{number}"), number=number, prompt=prompt)


LATER = ServerStatusChanged(health="readOnly", message="the disk is full")
LONG = with_turns(*map(a_turn, range(COUNT)))


class OneThread(FakeCore):
    """A core with a thread whose turns it shows before its answer, one at a time."""

    def __init__(self, reading: ThreadReading, *, shown: tuple[TurnView, ...] = ()) -> None:
        super().__init__()
        self.read = 0
        self._reading = reading
        self._shown = shown

    def query_at_once(self, query: object) -> object | None:
        if isinstance(query, ReadThread):
            return None if self._shown else self._reading
        return super().query_at_once(query)

    def read_thread(
        self, query: ReadThread, seen: Callable[[TurnView], object]
    ) -> Awaitable[ThreadReading]:
        return self._read(seen)

    async def _read(self, seen: Callable[[TurnView], object]) -> ThreadReading:
        soon = asyncio.get_running_loop().call_soon
        for turn in self._shown:
            seen(turn)
            await asyncio.sleep(0)
        self.read += 1
        soon(lambda: soon(lambda: self.log.tell_health(LATER)))
        return self._reading


async def test_a_thread_is_the_same_whether_it_is_written_at_once_or_not():
    changed = with_turns(*LONG.thread.turns[1:], a_turn(COUNT - 1, "no, the lilies"))
    for reading in (TOLD, LONG, with_turns(), changed):
        for shown in ((), LONG.thread.turns):
            async with connected(OneThread(reading, shown=shown)) as wire:
                told = await wire.client.request("thread/read", ASKED)
            assert told == unstructure(reading)


async def test_others_are_answered_while_a_thread_is_read():
    core = OneThread(LONG, shown=LONG.thread.turns)
    async with connected(core) as wire:
        reading = wire.client.begin("thread/read", ASKED)
        assert await wire.client.request("server/status")
        assert not core.read
        assert len((await wire.client.result(reading))["thread"]["turns"]) == COUNT


async def test_nothing_is_sent_before_an_answer_that_has_happened_after_it():
    large = tuple(a_turn(number, "p" * 100_000) for number in range(COUNT))
    core = OneThread(with_turns(*large), shown=large)
    async with connected(core) as wire:
        await wire.client.request("thread/read", ASKED)
        assert await wire.client.notification("server/statusChanged")

    assert ["id" if "id" in each else each["method"] for each in wire.client.log[-2:]] == [
        "id",
        "server/statusChanged",
    ]
