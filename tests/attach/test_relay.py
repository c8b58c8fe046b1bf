"""The relay between a client and owners that come and go."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.scripted_owner import Attached, ScriptedOwner, scripted_owner
from support.windows import SERVE, Window, window
from support.wire_client import DEADLINE, frame


@asynccontextmanager
async def attached(state: Path) -> AsyncIterator[tuple[Window, ScriptedOwner, Attached]]:
    """A window whose session has begun with the first owner."""
    async with scripted_owner(state) as owner, window(state, initialize=False) as opened:
        opening = asyncio.ensure_future(opened.client.initialize(rootUri="file:///here"))
        link = await owner.called()
        await link.begin()
        await opening
        yield opened, owner, link


async def test_requests_that_an_owner_leaves_open_are_answered_when_it_dies(state: Path):
    async with attached(state) as (opened, owner, link):
        open_requests = [opened.client.begin("project/list") for _ in range(3)]
        answered = opened.client.begin("thread/list")
        for _ in range(3):
            await link.receive()
        link.answer(await link.receive(), {"threads": []})
        await opened.client.result(answered)

        link.die()

        for request in open_requests:
            error = await opened.client.failure(request)
            assert (error.code, error.kind) == (-32803, "server.lost")
            assert error.data["retryable"]
        await (await owner.called()).begin()


async def test_the_next_owner_is_greeted_as_the_first_was_and_the_client_does_not_notice(
    state: Path,
):
    async with attached(state) as (opened, owner, link):
        link.die()
        again = await owner.called()
        assert (await again.begin())["rootUri"] == "file:///here"

        listing = opened.client.begin("project/list")

        again.answer(await again.receive(), {"projects": []})
        assert await opened.client.result(listing) == {"projects": []}
        assert not opened.client.unread


async def test_subscriptions_are_resumed_where_they_came_to(state: Path):
    async with attached(state) as (opened, owner, link):
        for name, sequence in (("moved", 3), ("still", 7), ("ended", 1), ("cut", 1)):
            subscribing = opened.client.begin("events/subscribe", {"after": sequence})
            result = {"subscriptionId": name, "sequence": sequence, "logId": "log"}
            link.answer(await link.receive(), result)
            await opened.client.result(subscribing)
        ending = opened.client.begin("events/unsubscribe", {"subscriptionId": "ended"})
        link.answer(await link.receive(), {"subscriptionId": "ended"})
        await opened.client.result(ending)
        for method, params in (
            ("events/appended", {"subscriptionId": "moved", "through": 5, "events": []}),
            ("events/resync", {"subscriptionId": "cut", "after": 2}),
        ):
            link.send({"method": method, "params": params})
            assert await opened.client.notification(method) == params

        link.die()
        await (await owner.called()).begin()

        told = [await opened.client.notification("events/resync") for _ in range(2)]
        assert told == [
            {"subscriptionId": "moved", "after": 5},
            {"subscriptionId": "still", "after": 7},
        ]


async def test_an_initialize_under_way_is_asked_of_the_next_owner(state: Path):
    async with scripted_owner(state) as owner, window(state, initialize=False) as opened:
        opening = asyncio.ensure_future(opened.client.initialize())
        link = await owner.called()
        await link.receive()
        link.die()
        await (await owner.called()).begin()
        assert await opening == {"capabilities": {}}


async def test_a_shutdown_under_way_has_succeeded_when_the_owner_dies(state: Path):
    async with attached(state) as (opened, _, link):
        leaving = opened.client.begin("shutdown")
        await link.receive()
        link.die()
        assert await opened.client.result(leaving) is None
        late = await opened.client.refusal("project/list")
        assert late.kind == "server.shuttingDown"
        opened.client.notify("exit")
        assert await opened.exit_code() == 0


async def test_progress_that_the_client_shows_ends_with_the_owner(state: Path):
    async with attached(state) as (opened, owner, link):
        for token, kind in (("a", "begin"), (2, "begin"), ("a", "report"), ("a", "end")):
            value = {"kind": kind, "title": "Working"}
            link.send({"method": "$/progress", "params": {"token": token, "value": value}})
            await opened.client.notification("$/progress")
        link.die()
        ended = await opened.client.notification("$/progress")
        assert (ended["token"], ended["value"]["kind"]) == (2, "end")
        await (await owner.called()).begin()


async def test_an_owner_that_was_told_to_stop_is_replaced_when_the_client_asks_for_something(
    state: Path,
):
    async with attached(state) as (opened, owner, link):
        asking = opened.client.begin("project/list")
        await link.receive()
        link.say("stopping")
        await link.leave()
        assert (await opened.client.failure(asking)).kind == "server.lost"
        opened.client.notify("$/setTrace", {"value": "off"})
        assert owner.waiting == 0

        again = opened.client.begin("project/list")
        after = await owner.called()
        await after.begin()
        after.answer(await after.receive(), {"projects": []})
        await opened.client.result(again)


async def test_a_relay_that_is_needed_no_more_leaves(state: Path):
    async with attached(state) as (opened, _, link):
        link.say("leave")
        assert await opened.exit_code() == 1


async def test_an_owner_about_to_leave_is_waited_for(state: Path):
    async with scripted_owner(state) as owner, window(state, initialize=False) as opened:
        opening = asyncio.ensure_future(opened.client.initialize())
        await (await owner.called("leaving")).leave()
        await (await owner.called()).begin()
        await opening


async def test_an_owner_that_can_take_no_more_clients_is_not_replaced(state: Path):
    async with scripted_owner(state) as owner, window(state, initialize=False) as opened:
        opening = opened.client.begin("initialize", {"capabilities": {}})
        await (await owner.called("full")).leave()
        error = await opened.client.failure(opening)
        assert error.kind == "unavailable"
        assert "Close another window." in error.message


async def test_owners_that_die_young_are_replaced_more_and_more_slowly(state: Path):
    async with attached(state) as (opened, owner, first):
        dying = [first]
        for _ in range(2):
            dying[-1].die()
            dying.append(await owner.called())
            await dying[-1].begin()
        dying[-1].die()
        await dying[-1].receive_end()
        error = await opened.client.refusal("project/list")
        assert (error.kind, error.data["retryable"]) == ("server.lost", True)
        await (await owner.called()).begin()


async def test_a_relay_says_who_it_is_and_what_it_runs_with(
    state: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WHOSE", "mine")
    async with scripted_owner(state) as owner, window(state, initialize=False) as opened:
        opening = asyncio.ensure_future(opened.client.initialize())
        link = await owner.called()
        assert link.hello["peon"] == "attach"
        assert link.hello["environment"]["WHOSE"] == "mine"
        assert link.hello["build"].startswith("0.")
        await link.begin()
        await opening


async def test_what_is_no_message_reaches_the_owner_as_it_is(state: Path):
    async with attached(state) as (opened, _, link):
        odd = b"no header\r\n\r\ncontent-length : 2\n\n{}" + frame(b"[1, 2]") + frame(b"\xff")
        opened.client.send_bytes(odd)
        assert await link.receive_bytes(len(odd)) == odd


async def test_the_last_answers_are_delivered_after_the_clients_last_byte(state: Path):
    async with attached(state) as (opened, _, link):
        asking = opened.client.begin("project/list")
        request = await link.receive()
        opened.end_input()
        await link.receive_end()
        link.answer(request, {"projects": []})
        await link.leave()
        assert await opened.exit_code() == 1
        assert await opened.client.result(asking) == {"projects": []}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_relay_as_the_end_of_input_does(state: Path, number: signal.Signals):
    async with attached(state) as (opened, _, link):
        opened.process.send_signal(number)
        await link.receive_end()
        await link.leave()
        assert await opened.exit_code() == 1
        assert opened.process.stderr is not None
        assert await opened.process.stderr.read() == b""


async def test_a_relay_whose_client_takes_nothing_any_more_leaves(state: Path):
    reading, writing = os.pipe()
    async with scripted_owner(state) as owner:
        process = await asyncio.create_subprocess_exec(
            *SERVE, "--state-dir", str(state), stdin=asyncio.subprocess.PIPE, stdout=writing
        )
        os.close(writing)
        os.close(reading)
        assert process.stdin is not None
        process.stdin.write(frame({"jsonrpc": "2.0", "id": 1, "method": "initialize"}))
        link = await owner.called()
        link.answer(await link.receive(), {})
        async with asyncio.timeout(DEADLINE):
            assert await process.wait() == 1


def test_attaching_imports_little():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *SERVE[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
        text=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "peon.attach.relay" in imported
    heavy = {"asyncio", "attr", "attrs", "cattrs", "lsprotocol", "pygls", "rich", "typer"}
    slow = {"pathlib", "subprocess", "tempfile", "inspect", "dataclasses", "logging"}
    assert imported & (heavy | slow) == set()
