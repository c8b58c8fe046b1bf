"""From the extension's file to a change that was allowed, in a folder that nobody knew."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(240)


def test_a_first_turn(window: Window, workspace: Path):
    expect(window.page.get_by_text("No agent has worked in this folder yet.")).to_be_visible()
    window.say("say I write **hello.txt**.", "write hello.txt Hello", "say Done.")
    card = window.chat.get_by_role("region", name="Needs you: Write hello.txt")
    expect(card).to_be_visible()
    expect(window.thread("needs you")).to_be_visible()
    expect(window.status("1 approval waits")).to_be_visible()
    assert not (workspace / "hello.txt").exists()
    card.get_by_role("button", name="Allow once").click()
    window.ended(1)
    assert (workspace / "hello.txt").read_text() == "Hello"
    expect(window.feed).to_contain_text("1 file changed")
    expect(card).to_be_hidden()
    expect(window.status("Ready")).to_be_visible()
