"""Long outputs: the editor goes on answering."""

from editors.neovim.driver import Neovim
from editors.neovim.test_first import ask


def test_a_long_output_is_folded_and_can_be_opened(nvim: Neovim):
    ask(nvim, "run seq 1 1400000").sees("$ seq 1 1400000").press("a").sees("✓ completed")
    nvim.command("Peon chat")
    nvim.press("kkko").until(
        lambda: nvim.nvim.current.buffer.name.startswith("peon://output/"), "opened the output"
    )
    nvim.until(lambda: "\n19" in nvim.screen.text(), "shown its beginning").press("G").sees(
        "1400000"
    )
