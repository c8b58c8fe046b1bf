"""A program that captures a folder and is killed at one of its calls of git:
`python capture_crash.py STATE ROOT`.

The git that it finds on its PATH does the killing, see `killing_git`.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from peon.runtime.clock import SystemClock
from peon.workspace.workspace import Workspace

_KILLER: Final = """#!/bin/sh
# The call number {number} of git is the last: its caller is killed {when} it is done.
# Calls may overlap. Making a folder is what only one of them can do.
count=1
until mkdir '{counters}'/"$count" 2>/dev/null; do count=$((count + 1)); done
if [ "$count" -eq {number} ] && [ {when} = before ]; then kill -9 "$PPID"; exit 1; fi
if [ "$count" -eq {number} ]; then '{git}' "$@"; kill -9 "$PPID"; exit 1; fi
exec '{git}' "$@"
"""


def killing_git(folder: Path, number: int, when: str) -> Path:
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


async def _capture(state: Path, root: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    workspace = Workspace(state=state, clock=SystemClock(), environ=environ)
    await workspace.capture(root)
    workspace.close()


if __name__ == "__main__":
    asyncio.run(_capture(Path(sys.argv[1]), Path(sys.argv[2])))
