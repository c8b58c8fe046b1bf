"""More than one window, a window that is reloaded, and a server that is killed at work."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.workbench import Window

pytestmark = [pytest.mark.timeout(400), pytest.mark.unproven]


def test_a_reload_in_the_middle_of_a_turn_loses_nothing(window: Window):
    window.say("say Before the reload.", "sleep 15", "say After the reload.")
    expect(window.feed).to_contain_text("Before the reload.")
    window.prompt.fill("a draft")
    window.reload()
    window.open_peon()
    expect(window.feed).to_contain_text("Before the reload.", timeout=60_000)
    expect(window.prompt).to_have_value("a draft")
    window.ended(1)
    expect(window.feed).to_contain_text("After the reload.")
    window.prompt.fill("")


def test_an_approval_in_one_window_clears_it_in_the_other(
    window: Window, open_window: Callable[[], Window], workspace: Path
):
    window.new_thread()
    window.say("write shared.txt by one", "say Shared.")
    expect(window.card("Write shared.txt")).to_be_visible()
    other = open_window()
    other.open_peon()
    other.thread("write shared.txt, needs you|write shared.txt").click()
    expect(other.card("Write shared.txt")).to_be_visible()
    other.allow("Write shared.txt")
    expect(window.card("Write shared.txt")).to_be_hidden()
    window.ended(1)
    other.ended(1)
    assert (workspace / "shared.txt").read_text() == "by one"
    other.page.close()


def test_a_server_killed_in_a_turn_is_replaced_and_says_what_was_lost(window: Window, state: Path):
    window.new_thread()
    window.say("say Still there.", "sleep 600")
    expect(window.feed).to_contain_text("Still there.")
    os.kill(_owner(state), signal.SIGKILL)
    window.ended(1, "was stopped")
    expect(window.feed).to_contain_text("Still there.")
    window.turn("say And on it goes.", number=2)
    expect(window.feed).to_contain_text("And on it goes.")


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
