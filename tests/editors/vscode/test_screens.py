"""The screens beside the chat in a real VS Code: rules, review, commits, worktrees, budgets."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from editors.spoken import Spoken
from editors.vscode.axe import expect_no_fault
from editors.vscode.conftest import git
from editors.vscode.workbench import Window
from support.forges import Forge

pytestmark = pytest.mark.timeout(300)

OLD = "\\n".join(f"line {number}" for number in range(1, 31)) + "\\n"
NEW = OLD.replace("line 2\\n", "line two\\n").replace("line 28\\n", "line twenty-eight\\n")

QUESTION = {
    "type": "actionRequested",
    "actionId": "act-question",
    "itemId": "item-question",
    "kind": "question",
    "title": "How should it greet?",
    "options": [],
    "fields": [
        {"name": "name", "label": "Whom", "kind": "text", "required": True},
        {"name": "times", "label": "How often", "kind": "integer", "default": 1, "maximum": 3},
        {"name": "loud", "label": "Loudly", "kind": "boolean"},
        {
            "name": "tone",
            "label": "Tone",
            "kind": "choice",
            "required": True,
            "choices": [{"value": "warm", "label": "Warm"}, {"value": "cool", "label": "Cool"}],
        },
        {
            "name": "where",
            "label": "Where",
            "kind": "choices",
            "choices": [{"value": "here", "label": "Here"}, {"value": "there", "label": "There"}],
        },
        {"name": "pass", "label": "Password", "kind": "text", "secret": True},
    ],
}

ANSWERS = {"name": "World", "times": 2, "loud": True, "tone": "warm", "where": ["there"]}

ADDRESS = "https://garden.example/in?code=1"

PAGE = {
    "type": "actionRequested",
    "actionId": "act-page",
    "itemId": "item-page",
    "kind": "question",
    "title": f"Log in: {ADDRESS}",
    "options": [
        {"optionId": "accept", "label": "Go there", "kind": "allowOnce"},
        {"optionId": "decline", "label": "Decline", "kind": "rejectOnce"},
    ],
}

END = {"type": "turnEnded", "stopReason": "endTurn"}

HOOK = """#!/bin/sh
echo "the hook looks at what is committed" >&2
until [ -e "$(git rev-parse --git-common-dir)/heard" ]; do sleep 0.1; done
"""


def row(window: Window, tree: str, words: str) -> Locator:
    """A row of a tree of Peon's that says this."""
    found = window.page.get_by_role("tree", name=re.compile(f"^{tree}"))
    return found.locator(".monaco-list-row", has_text=words)


def test_what_is_always_allowed_becomes_a_rule_that_says_what_it_settled(window: Window):
    window.say("run echo often")
    card = window.card("Run echo often")
    expect(card).to_contain_text(
        "Always adds a rule that allows commands that begin with “echo often”."
    )
    card.get_by_role("button", name="Always").click()
    window.ended(1)
    window.turn("run echo often", number=2)
    window.chat.get_by_role("button", name="Run echo often").last.click()
    expect(window.feed).to_contain_text("Allowed by the rule: commands that begin with")
    window.chat.get_by_role("button", name="Show the rules").click()
    rule = row(window, "Rules", "Commands that begin with “echo often”")
    expect(rule).to_contain_text("allow · Script")
    rule.click()
    rule.press("ArrowRight")
    expect(row(window, "Rules", "run echo often · now")).to_have_count(1)
    window.command("Peon: Add a Rule…")
    window.choose("Deny")
    window.choose("Edits")
    window.answer("secret/**")
    window.choose("Every agent")
    expect(row(window, "Rules", "Edits of secret/**")).to_contain_text("deny · every agent")
    window.turn("write secret/one.txt no", number=3)
    expect(window.feed).to_contain_text("failed")
    window.command("Peon: Remove a Rule…")
    window.choose("Deny edits of secret/**")
    window.dialog("Remove")
    expect(row(window, "Rules", "Edits of secret/**")).to_have_count(0)


