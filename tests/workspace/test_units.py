"""Repositories in the folder, and rules of what is ignored: each by itself, as they are now.

Where git is to fail, or somebody is to act while it works, the git on the PATH is a program that
does so once a file says so, and otherwise is git.
"""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from peon.workspace.entries import Missing, Owners
from support.bench import TURN, Bench, open_workspace
from support.repositories import fingerprint, make_repo

NOBODY: Owners = frozenset()

_GIT = """#!/bin/sh
# Beyond what is asked for, {what} where the file {flag} is there.
case "$GIT_WORK_TREE $*" in
{case}) [ -e '{flag}' ] && {{ {what}; }} ;;
esac
exec '{git}' "$@"
"""


def git_that(bench: Bench, case: str, what: str) -> Path:
    """The file that has the next git, whose folder and words are of this `case`, do `what`."""
    place = bench.state.parent / "bin"
    place.mkdir()
    flag = place / "flag"
    script = place / "git"
    git = shutil.which("git")
    script.write_text(_GIT.format(case=case, what=what, flag=flag, git=git))
    script.chmod(0o755)
    bench.workspace.close()
    path = f"{place}{os.pathsep}{bench.environ['PATH']}"
    bench.workspace = open_workspace(bench.state, {**bench.environ, "PATH": path})
    return flag


async def owners(bench: Bench, path: bytes) -> Owners:
    """Whose the newest change of a path is."""
    return (await bench.folder()).chain.changes(path, 0)[-1][1].owners


@pytest.fixture
def bench(bench: Bench, environ: dict[str, str]) -> Bench:
    """A folder with two repositories in it."""
    bench.repo.write("outer", "old\n")
    for name in ("lib", "other"):
        make_repo(bench.root / name, environ).write("code", "old\n")
    return bench


async def test_one_that_fails_voids_nothing_and_stays_as_it_was_known(bench: Bench):
    start = await bench.capture()
    failing = git_that(bench, "*/lib*", "exit 128")
    await bench.open_tool()
    failing.touch()
    for name in ("outer", "lib/code", "other/code"):
        bench.repo.write(name, "new\n")
    await bench.close_tool()
    captured = await bench.workspace.capture(bench.root)
    held = await bench.held(captured.checkpoint_ref)

    assert captured.missing == (Missing("lib/", "repositoryFailed"),)
    assert held == {b"outer": b"new\n", b"lib/code": b"old\n", b"other/code": b"new\n"}
    failing.unlink()
    await bench.restore(start)
    assert bench.repo.read("outer") == bench.repo.read("other/code") == "old\n"
    assert bench.repo.read("lib/code") == "new\n"
    assert await owners(bench, b"lib/code") == NOBODY  # Nobody looked when it came.


async def test_one_that_becomes_a_link_while_the_rest_is_looked_at_leads_nowhere(
    bench: Bench, tmp_path: Path
):
    outside = tmp_path / "outside"
    shutil.copytree(bench.root / "lib", outside)
    (outside / "secret").write_text("not ours\n")
    lib = bench.root / "lib"
    swapped = git_that(
        bench,
        f"{bench.root}*ls-files*",
        f"rm '{tmp_path}/bin/flag'; sleep 0; "
        f"'{shutil.which('git')}' \"$@\"; rm -r '{lib}'; ln -s '{outside}' '{lib}'; exit",
    )
    before = fingerprint(outside)
    swapped.touch()
    captured = await bench.workspace.capture(bench.root)

    assert not swapped.exists()
    assert captured.missing == (Missing("lib/", "repositoryFailed"),)
    assert not any(b"secret" in path for path in await bench.held(captured.checkpoint_ref))
    held = await bench.held(await bench.capture())
    assert held == {b"outer": b"old\n", b"lib": os.fsencode(outside), b"other/code": b"old\n"}
    assert fingerprint(outside) == before


async def test_rules_outside_of_the_files_hold_from_the_next_turn_on(bench: Bench, home: Path):
    history = await bench.history()
    await bench.capture()
    bench.repo.write(".git/info/exclude", "excluded\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/mine\n")
    (home / "mine").write_text("*.mine\n")
    await history.turn_started(TURN)
    for name in ("excluded", "lib/excluded", "x.mine", "lib/x.mine"):
        bench.repo.write(name, "x")
    held = await bench.held(await bench.capture())

    assert {b"excluded", b"x.mine", b"lib/x.mine"}.isdisjoint(held)
    assert b"lib/excluded" in held  # The rules of the outer repository end there.


async def test_what_the_user_begins_to_track_is_kept_from_the_next_turn_on(bench: Bench):
    history = await bench.history()
    bench.repo.write(".gitignore", "*.log\n")
    bench.repo.write("old.log", "1\n")
    assert b"old.log" not in await bench.held(await bench.capture())
    bench.repo.git("add", "-f", "old.log")
    await history.turn_started(TURN)

    assert (await bench.held(await bench.capture()))[b"old.log"] == b"1\n"


async def test_a_file_that_becomes_a_repository_while_it_is_stored_is_one_from_then_on(
    bench: Bench, tmp_path: Path
):
    """Taken for a link to a repository, it would hide what is in it."""
    made = make_repo(tmp_path / "made", bench.environ)
    made.write("inside", "inside\n")
    made.commit()
    outer = bench.root / "outer"
    becoming = git_that(
        bench, f"{bench.root}\\ *update-index*", f"rm '{outer}' && mv '{made.root}' '{outer}'"
    )
    becoming.touch()
    await bench.capture()
    becoming.unlink()
    held = await bench.held(await bench.capture())

    assert held == {b"outer/inside": b"inside\n", b"lib/code": b"old\n", b"other/code": b"old\n"}


@pytest.mark.parametrize("name", [":(icase)x", "[ab]*", "-x", "\n"], ids=repr)
async def test_a_folder_of_a_repository_may_have_any_name(bench: Bench, name: str):
    inner = bench.root / name
    bench.repo.write(f"{name}/file", "in it\n")
    bench.repo.write("a", "beside it\n")
    ref = (await bench.workspace.capture(inner)).checkpoint_ref
    (inner / "file").write_text("changed\n")

    assert await bench.held(ref, inner) == {b"file": b"in it\n"}
    assert (await bench.workspace.capture(inner)).changed == 1


@pytest.mark.parametrize("name", [".git/info/exclude", ".gitignore", ".git/index"])
async def test_rules_that_nobody_ever_writes_hold_nobody_up(bench: Bench, name: str):
    """A pipe in their place is not waited for longer than a capture may take."""
    ref = await bench.capture()
    bench.reopen()
    (bench.root / name).unlink(missing_ok=True)
    os.mkfifo(bench.root / name)
    async with asyncio.timeout(5.0):
        captured = await bench.workspace.capture(bench.root, seconds=0.3)

    assert captured.missing == (Missing("", "notReached"),)
    assert (await bench.held(captured.checkpoint_ref)) == (await bench.held(ref))
