"""A VS Code and a Neovim on one state: what happens in one is seen in the other."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.neovim.driver import Neovim, serving

# Fixtures are found by their names in this module.
from editors.vscode.conftest import (
    browser,
    code,
    context,
    extensions,
    open_window,
    state,
    window,
    workspace,
)
from editors.vscode.workbench import Window

__all__ = ["browser", "code", "context", "extensions", "open_window", "state", "window"]
__all__ += ["workspace"]

pytestmark = pytest.mark.timeout(300)

Report = Callable[[str, float], None]


@pytest.fixture
def nvim(workspace: Path, state: Path) -> Iterator[Neovim]:
    editor = Neovim(workspace, serving(state))
    yield editor
    editor.close()


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Says how long something took; that is told, and not judged."""

    def tell(what: str, since: float) -> None:
        milliseconds = 1000 * (time.perf_counter() - since)
        record_property(what, round(milliseconds))
        sys.stdout.write(f"{what}: {milliseconds:.0f} ms\n")

    return tell


def test_each_sees_what_happens_in_the_other(window: Window, nvim: Neovim, report: Report):
    nvim.command("Peon")
    nvim.sees("Threads")

    # A turn that VS Code starts streams in Neovim, and Neovim answers what it asks.
    window.say("say From VS Code.", "sleep 2", "stream 40 20", "write one.txt one")
    nvim.sees("say From VS Code.").press("jj<CR>")
    nvim.sees("From VS Code.", "at work")
    streaming = time.perf_counter()
    nvim.sees("abcdefghijklmnopqrst")
    expect(window.feed).to_contain_text("abcdefghijklmnopqrst")
    report("from the first of two editors that shows a stream to the second", streaming)
    card = window.chat.get_by_role("region", name="Needs you: Write one.txt")
    expect(card).to_be_visible()
    nvim.sees("Script wants to edit", "+one")
    answered = time.perf_counter()
    nvim.press("a")
    card.wait_for(state="hidden")
    report("an answer in Neovim closes the question in VS Code", answered)
    window.ended(1)

    # A turn that Neovim starts streams in VS Code, and VS Code answers what it asks.
    nvim.command("Peon send say From Neovim.\nwrite two.txt two")
    started = time.perf_counter()
    expect(window.feed).to_contain_text("From Neovim.")
    report("a prompt in Neovim is answered in VS Code", started)
    card = window.chat.get_by_role("region", name="Needs you: Write two.txt")
    expect(card).to_be_visible()
    nvim.sees("Script wants to edit", "+two")
    answered = time.perf_counter()
    card.get_by_role("button", name="Allow once").click()
    nvim.misses("Script wants to edit")
    report("an answer in VS Code closes the question in Neovim", answered)
    window.ended(2)
    nvim.until(lambda: nvim.thread()["status"] == "idle", "ended the turn")
    assert (nvim.thread()["turns"], nvim.thread()["pending"]) == (2, 0)