def test_a_review_is_a_tree_whose_changes_are_judged_and_remarked_on(
    window: Window, workspace: Path
):
    window.new_thread()
    window.turn(f"write lines.txt {OLD}", allow=("Write lines.txt",))
    window.turn(f"write lines.txt {NEW}", allow=("Write lines.txt",), number=2)
    window.command("Peon: Review the Changes of a Turn")
    expect(row(window, "Review", "lines.txt")).to_contain_text("to be reviewed")
    row(window, "Review", "Line 28").click()
    window.command("Peon: Accept the Chosen Change")
    expect(row(window, "Review", "Line 28")).to_contain_text("accepted")
    window.command("Peon: Remark on the Chosen Change…")
    widget = window.page.locator(".review-widget")
    expect(widget.locator(".monaco-editor.focused")).to_be_visible()
    window.page.keyboard.type("Is this a number?")
    widget.get_by_role("button", name="Ask the Agent").click()
    window.ended(3)
    asked = window.feed.locator(".prompt").last
    expect(asked).to_contain_text("Is this a number?")
    expect(asked).to_contain_text("line twenty-eight")
    row(window, "Review", "Line 2to be").click()
    window.command("Peon: Remark on the Chosen Change…")
    expect(widget.locator(".monaco-editor.focused")).to_be_visible()
    window.page.keyboard.type("Numbers stay numbers.")
    window.picture("remark")
    widget.get_by_role("button", name="Take Back and Tell the Agent").click()
    expect(row(window, "Review", "Line 2taken back")).to_be_visible()
    text = (workspace / "lines.txt").read_text()
    assert "line 2\n" in text
    assert "line twenty-eight\n" in text
    expect(widget.filter(has_text="the agent is told")).to_be_visible()
    row(window, "Review", "Line 28").click()
    window.command("Peon: Remark on the Chosen Change…")
    expect(window.toast("the file has changed since")).to_be_visible()
    window.command("Peon: Close the Review")
    expect(row(window, "Review", "Line 28")).to_have_count(0)


@pytest.fixture
def hook(workspace: Path) -> Iterator[None]:
    """A hook of the repository that goes on when it is told to."""
    path = workspace / ".git" / "hooks" / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HOOK)
    path.chmod(0o755)
    yield
    path.unlink()
    (workspace / ".git" / "heard").unlink(missing_ok=True)


def test_a_commit_whose_hook_takes_too_long_is_cancelled(
    window: Window, workspace: Path, hook: None
):
    before, index = git(workspace, "rev-parse", "HEAD"), workspace / ".git" / "index"
    staged = index.read_bytes()
    window.new_thread()
    window.turn("write waiting.txt x", allow=("Write waiting.txt",))
    window.command("Peon: Commit…")
    expect(window.page.locator(".quick-input-list")).to_contain_text("waiting.txt")
    window.confirm()
    window.answer("Never mind")
    toast = window.toast("Committing")
    expect(toast).to_contain_text("the hook looks at what is committed")
    toast.get_by_role("button", name="Cancel").click()
    expect(window.page.locator(".statusbar")).to_contain_text("Committing: cancelled")
    for words in ("Committing", "hook", "operation"):
        expect(window.toast(words)).to_have_count(0)
    # Nobody is left who could hear it.
    (workspace / ".git" / "heard").touch()
    window.command("Peon: Commit…")
    expect(window.page.locator(".quick-input-list")).to_contain_text("waiting.txt")
    window.page.keyboard.press("Escape")
    assert (git(workspace, "rev-parse", "HEAD"), index.read_bytes()) == (before, staged)
    (workspace / "waiting.txt").unlink()


