"""A process killed by the real signal at any call of git leaves nothing that stands in the way.

`test_killed.py` ends it at everything that it does itself; here git does it, before or after it has
done its work.
"""

import os
import shutil
import signal
from pathlib import Path
from typing import Final

import pytest

from support.bench import Bench, open_workspace
from support.killing import in_child
from support.repositories import fingerprint, make_repo

CALLS = 8
"""A capture of this folder calls git at least so often."""

_KILLER: Final = """#!/bin/sh
# The call number {number} of git is the last: its caller is killed {when} it is done.
# Calls may overlap. Making a folder is what only one of them can do.
count=1
until mkdir '{counters}'/"$count" 2>/dev/null; do count=$((count + 1)); done
if [ "$count" -eq {number} ] && [ {when} = before ]; then kill -9 "$PPID"; exit 1; fi
if [ "$count" -eq {number} ]; then '{git}' "$@"; kill -9 "$PPID"; exit 1; fi
exec '{git}' "$@"
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_capture_after_one_that_was_killed_holds_everything(
    bench: Bench, tmp_path: Path, when: str
):
    """One folder, with a repository in it, lives through all of it."""
    repos = (make_repo(bench.root / "lib", bench.environ), bench.repo)
    for repo in repos:
        repo.write("file", "old\n")
    await bench.capture()
    for number in [*range(1, CALLS + 1), CALLS + 3]:
        for repo in repos:
            repo.write("file", f"changed {number}\n")
            repo.write(f"new {number}", "new\n")
        before = fingerprint(bench.root)
        bench.workspace.close()
        killed = _killed_at(bench, _killing_git(tmp_path / f"bin {number}", number, when))
        assert killed or number > CALLS
        bench.reopen()
        held = await bench.held(await bench.capture())

        assert {held[path] for path in (b"file", b"lib/file")} == {b"changed %d\n" % number}
        assert {held[b"%snew %d" % (lib, number)] for lib in (b"", b"lib/")} == {b"new\n"}
        assert fingerprint(bench.root) == before


def _killing_git(folder: Path, number: int, when: str) -> Path:
    """A folder for the front of a PATH, whose git ends its caller at its call of this number."""
    folder.mkdir()
    git = shutil.which("git")
    assert git is not None
    counters = folder / "calls"
    counters.mkdir()
    script = folder / "git"
    script.write_text(_KILLER.format(number=number, when=when, counters=counters, git=git))
    script.chmod(0o755)
    return folder


def _killed_at(bench: Bench, folder: Path) -> bool:
    """Whether it came to that call at all."""
    environ = {**bench.environ, "PATH": f"{folder}{os.pathsep}{bench.environ['PATH']}"}

    async def capture() -> None:
        workspace = open_workspace(bench.state, environ)
        await workspace.capture(bench.root)
        workspace.close()

    ended = in_child(capture)
    assert ended in (0, -signal.SIGKILL)
    return ended != 0
