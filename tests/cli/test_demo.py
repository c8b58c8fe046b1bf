"""`peon demo`: everything it shows is so, it leaves nothing behind, and it draws its picture."""

from pathlib import Path

import pytest

from support.command_line import peon
from support.sources import ROOT

PICTURE = ROOT / "docs" / "images" / "turn.svg"

STEPS = (
    "thread.created",
    "turn.started",
    "approved by the user of peon demo",
    "rejected by the user of peon demo",
    "turn.completed",
    "«Green tea is on the menu»",
    "«Before turn 1»: brought back menu.md",
    "«Before undoing a restore»",
    "changes.committed",
)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_the_demo_shows_the_main_job_and_leaves_nothing_behind_but_its_picture(
    home: Path, scratch: Path, tmp_path: Path
):
    image = tmp_path / "turn.svg"
    # A person's own settings do not matter to it.
    settings = tmp_path / "gitconfig"
    settings.write_text("[commit]\n\tgpgSign = true\n[core]\n\thooksPath = /nowhere\n")

    done = peon(
        "demo",
        "--image",
        str(image),
        env={"TMPDIR": str(scratch), "GIT_CONFIG_GLOBAL": str(settings), "NO_COLOR": "1"},
    )

    assert done.code == 0, done.out + done.err
    assert "expectations held" in done.out
    assert [step for step in STEPS if step not in done.out] == []
    places = [done.out.index(step) for step in STEPS]
    assert places == sorted(places)
    assert list(scratch.iterdir()) == []
    assert not (home / ".local").exists()
    assert image.read_text("utf-8") == PICTURE.read_text("utf-8"), (
        "the picture is drawn anew by: peon demo --image docs/images/turn.svg"
    )


def test_without_git_the_demo_says_what_to_do(scratch: Path):
    done = peon("demo", env={"TMPDIR": str(scratch), "PATH": str(scratch)})
    assert done.code == 1
    assert "git: it is not installed. Install git." in done.out
    assert "Traceback" not in done.err


def test_a_picture_that_cannot_be_saved_is_told(scratch: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    image = tmp_path / "file" / "turn.svg"
    done = peon("demo", "--image", str(image), env={"TMPDIR": str(scratch)})
    assert done.code == 1
    assert "Name another file." in done.out
