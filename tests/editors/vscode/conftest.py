"""VS Code with the extension as it is built, a browser, and a folder to work in."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from editors.vscode.workbench import (
    CHROMIUM,
    VSIX,
    CodeServer,
    Window,
    install,
    machine_settings,
)
from support.forges import Forge

GREETER = '''"""Greets."""


def greet() -> str:
    return "Hello, world"


if __name__ == "__main__":
    print(greet())
'''


# A wheel that turns has the whole window drawn again sixty times a second, without a graphics card.
STILL = """
const still = new CSSStyleSheet();
const nothing = "animation: none !important; transition: none !important;";
still.replaceSync(`*, ::before, ::after { ${nothing} }`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of extensions with ours in it, from the file that users install."""
    assert VSIX.exists(), "build/peon.vsix is missing: run make vsix"
    folder = tmp_path_factory.mktemp("extensions")
    install(VSIX, folder, tmp_path_factory.mktemp("installing"))
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small repository, with another to which it is pushed."""
    place = tmp_path_factory.mktemp("place")
    folder = place / "greeter"
    folder.mkdir()
    (folder / "greet.py").write_text(GREETER)
    (folder / "README.md").write_text("# Greeter\n\nIt greets.\n")
    _set_traps(folder)
    git(place, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "A user")
    git(folder, "config", "user.email", "user@example.com")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Begin")
    git(folder, "remote", "add", "origin", str(place / "origin.git"))
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    return folder


def _set_traps(folder: Path) -> None:
    """Programs that a careless extension would take for the server, which tell that they ran."""
    trap = folder / ".venv" / "bin" / "peon"
    trap.parent.mkdir(parents=True)
    trap.write_text(f"#!/bin/sh\ntouch '{folder}/caught'\n")
    trap.chmod(0o755)
    for name in ("python", "python3"):
        shutil.copy(trap, trap.with_name(name))
    (folder / ".vscode").mkdir()
    settings = {"peon.path": [str(trap)], "peon.interpreter": str(trap.with_name("python"))}
    (folder / ".vscode" / "settings.json").write_text(json.dumps(settings))
    (folder / ".gitignore").write_text(".venv\n.vscode\n")


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """A place on the PATH for programs that know of pull requests; at first there are none."""
    return Forge(tmp_path_factory.mktemp("forge"))


@pytest.fixture(scope="session")
def code(
    tmp_path_factory: pytest.TempPathFactory, extensions: Path, forge: Forge
) -> Iterator[CodeServer]:
    """One VS Code for all modules; what each changes of it is where its state is."""
    home = tmp_path_factory.mktemp("code")
    path = os.pathsep.join([forge.path, os.environ["PATH"]])
    variables = {"PEON_IDLE_SECONDS": "5", "PATH": path}
    with CodeServer(home, extensions=extensions, variables=variables) as server:
        yield server


@pytest.fixture(scope="module")
def settings(state: Path) -> dict[str, object]:
    return machine_settings(state)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's profile of the module's own, in which nothing moves by itself."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_init_script(STILL)
    yield context
    context.close()


@pytest.fixture(scope="module")
def open_window(
    context: BrowserContext, code: CodeServer, workspace: Path, settings: dict[str, object]
) -> Callable[[], Window]:
    """Opens windows on the workspace."""
    code.configure(settings)
    return lambda: Window(context.new_page(), code, workspace)


@pytest.fixture(scope="module")
def window(open_window: Callable[[], Window]) -> Window:
    """One window for all tests of a module, one after the other, as its user has it all day."""
    found = open_window()
    found.open_peon()
    return found


@pytest.fixture(autouse=True)
def evidence(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the extension wrote and what was to be seen, when a test has failed."""
    failed = request.session.testsfailed
    yield
    if "context" in request.fixturenames and (shots := os.environ.get("PEON_TEST_SHOTS")):
        for place, page in enumerate(request.getfixturevalue("context").pages):
            page.screenshot(path=f"{shots}/{request.node.name}-{place}.png")
    if "code" in request.fixturenames and request.session.testsfailed > failed:
        sys.stdout.write(request.getfixturevalue("code").log())


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, timeout=30, capture_output=True, text=True
    )
    return done.stdout
