"""kill -9 at every step of a capture, a restore, its recovery, and a rejection: nothing is lost."""

from pathlib import Path

import pytest

from support.killed_undo import SCENES, Stage, deaths

KINDS = {
    "capture": {"run update-index", "run write-tree", "rename captures"},
    "restore": {"part", "swap", "verify", "unlink", "place", "take", "rmdir", "recorded"},
    "reject": {"swap", "verify", "place", "take", "recorded", "run diff-tree"},
    "recover": {"verify", "tidy", "applied", "recorded", "remove restore.json"},
}
FEWEST = {"capture": 15, "restore": 60, "reject": 30}
"""There are more kinds of steps than this, or it is not what it was."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("what", SCENES)
def test_whatever_a_process_was_about_to_do_when_it_was_killed(
    tmp_path: Path, environ: dict[str, str], request: pytest.FixtureRequest, what: str
):
    """Each kind of step is tried in every run; and every single step every night."""
    every = request.config.getoption("--nightly")
    prepare, lived = SCENES[what]
    (tmp_path / "work").mkdir()
    found = deaths(Stage(tmp_path / "work", environ), prepare, lived, every=every)

    assert {step: problems for step, problems in found.items() if problems} == {}
    names = {step.split(": ", 1)[-1].rstrip(" 0123456789") for step in found}
    assert KINDS[what] <= names
    assert len(found) >= FEWEST[what]
