"""Long threads and long outputs: the editor goes on answering."""

import json
from pathlib import Path

from editors.neovim.conftest import Report
from editors.neovim.driver import Neovim
from editors.neovim.test_first import ask

ITEMS = 5_000


def item(number: int) -> dict[str, object]:
    """A tool call that has ended."""
    return {
        "itemId": f"i{number}",
        "kind": "toolCall",
        "status": "completed",
        "text": "",
        "title": f"Run step {number}",
        "content": [{"type": "text", "text": "one\ntwo\nthree"}],
        "edits": [],
        "locations": [],
        "entries": [],
    }


def turn(number: int) -> dict[str, object]:
    """A turn with a hundred tool calls."""
    return {
        "turnId": f"t{number}",
        "number": number + 1,
        "status": "completed",
        "prompt": f"Do part {number}",
        "mode": "ask",
        "items": [item(each) for each in range(number * 100, number * 100 + 100)],
        "startedAt": "2026-03-14T09:26:53.000Z",
        "endedAt": "2026-03-14T09:26:54.000Z",
        "interruptRequested": False,
    }


def reading() -> str:
    """A thread of many turns, as the server would tell it."""
    thread = {
        "threadId": "thr-long",
        "projectId": "prj",
        "title": "A long thread",
        "titleSource": "user",
        "status": "idle",
        "provider": "script",
        "mode": "ask",
        "archived": False,
        "turns": [turn(number) for number in range(ITEMS // 100)],
        "pendingActions": [],
        "checkpoints": [],
        "createdAt": "2026-03-14T09:26:53.000Z",
        "updatedAt": "2026-03-14T09:26:53.000Z",
        "version": 9,
    }
    return json.dumps({"thread": thread, "sequence": 9})


def test_a_thread_of_five_thousand_items_opens_and_scrolls(
    nvim: Neovim, tmp_path: Path, report: Report
):
    told = tmp_path / "reading.json"
    told.write_text(reading())
    nvim.command("Peon")
    nvim.until(
        lambda: "told of every event" in "".join(nvim.lua("return require('peon.session').log")),
        "read what there is",
    )
    spent = nvim.lua(
        "local file = assert(io.open(..., 'rb'))\n"
        "local told = vim.json.decode(file:read('*a'), { luanil = { object = true } })\n"
        "local since = vim.uv.hrtime()\n"
        "require('peon.session').take_reading(told)\n"
        "require('peon.views.chat').open('thr-long')\n"
        "vim.cmd.redraw()\n"
        "return (vim.uv.hrtime() - since) / 1e6",
        str(told),
    )
    report("5,000 items drawn", spent)
    nvim.sees("Run step 4999").press("gg").sees("Do part 0", "Run step 12")
    nvim.press("]]").sees("Do part 1").press("G").sees("Run step 4999")


def test_a_long_output_is_folded_and_can_be_opened(nvim: Neovim, folder: Path):
    ask(nvim, "run seq 1 1400000").sees("$ seq 1 1400000").press("a").sees("✓ completed")
    nvim.command("Peon chat")
    nvim.press("kkko").until(
        lambda: nvim.nvim.current.buffer.name.startswith("peon://output/"), "opened the output"
    )
    nvim.until(lambda: "\n19" in nvim.screen.text(), "shown its beginning").press("G").sees(
        "1400000"
    )
