"""A state folder with some history, made once and copied for whoever wants to spoil it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command_line import CommandLine

PROMPT = "think Let me see.\nsay Hello there.\nwrite a.txt one\\ntwo\nsay Done."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def peon_here(tmp_path: Path) -> Iterator[CommandLine]:
    """The commands, with a state of their own that is not there yet."""
    commands = CommandLine(tmp_path / "state")
    yield commands
    end_shared_server(commands)


@pytest.fixture(scope="session")
def history() -> Iterator[Path]:
    """A folder with a `state` of one completed turn in its `project`."""
    with tempfile.TemporaryDirectory(prefix="peon-history-") as name:
        project = Path(name, "project")
        project.mkdir()
        done = CommandLine(Path(name, "state"))(
            "run", PROMPT, "--project", str(project), "--mode", "full"
        )
        assert done.code == 0, done.err
        end_shared_server(CommandLine(Path(name, "state")))
        yield Path(name)


@pytest.fixture
def peon_with_history(history: Path, tmp_path: Path) -> Iterator[CommandLine]:
    """The commands, with a state that holds one completed turn."""
    without = shutil.ignore_patterns("*.sock")
    shutil.copytree(history / "state", tmp_path / "state", ignore=without)
    commands = CommandLine(tmp_path / "state")
    yield commands
    end_shared_server(commands)


def end_shared_server(commands: CommandLine) -> None:
    """A command that needs a server leaves one behind for the next."""
    if any(commands.state.glob("*.sock")):
        assert commands("stop").code == 0
