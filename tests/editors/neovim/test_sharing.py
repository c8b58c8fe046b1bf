"""Several editors on one state, editors that leave and come back, and a server that dies."""

import os
import signal
from pathlib import Path

import psutil

from editors.neovim.conftest import Start
from editors.neovim.driver import SECONDS, Neovim
from editors.neovim.test_first import ask
from support.windows import kill_owner, owner_of, wait_until_gone


def test_two_editors_see_the_same_and_the_first_answer_counts(start: Start):
    one, other = start(), start()
    other.command("Peon")
    other.sees("There is no project yet")
    ask(one, "say Shared.", "write a.txt text", "say Done.").sees("Script wants to edit")
    other.sees("Script wants to edit", "+text")
    one.press("a").sees("✓ completed")
    other.misses("Script wants to edit").sees("say Shared.")
    other.press("j<CR>").sees("Done.", "✓ completed")


def test_an_editor_that_comes_back_has_lost_nothing(start: Start):
    first = start()
    ask(first, "say Before I left.", "sleep 2", "write a.txt text", "say After.")
    first.sees("Before I left.", "at work")
    first.leave()
    second = start()
    second.command("Peon chat")
    second.sees("Before I left.", "Script wants to edit").press("a")
    second.sees("After.", "✓ completed")


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
