"""VS Code with the extension as it is built, a browser, and a folder to work in."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from editors.vscode.workbench import VSIX, CodeServer, Window, install, machine_settings

GREETER = '''"""Greets."""


def greet() -> str:
    return "Hello, world"


if __name__ == "__main__":
    print(greet())
'''


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of extensions with ours in it, from the file that users install."""
    assert VSIX.exists(), "build/peon.vsix is missing: run make vsix"
    folder = tmp_path_factory.mktemp("extensions")
    install(VSIX, folder, tmp_path_factory.mktemp("installing"))
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A small repository."""
    folder = tmp_path / "greeter"
    folder.mkdir()
    (folder / "greet.py").write_text(GREETER)
    (folder / "README.md").write_text("# Greeter\n\nIt greets.\n")
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "A user"],
        ["config", "user.email", "user@example.com"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=Begin"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True, timeout=30)
    return folder


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder whose path is short, and whose server is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="peon-"))
    yield folder
    subprocess.run(
        [sys.executable, "-m", "peon", "stop", "--state-dir", str(folder)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def code(tmp_path: Path, extensions: Path, state: Path) -> Iterator[CodeServer]:
    home = tmp_path / "code"
    home.mkdir()
    variables = {"PEON_IDLE_SECONDS": "5"}
    settings = machine_settings(state)
    with CodeServer(home, extensions=extensions, machine=settings, variables=variables) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's profile of the test's own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def open_window(
    context: BrowserContext, code: CodeServer, workspace: Path
) -> Iterator[Callable[[], Window]]:
    """Opens windows on the workspace; what the extension said is shown if the test fails."""

    def make() -> Window:
        return Window(context.new_page(), code, workspace)

    yield make
    sys.stdout.write(code.log())
    if shots := os.environ.get("PEON_TEST_SHOTS"):
        for place, page in enumerate(context.pages):
            page.screenshot(path=f"{shots}/{workspace.parent.name}-{place}.png")


@pytest.fixture
def window(open_window: Callable[[], Window]) -> Window:
    found = open_window()
    found.open_peon()
    return found
