"""What a user of VS Code waits for, measured in a real one; `make bench` asks for it.

    PYTHONPATH=tests PEON_TEST_EDITORS=FOLDER python -m editors.vscode.figures ITEMS DELTAS

Prints one JSON object: `activation`, `delta` and `history`, in milliseconds.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from editors.spoken import Spoken
from editors.vscode.workbench import (
    CHROMIUM,
    VSIX,
    CodeServer,
    Window,
    install,
    machine_settings,
)
from support.environment import move_to

AT_ONCE = 200
PAUSE_MILLISECONDS = 50
WATCH = """
wanted => {
  // In the page itself: asking from outside takes longer than what is measured.
  window.seen = {};
  const look = () => {
    const text = document.querySelector("[role=feed]")?.textContent ?? "";
    for (const each of wanted) {
      if (!(each in window.seen) && text.includes(each)) {
        window.seen[each] = performance.timeOrigin + performance.now();
      }
    }
  };
  new MutationObserver(look).observe(document.body, {
    childList: true, subtree: true, characterData: true,
  });
}
"""
CLICKED = """
() => document.addEventListener("mousedown", () => {
  // Before a program presses the button it looks whether it may.
  window.clicked = performance.timeOrigin + performance.now();
}, { capture: true, once: true })
"""


def main(items: int, deltas: int) -> None:
    with tempfile.TemporaryDirectory(prefix="peon-") as name, sync_playwright() as playwright:
        folder = Path(name).resolve()
        move_to(folder / "home")
        state, root, extensions, installing = (
            folder / each for each in ("state", "project", "extensions", "installing")
        )
        for each in (root, extensions, installing):
            each.mkdir()
        install(VSIX, extensions, installing)
        settings = machine_settings(state)
        with CodeServer(folder / "code", extensions=extensions, machine=settings) as server:
            browser = playwright.chromium.launch(**CHROMIUM)
            window = Window(browser.new_page(viewport={"width": 1440, "height": 900}), server, root)
            window.open_peon()
            with Spoken(state, program=(sys.executable, "-m", "peon"), shared=True) as host:
                found = {
                    "history": _history(window, host, root, items),
                    "delta": _delta(window, host, root, deltas),
                    "activation": _activation(window.page),
                }
            browser.close()
        stop = [sys.executable, "-m", "peon", "stop", "--state-dir", str(state)]
        subprocess.run(stop, check=False, capture_output=True, timeout=30)
    sys.stdout.write(json.dumps(found) + "\n")


def _history(window: Window, host: Spoken, root: Path, items: int) -> float:
    """From the click on a thread of so many items until its last one is on the screen."""
    thread = _thread(host, root, "A long history")
    for first in range(0, items, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, items))
        told = [_step(number) for number in numbers]
        host.gather([host.begin("provider/ingest", threadId=thread, event=each) for each in told])
    end = {"type": "turnEnded", "stopReason": "endTurn"}
    host.ask("provider/ingest", threadId=thread, event=end)
    row = window.thread("A long history")
    expect(row).to_contain_text("done")
    last = f"Step {items - 1}"
    _watch(window, [last])
    window.page.evaluate(CLICKED)
    row.click()
    expect(window.feed).to_contain_text(last)
    began: float = window.page.evaluate("window.clicked")
    return _seen(window)[last] - began


def _delta(window: Window, host: Spoken, root: Path, deltas: int) -> float:
    """From an agent's write of a fragment until it is on the screen, the middle of many."""
    thread = _thread(host, root, "An agent that speaks")
    window.thread("An agent that speaks").click()
    expect(window.feed).to_contain_text("An agent that speaks")
    words = [f"word{number:04}." for number in range(deltas)]
    _watch(window, words)
    written: dict[str, float] = {}
    for word in words:
        event = {"type": "textDelta", "itemId": "speech", "text": f"{word} "}
        written[word] = time.time() * 1000
        host.ask("provider/ingest", threadId=thread, event=event)
        time.sleep(PAUSE_MILLISECONDS / 1000)
    expect(window.feed).to_contain_text(words[-1])
    seen = _seen(window)
    taken = sorted(seen[word] - written[word] for word in words)
    end = {"type": "turnEnded", "stopReason": "endTurn"}
    host.ask("provider/ingest", threadId=thread, event=end)
    return taken[len(taken) // 2]


def _activation(page: Page) -> float:
    """What VS Code itself says that the extension took of its host."""
    page.set_viewport_size({"width": 1440, "height": 3000})  # the list draws what is in sight
    page.keyboard.press("F1")
    box = page.locator(".quick-input-widget input.input")
    box.fill(">Developer: Show Running Extensions")
    page.locator(".quick-input-list .monaco-list-row").first.click()
    row = page.locator(".runtime-extensions-editor .monaco-list-row", has_text="Peon")
    told = row.first.locator(".activation-time")
    expect(told).to_contain_text("ms")
    number = re.search(r"(\d+) ?ms", told.inner_text())
    assert number is not None, told.inner_text()
    return float(number[1])


def _thread(host: Spoken, root: Path, title: str) -> str:
    projects = host.ask("project/list")["projects"]
    known = next((each["projectId"] for each in projects if each["root"] == str(root)), None)
    project = known or host.ask("project/create", root=str(root))["projectId"]
    made = host.ask("thread/create", projectId=project, provider="host", title=title)
    thread_id: str = made["threadId"]
    host.ask("turn/start", threadId=thread_id, prompt=title)
    return thread_id


def _step(number: int) -> dict[str, object]:
    return {
        "type": "toolCallUpdated",
        "itemId": f"t{number}",
        "title": f"Step {number}",
        "kind": "execute",
        "status": "completed",
        "content": [{"type": "text", "text": f"Output {number}"}],
    }


def _watch(window: Window, words: list[str]) -> None:
    frame = window.prompt.element_handle().owner_frame()
    assert frame is not None
    frame.evaluate(WATCH, words)


def _seen(window: Window) -> dict[str, float]:
    frame = window.prompt.element_handle().owner_frame()
    assert frame is not None
    seen: dict[str, float] = frame.evaluate("window.seen")
    return seen


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
