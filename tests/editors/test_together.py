"""A VS Code and a Neovim on one state: what happens in one is seen in the other."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import expect

from editors.conftest import Report
from editors.neovim.driver import Neovim, serving

# Fixtures are found by their names in this module.
from editors.vscode.conftest import (
    browser,
    code,
    context,
    extensions,
    forge,
    open_window,
    state,
    window,
    workspace,
)
from editors.vscode.workbench import Window, machine_settings

__all__ = ["browser", "code", "context", "extensions", "open_window", "state", "window"]
__all__ += ["forge", "workspace"]

pytestmark = [
    pytest.mark.timeout(300),
    # pynvim closes its loop before its pipes, and says so when they are collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

T = TypeVar("T")

# Each editor notes by itself when it sees something, because looking at it from here takes longer
# than what is measured. The clock is one, the machine's.
SEES_IN_CODE = """(body, [name, words]) => {
    const at = (window.peonAt ??= {});
    const look = () => {
        const found = body.textContent.includes(words)
            || body.querySelector(`[aria-label="${words}"]`) !== null;
        const what = found ? name : name in at ? name + " gone" : "not yet";
        at[what] ??= Date.now();
    };
    const everything = { subtree: true, childList: true, characterData: true };
    new MutationObserver(look).observe(body, everything);
    document.addEventListener("click", () => { at["click"] = Date.now(); }, true);
    look();
}"""
SEES_IN_NEOVIM = r"""
local name, words = ...
_G.peon_at = _G.peon_at or {}
local function now()
  local seconds, micros = vim.uv.gettimeofday()
  return seconds * 1000 + micros / 1000
end
vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace("peon.test." .. name), {
  on_end = function()
    local found = false
    for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
      local buffer = vim.api.nvim_win_get_buf(window)
      local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
      local text = table.concat(lines, "\n")
      found = found or vim.bo[buffer].filetype == words or text:find(words, 1, true) ~= nil
    end
    if found then
      _G.peon_at[name] = _G.peon_at[name] or now()
    elseif _G.peon_at[name] then
      _G.peon_at[name .. " gone"] = _G.peon_at[name .. " gone"] or now()
    end
  end,
})
"""


class Moments:
    """When each of the editors saw what, in milliseconds of the machine's clock."""

    def __init__(self, window: Window, nvim: "Apart") -> None:
        self._window = window
        self._nvim = nvim

    def watch(self, name: str, *, code: str, neovim: str) -> None:
        """Note when these words, or in Neovim a buffer of this type, come and when they go."""
        self._window.chat.locator("body").evaluate(SEES_IN_CODE, [name, code])
        self._nvim.do(lambda editor: editor.lua(SEES_IN_NEOVIM, name, neovim))

    @property
    def code(self) -> dict[str, float]:
        return dict(self._window.chat.locator("body").evaluate("() => window.peonAt"))

    @property
    def neovim(self) -> dict[str, float]:
        return dict(self._nvim.do(lambda editor: editor.lua("return _G.peon_at")))


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
def settings(state: Path) -> dict[str, object]:
    """A VS Code with the very server that Neovim has, as where `peon` was installed for both."""
    return machine_settings(state) | {"peon.path": [str(Path(sys.executable).parent / "peon")]}


@pytest.fixture(scope="module")
def nvim(workspace: Path, state: Path) -> Iterator[Apart]:
    editor = Apart(lambda: Neovim(workspace, serving(state)))
    yield editor
    editor.close()


def now() -> float:
    return 1000 * time.time()


WISH = "Script wants to edit"
"""What Neovim shows while it waits for an answer."""


def test_each_sees_what_happens_in_the_other(window: Window, nvim: Apart, report: Report):
    nvim.command("Peon")
    nvim.sees("There is no project yet")
    expect(window.page.get_by_text("No agent has worked in this folder yet.")).to_be_visible()
    at = Moments(window, nvim)
    started_in_code(window, nvim, at, report)
    started_in_neovim(window, nvim, at, report)
    thread = nvim.do(Neovim.thread)
    assert (thread["turns"], thread["pending"]) == (2, 0)


def started_in_code(window: Window, nvim: Apart, at: Moments, report: Report) -> None:
    """A turn that VS Code starts streams in Neovim, and Neovim answers what it asks."""
    wish = "Write one.txt"
    at.watch("stream", code="abcdefghijkl", neovim="abcdefghijkl")
    at.watch("first card", code=f"Needs you: {wish}", neovim="peon-approval")
    window.say("say From VS Code.", "sleep 3", "stream 40 20", "write one.txt one")
    expect(window.feed).to_contain_text("From VS Code.")
    nvim.sees("say From VS Code.")
    nvim.press("jj<CR>")
    nvim.sees("From VS Code.", "abcdefghijklmnopqrst")
    expect(window.feed).to_contain_text("abcdefghijklmnopqrst")
    card = window.card(wish)
    expect(card).to_be_visible()
    nvim.sees(WISH, "+one")
    answered = now()
    nvim.press("a")
    card.wait_for(state="hidden")
    code, neovim = at.code, at.neovim
    report("a stream, in one after the other", code["stream"] - neovim["stream"])
    closed = code["first card gone"] - answered
    report("an answer in Neovim closes the question in VS Code", closed)
    window.ended(1)


def started_in_neovim(window: Window, nvim: Apart, at: Moments, report: Report) -> None:
    """A turn that Neovim starts streams in VS Code, and VS Code answers what it asks."""
    wish = "Write two.txt"
    at.watch("prompt", code="say From Neovim.", neovim="say From Neovim.")
    at.watch("second card", code=f"Needs you: {wish}", neovim="peon-approval")
    started = now()
    nvim.command("Peon send say From Neovim.\nwrite two.txt two")
    expect(window.feed).to_contain_text("From Neovim.")
    expect(window.card(wish)).to_be_visible()
    nvim.sees(WISH, "+two")
    window.allow(wish)
    nvim.misses(WISH)
    window.ended(2)
    code, neovim = at.code, at.neovim
    report("a prompt in Neovim is shown in VS Code", code["prompt"] - started)
    gone = neovim["second card gone"]
    report("an answer in VS Code closes the question in Neovim", gone - code["click"])
