"""What README shows runs as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command_line import SECONDS, environment_of_child
from support.sources import ROOT, text_of

CLIENT = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The client of README, as a file."""
    [body] = CLIENT.findall(text_of("README.md"))
    path = tmp_path / "client.py"
    path.write_text(body)
    return path


@pytest.fixture
def path_with_peon(tmp_path: Path) -> str:
    """A PATH on which `peon` is the one that is tested."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "peon"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m peon "$@"\n')
    command.chmod(0o755)
    return os.pathsep.join((str(folder), os.environ["PATH"]))


def test_the_client_has_thirty_lines_of_the_standard_library(client: Path):
    lines = [line for line in client.read_text().splitlines() if line]
    [imported] = [line for line in lines if line.startswith("import ")]
    assert len(lines) <= 30
    assert set(imported.removeprefix("import ").split(", ")) <= sys.stdlib_module_names


def test_the_client_runs_a_turn_and_runs_another(client: Path, path_with_peon: str, project: Path):
    prompt = "write hello.txt Hello\nsay Done."
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, client, project, prompt],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env=environment_of_child({"PATH": path_with_peon}),
        )
        assert done.returncode == 0, done.stderr
        assert "action.requested Write hello.txt" in done.stdout
        assert done.stdout.splitlines()[-1].split()[1] == "turn.completed"
    assert (project / "hello.txt").read_text() == "Hello"


def test_make_demo_runs_the_demo(tmp_path: Path):
    """With what is set up already; where nothing is, that it would be is all that can be said."""
    make = shutil.which("make")
    assert make is not None
    venv = f"VENV={sys.prefix}"
    is_ready = subprocess.run(
        [make, "--question", venv, f"{sys.prefix}/.ready"], cwd=ROOT, check=False, timeout=30
    )
    options = () if is_ready.returncode == 0 else ("--dry-run",)
    done = subprocess.run(
        [make, *options, venv, "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=environment_of_child({"TMPDIR": str(tmp_path)}),
    )
    assert done.returncode == 0, done.stderr
    assert "expectations held" in done.stdout or "peon demo" in done.stdout
