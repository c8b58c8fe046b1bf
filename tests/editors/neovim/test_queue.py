"""Prompts that are given while a turn is in progress: they wait behind it, or are told to it."""

import sys
from pathlib import Path

import pytest

from editors.neovim.conftest import Start
from editors.neovim.driver import Neovim, serving
from editors.neovim.test_first import again, ask
from support import fake_codex


def test_a_follow_up_is_queued_shown_changed_removed_and_started(nvim: Neovim):
    ask(nvim, "say First.", "write a.txt text").sees("Script wants to edit")
    nvim.press("q").misses("Script wants to edit")
    for words in ("Second", "Third", "Fourth"):
        nvim.command(f"Peon send say {words}.")
        nvim.sees(f"» say {words}.", "queued")
    nvim.press(":Peon queue<CR>").sees("2: say Third.").press("2<CR>").sees("4: remove it")
    nvim.press("4<CR>").misses("» say Third.")
    nvim.press(":Peon queue<CR>").sees("1: say Second.").press("1<CR>").sees("1: change it")
    nvim.press("1<CR>").sees("Prompt: say Second.").press("<C-u>say Changed.<CR>")
    nvim.sees("» say Changed.")
    nvim.press(":Peon queue<CR>").sees("2: say Fourth.").press("2<CR>").sees("2: put it first")
    nvim.press("2<CR>").until(
        lambda: waiting(nvim) == ["say Fourth.", "say Changed."], "moved it to the front"
    )
    nvim.command("Peon approve")
    nvim.until(
        lambda: nvim.thread() | {"queue": 0, "turns": 3, "status": "idle"} == nvim.thread(),
        "ended the third turn",
    )
    nvim.misses("» say Changed.")


def test_a_queue_is_held_by_a_turn_that_failed_and_by_a_budget(nvim: Neovim):
    ask(nvim, "write a.txt text", "fail overloaded Later.").sees("Script wants to edit").press("q")
    nvim.command("Peon send say Waited.")
    nvim.sees("» say Waited.", "queued")
    nvim.command("Peon approve")
    nvim.sees("overloaded: Later.", "held back")
    nvim.press(":Peon queue<CR>").sees("Queued, and held back").press("1<CR>").sees("3: send it")
    nvim.press("3<CR>").misses("» say Waited.").sees("Waited.", "✓ completed")
    nvim.command("Peon budget 1")
    nvim.command("Peon send say Too much.")
    nvim.sees("budget")
    nvim.command("Peon budget none")
    nvim.command("Peon send say Enough.")
    nvim.sees("Enough.")


SAID = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
"""Stands before what a user has said."""


@pytest.fixture
def steerable(start: Start, state: Path, home: Path) -> Neovim:
    """An editor with an agent of its user's own, which can be told more while it is at work."""
    agent = {
        "name": "Apprentice",
        "command": sys.executable,
        "args": ["-I", fake_codex.__file__],
        "protocol": "codex",
        "env": {"CODEX_HOME": str(home)},
    }
    config = serving(state, agents={"apprentice": agent}, provider="apprentice")
    return start(config=config)


def test_an_agent_is_steered_and_its_options_are_chosen(steerable: Neovim):
    ask(steerable, "say Before.", "wait").sees("waiting", "at work")
    steerable.command("Peon prompt")
    steerable.sees("a turn is in progress").write("Mind the tests.").press("<Esc><C-g>")
    steerable.sees(f"{SAID} Mind the tests.", "heard Mind the tests.", "✓ completed")
    assert steerable.thread() | {"queue": 0, "turns": 1} == steerable.thread()
    steerable.press(":Peon options<CR>").sees("Model").press("1<CR>").sees("1: GPT 5.5")
    steerable.press("1<CR>").until(lambda: model(steerable) == "gpt-5.5", "chosen the model")


def test_what_an_agent_offers_is_set_for_the_thread(nvim: Neovim):
    ask(nvim, "option effort low low|high", "option terse false").sees("✓ completed")
    nvim.press("<Esc>:Peon options<CR>").sees("effort: Low").press("1<CR>").sees("2: High")
    nvim.press("2<CR>").until(lambda: chosen(nvim) == {"effort": "high"}, "chosen the effort")
    again(nvim, "options").sees("effort: high")
    nvim.press("<Esc>:Peon options<CR>").sees("effort: High").press("1<CR>").sees("3: leave it to")
    nvim.press("3<CR>").until(lambda: chosen(nvim) == {}, "left it to the agent")


def test_an_agent_that_cannot_be_steered_has_it_queued(nvim: Neovim):
    ask(nvim, "write a.txt text").sees("Script wants to edit").press("q")
    nvim.command("Peon prompt")
    nvim.sees("a turn is in progress").write("say Later.").press("<Esc><C-g>").sees("» say Later.")
    nvim.command("Peon approve")
    nvim.sees("Later.").until(lambda: nvim.thread()["turns"] == 2, "began it")
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended it")


def waiting(nvim: Neovim) -> list[str]:
    """The prompts of the newest thread that wait."""
    return list(
        nvim.lua(
            "local s = require('peon.session').state\n"
            "return vim.tbl_map(function(m) return m.prompt end,"
            " s.threads[s.threadOrder[#s.threadOrder]].queue)"
        )
    )


def chosen(nvim: Neovim) -> object:
    """The options that were chosen for the newest thread."""
    return nvim.lua(
        "local s = require('peon.session').state\n"
        "return s.threads[s.threadOrder[#s.threadOrder]].chosenOptions"
    )


def model(nvim: Neovim) -> object:
    """The model of the newest thread."""
    return nvim.lua(
        "local s = require('peon.session').state\n"
        "return s.threads[s.threadOrder[#s.threadOrder]].model"
    )
