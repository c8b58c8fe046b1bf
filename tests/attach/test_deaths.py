"""Owners that die, are told to stop, or make room: what clients see of it."""

import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path

import peon
import peon_protocol
from peon.attach.owner import Absence, Client, Link, connect
from peon.attach.starting import _spawn, _wait_until_ready
from support.warm import process as warm
from support.warm import worker
from support.windows import (
    Window,
    kill_owner,
    owner_of,
    subscribe,
    thread_in,
    wait_until_gone,
    window,
)
from support.wire_client import DEADLINE, ErrorAnswer, Message


class Tally:
    """What several busy clients have made."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self._more = asyncio.Event()

    def add(self, thread: str) -> None:
        self.made.add(thread)
        self._more.set()

    async def grow(self, count: int) -> None:
        """Wait until there are so many more."""
        wanted = len(self.made) + count
        async with asyncio.timeout(DEADLINE):
            while len(self.made) < wanted:
                self._more.clear()
                await self._more.wait()


async def work(opened: Window, project: str, tally: Tally, over: asyncio.Event) -> None:
    """Create threads without a pause; one that is lost again and again, until it is made."""
    number = 0
    while not over.is_set():
        number += 1
        thread = f"{opened.process.pid}-{number}"
        params = {"projectId": project, "threadId": thread, "commandId": thread}
        while (error := await _lost(opened, params)) is not None:
            assert error.kind == "server.lost"
            assert error.data["retryable"]
        tally.add(thread)


async def _lost(opened: Window, params: Message) -> ErrorAnswer | None:
    try:
        await opened.client.request("thread/create", params)
    except ErrorAnswer as error:
        return error
    return None


async def test_windows_at_work_recover_from_the_death_of_the_owner(state: Path, home: Path):
    async with window(state) as one, window(state) as two, window(state) as idle:
        windows = (one, two, idle)
        (home / "w").mkdir()
        made = await one.client.request("project/create", {"root": str(home / "w")})
        for each in windows:
            await subscribe(each.client, after=0)
        tally, over = Tally(), asyncio.Event()
        working = [
            asyncio.ensure_future(work(each, made["projectId"], tally, over)) for each in (one, two)
        ]
        await tally.grow(50)

        first = await asyncio.to_thread(kill_owner, state)

        missed = [await _after_resync(each) for each in windows]
        await tally.grow(20)
        over.set()
        await asyncio.gather(*working)

        assert await asyncio.to_thread(owner_of, state) != first
        for each, heard in zip(windows, missed, strict=True):
            await _hear(each, heard, tally.made)
            sequences = [event["sequence"] for event in heard]
            assert sequences == list(range(1, len(sequences) + 1))


async def _after_resync(opened: Window) -> list[Message]:
    """Every event of a subscription from the beginning, across its end and its resumption."""
    heard: list[Message] = []
    while True:
        message = await opened.client.next_message()
        if message["method"] == "events/resync":
            break
        heard += message["params"]["events"]
    assert message["params"]["after"] == len(heard)
    await subscribe(opened.client, after=len(heard))
    return heard


async def _hear(opened: Window, heard: list[Message], wanted: set[str]) -> None:
    """Listen until every thread that was made has been heard of."""
    while not wanted <= {event["streamId"] for event in heard}:
        heard += (await opened.client.notification("events/appended"))["events"]


async def test_a_turn_that_the_owner_died_in_is_over_for_every_window(state: Path, home: Path):
    async with window(state) as one, window(state) as two:
        thread = await thread_in(one.client, home / "work")
        await subscribe(two.client)
        await one.client.request("turn/start", {"threadId": thread, "prompt": "write a.txt x"})
        await two.until("action.requested")

        await asyncio.to_thread(kill_owner, state)

        resync = await two.resynced()
        await subscribe(two.client, after=resync["after"])
        assert (await two.until("turn.completed"))["payload"]["stopReason"] == "interrupted"
        read = await one.client.request("thread/read", {"threadId": thread})
        assert read["thread"]["status"] == "idle"


async def test_stopping_tells_what_was_interrupted_and_no_window_starts_it_again(
    state: Path, home: Path
):
    async with window(state) as opened:
        thread = await thread_in(opened.client, home / "work")
        params = {"threadId": thread, "prompt": "write a.txt x"}
        await opened.client.request("turn/start", params)
        owner = await asyncio.to_thread(owner_of, state)

        told = await run_peon("stop", state)

        assert told == (0, f"Stopped process {owner}; 1 turn interrupted.\n", "")
        opened.client.notify("$/setTrace", {"value": "off"})
        assert (await run_peon("status", state))[0] == 3
        read = await opened.client.request("thread/read", {"threadId": thread})
        assert read["thread"]["turns"][0]["stopReason"] == "interrupted"
        assert await asyncio.to_thread(owner_of, state) != owner


async def test_the_status_of_an_owner_is_told_to_people_and_to_programs(state: Path):
    nobody = f"peon: No server runs for {state}.\n"
    assert await run_peon("status", state) == (3, "", nobody)
    assert await run_peon("stop", state) == (0, "", nobody)
    code, told, _ = await run_peon("status", state, "--json")
    assert (code, json.loads(told)["running"]) == (3, False)
    async with window(state):
        owner = await asyncio.to_thread(owner_of, state)
        code, told, _ = await run_peon("status", state)
        assert code == 0
        assert told.startswith(f"Process {owner}, version ")
        assert "serves 1 client." in told
        code, told, _ = await run_peon("status", state, "--json")
        facts = json.loads(told)
        assert (code, facts["running"], facts["pid"]) == (0, True, owner)


async def test_a_server_that_serves_one_client_alone_keeps_others_out_and_says_who_it_is(
    state: Path,
):
    alone = (sys.executable, "-m", "peon", "serve", "--standalone")
    async with window(state, argv=alone) as first:
        number = first.process.pid
        code, _, told = await run_peon("status", state)
        assert (code, f"Process {number} " in told) == (1, True)
        assert (await run_peon("stop", state))[0] == 1
        async with window(state, initialize=False) as second:
            refused = await second.client.refusal("initialize", {"capabilities": {}})
            assert refused.kind == "unavailable"
            assert f"process {number}" in refused.message
        await first.close()


async def test_an_idle_owner_makes_room_for_another_build_and_a_busy_one_does_not(state: Path):
    async with window(state) as opened:
        busy = await asyncio.to_thread(_attach_as_another_build, state)
        assert isinstance(busy, Link)
        busy.close()
        owner = await asyncio.to_thread(owner_of, state)
        await opened.close()
    found = await asyncio.to_thread(_attach_as_another_build, state)
    assert found is Absence.LEAVING
    await asyncio.to_thread(wait_until_gone, owner)
    async with window(state) as opened:
        assert await asyncio.to_thread(owner_of, state) != owner
        await opened.close()


async def test_an_owner_waits_for_whoever_had_it_started(state: Path):
    """Else two builds that come at once send away each other's owner, again and again."""
    client = _of_build("a build", state)
    ready = await asyncio.to_thread(_started_for, client)
    assert ready is None

    other = await asyncio.to_thread(_attach_as_another_build, state)
    first = await asyncio.to_thread(connect, client)

    assert isinstance(other, Link)
    assert isinstance(first, Link)
    other.close()
    first.close()


