"""Servers that die, and what is left when an editor has gone. Each has a server of its own."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from editors.neovim.driver import SECONDS, Neovim
from editors.neovim.test_first import ask
from support.windows import kill_owner, own_state, owner_of, wait_until_gone


@pytest.fixture
def state(home: Path) -> Iterator[Path]:
    """A state folder, whose server is gone when the test is."""
    with own_state(home) as place:
        yield place


def test_a_server_that_is_killed_is_replaced_and_the_turn_settled(nvim: Neovim, state: Path):
    ask(nvim, "say Before.", "sleep 60").sees("Before.", "at work")
    kill_owner(state)
    nvim.sees("■ interrupted", "Before.")
    nvim.command("Peon send say Again.")
    nvim.sees("say Again.", "✓ completed")


def test_a_relay_that_is_killed_is_started_again(nvim: Neovim):
    ask(nvim, "say Hello.").sees("✓ completed")
    [relay] = nvim.process.children()
    known = nvim.lua("return require('peon.session').state.sequence")
    relay.kill()
    nvim.until(lambda: "client: starting" in _log(nvim).split("client: ready", 1)[-1], "restarted")
    nvim.command("Peon send say Again.")
    nvim.sees("say Again.").until(lambda: nvim.thread()["turns"] == 2, "had a second turn")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended the turn")
    assert f"told of every event after {known}" in _log(nvim)


def test_nothing_is_left_after_leaving(nvim: Neovim, state: Path):
    ask(nvim, "say Hello.").sees("✓ completed")
    owner = owner_of(state)
    relays = nvim.leave()
    assert relays
    _, alive = psutil.wait_procs(relays, SECONDS)
    assert alive == []
    wait_until_gone(owner)


def test_nothing_is_left_after_a_kill(nvim: Neovim, state: Path):
    ask(nvim, "say Hello.").sees("✓ completed")
    owner = owner_of(state)
    relays = nvim.process.children(recursive=True)
    os.kill(nvim.process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(relays, SECONDS)
    assert alive == []
    wait_until_gone(owner)


def _log(nvim: Neovim) -> str:
    return "\n".join(nvim.lua("return require('peon.session').log"))
