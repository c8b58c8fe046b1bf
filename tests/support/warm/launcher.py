"""What relays take for the interpreter: only owners come from the nursery."""

import os
import sys

from support.warm.asking import ask

_OWNER = ["-E", "-P", "-m", "peon", "own"]


def main(python: str, address: str) -> None:
    """Do what `python` would do with our arguments."""
    arguments = sys.argv[1:]
    if arguments[: len(_OWNER)] != _OWNER:
        os.execv(python, [python, *arguments])  # noqa: S606 (argv, no shell)
    ready = int(arguments[len(_OWNER) + 1])
    descriptors = {0: 0, 1: 1, 2: 2, ready: ready}
    ask(address, arguments, descriptors, os.environ, cwd="/")
    os._exit(0)  # The relay waits for this, too.
