"""The suite that runs inside VS Code's extension host, with mocha and the editor's own API."""

import os
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from editors import tools
from editors.vscode.workbench import VSIX, CodeServer, machine_settings

pytestmark = pytest.mark.timeout(300)

LARGEST = 500 * 1000


def test_the_extension_keeps_its_promises_to_the_host(
    context: BrowserContext,
    workspace: Path,
    state: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
):
    extensions = tmp_path_factory.mktemp("none")
    settings = machine_settings(state)
    with CodeServer(
        tmp_path, extensions=extensions, machine=settings, driven=True, trusts=False
    ) as server:
        there = f"vscode-remote://127.0.0.1:{server.port}{tools.EXTENSION}"
        payload = [
            ["extensionDevelopmentPath", there],
            ["extensionTestsPath", f"{there}/dist/host/run.js"],
        ]
        page = context.new_page()
        said: list[str] = []
        ended: list[int] = []
        page.expose_function("codeAutomationLog", lambda kind, told: said.append(f"{kind} {told}"))
        page.expose_function("codeAutomationExit", lambda code, *_: ended.append(code))
        page.goto(server.address(workspace, payload), wait_until="commit", timeout=90_000)
        # The suite begins in a folder that is not trusted, and asks for trust.
        trust = page.get_by_role("button", name="Trust", exact=True)
        trusted = False
        for _ in range(900):
            if ended:
                break
            if not trusted and trust.is_visible():
                trust.click()
                trusted = True
            page.wait_for_timeout(100)
        page.close()
    report = "\n".join(said)
    assert ended == [0], report
    assert not (workspace / "caught").exists()
    assert "passing" in report, report


def test_the_extension_is_small():
    with zipfile.ZipFile(VSIX) as packed:
        sizes = {
            entry.filename: entry.file_size
            for entry in packed.infolist()
            if entry.filename.startswith("extension/dist/")
        }
    assert set(map(os.path.basename, sizes)) == {"extension.js", "webview.js", "style.css"}
    assert sum(sizes.values()) < LARGEST


def test_the_package_holds_the_server_and_nothing_compiled():
    with zipfile.ZipFile(VSIX) as packed:
        names = packed.namelist()
    assert "extension/bundled/libs/peon/__main__.py" in names
    assert "extension/bundled/compiled.txt" in names
    assert [name for name in names if name.endswith((".so", ".pyd", ".pyc"))] == []
    assert [name for name in names if "node_modules" in name] == []
