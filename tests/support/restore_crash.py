"""A program that restores and kills itself at a given step: `python restore_crash.py STATE ROOT REF
STEP`.

It says on standard output which step it reached, and ends by a signal that nothing can catch.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from peon.runtime.clock import SystemClock
from peon.workspace.apply import Steps
from peon.workspace.restore import RestoreRequest
from peon.workspace.workspace import Workspace


def _steps(last: int) -> Steps:
    taken = 0

    def steps(name: str) -> None:
        nonlocal taken
        taken += 1
        if taken == last:
            sys.stdout.write(name)
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    return steps


async def _restore(state: Path, root: Path, ref: str, last: int) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    workspace = Workspace(state=state, clock=SystemClock(), environ=environ, steps=_steps(last))
    await workspace.restore(root, RestoreRequest("thread", ref), restore_id="restore")
    workspace.close()


if __name__ == "__main__":
    _, place, folder, wanted, number = sys.argv
    asyncio.run(_restore(Path(place), Path(folder), wanted, int(number)))
