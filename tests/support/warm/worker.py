"""This worker's nursery: started when it is first needed, ended with the worker."""

import atexit
import contextlib
import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Final

from support.warm.asking import Asked, ask

HERE: Final = Path(__file__).parent
POSSIBLE: Final = sys.platform == "linux"
"""Elsewhere every process is a fresh interpreter."""
_VARIABLE: Final = "PEON_TEST_NURSERY"
_LAUNCHER: Final = """\
#!{python} -IS
import sys
sys.path.insert(0, {tests!r})
from support.warm.launcher import main
main({python!r}, {address!r})
"""


def environment(changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a child needs to import what this process can, and to start owners by the nursery."""
    path = filter(None, [str(HERE / "site") if POSSIBLE else "", *sys.path])
    told = {_VARIABLE: str(_nursery() / "python")} if POSSIBLE else {}
    return os.environ | {"PYTHONPATH": os.pathsep.join(path)} | told | dict(changed or {})


def start(
    argv: Sequence[str],
    descriptors: Mapping[int, int],
    env: Mapping[str, str],
    *,
    cwd: Path | None = None,
) -> Asked:
    """Start `python` with these arguments (`-m`, a module, ...) and wait for its pid.

    `descriptors` says for each of the child's which of ours it is.
    """
    return ask(str(_nursery() / "socket"), argv, descriptors, env, cwd=str(cwd or Path.cwd()))


@functools.cache
def _nursery() -> Path:
    """The folder of this worker's nursery, which is started when it is first asked for."""
    folder = Path(tempfile.mkdtemp(prefix="peon-warm-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    address = folder / "socket"
    launcher = folder / "python"
    launcher.write_text(
        _LAUNCHER.format(python=sys.executable, tests=str(HERE.parent.parent), address=str(address))
    )
    launcher.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-m", "support.warm.nursery", str(address)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd="/",
        start_new_session=True,
    )
    atexit.register(_end, process)
    assert process.stdout is not None
    assert process.stdout.read() == b"ready", "the nursery did not start"
    return folder


def _end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        process.communicate(timeout=10)
