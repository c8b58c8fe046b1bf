"""kill -9 at every step of a capture, a restore, its recovery, and a rejection: nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import killed_undo

HALVED = ("recover", "reject")
"""They go through the steps of a restore, all of which are tried anyway."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "what, share, shares, kinds",
    [
        ("capture", 0, 1, {"run update-index", "run write-tree", "rename captures"}),
        ("restore", 0, 2, set()),
        ("restore", 1, 2, set()),
        ("recover", 0, 1, {"verify", "tidy", "recorded", "remove restore.json"}),
        ("reject", 0, 2, set()),
        ("reject", 1, 2, set()),
    ],
    ids=["capture", "restore-1", "restore-2", "recover", "reject-1", "reject-2"],
)
def test_whatever_a_process_was_about_to_do_when_it_was_killed(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    what: str,
    share: int,
    shares: int,
    kinds: set[str],
):
    """Each kind of step is tried in every run, of a recovery and a rejection every second one; and
    every single step every night.
    """
    nightly = request.config.getoption("--nightly")
    which = "all" if nightly else "usual"
    if not nightly and what in HALVED:
        shares, kinds = 2 * shares, set()
    script = killed_undo.__file__
    assert script is not None
    run = subprocess.run(
        [sys.executable, script, str(tmp_path), what, str(share), str(shares), which],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = {line["step"]: line["problems"] for line in map(json.loads, run.stdout.splitlines())}

    assert {step: problems for step, problems in found.items() if problems} == {}
    assert kinds <= {step.split(" ", 1)[1] for step in found}
    assert len(found) >= FEWEST[what] // shares


FEWEST = {"capture": 8, "restore": 24, "recover": 12, "reject": 20}
"""There are more kinds of steps than this, or it is not what it was."""
