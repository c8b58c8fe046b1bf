"""A process that is killed in the middle of the main job: the next one settles everything."""

import json
import signal
from pathlib import Path
from types import ModuleType

import pytest

from peon_protocol.commands import StartTurn
from peon_protocol.events import TurnCompleted
from peon_protocol.values import StopReason
from support import crash_job, killed_at_work
from support.agents import wait_until_gone
from support.houses import TALK, House
from support.warm import worker
from support.warm.process import Process, begin

SHARES = 2
"""The points are tried in so many tests, which may run beside each other."""
FEWEST = 5
"""There are more points than this in every share, or the job is not what it was."""


def helper(module: ModuleType, *arguments: str) -> Process:
    """One of our programs."""
    return begin(["-m", module.__name__, *arguments], env=worker.environment())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", range(SHARES))
def test_whenever_the_process_is_killed_the_next_one_settles_everything(
    tmp_path: Path, share: int, request: pytest.FixtureRequest
):
    which = "all" if request.config.getoption("--nightly") else "usual"
    run = helper(crash_job, str(tmp_path), str(share), str(SHARES), which)
    output, _ = run.communicate()

    found = {line["point"]: line["problems"] for line in map(json.loads, output.splitlines())}
    assert run.returncode == 0
    assert len(found) >= FEWEST
    assert {point: problems for point, problems in found.items() if problems} == {}


async def test_a_real_agent_does_not_outlive_a_server_that_is_killed(tmp_path: Path):
    doomed = helper(killed_at_work, str(tmp_path))
    assert doomed.stdout is not None
    agents = json.loads(doomed.stdout.readline())
    doomed.send_signal(signal.SIGKILL)
    doomed.communicate()
    assert wait_until_gone(agents) == []
    house = House(tmp_path)
    await house.open()

    (completed,) = await house.events(TurnCompleted)
    assert completed.stop_reason is StopReason.INTERRUPTED
    assert completed.detail == "The server stopped while this turn was running."
    await house.submit(StartTurn(thread_id=TALK, prompt="say hello again"))
    await house.until_event(TurnCompleted, times=2)
    await house.close()
