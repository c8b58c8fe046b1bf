"""Starts the embedded agent. Run by file path: it needs no installation and no PYTHONPATH."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from peon.providers.script.agent import main

if __name__ == "__main__":
    main()
