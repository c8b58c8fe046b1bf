"""A process killed by the real signal at any step of a capture leaves nothing that stands in the
way.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import capture_crash
from support.bench import Bench
from support.capture_crash import killing_git
from support.repositories import Repo, fingerprint, make_repo

CALLS = 8
"""A capture of this folder calls git at least so often."""


@pytest.fixture
async def inner(bench: Bench, environ: dict[str, str]) -> Repo:
    """A repository in the folder; both were captured, and have changed since."""
    inner = make_repo(bench.root / "lib", environ)
    for repo in (inner, bench.repo):
        repo.write("file", "old\n")
    await bench.capture()
    for repo in (inner, bench.repo):
        repo.write("file", "changed\n")
        repo.write("new", "new\n")
    return inner


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [*range(1, CALLS + 1), CALLS + 3])
async def test_a_capture_after_one_that_was_killed_holds_everything(
    bench: Bench, inner: Repo, environ: dict[str, str], tmp_path: Path, number: int, when: str
):
    before = fingerprint(bench.root)
    bench.workspace.close()
    killed = _killed_at(bench, environ, killing_git(tmp_path / "bin", number, when))
    assert killed or number > CALLS
    bench.reopen()
    held = await bench.held(await bench.capture())

    assert {held[path] for path in (b"file", b"lib/file")} == {b"changed\n"}
    assert {held[path] for path in (b"new", b"lib/new")} == {b"new\n"}
    assert fingerprint(bench.root) == before


def _killed_at(bench: Bench, environ: dict[str, str], folder: Path) -> bool:
    """Whether it came to that call at all."""
    path = f"{folder}{os.pathsep}{environ['PATH']}"
    ended = subprocess.run(
        [sys.executable, capture_crash.__file__, str(bench.state), str(bench.root)],
        env={**environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr.decode()
    return ended.returncode != 0