def test_a_commit_is_called_what_was_done_and_its_hook_is_heard(
    window: Window, workspace: Path, hook: None
):
    window.new_thread()
    window.turn("write hooked.txt x", "say The file is there.", allow=("Write hooked.txt",))
    window.command("Peon: Commit…")
    expect(window.page.locator(".quick-input-list")).to_contain_text("hooked.txt")
    window.confirm()
    box = window.page.locator(".quick-input-widget")
    expect(box.locator("input.input")).to_have_value("write hooked.txt x")
    expect(box).to_contain_text("With its body: 1 line, “The file is there.”")
    box.get_by_role("button", name="Write all of it in an editor").click()
    expect(window.page.locator(".editor-instance .view-lines").last).to_contain_text(
        "The file is there."
    )
    expect(window.page.locator(".editor-instance .monaco-editor.focused")).to_be_visible()
    window.page.keyboard.press("Control+Home")
    window.page.keyboard.type("Really: ")
    window.command("Peon: Commit with This Message")
    expect(window.toast("Committing")).to_contain_text("the hook looks at what is committed")
    (workspace / ".git" / "heard").touch()
    # What the hook says has the word too.
    window.told(re.compile(r"Committed \d+ file"))
    assert git(workspace, "log", "-1", "--format=%B").strip() == (
        "Really: write hooked.txt x\n\nThe file is there."
    )


def test_a_thread_works_in_a_worktree_that_goes_and_comes_back(window: Window, workspace: Path):
    (workspace / ".env").write_text("GREETING=Hello\n")
    window.new_thread()
    window.command("Peon: Begin a Thread in a Worktree…")
    window.answer("peon/aside")
    window.choose("Where the folder stands now")
    window.answer(".env")
    window.answer("touch 'set up'")
    expect(window.chat.get_by_text("peon/aside")).to_be_visible()
    window.turn(
        "write aside.txt there",
        "run git add --all",
        "run git commit -qm Aside",
        allow=("Write aside.txt", "Run git add", "Run git commit"),
    )
    assert not (workspace / "aside.txt").exists()
    (place,) = [
        line.removeprefix("worktree ")
        for line in git(workspace, "worktree", "list", "--porcelain").splitlines()
        if line.startswith("worktree ") and not line.endswith("/greeter")
    ]
    assert {each.name for each in Path(place).iterdir()} >= {"aside.txt", ".env", "set up"}
    expect(row(window, "Threads", "write aside.txt there").first).to_contain_text("peon/aside")
    window.command("Peon: Remove the Worktree of a Thread…")
    window.dialog("Remove")
    expect(row(window, "Threads", "worktree removed")).to_be_visible()
    assert not Path(place).exists()
    window.command("Peon: Bring the Worktree of a Thread Back")
    expect(row(window, "Threads", "worktree removed")).to_have_count(0)
    assert (Path(place) / "aside.txt").exists()
    window.command("Peon: Begin a Thread in a Worktree…")
    window.choose("peon/aside")
    expect(window.chat.get_by_role("heading", name="New thread")).to_be_visible()
    window.turn("write second.txt here too", allow=("Write second.txt",))
    assert (Path(place) / "second.txt").read_text() == "here too"
    assert not (workspace / "second.txt").exists()


def test_a_thread_says_what_it_used_and_stops_at_its_budget(window: Window):
    window.new_thread()
    window.turn("usage 1200 800 0.25", "say Used.")
    used = window.chat.get_by_role("region", name="What this thread has used")
    expect(used).to_contain_text("2K tokens")
    expect(used).to_contain_text("$0.25")
    used.get_by_role("button", name="$0.25").click()
    window.answer("2k, 5 USD")
    expect(used).to_contain_text("2K of 2K tokens")
    window.say("say More.")
    expect(window.chat.get_by_role("alert")).to_contain_text("budget")


def test_what_an_agent_offers_is_chosen_for_the_thread_or_for_one_turn(window: Window):
    window.new_thread()
    window.turn("option style plain plain|fancy", "options")
    effort = window.chat.get_by_role("combobox", name="Effort")
    expect(effort).to_have_value("medium")
    effort.select_option("High")
    window.turn("options", number=2)
    expect(window.feed).to_contain_text("effort: high")
    window.chat.get_by_role("button", name="More options").click()
    more = window.chat.get_by_role("group", name="More options")
    more.get_by_role("checkbox", name="Choose for the next turn only").check()
    more.get_by_role("combobox", name="style").select_option("Fancy")
    effort.select_option("Low")
    expect(window.chat.get_by_text("Next turn only: style Fancy, Effort Low")).to_be_visible()
    window.turn("options", number=3)
    expect(window.feed).to_contain_text("effort: low")
    expect(window.feed).to_contain_text("style: fancy")
    expect(effort).to_have_value("high")


