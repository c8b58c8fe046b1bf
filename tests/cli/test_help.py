"""What the commands say of themselves, and how little that costs."""

import subprocess
import sys

import pytest

from support.command_line import environment_of_child, peon

COMMANDS = ("serve", "demo", "run", "log", "doctor", "editor-path")

HEAVY = ("asyncio", "attrs", "cattrs", "orjson", "peon.app", "peon.engine", "pygls", "rich")


def test_help_names_every_command():
    done = peon("--help")
    assert done.code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in done.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str):
    done = peon(command, "--help")
    assert done.code == 0
    assert "Usage:" in done.out
    assert done.err == ""


def test_a_command_that_is_none_is_refused():
    done = peon("serv")
    assert done.code == 2
    assert "serve" in done.err


def test_help_loads_nothing_heavy():
    script = (
        "import sys, peon.cli.commands; "
        f"print(sorted(name for name in {HEAVY} if name in sys.modules and name != 'attrs'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=environment_of_child(),
    )
    assert done.stdout.strip() == "[]"
