"""More than one window, a window that is reloaded, and a server that is killed at work."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(300)


def test_a_reload_in_the_middle_of_a_turn_loses_nothing(window: Window):
    window.say(
        "say Begun.", "sleep 2", "say Before the reload.", "sleep 8", "say After the reload."
    )
    expect(said(window, "Begun.")).to_be_visible()
    window.prompt.fill("a draft")
    expect(said(window, "Before the reload.")).to_be_visible()
    window.reload()
    window.open_peon()
    expect(said(window, "Before the reload.")).to_be_visible(timeout=60_000)
    expect(window.prompt).to_have_value("a draft")
    window.ended(1)
    expect(said(window, "After the reload.")).to_be_visible()
    window.prompt.fill("")


def test_an_approval_in_one_window_clears_it_in_the_other(
    window: Window, open_window: Callable[[], Window], workspace: Path
):
    window.new_thread()
    window.turn("say First.")
    window.say("write shared.txt by one", "say Shared.")
    expect(window.card("Write shared.txt")).to_be_visible()
    other = open_window()
    other.open_peon()
    thread = other.thread("^say First., needs you")
    # It was told of the newest turn only: what is unfolded is read.
    thread.locator(".monaco-tl-twistie").click()
    expect(other.thread("^1. say First.")).to_be_visible()
    expect(other.thread("^2. write shared.txt")).to_be_visible()
    thread.click()
    expect(other.card("Write shared.txt")).to_be_visible()
    other.allow("Write shared.txt")
    expect(window.card("Write shared.txt")).to_be_hidden()
    window.ended(2)
    other.ended(2)
    assert (workspace / "shared.txt").read_text() == "by one"
    other.page.close()


def test_a_server_killed_in_a_turn_is_replaced_and_says_what_was_lost(window: Window, state: Path):
    window.new_thread()
    window.say("say Still there.", "sleep 600")
    expect(said(window, "Still there.")).to_be_visible()
    os.kill(_owner(state), signal.SIGKILL)
    window.ended(1, "was stopped")
    expect(said(window, "Still there.")).to_be_visible()
    window.turn("say And on it goes.", number=2)
    expect(said(window, "And on it goes.")).to_be_visible()


def said(window: Window, words: str) -> Locator:
    """What the agent has said; the prompt, which has the same words among others, is not it."""
    return window.feed.get_by_text(words, exact=True)


def _owner(state: Path) -> int:
    """The process of the server that all windows share."""
    told = subprocess.run(
        [sys.executable, "-m", "peon", "status", "--state-dir", str(state)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout
    return next(int(word) for word in told.replace(",", " ").split() if word.isdigit())