def test_a_branch_is_made_and_a_pull_request_says_what_it_lacks_and_is_opened(
    window: Window, workspace: Path, forge: Forge
):
    window.new_thread()
    window.turn("say Greet in two ways.")
    window.command("Peon: Create a Branch…")
    box = window.page.locator(".quick-input-widget input.input")
    expect(box).to_have_value("peon/say-greet-in-two-ways")
    window.answer("two-ways")
    window.choose("Where the folder stands now")
    window.choose("Go to it")
    expect(window.toast("Made the branch two-ways")).to_be_visible()
    assert git(workspace, "branch", "--show-current").strip() == "two-ways"
    window.command("Peon: Branches…")
    expect(window.page.locator(".quick-input-list")).to_contain_text("checked out")
    window.choose("main")
    window.choose("Begin a new branch from it…")
    window.answer("from-main")
    window.choose("Only make it")
    window.told("Made the branch from-main")
    assert git(workspace, "branch", "--show-current").strip() == "two-ways"
    window.command("Peon: Open a Pull Request…")
    expect(box).to_have_value("say Greet in two ways.")
    window.confirm()
    window.choose("The usual one")
    window.choose("A draft")
    # Where it is pushed to is a folder, and no place that knows of pull requests.
    expect(window.page.locator(".notification-toast .codicon-error")).to_be_visible()
    _pull_requests_are_opened(window, workspace, forge)


def _pull_requests_are_opened(window: Window, workspace: Path, forge: Forge) -> None:
    """Where there is a program for it, one is, and once."""
    box = window.page.locator(".quick-input-widget input.input")
    forge.install("gh")
    forge.log_in("github.com")
    git(workspace, "config", "remote.origin.pushurl", str(workspace.parent / "origin.git"))
    git(workspace, "remote", "set-url", "origin", "https://github.com/ada/garden.git")
    for words in ("The pull request is open: Greet twice", "It was open already: Greet twice"):
        window.command("Peon: Open a Pull Request…")
        expect(box).to_have_value("say Greet in two ways.")
        window.answer("Greet twice")
        window.choose("from-main")
        window.choose("Ready to be reviewed")
        window.told(words)
    made = forge.request("two-ways")
    assert (made["title"], made["base"]) == ("Greet twice", "from-main")
    branches = git(workspace.parent / "origin.git", "branch", "--list", "two-ways")
    assert branches.strip() == "two-ways"


def test_mcp_servers_are_of_the_project_or_of_a_thread(window: Window):
    window.new_thread()
    window.turn("servers")
    expect(window.feed).to_contain_text("no servers")
    _edit_servers(window, "The project greeter")
    window.choose("Add a server…")
    box = window.page.locator(".quick-input-widget")
    window.answer("tickets")
    window.choose("A program that is started")
    window.answer("sh -c 'exec cat'")
    window.answer("TOKEN=" + "tok-" + "Zq8vLw3nRt6yBm1xKc4d")
    # No secret is written down: it is asked again, with all that was said.
    expect(box).to_contain_text("which would be written down")
    expect(box.locator("input.input")).to_have_value("tickets")
    window.confirm()
    window.choose("A program that is started")
    expect(box.locator("input.input")).to_have_value('sh -c "exec cat"')
    window.confirm()
    window.answer("TOKEN=${env:HOME}")
    expect(box.locator(".quick-input-list")).to_contain_text('sh -c "exec cat"')
    window.page.keyboard.press("Escape")
    window.turn("servers", number=2)
    expect(window.feed).to_contain_text(re.compile(r"tickets: stdio \S*sh -c exec cat \(TOKEN\)"))
    _edit_servers(window, "The thread “servers”")
    expect(box.locator(".quick-input-list")).to_contain_text("of the project · given to the agent")
    window.choose("tickets")
    window.choose("Change it…")
    window.answer("issues")
    window.choose("An address that is called")
    window.answer("https://example.com/mcp")
    window.answer("X-Of: ${env:HOME}")
    expect(box.locator(".quick-input-list")).to_contain_text("https://example.com/mcp")
    window.choose("issues")
    window.choose("Remove it")
    expect(box.locator(".quick-input-list")).not_to_contain_text("issues")
    window.page.keyboard.press("Escape")
    window.turn("servers", number=3)
    expect(window.feed.get_by_text("no servers")).to_have_count(2)


