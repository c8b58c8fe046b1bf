"""What goes with a prompt, where a chat is, who wrote a line, and what waits."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(300)

PASTE = """
() => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "plan.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
  document.querySelector("#prompt").dispatchEvent(event);
}
"""


def page_of(window: Window) -> Frame:
    found = window.prompt.element_handle().owner_frame()
    assert found is not None
    return found


def test_a_selection_problems_and_an_image_go_with_a_prompt(window: Window, workspace: Path):
    (workspace / "broken.json").write_text('{"greeting": }\n')
    window.new_thread()
    window.turn("say I am here.")
    window.open_file("greet.py")
    window.page.keyboard.press("Control+A")
    window.command("Peon: Add Selection to the Prompt")
    attached = window.chat.get_by_role("list", name="Goes with the prompt")
    expect(attached).to_contain_text("greet.py:1-9")
    window.open_file("broken.json")
    expect(window.page.locator(".squiggly-error").first).to_be_visible()
    window.command("Peon: Add the File's Problems to the Prompt")
    expect(attached).to_contain_text("1 problem")
    page_of(window).evaluate(PASTE)
    expect(attached).to_contain_text("plan.png")
    window.say("say I see.")
    # This agent takes no images: it is said, and nothing that was to be sent is lost.
    expect(window.chat.get_by_role("alert")).to_contain_text("image")
    expect(window.prompt).to_have_value("say I see.")
    window.chat.get_by_role("button", name="Leave out plan.png").click()
    window.prompt.press("Enter")
    window.ended(2)
    asked = window.feed.locator(".prompt").last
    expect(asked.locator(".chip")).to_have_count(2)


def test_the_agent_and_its_mode_are_chosen_beside_the_prompt(window: Window, workspace: Path):
    window.new_thread()
    expect(window.chat.get_by_role("combobox", name="Agent")).to_have_value("script")
    mode = window.chat.get_by_role("combobox", name="Mode")
    mode.select_option("Full")
    window.turn("write unasked.txt x")
    assert (workspace / "unasked.txt").read_text() == "x"
    mode.select_option("Plan")
    window.turn("write planned.txt x", number=2)
    assert not (workspace / "planned.txt").exists()


def test_a_chat_in_a_tab_is_there_again_after_a_reload(window: Window):
    window.new_thread()
    window.turn("say In a tab.")
    window.command("Peon: Open Thread in an Editor Tab")
    tab = window.page.get_by_role("tab", name=re.compile("^say In a tab"))
    expect(tab).to_be_visible()
    # A browser remembers every few seconds what is open: so long somebody reads.
    window.say("sleep 6", "say Read.")
    _both_show(window, "Turn 2 done")
    window.reload()
    expect(window.status("Ready")).to_be_visible(timeout=120_000)
    expect(tab).to_be_visible()
    _both_show(window, "Turn 2 done")
    tab.get_by_role("button", name=re.compile("^Close")).click()
    expect(tab).to_be_hidden()


def _both_show(window: Window, words: str) -> None:
    """The chat in the side bar and the one in a tab."""
    frames = window.page.frame_locator("iframe.webview.ready[src*='peon.peon']")
    for place in range(2):
        feed = frames.nth(place).frame_locator("#active-frame").get_by_role("feed")
        expect(feed).to_contain_text(words)


def test_a_line_says_which_turn_wrote_it(window: Window):
    window.new_thread()
    window.turn("write why.txt because", allow=("Write why.txt",))
    window.open_file("why.txt")
    editor = window.page.locator(".editor-instance .monaco-editor").last
    expect(editor).to_contain_text("because")
    editor.click()
    window.command("Peon: Why Is This Line Here?")
    expect(window.toast("Turn 1 (script): write why.txt because")).to_be_visible()
    window.command("Show or Focus Hover")
    hover = window.page.locator(".monaco-hover", has_text="write why.txt because")
    expect(hover.first).to_contain_text("Turn 1")


def test_what_waits_is_counted_found_and_allowed_for_the_session(window: Window):
    window.new_thread()
    window.say("run echo again", "run echo again")
    expect(window.card("Run echo again")).to_be_visible()
    tab = window.page.get_by_role("tab", name="Peon", exact=False).first
    expect(tab.locator(".badge-content")).to_have_text("1")
    window.new_thread()
    window.command("Peon: Next Approval")
    card = window.card("Run echo again")
    expect(card).to_be_visible()
    page_of(window).wait_for_function("() => document.activeElement?.closest('[data-action]')")
    card.get_by_role("button", name="This session").click()
    window.ended(1)
    expect(tab.locator(".badge-content")).to_be_hidden()


def test_a_thread_is_deleted_and_a_project_gets_another_name(window: Window):
    window.new_thread()
    window.turn("say Not for long.")
    row = window.thread("say Not for long")
    expect(row).to_be_visible()
    window.command("Peon: Delete Thread…")
    window.dialog("Delete")
    expect(row).to_be_hidden()
    expect(window.chat.get_by_role("heading", name="Work on greeter")).to_be_visible()
    window.command("Peon: Rename Project…")
    window.answer("The greeter")
    project = window.page.get_by_role("treeitem").filter(has_text="The greeter")
    expect(project.first).to_be_visible()


def test_the_log_the_trace_and_the_way_in_are_shown(window: Window):
    window.new_thread()
    window.turn("say Hello.")
    window.command("Peon: Show the Log")
    output = window.page.locator(".output-view")
    expect(output).to_contain_text("the server is")
    window.command("Peon: Show the Protocol Trace")
    expect(window.toast("while the level of the channel “Peon Protocol” is Trace")).to_be_visible()
    expect(output).not_to_contain_text("the server is")
    window.command("Developer: Set Log Level")
    window.choose("Peon Protocol")
    window.choose("Trace")
    window.command("Peon: Rename Project…")
    window.answer("The traced greeter")
    expect(output).to_contain_text('"title":"The traced greeter"')
    window.command("View: Hide Panel")
    window.command("Peon: Get Started")
    page = window.page.locator(".gettingStartedContainer")
    expect(page).to_contain_text("Let an agent work for you")
    expect(page.get_by_role("button", name="Start the Server", exact=True)).to_be_visible()
