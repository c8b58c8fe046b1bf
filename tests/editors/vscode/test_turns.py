"""Turns in a real VS Code: asked for, allowed, refused, stopped."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.axe import expect_no_fault
from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(300)


def test_a_first_start_ends_in_a_change_that_was_allowed(window: Window, workspace: Path):
    expect(window.page.get_by_text("No agent has worked in this folder yet.")).to_be_visible()
    window.picture("welcome")
    window.say("say I write **hello.txt**.", "write hello.txt Hello", "say Done.")
    expect(window.card("Write hello.txt")).to_be_visible()
    expect(window.thread("needs you")).to_be_visible()
    expect(window.status("1 approval waits")).to_be_visible()
    assert not (workspace / "hello.txt").exists()
    window.allow("Write hello.txt")
    window.ended(1)
    assert (workspace / "hello.txt").read_text() == "Hello"
    expect(window.feed).to_contain_text("1 file changed")
    expect(window.card("Write hello.txt")).to_be_hidden()
    expect(window.status("Ready")).to_be_visible()


def test_words_stream_and_are_shown_as_markdown(window: Window):
    window.new_thread()
    window.turn("say Some **bold** words.", "stream 200 20")
    expect(window.feed.locator("strong", has_text="bold")).to_be_visible()
    # What the user typed stays as it was typed.
    expect(window.feed.locator(".prompt").first).to_contain_text("say Some **bold** words.")
    expect(window.feed).to_contain_text("abcdefghijklmnopqrstuvwxyz0123456789")


def test_the_diff_can_be_seen_before_it_is_allowed(window: Window):
    window.new_thread()
    window.say(
        "think The greeting is fixed. A parameter is enough.",
        "plan Let greet take a name; Run it",
        "say I let `greet` take a name, so that it can greet **anybody**.",
        'write greet.py def greet(name: str) -> str:\\n    return f"Hello, {name}"\\n',
    )
    card = window.card("Write greet.py")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Diff").click()
    expect(window.page.get_by_role("tab", name="greet.py (proposed)")).to_be_visible()
    expect(window.page.locator(".monaco-diff-editor").first).to_contain_text("name")
    window.picture("approval")
    card.get_by_role("button", name="Allow once").click()
    window.ended(1)


def test_a_rejection_fails_the_step_and_not_the_turn(window: Window, workspace: Path):
    window.new_thread()
    window.say("write no.txt never", "say I go on.")
    card = window.card("Write no.txt")
    card.get_by_role("button", name="Reject").click()
    card.get_by_role("textbox", name="Why not").fill("I would rather not")
    card.get_by_role("textbox", name="Why not").press("Enter")
    window.ended(1)
    expect(window.feed).to_contain_text("failed")
    expect(window.feed).to_contain_text("I go on.")
    assert not (workspace / "no.txt").exists()


def test_a_turn_is_stopped(window: Window):
    window.new_thread()
    window.say("say Now I wait.", "sleep 600")
    expect(window.feed).to_contain_text("Now I wait.")
    window.prompt.fill("say Told while it works.")
    window.chat.get_by_role("button", name="Tell the agent now, while it works").click()
    # This agent cannot be told: what was said waits its turn.
    waits = window.chat.get_by_role("region", name="Waits its turn")
    expect(waits).to_contain_text("say Told while it works.")
    window.chat.get_by_role("button", name="Stop the turn").click()
    window.ended(1, "was stopped")
    window.ended(2)


def test_prompts_wait_for_their_turn_and_may_be_changed(window: Window):
    window.new_thread()
    window.say("say I am busy.", "run sleep 600")
    window.allow("Run sleep 600")
    expect(window.chat.get_by_role("button", name="Stop the turn")).to_be_visible()
    for words in ("say one", "say two", "say three"):
        window.say(words)
    waits = window.chat.get_by_role("region", name="Waits its turn")
    rows = waits.get_by_role("listitem")
    expect(rows).to_have_count(3)
    waits.get_by_role("button", name="Move “say three” up").click()
    expect(rows.nth(1)).to_contain_text("say three")
    waits.get_by_role("button", name="Take “say one” out").click()
    expect(rows).to_have_count(2)
    waits.get_by_role("button", name="Change “say two”").click()
    field = waits.get_by_role("textbox", name="What waits, to be changed")
    field.fill("say Second, and changed.")
    field.press("Enter")
    expect(rows.last).to_contain_text("say Second, and changed.")
    window.picture("queue")
    window.prompt.press("Escape")
    window.ended(3)
    expect(waits).to_be_hidden()
    expect(window.feed).to_contain_text("Second, and changed.")
    expect(window.feed).not_to_contain_text("say one")


def test_a_notification_asks_while_the_chat_is_hidden(window: Window, workspace: Path):
    window.new_thread()
    window.say("sleep 4", "write told.txt by a notification")
    window.page.get_by_role("tab", name="Explorer").first.click()
    toast = window.toast("Needs you in")
    expect(toast).to_contain_text("Write told.txt")
    window.picture("notification")
    toast.get_by_role("button", name="Allow once").click()
    expect(window.status("Ready")).to_be_visible()
    assert (workspace / "told.txt").read_text() == "by a notification"
    window.page.get_by_role("tab", name="Peon", exact=True).first.click()
    window.ended(1)


def test_nothing_that_the_workspace_brings_along_was_executed(window: Window, workspace: Path):
    """Its settings name a server of its own, and so does a folder that might be on a PATH."""
    expect(window.status("Ready")).to_be_visible()
    assert not (workspace / "caught").exists()


def test_a_file_goes_with_the_prompt(window: Window):
    window.new_thread()
    window.prompt.press_sequentially("say Look at @gree")
    option = window.chat.get_by_role("option", name="greet.py")
    expect(option).to_be_visible()
    window.prompt.press("Enter")
    attached = window.chat.get_by_role("list", name="Goes with the prompt")
    expect(attached).to_contain_text("greet.py")
    window.prompt.press("Enter")
    window.ended(1)
    expect(window.feed.locator(".prompt .chip")).to_contain_text("greet.py")


def test_threads_are_renamed_archived_and_found(window: Window):
    window.new_thread()
    window.turn("say A thread among others.")
    window.command("Peon: Rename Thread…")
    window.answer("Found by its name")
    row = window.thread("Found by its name, done")
    expect(row).to_be_visible()
    window.command("Peon: Filter Threads…")
    window.answer("found name")
    expect(window.thread("was stopped|stopped")).to_be_hidden()
    expect(row).to_be_visible()
    window.command("Peon: Clear the Filter of Threads")
    window.command("Peon: Archive Thread")
    expect(row).to_be_hidden()
    window.command("Peon: Show Archived Threads")
    expect(row).to_be_visible()
    window.command("Peon: Hide Archived Threads")


def test_the_chat_has_no_fault_that_axe_knows(window: Window):
    """With a card, a plan, reasoning, a diff, output and an error, in every kind of theme."""
    window.new_thread()
    window.say(
        "think Let me see.",
        "plan One; Two",
        "say A [link](https://example.com), `code`, and a table.",
        "run echo output",
        "write axe.txt whatever",
    )
    window.allow("Run echo output")
    expect(window.card("Write axe.txt")).to_be_visible()
    expect_no_fault(window)
    window.card("Write axe.txt").get_by_role("button", name="Reject").click()
    window.card("Write axe.txt").get_by_role("button", name="Reject").click()
    window.ended(1)
