"""`peon editor-path`: the plugin comes with the package, from a checkout and from a wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import peon
from peon.cli.editors import folder_of
from peon.cli.options import Editor
from peon.errors import Unavailable
from support.command_line import SECONDS
from support.command_line import peon as run_peon
from support.sources import ROOT, project_files

PLUGIN = "editors/neovim/"


def test_in_a_checkout_it_is_the_one_of_the_checkout():
    done = run_peon("editor-path", "neovim")
    assert (done.code, done.err) == (0, "")
    assert Path(done.out.strip()) == ROOT / "editors" / "neovim"


def test_another_editor_is_refused_with_those_there_are():
    done = run_peon("editor-path", "ed")
    assert done.code == 2
    assert "neovim" in done.err


def test_a_package_without_it_says_what_to_do(tmp_path: Path):
    package = tmp_path / "site-packages" / "peon"
    package.mkdir(parents=True)
    with pytest.raises(Unavailable, match="Install Peon again"):
        folder_of(Editor.NEOVIM, package)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What a wheel of this very checkout installs."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )
    [wheel] = tmp_path.glob("*.whl")
    target = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_a_wheel_holds_the_whole_plugin_and_finds_it(installed: Path):
    others = [path for path in sys.path if path and not _is_ours(path)]
    done = subprocess.run(
        [sys.executable, "-S", "-m", "peon", "editor-path", "neovim"],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(installed), *others])},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    folder = Path(done.stdout.strip())
    assert folder == installed / "peon" / "editors" / "neovim"
    wanted = {
        name.removeprefix(PLUGIN)
        for name in project_files()
        if name.startswith(tuple(PLUGIN + part for part in ("doc/", "lua/", "plugin/")))
    }
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert wanted <= there
    assert "lua/peon/init.lua" in there


def _is_ours(path: str) -> bool:
    """Whether this very checkout is imported from there."""
    return Path(path) in {Path(peon.__file__).parents[1], ROOT / "protocol", ROOT / "tests"}
