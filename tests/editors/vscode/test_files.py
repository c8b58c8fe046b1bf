"""What a turn did to files, in a real VS Code: reviewed, taken back, restored, committed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.conftest import git
from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(300)

LONG = "\\n".join(f"line {number}" for number in range(1, 31)) + "\\n"
CHANGED = LONG.replace("line 2\\n", "line two\\n").replace("line 28\\n", "line twenty-eight\\n")


def test_all_that_a_turn_changed_opens_in_one_diff(window: Window):
    window.turn(
        "write notes/today.md # Today\\n\\n- Greet\\n",
        "append README.md \\nIt greets anybody.\\n",
        "delete greet.py",
        allow=("Write notes/today.md", "Append README.md", "Delete greet.py"),
    )
    expect(window.feed).to_contain_text("3 files changed")
    window.chat.get_by_role("button", name="Review", exact=True).click()
    expect(window.page.get_by_role("tab", name="Changes of turn 1")).to_be_visible()
    editor = window.page.locator(".monaco-multi-diff-editor, .multiDiffEditor").first
    expect(editor).to_contain_text("It greets anybody.")
    window.chat.get_by_role("button", name="3 files changed").click()
    window.picture("review")


def test_one_change_of_a_file_is_taken_back(window: Window, workspace: Path):
    window.new_thread()
    window.turn(f"write lines.txt {LONG}", allow=("Write lines.txt",))
    window.turn(f"write lines.txt {CHANGED}", allow=("Write lines.txt",), number=2)
    folded = window.chat.get_by_role("button", name="1 file changed")
    expect(folded).to_have_count(2)
    folded.last.click()
    window.chat.get_by_role("button", name="Take back line 2 of lines.txt", exact=True).click()
    expect(window.chat.get_by_role("region", name="Change at line 2 of")).to_contain_text(
        "taken back"
    )
    text = (workspace / "lines.txt").read_text()
    assert "line 2\n" in text
    assert "line twenty-eight\n" in text
    window.chat.get_by_role("button", name="Accept line 28 of lines.txt", exact=True).click()
    expect(window.chat.get_by_role("region", name="Change at line 28 of")).to_contain_text(
        "accepted"
    )
    window.picture("hunks")


def test_a_turn_is_undone_and_that_is_undone_too(window: Window, workspace: Path):
    window.new_thread()
    window.turn("write kept.txt mine", allow=("Write kept.txt",))
    window.chat.get_by_role("button", name="Undo turn 1").click()
    window.choose("Files")
    window.dialog("Restore Files")
    expect(window.toast("1 file restored")).to_be_visible()
    assert not (workspace / "kept.txt").exists()
    window.press("1 file restored", "Undo")
    expect(window.thread("before a restore|kept.txt")).not_to_have_count(0)
    _appears(window, workspace / "kept.txt")


def test_one_file_of_two_goes_back_and_the_last_restore_is_undone(window: Window, workspace: Path):
    window.new_thread()
    window.turn("write one.txt 1", "write two.txt 2", allow=("Write one.txt", "Write two.txt"))
    window.chat.get_by_role("button", name="Undo turn 1").click()
    window.choose("Files")
    window.dialog("Choose Files…")
    window.choose("two.txt")
    window.confirm()
    box = window.page.locator(".monaco-dialog-box")
    expect(box).to_contain_text("goes: one.txt")
    expect(box).not_to_contain_text("two.txt")
    window.dialog("Restore Files")
    expect(window.toast("1 file restored")).to_be_visible()
    assert not (workspace / "one.txt").exists()
    assert (workspace / "two.txt").read_text() == "2"
    window.command("Peon: Undo the Last Restore…")
    window.choose("Files")
    expect(box).to_contain_text("comes back: one.txt")
    window.dialog("Restore Files")
    _appears(window, workspace / "one.txt")
    assert (workspace / "one.txt").read_text() == "1"


def test_a_checkpoint_is_kept_looked_through_and_restored(window: Window, workspace: Path):
    window.new_thread()
    window.turn("write first.txt one", allow=("Write first.txt",))
    window.command("Peon: Keep the Files in a Checkpoint…")
    window.answer("One is there")
    window.turn("write first.txt two", allow=("Write first.txt",), number=2)
    window.command("Peon: Show What Changed since a Checkpoint…")
    window.choose("One is there")
    expect(window.page.locator(".monaco-editor").first).to_contain_text("+two")
    window.command("Peon: Restore a Checkpoint…")
    window.choose("One is there")
    window.choose("Files and conversation")
    window.picture("restore")
    window.dialog("Go Back")
    # The notification of an earlier restore may still be there, and says the same.
    expect(window.feed).to_contain_text("undone")
    expect(window.toast("1 file restored")).to_be_visible()
    assert (workspace / "first.txt").read_text() == "one"


def test_unsaved_changes_are_not_lost_to_a_restore(window: Window, workspace: Path):
    window.new_thread()
    window.turn("write unsaved.txt theirs", allow=("Write unsaved.txt",))
    window.open_file("unsaved.txt")
    editor = window.page.locator(".editor-instance .monaco-editor").last
    expect(editor).to_contain_text("theirs")
    editor.click()
    expect(window.page.locator(".editor-instance .monaco-editor.focused")).to_be_visible()
    window.page.keyboard.type("mine ")
    window.chat.get_by_role("button", name="Undo turn 1").click()
    window.choose("Files")
    window.dialog("Restore Files")
    box = window.page.locator(".monaco-dialog-box")
    expect(box).to_contain_text("unsaved.txt")
    box.get_by_role("button", name="Cancel").click()
    assert (workspace / "unsaved.txt").read_text() == "theirs"
    window.command("File: Revert File")


def test_what_was_done_is_committed_and_pushed(window: Window, workspace: Path):
    window.new_thread()
    window.turn("write done.txt done", allow=("Write done.txt",))
    window.command("Peon: Commit…")
    expect(window.page.locator(".quick-input-list")).to_contain_text("done.txt")
    window.confirm()
    window.answer("Do what was to be done")
    expect(window.toast("Committed")).to_be_visible()
    assert git(workspace, "log", "-1", "--format=%s").strip() == "Do what was to be done"
    window.press("Committed", "Push")
    window.told("Pushed to origin/main")
    assert git(workspace, "rev-parse", "main") == git(workspace, "rev-parse", "origin/main")


def _appears(window: Window, path: Path) -> None:
    """Wait for a file, as long as for anything that is to be seen."""
    for _ in range(300):
        if path.exists():
            return
        window.page.wait_for_timeout(100)
    raise AssertionError(f"{path} did not appear")
