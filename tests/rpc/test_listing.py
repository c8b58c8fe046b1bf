"""A long list of threads leaves in pages, and others are answered while it is written."""

import json
from collections.abc import Awaitable, Mapping

import attrs

from peon.rpc.listing import PAGE_BYTES
from peon.wire import structure
from peon_protocol.ids import ThreadId
from peon_protocol.queries import ListThreads
from peon_protocol.results import ThreadList
from support.fake_core import FakeCore
from support.sources import ROOT
from support.wire_session import connected

EXAMPLE = ROOT / "protocol" / "examples" / "requests" / "thread.list.json"
COUNT = 40
LARGE = PAGE_BYTES // 16


class Crowd(FakeCore):
    """A core with more threads than a page has room for, of which it knows no page."""

    def query(self, query: object, *, environment: Mapping[str, str]) -> Awaitable[object]:
        if isinstance(query, ListThreads):
            return self._listed(query)
        return super().query(query, environment=environment)

    async def _listed(self, query: ListThreads) -> ThreadList:
        told = structure(json.loads(EXAMPLE.read_bytes())["response"]["result"], ThreadList)
        [thread] = told.threads
        threads = [
            attrs.evolve(thread, thread_id=ThreadId(f"thread-{place}"), title="t" * LARGE)
            for place in range(COUNT)
        ][: query.before]
        return ThreadList(threads=tuple(threads), sequence=told.sequence, threads_before=3)


async def test_a_page_has_the_newest_that_there_is_room_for():
    async with connected(Crowd()) as wire:
        first = await wire.client.request("thread/list", {"limit": 500})
        before = first["threadsBefore"]
        second = await wire.client.request("thread/list", {"limit": 500, "before": before - 3})

    ids = [each["threadId"] for each in first["threads"]]
    assert ids == [f"thread-{place}" for place in range(COUNT - len(ids), COUNT)]
    assert 10 < len(ids) < 16
    assert before == COUNT - len(ids) + 3
    assert second["threads"][-1]["threadId"] == f"thread-{COUNT - len(ids) - 1}"


async def test_a_list_that_is_no_page_has_all_of_them():
    async with connected(Crowd()) as wire:
        listed = await wire.client.request("thread/list")

    assert (len(listed["threads"]), listed["threadsBefore"]) == (COUNT, 3)
    structure(listed, ThreadList)


async def test_others_are_answered_while_a_list_is_written():
    async with connected(Crowd()) as wire:
        listing = wire.client.begin("thread/list")
        assert await wire.client.request("server/status")
        assert not listing.done()
        assert len((await wire.client.result(listing))["threads"]) == COUNT
