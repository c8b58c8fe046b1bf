"""kill -9 at every step of a capture, a restore, its recovery, and a rejection: nothing is lost."""

from pathlib import Path

import pytest

from support.killed_undo import SCENES, Stage, deaths

KINDS = {
    "capture": {"run update-index", "run write-tree", "rename captures"},
    "restore": {"part", "swap", "verify", "unlink", "place", "take", "rmdir", "recorded"},
    "reject": {"swap", "verify", "place", "take", "recorded", "run diff-tree"},
    "recover": {
        "begin",
        "verify",
        "tidy",
        "swap",
        "place",
        "take",
        "rmdir",
        "applied",
        "recorded",
        "rename captures",
        "remove restore.json",
    },
    "open": {"open lock", "run log"},
}
"""By what is under way, steps that it is made of."""
UNDER_WAY = {
    "capture": ("capture",),
    "restore": ("restore", "recover", "open"),
    "reject": ("reject", "recover", "open"),
}
FEWEST = {"capture": 15, "restore": 85, "reject": 80}
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
    names = {step.rstrip(" 0123456789") for step in found}
    assert {f"{each}: {step}" for each in UNDER_WAY[what] for step in KINDS[each]} <= names
    assert len(found) >= FEWEST[what]
