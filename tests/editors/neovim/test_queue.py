"""Prompts that are given while a turn is in progress wait behind it."""

from editors.neovim.driver import Neovim
from editors.neovim.test_first import ask


def test_a_follow_up_is_queued_shown_removed_and_started(nvim: Neovim):
    ask(nvim, "say First.", "write a.txt text").sees("Script wants to edit")
    nvim.press("q").misses("Script wants to edit")
    nvim.command("Peon send say Second.")
    nvim.sees("» say Second.", "queued")
    nvim.command("Peon send say Third.")
    nvim.sees("» say Third.")
    nvim.press(":Peon queue<CR>").sees("2: say Third.").press("2<CR>").sees("remove it")
    nvim.press("4<CR>").misses("» say Third.")
    nvim.command("Peon approve")
    nvim.sees("say Second.", "Second.").until(
        lambda: nvim.thread() | {"queue": 0, "turns": 2, "status": "idle"} == nvim.thread(),
        "ended the second turn",
    )
    nvim.misses("» say Second.")
