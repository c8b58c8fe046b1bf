"""Under what conditions a run has measured: what was measured, on what, beside how much else."""

import os
import platform
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def found() -> list[str]:
    """Asked for before the run."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.system()} {platform.machine()} with {os.cpu_count()} cores"
    return [_code(), f"{python} on {machine}.", _pace(), *_load("began")]


def left() -> list[str]:
    """Asked for behind it."""
    return [*_load("ended"), _pace()]


def _code() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    if not commit:
        return "The code was not in a repository."
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":!docs/performance.md")
    return f"The code was that of {commit}" + (", with changes since." if changed else ".")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _pace() -> str:
    """How fast this machine is, just now: seconds of two runs compare only by it."""
    before = time.process_time()
    sum(number * number for number in range(10_000_000))
    return f"Ten million squares took it {time.process_time() - before:.2f} s of CPU."


def _load(moment: str) -> Iterator[str]:
    if hasattr(os, "getloadavg"):
        yield f"When the run {moment}, {os.getloadavg()[0]:.1f} processes wanted a core."
