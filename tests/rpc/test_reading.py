"""A long thread is written piece by piece, and is what a short one would be."""

import json
from collections.abc import Awaitable, Mapping

import attrs

from peon.wire import structure, unstructure
from peon_protocol.queries import ReadThread
from peon_protocol.results import ThreadReading
from support.fake_core import FakeCore
from support.sources import ROOT
from support.wire_session import connected

EXAMPLE = ROOT / "protocol" / "examples" / "requests" / "thread.read.json"
COUNT = 40
TOLD = structure(json.loads(EXAMPLE.read_bytes())["response"]["result"], ThreadReading)
LONG = attrs.evolve(
    TOLD,
    thread=attrs.evolve(
        TOLD.thread,
        turns=tuple(
            attrs.evolve(TOLD.thread.turns[0], number=number, prompt="p" * 100_000)
            for number in range(1, COUNT + 1)
        ),
    ),
)


class OneThread(FakeCore):
    """A core with a thread that is answered with at once, or in its time."""

    def __init__(self, reading: ThreadReading, *, at_once: bool) -> None:
        super().__init__()
        self._reading = reading
        self._at_once = at_once

    def query_at_once(self, query: object) -> object | None:
        if isinstance(query, ReadThread):
            return self._reading if self._at_once else None
        return super().query_at_once(query)

    def query(self, query: object, *, environment: Mapping[str, str]) -> Awaitable[object]:
        if isinstance(query, ReadThread):
            return self._read()
        return super().query(query, environment=environment)

    async def _read(self) -> ThreadReading:
        return self._reading


async def test_a_thread_is_the_same_whether_it_is_written_at_once_or_not():
    for reading in (TOLD, LONG, attrs.evolve(LONG, thread=attrs.evolve(LONG.thread, turns=()))):
        for at_once in (True, False):
            async with connected(OneThread(reading, at_once=at_once)) as wire:
                told = await wire.client.request("thread/read", {"threadId": "talk"})
            assert told == unstructure(reading)


async def test_others_are_answered_while_a_thread_is_written():
    async with connected(OneThread(LONG, at_once=False)) as wire:
        reading = wire.client.begin("thread/read", {"threadId": "talk"})
        assert await wire.client.request("server/status")
        assert not reading.done()
        assert len((await wire.client.result(reading))["thread"]["turns"]) == COUNT