async def test_windows_of_two_builds_find_one_owner_when_theirs_dies(
    state: Path, tmp_path: Path, home: Path
):
    another = {"PYTHONPATH": str(_another_build(tmp_path))}
    async with window(state) as one, window(state, environment=another) as two:
        thread = await thread_in(one.client, home / "work")
        for each in (one, two):
            await subscribe(each.client, after=0)

        await asyncio.to_thread(kill_owner, state)

        for each in (one, two):
            resync = await each.resynced()
            await subscribe(each.client, after=resync["after"])
        params = {"threadId": thread, "prompt": "say Still here."}
        await two.client.request("turn/start", params)
        for each in (one, two):
            assert (await each.until("turn.completed"))["payload"]["stopReason"] == "endTurn"
            await each.close()


def _another_build(folder: Path) -> Path:
    """Our own modules, one of them a byte longer."""
    for package in (peon, peon_protocol):
        source = Path(str(package.__file__)).parent
        shutil.copytree(source, folder / source.name)
    with (folder / "peon" / "errors.py").open("a") as changed:
        changed.write("\n")
    return folder


def _started_for(client: Client) -> object:
    """Why no owner could be started; it has no client yet."""
    deadline = time.monotonic() + DEADLINE
    return _wait_until_ready(*_spawn(client), deadline, lambda _: None)


def _attach_as_another_build(state: Path) -> Link | Absence:
    return connect(_of_build("another build", state))


def _of_build(build: str, state: Path) -> Client:
    return Client(os.path.realpath(state), os.environ, build)


async def run_peon(command: str, state: Path, *options: str) -> tuple[int, str, str]:
    """What a command of ours ends with and prints."""

    def run() -> tuple[int, str, str]:
        argv = ["-m", "peon", command, "--state-dir", str(state), *options]
        done = warm.run(argv, env=worker.environment(), timeout=DEADLINE)
        return done.returncode, done.stdout, done.stderr

    return await asyncio.to_thread(run)
