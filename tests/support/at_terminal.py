"""Peon as a shell starts it at its terminal: it hears of Ctrl-C from there.

    python -m support.at_terminal run PROMPT

It has to lead a session of its own that has no terminal yet.
"""

import os
import runpy
import sys

if __name__ == "__main__":
    # The first terminal that a new session opens is the one that it hears from.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
    sys.argv[0] = "peon"
    runpy.run_module("peon", run_name="__main__", alter_sys=True)
