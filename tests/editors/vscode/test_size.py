"""Threads that are longer than anybody reads, and output that is larger than anybody scrolls."""

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.spoken import Spoken
from editors.vscode.workbench import Window

pytestmark = pytest.mark.timeout(300)

ITEMS = 5_000
AT_ONCE = 200
"""So many are asked for before answers are read, or both sides would wait for the other."""
LINE = "one line of a tool that has much to say\n"
OUTPUT = LINE * (10_000_000 // len(LINE))


@pytest.fixture(scope="module")
def long_threads(state: Path, workspace: Path) -> None:
    """Two threads of an agent that its host runs: many items, and one very large output."""
    program = (sys.executable, "-m", "peon")
    with Spoken(state, program=program, shared=True) as server:
        project = server.ask("project/create", root=str(workspace))["projectId"]
        many = _thread(server, project, "Many items")
        events = [_item(f"t{each}", f"Step {each}", f"Output {each}") for each in range(ITEMS)]
        for first in range(0, ITEMS, AT_ONCE):
            some = events[first : first + AT_ONCE]
            server.gather([server.begin("provider/ingest", threadId=many, event=e) for e in some])
        server.ask("provider/ingest", threadId=many, event=_END)
        much = _thread(server, project, "Much output")
        server.ask("provider/ingest", threadId=much, event=_item("big", "Big output", OUTPUT))
        server.ask("provider/ingest", threadId=much, event=_END)


_END = {"type": "turnEnded", "stopReason": "endTurn"}


def _thread(server: Spoken, project: str, title: str) -> str:
    made = server.ask("thread/create", projectId=project, provider="host", title=title)
    thread_id: str = made["threadId"]
    server.ask("turn/start", threadId=thread_id, prompt=title)
    return thread_id


def _item(item_id: str, title: str, output: str) -> dict[str, object]:
    return {
        "type": "toolCallUpdated",
        "itemId": item_id,
        "title": title,
        "kind": "execute",
        "status": "completed",
        "content": [{"type": "text", "text": output}],
    }


def test_a_thread_of_thousands_of_items_scrolls(long_threads: None, window: Window):
    window.thread("Many items").click()
    expect(window.feed).to_contain_text(f"Step {ITEMS - 1}", timeout=60_000)
    drawn = window.feed.get_by_role("article")
    assert drawn.count() < 100
    # It is opened at its end; all of it comes when one scrolls back.
    scroller = window.chat.get_by_role("region", name="Conversation")
    expect(drawn.last).not_to_have_attribute("aria-setsize", str(ITEMS + 2))
    scroller.evaluate("element => element.scrollTo(0, 0)")
    expect(drawn.last).to_have_attribute("aria-setsize", str(ITEMS + 2))
    scroller.evaluate("element => element.scrollTo(0, element.scrollHeight / 2)")
    expect(window.feed).to_contain_text("Step 2")
    scroller.evaluate("element => element.scrollTo(0, 0)")
    expect(window.feed.get_by_role("button", name=re.compile("Step 0 *done"))).to_be_visible()
    assert drawn.count() < 100
    window.chat.get_by_role("button", name="Go to the end").click()
    expect(window.feed).to_contain_text(f"Step {ITEMS - 1}")


def test_an_output_of_ten_megabytes_does_not_freeze(long_threads: None, window: Window):
    window.thread("Much output").click()
    window.chat.get_by_role("button", name="Big output").click()
    expect(window.feed).to_contain_text("one line of a tool")
    window.chat.get_by_role("button", name="Show more").click()
    expect(window.chat.get_by_role("button", name="Show more")).to_be_enabled()
    window.prompt.fill("It still takes what is typed.")
    expect(window.prompt).to_have_value("It still takes what is typed.")
    window.prompt.fill("")
    window.chat.get_by_role("button", name="Open all 9.5 MB in an editor").click()
    expect(window.page.get_by_role("tab", name="Big output.txt")).to_be_visible(timeout=60_000)
