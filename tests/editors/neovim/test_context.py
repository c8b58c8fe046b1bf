"""What is given along with a prompt, and how it gets there."""

import json
from pathlib import Path

from editors.neovim.driver import Neovim
from editors.neovim.test_first import ask


def prompt_of(nvim: Neovim) -> object:
    """The prompt of the newest turn, as the server has it."""
    found = nvim.lua(
        "local s = require('peon.session').state\n"
        "local t = s.threads[s.threadOrder[#s.threadOrder]].turns\n"
        "return vim.json.encode(t[#t].prompt)"
    )
    return json.loads(found)


def test_tokens_stand_for_what_is_in_front_of_the_user(nvim: Neovim, folder: Path):
    nvim.command("edit greet.py")
    nvim.command("4")
    nvim.lua(
        "vim.diagnostic.set(vim.api.nvim_create_namespace('t'), 0,"
        " {{ lnum = 3, col = 4, message = 'bad name', severity = 1 }})"
    )
    (folder / "other.txt").write_text("other\n")
    ask(nvim, "say See @this, @diagnostics, @diff and @file:other.txt.").sees("completed")
    text, this, diagnostics, diff, other = prompt_of(nvim)
    assert text["text"] == (
        "say See greet.py:4, the diagnostics, the uncommitted changes and other.txt."
    )
    assert this["resource"]["text"] == "def greet(name):"
    assert this["resource"]["uri"].endswith("/greet.py#L4")
    assert diagnostics["resource"]["text"] == "greet.py:4:5: error: bad name"
    assert "+other" in diff["resource"]["text"]
    assert other["resource"]["text"] == "other\n"


def test_a_selection_is_sent(nvim: Neovim):
    nvim.command("edit greet.py")
    nvim.command("4,5Peon send say Look.")
    nvim.until(lambda: nvim.thread().get("title") == "say Look.", "started a turn")
    text, this = prompt_of(nvim)
    assert text["text"] == "say Look.\n\ngreet.py:4-5"
    assert this["resource"]["text"].startswith("def greet(name):\n    return")


def test_a_selection_can_be_written_about(nvim: Neovim):
    nvim.command("edit greet.py")
    nvim.lua("vim.keymap.set('x', 'gA', '<Plug>(peon-prompt)', { remap = true })")
    nvim.press("4GVjgA").sees("@this", "writes a prompt")
    nvim.until(lambda: nvim.nvim.current.buffer[:] == ["@this "], "written the token")


def test_a_token_that_means_nothing_is_told(nvim: Neovim):
    ask(nvim, "say See @file:nothing.txt").sees("There is no file nothing.txt")
    assert nvim.thread()["turns"] == 0
    assert nvim.nvim.current.buffer[:] == ["say See @file:nothing.txt"]


def test_tokens_and_files_are_completed(nvim: Neovim):
    nvim.command("Peon new")
    nvim.sees("writes a prompt").press("@di<C-x><C-o>").sees("@diagnostics", "@diff")
    nvim.press("<C-e><C-u>@file:gr<C-x><C-o>").until(
        lambda: nvim.nvim.current.buffer[:] == ["@file:greet.py"], "completed the file"
    )
