"""A VS Code and a Neovim on one state: what happens in one is seen in the other."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import expect

from editors.neovim.driver import Neovim, serving

# Fixtures are found by their names in this module.
from editors.vscode.conftest import (
    browser,
    context,
    extensions,
    open_window,
    state,
    window,
    workspace,
)
from editors.vscode.workbench import CodeServer, Window, machine_settings

__all__ = ["browser", "context", "extensions", "open_window", "state", "window"]
__all__ += ["workspace"]

pytestmark = [
    pytest.mark.timeout(300),
    # pynvim closes its loop before its pipes, and says so when they are collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Report = Callable[[str, float], None]


T = TypeVar("T")


class Apart:
    """A Neovim in a thread of its own: pynvim and Playwright each run a loop, and a thread has room
    for one.
    """

    def __init__(self, start: Callable[[], Neovim]) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._editor = self._thread.submit(start).result()

    def do(self, act: Callable[[Neovim], T]) -> T:
        return self._thread.submit(act, self._editor).result()

    def command(self, command: str) -> None:
        self.do(lambda editor: editor.command(command))

    def press(self, keys: str) -> None:
        self.do(lambda editor: editor.press(keys))

    def sees(self, *texts: str) -> None:
        self.do(lambda editor: editor.sees(*texts))

    def misses(self, *texts: str) -> None:
        self.do(lambda editor: editor.misses(*texts))

    def close(self) -> None:
        self.do(Neovim.close)
        self._thread.shutdown()


@pytest.fixture(scope="module")
def code(
    tmp_path_factory: pytest.TempPathFactory, extensions: Path, state: Path
) -> Iterator[CodeServer]:
    """A VS Code with the very server that Neovim has, as where `peon` was installed for both."""
    home = tmp_path_factory.mktemp("code")
    settings = machine_settings(state) | {"peon.path": [str(Path(sys.executable).parent / "peon")]}
    with CodeServer(home, extensions=extensions, machine=settings) as server:
        yield server


@pytest.fixture(scope="module")
def nvim(workspace: Path, state: Path) -> Iterator[Apart]:
    editor = Apart(lambda: Neovim(workspace, serving(state)))
    yield editor
    editor.close()


@pytest.fixture
def report() -> Report:
    """Says how long something took; that is told, and not judged."""

    def tell(what: str, since: float) -> None:
        milliseconds = 1000 * (time.perf_counter() - since)
        sys.stdout.write(f"{what}: {milliseconds:.0f} ms\n")

    return tell


def test_each_sees_what_happens_in_the_other(window: Window, nvim: Apart, report: Report):
    nvim.command("Peon")
    nvim.sees("There is no project yet")
    expect(window.page.get_by_text("No agent has worked in this folder yet.")).to_be_visible()

    # A turn that VS Code starts streams in Neovim, and Neovim answers what it asks.
    window.say("say From VS Code.", "sleep 3", "stream 40 20", "write one.txt one")
    expect(window.feed).to_contain_text("From VS Code.")
    nvim.sees("say From VS Code.")
    nvim.press("jj<CR>")
    nvim.sees("From VS Code.")
    nvim.sees("abcdefghijklmnopqrst")
    streaming = time.perf_counter()
    expect(window.feed).to_contain_text("abcdefghijklmnopqrst")
    report("a stream that Neovim shows is seen in VS Code too", streaming)
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
    thread = nvim.do(Neovim.thread)
    assert (thread["turns"], thread["pending"]) == (2, 0)