def _edit_servers(window: Window, whose: str) -> None:
    window.command("Peon: MCP Servers…")
    window.choose(whose)


def test_a_question_is_a_form_that_a_notification_leads_to(window: Window, state: Path):
    window.new_thread()
    window.turn("say A project is there.")
    with Spoken(state, program=(sys.executable, "-m", "peon"), shared=True) as host:
        project = host.ask("project/list")["projects"][0]["projectId"]
        made = host.ask("thread/create", projectId=project, provider="host", title="A host")
        thread = made["threadId"]
        host.ask("turn/start", threadId=thread, prompt="Ask me")
        window.page.get_by_role("tab", name="Explorer").first.click()
        host.ask("provider/ingest", threadId=thread, event=QUESTION)
        window.toast("Asks in “A host”").get_by_role("button", name="Answer…").click()
        card = window.card("How should it greet?")
        whom = card.get_by_role("textbox", name="Whom")
        expect(whom).to_be_visible()
        frame = whom.element_handle().owner_frame()
        assert frame is not None
        frame.wait_for_function("() => document.activeElement?.dataset.field === 'name'")
        card.get_by_role("textbox", name="How often").fill("4")
        card.get_by_role("button", name="Answer").click()
        expect(card).to_contain_text("Fill this in.")
        expect(card).to_contain_text("At most 3.")
        expect(card).to_contain_text("Choose something.")
        expect_no_fault(window)
        _fill_in(card)
        # What only the server knows stands at its field too.
        card.get_by_role("textbox", name="Whom").fill("x" * 33_000)
        card.get_by_role("button", name="Answer").click()
        expect(card.locator(".problem")).to_contain_text("Expected at most 32768 characters.")
        frame.wait_for_function("() => document.activeElement?.dataset.field === 'name'")
        _fill_in(card)
        card.get_by_role("button", name="Answer").click()
        expect(card).to_be_hidden()
        _has_answered(host.ask("events/read", threadId=thread)["events"])
        host.ask("provider/ingest", threadId=thread, event=PAGE)
        _go_there(window.card("Log in"))
        host.ask("provider/ingest", threadId=thread, event=END)
        window.ended(1)


def _has_answered(events: list[dict[str, Any]]) -> None:
    """ANSWERS are in the log, and the password is not."""
    (answered,) = [each for each in events if each["type"] == "action.resolved"]
    assert answered["payload"]["answers"] == ANSWERS
    assert "open sesame" not in json.dumps(events)


def _go_there(card: Locator) -> None:
    """A page that is asked by is a link, whose whole address is there to be read."""
    link = card.get_by_role("link", name=ADDRESS, exact=True)
    expect(link).to_have_attribute("href", ADDRESS)
    card.get_by_role("button", name="Go there").click()
    expect(card).to_be_hidden()


def _fill_in(card: Locator) -> None:
    """Give ANSWERS, and a password."""
    card.get_by_role("textbox", name="Whom").fill("World")
    card.get_by_role("textbox", name="How often").fill("2")
    card.get_by_role("checkbox", name="Loudly").check()
    card.get_by_role("radio", name="Warm").check()
    card.get_by_role("checkbox", name="There", exact=True).check()
    card.get_by_label("Password").fill("open sesame")
