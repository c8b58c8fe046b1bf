"""No agent outlives us, whatever way we die, and no stranger dies with us."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import psutil
import pytest

from peon.errors import ExternalFailure, Unavailable
from peon.providers import guardian
from peon.providers.guardian import MARKER_VARIABLE, Tracked
from peon.providers.ledger import Ledger
from peon.providers.process import READ_AT_ONCE, Command
from peon.providers.registry import SCRIPT
from peon.providers.supervisor import LEDGER_NAME
from peon_protocol.provider_events import SessionEnded
from support.agents import IMPATIENT, LONG, Agency, rogue, runs, wait_until_gone
from support.warm import worker
from support.warm.process import begin

WAITS = [sys.executable, "-I", "-c", "import threading; threading.Event().wait()"]


class Doomed:
    """A server of its own process, with agents that do not leave of their own accord."""

    def __init__(self, state: Path, workspace: Path) -> None:
        command = ["-m", "support.doomed_server", str(state), str(workspace)]
        self.process = begin(command, env=worker.environment())
        assert self.process.stdout is not None
        self.agents: list[int] = json.loads(self.process.stdout.readline())
        self.guardian = next(pid for pid in self.agents if _is_guardian(pid))

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait()


def _is_guardian(pid: int) -> bool:
    return guardian.__file__ in psutil.Process(pid).cmdline()


@pytest.fixture
def state(home: Path) -> Path:
    (home / "state").mkdir()
    return home / "state"


@pytest.fixture
def doomed(state: Path, workspace: Path) -> Iterator[Doomed]:
    made = Doomed(state, workspace)
    with made.process:
        yield made
        made.process.kill()


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is none of ours."""
    with subprocess.Popen(WAITS, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_no_agent_outlives_a_killed_server(doomed: Doomed, number: signal.Signals):
    assert len(doomed.agents) >= 6  # Three agents, two children, the guardian.
    doomed.kill(number)
    assert wait_until_gone(doomed.agents) == []


def test_killing_the_whole_group_of_the_server_does_not_kill_the_guardian(doomed: Doomed):
    assert os.getpgid(doomed.guardian) == doomed.guardian
    assert os.getsid(doomed.guardian) == doomed.guardian


def test_what_outlived_even_the_guardian_is_reaped_at_the_next_start(doomed: Doomed, state: Path):
    os.kill(doomed.guardian, signal.SIGKILL)
    doomed.kill()
    assert wait_until_gone([doomed.guardian]) == []
    assert any(runs(pid) for pid in doomed.agents)
    reaped = Ledger(state / LEDGER_NAME).reap(grace=0.1)
    assert len(reaped) >= 1
    assert wait_until_gone(doomed.agents) == []
    assert Ledger(state / LEDGER_NAME).reap() == ()


async def test_a_guardian_that_was_killed_is_replaced(agents: Agency):
    first = await agents.open(SCRIPT)
    old = next(child for child in psutil.Process().children() if _is_guardian(child.pid))
    old.kill()
    wait_until_gone([old.pid])
    await agents.open(SCRIPT)
    new = next(child for child in psutil.Process().children() if _is_guardian(child.pid))
    assert new.pid != old.pid
    assert first.session is not None
    assert first.session.alive


async def test_the_ledger_holds_who_runs_and_nobody_else(agents: Agency, home: Path):
    recorder = await agents.open(SCRIPT)
    path = home / "state" / LEDGER_NAME
    ((pid, start, _marker),) = json.loads(path.read_text())
    assert start == guardian.start_of(pid) != ""
    assert recorder.session is not None
    await recorder.session.close()
    assert json.loads(path.read_text()) == []


def test_a_stranger_with_the_number_of_an_agent_is_left_alone(
    state: Path, stranger: "subprocess.Popen[bytes]"
):
    entry = Tracked(stranger.pid, "another time", "marker")
    (state / LEDGER_NAME).write_text(json.dumps([entry]))
    assert Ledger(state / LEDGER_NAME).reap() == ()
    assert stranger.poll() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "{}",
        '["x"]',
        "[[1]]",
        '[[0, "a", "b"]]',
        '[[-1, "a", "b"]]',
        '[[5, "", ""]]',
    ],
)
def test_a_damaged_ledger_ends_nobody(state: Path, text: str):
    (state / LEDGER_NAME).write_text(text)
    assert Ledger(state / LEDGER_NAME).reap() == ()


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_running(home: Path):
    ledger = Ledger(home / "missing" / LEDGER_NAME)
    ledger.enter(Tracked(1, "a", "b"))
    assert ledger.entries() == (Tracked(1, "a", "b"),)


def test_a_process_is_known_by_its_start(stranger: "subprocess.Popen[bytes]"):
    start = guardian.start_of(stranger.pid)
    assert start == guardian.start_of(stranger.pid) != guardian.start_of(os.getpid())
    assert guardian.survives(Tracked(stranger.pid, start, "m"))
    stranger.kill()
    stranger.wait()
    assert guardian.start_of(stranger.pid) == ""
    assert not guardian.survives(Tracked(stranger.pid, start, "m"))


@pytest.mark.skipif(not guardian.PROC.is_dir(), reason="this system does not show environments")
def test_a_daemon_is_found_by_the_marker_it_inherited():
    environment = {**os.environ, MARKER_VARIABLE: "0123456789"}
    with subprocess.Popen(WAITS, start_new_session=True, env=environment) as daemon:
        left_behind = Tracked(2**22 + 1, "long ago", "0123456789")
        assert guardian.survives(left_behind)
        assert not guardian.survives(left_behind._replace(marker="012345678"))
        guardian.signal_all(left_behind, signal.SIGKILL)
        assert daemon.wait() == -signal.SIGKILL


async def test_an_agent_that_has_much_to_say_leaves_turns_to_others(agents: Agency):
    floods = [sys.executable, "-I", "-c", "import sys; sys.stdout.write('x' * 1_000_000)"]
    heard: list[int] = []
    ended = asyncio.get_running_loop().create_future()
    await agents.supervisor.start(
        Command(argv=tuple(floods), cwd=str(agents.root), environment=dict(os.environ)),
        on_output=lambda data: heard.append(len(data)),
        on_exit=ended.set_result,
    )
    async with asyncio.timeout(LONG):
        await ended
    assert sum(heard) == 1_000_000
    assert max(heard) <= READ_AT_ONCE


async def test_an_exit_is_reported_once(agents: Agency):
    recorder = await agents.open(rogue())
    await recorder.turn("die")
    assert recorder.session is not None
    await recorder.session.close()
    await agents.supervisor.close()
    assert len(recorder.of(SessionEnded)) == 1


async def test_a_session_that_is_being_opened_ends_with_the_rest(agents: Agency):
    patience = attrs.evolve(IMPATIENT, greet=LONG)
    opening = asyncio.ensure_future(agents.open(rogue("silent"), patience=patience))
    await agents.someone_runs()
    await agents.supervisor.close()
    with pytest.raises(ExternalFailure):
        await opening


async def test_a_session_whose_opening_is_called_off_leaves_nothing(agents: Agency):
    opening = asyncio.ensure_future(agents.open(rogue("silent")))
    await agents.someone_runs()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert agents.supervisor.running == 0


async def test_no_agent_starts_once_we_are_leaving(agents: Agency):
    await agents.supervisor.close()
    with pytest.raises(Unavailable, match="leaving"):
        await agents.open(SCRIPT)
