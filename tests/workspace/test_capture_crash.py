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
from support.repositories import fingerprint, make_repo

CALLS = 16
"""More calls of git than a capture of this folder takes."""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_capture_after_one_that_was_killed_holds_everything(
    bench: Bench, environ: dict[str, str], tmp_path: Path, when: str
):
    """The folder has changed once more at each step, and a repository in it too."""
    inner = make_repo(bench.root / "lib", environ)
    inner.write("code", "0\n")
    bench.repo.write("file", "0\n")
    bench.repo.write("gone", "0\n")
    await bench.capture()
    killed = 0
    for number in range(1, CALLS + 1):
        bench.repo.write("file", f"{number}\n" * 3)
        bench.repo.write(f"new {number}", f"{number}\n")
        inner.write("code", f"{number}\n" * 3)
        before = fingerprint(bench.root)
        bench.workspace.close()
        killed += _killed_at(bench, environ, killing_git(tmp_path / f"bin {number}", number, when))
        bench.reopen()
        held = await bench.held(await bench.capture())
        assert held[b"file"] == f"{number}\n".encode() * 3
        assert held[f"new {number}".encode()] == f"{number}\n".encode()
        assert held[b"lib/code"] == f"{number}\n".encode() * 3
        assert fingerprint(bench.root) == before
    assert 8 <= killed < CALLS


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
