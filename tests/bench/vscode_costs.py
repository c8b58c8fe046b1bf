"""What a user of VS Code waits for: its start, a word of the agent, a long history."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from bench.measure import TINY, Figure, Scale

_ROOT = Path(__file__).parents[2]
_ITEMS = 10_000
_DELTAS = 60
_LIMIT = "A wall time of a whole editor: whatever else the machine does is in it."


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Nothing but a word where the editor is not installed."""
    cache = _editors()
    if scale == TINY or cache is None or not _is_ready(cache):
        sys.stderr.write("VS Code is not measured: make test-vscode installs what it takes.\n")
        yield Figure(subject="figures of VS Code: run make test-vscode first", unit="", ours=0)
        return
    told = subprocess.run(
        [sys.executable, "-m", "editors.vscode.figures", str(_ITEMS), str(_DELTAS)],
        env=os.environ | {"PYTHONPATH": str(_ROOT / "tests"), "PEON_TEST_EDITORS": str(cache)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    found: dict[str, float] = json.loads(told.stdout)
    yield _figure("activation in VS Code's extension host", found["activation"], 100)
    yield _figure("from an agent's write to the screen of VS Code, p50", found["delta"], 100)
    yield _figure(f"a history of {_ITEMS:,} items opens in VS Code", found["history"], 1000)


def _figure(subject: str, milliseconds: float, limit: float) -> Figure:
    made = Figure(subject=subject, unit="ms", ours=milliseconds)
    return made.not_above(limit).limited_by(_LIMIT)


def _editors() -> Path | None:
    """Where `make test-vscode` puts editors."""
    if told := os.environ.get("PEON_TEST_EDITORS"):
        return Path(told)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(home) / "peon-editors"


def _is_ready(cache: Path) -> bool:
    there = any((cache / "code-server").glob(".installed-*"))
    return there and (_ROOT / "build/peon.vsix").exists() and find_spec("playwright") is not None
