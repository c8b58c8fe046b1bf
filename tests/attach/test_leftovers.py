"""Nothing is left of the agents, nor of us, whichever of those involved comes to its end, and how.

Every process that a test starts has the test's home in its environment, and nothing else has.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from support import rogue_agent
from support.windows import Window, kill_owner, subscribe, window

SECONDS = 30.0
AGENTS = {"its": {"command": sys.executable, "args": ["-I", rogue_agent.__file__, "plain"]}}
WAITS = [sys.executable, "-I", "-c", "import threading; threading.Event().wait()"]


@pytest.fixture(autouse=True)
def _leaves_soon(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner that has nothing to do leaves at once."""
    del state
    monkeypatch.setenv("PEON_IDLE_SECONDS", "0.5")


def processes(home: Path) -> set[int]:
    """The processes that were started for this test and have not ended."""
    return {each.pid for each in psutil.process_iter() if _belongs(each, home)}


def _belongs(process: psutil.Process, home: Path) -> bool:
    try:
        ended = process.status() == psutil.STATUS_ZOMBIE
        return not ended and process.environ().get("HOME") == str(home)
    except psutil.Error:
        return False


def is_guardian(pid: int) -> bool:
    """Whether it is the one that ends agents when the server cannot: it goes with the server."""
    return "guardian.py" in " ".join(psutil.Process(pid).cmdline())


async def until_gone(home: Path, of: set[int] | None = None) -> set[int]:
    """Wait until none of these processes is there; without a set, none of the test's."""
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        left = processes(home) if of is None else processes(home) & of
        if not left:
            return set()
        pids = [psutil.Process(pid) for pid in left if psutil.pid_exists(pid)]
        await asyncio.to_thread(psutil.wait_procs, pids, 0.1)
    return processes(home)


async def agent_with_children(one: Window, home: Path) -> str:
    """A thread whose agent has done a turn and has left two processes running."""
    (home / "work").mkdir()
    project = await one.client.request("project/create", {"root": str(home / "work")})
    params = {"projectId": project["projectId"], "provider": "its"}
    thread = str((await one.client.request("thread/create", params))["threadId"])
    await subscribe(one.client)
    await turn(one, thread, "have children")
    await one.until("turn.completed")
    return thread


async def turn(one: Window, thread: str, prompt: str) -> None:
    await one.client.request("turn/start", {"threadId": thread, "prompt": prompt})


async def begin(one: Window, *, editor: int | None = None) -> None:
    options = {"providers": AGENTS}
    await one.client.initialize(processId=editor or os.getpid(), initializationOptions=options)


async def test_a_normal_exit_leaves_nothing(state: Path, home: Path):
    async with window(state, initialize=False, fresh=True) as one:
        await begin(one)
        await agent_with_children(one, home)
        assert len(processes(home)) >= 6  # Relay, owner, guardian, agent, and its two.
        await one.close()
    assert await until_gone(home) == set()


async def test_a_killed_server_leaves_no_agent(state: Path, home: Path):
    async with window(state, initialize=False, fresh=True) as one:
        await begin(one)
        thread = await agent_with_children(one, home)
        await turn(one, thread, "be stubborn")
        await one.until("item.recorded")
        before = processes(home) - {one.process.pid}
        await asyncio.to_thread(kill_owner, state)
        assert await until_gone(home, before) == set()
        await one.resynced()
        await one.close()
    assert await until_gone(home) == set()


async def test_a_killed_editor_leaves_nothing_once_nothing_goes_on(state: Path, home: Path):
    with subprocess.Popen(WAITS, start_new_session=True) as editor:  # noqa: ASYNC220 (at once)
        async with window(state, initialize=False, fresh=True) as one:
            await begin(one, editor=editor.pid)
            await agent_with_children(one, home)
            editor.send_signal(signal.SIGKILL)
            editor.wait()
            assert await until_gone(home) == set()


async def test_a_crashed_agent_leaves_nothing_of_its_own(state: Path, home: Path):
    async with window(state, initialize=False, fresh=True) as one:
        await begin(one)
        ours = processes(home)
        thread = await agent_with_children(one, home)
        agents = {pid for pid in processes(home) - ours if not is_guardian(pid)}
        assert len(agents) >= 3
        await turn(one, thread, "die")
        failed = await one.until("turn.failed")
        assert failed["payload"]["error"]["message"] == "out of cheese"
        assert await until_gone(home, agents) == set()
        await one.close()
    assert await until_gone(home) == set()
