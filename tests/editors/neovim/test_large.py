"""Long threads and long outputs: what is drawn is bounded, and the editor goes on answering."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from editors.conftest import Report
from editors.neovim.conftest import state_of_many
from editors.neovim.driver import Neovim, serving
from editors.spoken import Spoken

ITEMS = 5_000
TOGETHER = 100
"""Requests under way at a time: neither side may wait for the other to read."""
LINE = "one line of a tool that has much to say\n"
LINES = 10_000_000 // len(LINE)
LAST = "and this is the last of it"
_END = {"type": "turnEnded", "stopReason": "endTurn"}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """Two threads of an agent that its host runs: many items, and one very large output."""
    with state_of_many() as place:
        folder = place.parent / "long"
        folder.mkdir()
        with Spoken(place, shared=True) as server:
            project = server.ask("project/create", root=str(folder))["projectId"]
            many = _thread(server, project, "Many items")
            for begun in range(0, ITEMS, TOGETHER):
                numbers = range(begun, begun + TOGETHER)
                server.gather([_say(server, many, f"Step {each}", "x\ny") for each in numbers])
            server.ask("provider/ingest", threadId=many, event=_END)
            much = _thread(server, project, "Much output")
            server.gather([_say(server, much, "Big output", LINE * LINES + LAST)])
            server.ask("provider/ingest", threadId=much, event=_END)
        yield place


@pytest.fixture
def folder(state: Path) -> Path:
    return state.parent / "long"


@pytest.fixture
def nvim(folder: Path, state: Path) -> Iterator[Neovim]:
    editor = Neovim(folder, serving(state))
    yield editor
    editor.close()


def _thread(server: Spoken, project: str, title: str) -> str:
    made = server.ask("thread/create", projectId=project, provider="host", title=title)
    thread_id: str = made["threadId"]
    server.ask("turn/start", threadId=thread_id, prompt=title)
    return thread_id


def _say(server: Spoken, thread: str, title: str, output: str) -> int:
    event = {
        "type": "toolCallUpdated",
        "itemId": title.replace(" ", "-"),
        "title": title,
        "kind": "execute",
        "status": "completed",
        "content": [{"type": "text", "text": output}],
    }
    return server.begin("provider/ingest", threadId=thread, event=event)


def test_a_thread_of_five_thousand_items_opens_and_scrolls(nvim: Neovim, report: Report):
    nvim.command("Peon threads")
    nvim.sees("Many items", "Much output").press("jj")
    opened = time.perf_counter()
    nvim.press("<CR>").sees(f"Step {ITEMS - 1}")
    report("5,000 items opened", 1000 * (time.perf_counter() - opened))
    nvim.press("gg").sees("Many items", "Step 12").press("50%").sees("Step 25")
    nvim.press("G").sees(f"Step {ITEMS - 1}")


def test_an_output_of_ten_megabytes_is_shown_by_reference_and_opened_by_pages(nvim: Neovim):
    nvim.command("Peon chat")
    nvim.sees("Big output")
    # Of ten megabytes a bounded number of lines is in the chat, and a reference in the state.
    assert nvim.lua("return vim.api.nvim_buf_line_count(0)") < 60
    kinds, held = nvim.lua(
        "local s = require('peon.session').state\n"
        "local item = s.threads[s.threadOrder[#s.threadOrder]].turns[1].items[1]\n"
        "return { { item.content[1].type }, #vim.json.encode(item.content) }"
    )
    assert kinds == ["stored"]
    assert held < 100_000
    nvim.press("kkko").until(
        lambda: nvim.nvim.current.buffer.name.startswith("peon://output/"), "opened the output"
    )
    nvim.sees(LINE.strip()).until(
        lambda: nvim.lua("return vim.api.nvim_buf_line_count(0)") >= LINES, "read every page"
    )
    nvim.press("G").sees(LAST).press("q").misses(LAST)
