"""The Lua by itself: form, faults, units, and a help that is what the plugin holds."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from editors.neovim.driver import PLUGIN, program
from support.sources import ROOT

HERE = ROOT / "tests" / "editors" / "neovim"
SECONDS = 55
LUA = ("/usr/share/lua/5.1/?.lua", "/usr/share/lua/5.1/?/init.lua")


def done(*argv: str | Path, cwd: Path = PLUGIN, **variables: str) -> str:
    """What a program says, which must end well."""
    result = subprocess.run(
        argv,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_it_is_formatted():
    [stylua] = (HERE / "tools" / "node_modules").glob("@johnnymorganz/stylua-bin-*/stylua")
    done(stylua, "--check", ".")
    done(stylua, "--check", "--config-path", PLUGIN / "stylua.toml", HERE / "spec")


def test_the_linter_finds_nothing():
    done("luacheck", "--no-color", "--quiet", ".")
    words = ("--std", "luajit+busted", "--globals", "vim")
    done("luacheck", ".", "--no-color", "--quiet", *words, cwd=HERE / "spec")


@pytest.mark.parametrize("spec", sorted(path.name for path in (HERE / "spec").glob("*_spec.lua")))
def test_units(spec: str):
    own = (f"{PLUGIN}/lua/?.lua", f"{PLUGIN}/lua/?/init.lua")
    libraries = (f"{place}/?.so" for place in Path("/usr/lib").glob("*/lua/5.1"))
    said = done(
        *(program(), "--clean", "-l", "/usr/bin/busted", HERE / "spec" / spec),
        LUA_PATH=";".join((*own, *LUA, "")),
        LUA_CPATH=";".join((*libraries, "")),
        PEON_TEST_RECORDINGS=str(ROOT / "tests" / "editors" / "recordings"),
        PEON_TEST_EXAMPLES=str(ROOT / "protocol" / "examples"),
    )
    assert " 0 failures / 0 errors / 0 pending" in said
    assert not said.startswith("0 successes")


def test_the_help_is_what_the_plugin_holds(tmp_path: Path):
    done(program(), "--clean", "-l", PLUGIN / "scripts" / "help.lua", "--check")
    copied = shutil.copytree(PLUGIN / "doc", tmp_path / "doc")
    written = (copied / "tags").read_text()
    (copied / "tags").unlink()
    done(program(), "--clean", "--headless", f"+helptags {copied}", "+qa!")
    assert (copied / "tags").read_text() == written


def test_no_file_of_lua_is_too_long_to_hold_in_mind():
    lengths = {
        path.relative_to(PLUGIN).as_posix(): path.read_text().count("\n")
        for path in PLUGIN.rglob("*.lua")
        if not path.stem.endswith("_gen")
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}
