"""The first minutes: from an empty folder to a turn that streams, asks, and ends."""

from pathlib import Path

from editors.neovim.driver import Neovim


def test_a_turn_streams_asks_and_ends(nvim: Neovim, folder: Path):
    nvim.command("Peon")
    nvim.sees("There is no project yet")
    nvim.press("a").sees("writes a prompt")
    nvim.write("say I let it take a name.\nwrite greet.py print('hi')\\n\nrun echo done")
    nvim.press("<Esc><CR>")
    nvim.sees("I let it take a name.", "Script wants to edit", "print('hi')")
    nvim.press("a").sees("Script wants to run a command", "$ echo done")
    assert (folder / "greet.py").read_text() == "print('hi')\n"
    nvim.press("r").sees("completed", "rejected")
