"""The arguments of `peon serve`, read without the library that reads all others.

It takes longer to import than an editor should wait. What is not understood here, as `--help`, is
for that library.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple


class Serving(NamedTuple):
    """How to serve, and where; without a folder, where the system keeps such things."""

    state_dir: str | None = None
    standalone: bool = False


def serving(arguments: Sequence[str]) -> Serving | None:
    """What `peon ARGUMENTS` says of how to serve; None where it is not understood here."""
    if not arguments or arguments[0] != "serve":
        return None
    told, rest = Serving(), list(arguments[1:])
    while rest:
        match rest:
            case ["--standalone", *rest]:
                told = told._replace(standalone=True)
            case ["--state-dir", folder, *rest]:
                told = told._replace(state_dir=folder)
            case [option, *rest] if option.startswith("--state-dir="):
                told = told._replace(state_dir=option.removeprefix("--state-dir="))
            case _:
                return None
    return told


class Owning(NamedTuple):
    """What a relay tells the owner it starts. `ready` is where it waits to hear how that went.

    The build is the relay's: whatever either finds on its way to our modules, what a relay has
    started must be good enough for it.
    """

    state_dir: str
    ready: int
    build: str


def owning(arguments: Sequence[str]) -> Owning | None:
    """What `peon ARGUMENTS` tells an owner; None where it is nothing that a relay says."""
    match list(arguments):
        case ["own", state_dir, ready, build] if ready.isdecimal():
            return Owning(state_dir, int(ready), build)
        case _:
            return None


def real_path(path: str) -> str:
    """The path that all clients give a folder, whichever links lead them there."""
    return os.path.realpath(path)
