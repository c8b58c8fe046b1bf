"""A real VS Code: a server of it, and a window in a browser, with what a user can do in one."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from playwright.sync_api import FrameLocator, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from editors import tools

VSIX = tools.ROOT / "build" / "peon.vsix"
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
}
SHOWN = 30_000
"""Milliseconds that something may take to be seen on a busy machine."""

WIDE = 480

USER = {
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.reduceMotion": "on",
    "workbench.tips.enabled": False,
    "workbench.enableExperiments": False,
    "window.menuBarVisibility": "hidden",
    "window.commandCenter": False,
    "security.workspace.trust.enabled": False,
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "chat.disableAIFeatures": True,
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "git.openRepositoryInParentFolders": "never",
    "editor.minimap.enabled": False,
    "files.autoSave": "off",  # in a browser it is on, and on a desktop it is not
}
expect.set_options(timeout=SHOWN)

IS_OVER = """([title, value]) => {
  const widget = document.querySelector(".quick-input-widget");
  return getComputedStyle(widget).display === "none"
    || widget.querySelector(".quick-input-title").textContent !== title
    || widget.querySelector("input.input").value !== value;
}"""
"""Whether another question is asked, or none."""

_LISTENS = re.compile(rb"HTTP server listening on http://127\.0\.0\.1:(\d+)")


def code_server() -> list[str]:
    cache = os.environ.get("PEON_TEST_EDITORS")
    assert cache, "run these tests with make test-vscode: it knows where VS Code is"
    entry = Path(cache) / "code-server/node_modules/code-server/out/node/entry.js"
    return [str(tools.node()), str(entry)]


def install(vsix: Path, extensions: Path, home: Path) -> None:
    """Install an extension as a user does, from its file."""
    (home / "config.yaml").write_text("auth: none\n")
    subprocess.run(
        [
            *code_server(),
            *("--config", str(home / "config.yaml")),
            *("--user-data-dir", str(home / "data"), "--extensions-dir", str(extensions)),
            *("--install-extension", str(vsix)),
        ],
        env=os.environ | {"EXTENSIONS_GALLERY": "{}"},
        check=True,
        capture_output=True,
        timeout=60,
    )


class CodeServer:
    """A server of VS Code, with a profile of its own."""

    def __init__(
        self,
        home: Path,
        *,
        extensions: Path,
        machine: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
        driven: bool = False,
        trusts: bool = True,
    ) -> None:
        self.home = home
        asks = {} if trusts else {"security.workspace.trust.enabled": True}
        for name, settings in (("User", USER | asks), ("Machine", dict(machine or {}))):
            folder = home / "data" / name
            folder.mkdir(parents=True)
            (folder / "settings.json").write_text(json.dumps(settings))
        (home / "config.yaml").write_text("auth: none\n")
        # Lets a test run inside the extension host; it also hides notifications.
        smoke = ("--vscode-option", "enable-smoke-test-driver") if driven else ()
        self._process = subprocess.Popen(
            [
                *code_server(),
                *("--config", str(home / "config.yaml"), "--bind-addr", "127.0.0.1:0"),
                *("--user-data-dir", str(home / "data"), "--extensions-dir", str(extensions)),
                *("--auth", "none", "--disable-telemetry", "--disable-update-check"),
                *("--disable-getting-started-override", "--ignore-last-opened", *smoke),
                *(("--disable-workspace-trust",) if trusts else ()),
            ],
            # As from a terminal: then it asks no login shell for a PATH of its own.
            env=os.environ
            | {"EXTENSIONS_GALLERY": "{}", "VSCODE_CLI": "1"}
            | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.said = bytearray()
        self.port = self._listen()

    def configure(self, machine: Mapping[str, object]) -> None:
        """Have other settings of the machine from now on, in windows that are opened."""
        path = self.home / "data/Machine/settings.json"
        path.with_suffix(".new").write_text(json.dumps(dict(machine)))
        path.with_suffix(".new").replace(path)

    def _listen(self) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if found := _LISTENS.search(line):
                self._draining = threading.Thread(target=self._drain, daemon=True)
                self._draining.start()
                return int(found[1])
        raise RuntimeError(self.said.decode(errors="replace"))

    def _drain(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line

    def address(self, folder: Path, payload: list[list[str]] | None = None) -> str:
        told = "" if payload is None else f"&payload={quote(json.dumps(payload))}"
        return f"http://127.0.0.1:{self.port}/?folder={folder}{told}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(20)
        self._draining.join(20)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def log(self) -> str:
        """What the extension wrote into its output channels."""
        logs = sorted(self.home.glob("data/logs/**/peon.peon/*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in logs)


class Window:
    """A window of VS Code on a folder, as a user has it before them."""

    def __init__(self, page: Page, server: CodeServer, folder: Path) -> None:
        self.page = page
        self.server = server
        self.folder = folder
        page.set_default_timeout(SHOWN)
        page.goto(server.address(folder), wait_until="commit", timeout=90_000)
        expect(page.locator(".monaco-workbench")).to_be_visible(timeout=60_000)

    def reload(self) -> None:
        self.page.reload(wait_until="commit", timeout=90_000)
        expect(self.page.locator(".monaco-workbench")).to_be_visible(timeout=60_000)

    # --- the parts that are Peon's ----------------------------------------------------------------

    def open_peon(self) -> None:
        """Show Peon in the side bar, and wait for its server.

        By its command, because a click on its tab closes what a reload has just opened by itself.
        After a reload the tab is drawn from memory, and the command comes some time later.
        """
        for _ in range(120):
            row = self._find("View: Show Peon")
            if row.count():
                row.click()
                break
            self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(500)
        expect(self.status("Ready|approval|running")).to_be_visible(timeout=120_000)
        expect(self.prompt).to_be_visible(timeout=60_000)
        self._widen()

    def _widen(self) -> None:
        """Give the side bar the room that somebody who works in it gives it."""
        bar = self.page.locator(".part.sidebar").bounding_box()
        if bar is not None and bar["width"] < WIDE - 20:
            edge = bar["x"] + bar["width"]
            self.page.mouse.move(edge, 450)
            self.page.mouse.down()
            self.page.mouse.move(bar["x"] + WIDE, 450, steps=4)
            self.page.mouse.up()
        self.page.mouse.move(900, 600)

    def status(self, words: str) -> Locator:
        return self.page.get_by_role("button", name=re.compile(f"Peon: .*({words})"))

    @property
    def chat(self) -> FrameLocator:
        frames = self.page.frame_locator("iframe.webview.ready[src*='peon.peon']")
        return frames.first.frame_locator("#active-frame")

    @property
    def prompt(self) -> Locator:
        return self.chat.get_by_role("textbox", name="Prompt")

    @property
    def feed(self) -> Locator:
        return self.chat.get_by_role("feed")

    def say(self, *lines: str) -> None:
        self.prompt.fill("\n".join(lines))
        # It can be sent when the chat knows of the server.
        expect(self.chat.locator(".tools .primary")).to_be_enabled()
        self.prompt.press("Enter")

    def new_thread(self) -> None:
        """Begin again, whatever is shown."""
        self.command("Peon: New Thread")
        expect(self.chat.get_by_role("heading", name="Work on greeter")).to_be_visible()

    def card(self, words: str) -> Locator:
        return self.chat.get_by_role("region", name=f"Needs you: {words}")

    def allow(self, words: str) -> None:
        self.card(words).get_by_role("button", name="Allow once").click()

    def turn(self, *lines: str, allow: tuple[str, ...] = (), number: int = 1) -> None:
        """A whole turn, with what is to be allowed in it."""
        self.say(*lines)
        for words in allow:
            self.allow(words)
        self.ended(number)

    def picture(self, name: str) -> None:
        """Take a picture for the documents, where one is asked for."""
        if folder := os.environ.get("PEON_TEST_PICTURES"):
            self.page.mouse.move(900, 600)
            self.page.wait_for_timeout(600)  # what moves comes to rest
            self.page.screenshot(path=f"{folder}/{name}.png")

    def thread(self, words: str) -> Locator:
        return self.page.get_by_role("treeitem", name=re.compile(words))

    def ended(self, number: int, how: str = "done") -> None:
        expect(self.feed).to_contain_text(f"Turn {number} {how}", timeout=2 * SHOWN)

    # --- the parts that are VS Code's -------------------------------------------------------------

    def command(self, title: str) -> None:
        """Run a command from the palette."""
        row = self._find(title)
        expect(row).to_be_visible()
        row.click()

    def _find(self, title: str) -> Locator:
        """A command in the palette, which is open then."""
        self.page.keyboard.press("F1")
        box = self.page.locator(".quick-input-widget input.input")
        expect(box).to_be_visible()
        box.fill(f">{title}")
        rows = self.page.locator(".quick-input-list .monaco-list-row")
        expect(rows.first).to_be_visible()
        return rows.filter(has_text=title).first

    def dress(self, theme: str) -> None:
        """Choose the theme in which everything is shown."""
        self.command("Preferences: Color Theme")
        self.page.locator(".quick-input-widget input.input").fill(theme)
        self.choose(theme)

    def choose(self, words: str) -> None:
        """Choose an entry of the list that is open."""
        self.page.locator(".quick-input-list .monaco-list-row", has_text=words).first.click()

    def answer(self, text: str) -> None:
        """Type into the input box that is open, and confirm."""
        box = self.page.locator(".quick-input-widget input.input")
        expect(box).to_be_visible()
        box.fill(text)
        self.confirm()

    def confirm(self) -> None:
        """Confirm what the question that is open holds, and wait until it is over.

        The extension looks at an answer first. Until it has, the box stands there, and would take
        what is meant for the next one, which may have the same title.
        """
        box = self.page.locator(".quick-input-widget input.input")
        asked = [self.page.locator(".quick-input-title").text_content(), box.input_value()]
        box.press("Enter")
        self.page.wait_for_function(IS_OVER, arg=asked)

    def open_file(self, name: str) -> None:
        self.page.keyboard.press("Control+P")
        box = self.page.locator(".quick-input-widget input.input")
        expect(box).to_be_visible()
        box.fill(name)
        self.page.locator(".quick-input-list .monaco-list-row", has_text=name).first.click()
        expect(self.page.get_by_role("tab", name=name)).to_be_visible()
        # What is typed next is meant for the file.
        expect(self.page.locator(".editor-instance .monaco-editor.focused")).to_be_visible()

    def toast(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.locator(".notification-toast", has_text=words).first

    def press(self, words: str, button: str) -> None:
        """Press a button of a toast, which goes with it.

        Others that come or go meanwhile move it from under the mouse; then it is pressed again.
        """
        toast = self.toast(words)
        for _ in range(5):
            toast.get_by_role("button", name=button).click()
            with suppress(PlaywrightTimeout):
                toast.wait_for(state="hidden", timeout=5_000)
                return
        raise AssertionError(f"{words!r} is still there")

    def told(self, words: str | re.Pattern[str]) -> None:
        """Wait for a notification in the list of all.

        VS Code shows no toast of the fourth within 800 ms (SPAM_PROTECTION of its
        NotificationsToasts), and long work that is over at once is as many.
        """
        self.command("Notifications: Show Notifications")
        listed = self.page.locator(".notifications-center .notification-list-item")
        expect(listed.filter(has_text=words).first).to_be_visible()
        self.command("Notifications: Hide Notifications")
        expect(listed.first).to_be_hidden()

    def dialog(self, button: str) -> None:
        """Press a button of the modal question that is open; another may follow at once."""
        pressed = self.page.get_by_role("button", name=button, exact=True)
        box = self.page.locator(".monaco-dialog-box").filter(has=pressed)
        expect(box).to_be_visible()
        box.get_by_role("button", name=button, exact=True).click()
        expect(box).to_be_hidden()


def machine_settings(state: Path) -> dict[str, object]:
    """The server in the extension, on the Python that runs the tests, in a state of the test's."""
    return {"peon.interpreter": sys.executable, "peon.stateDirectory": str(state)}
