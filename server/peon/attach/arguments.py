"""The arguments of `peon serve`, read without the library that reads all others.

Only what the relay takes is understood; with anything else, as with `--help`, the whole command
line is for the library.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple


class Serving(NamedTuple):
    """What the relay is told."""

    state_dir: str | None = None


def serving(arguments: Sequence[str]) -> Serving | None:
    """What `peon ARGUMENTS` tells the relay; None where it is not for the relay."""
    if not arguments or arguments[0] != "serve":
        return None
    match list(arguments[1:]):
        case []:
            return Serving()
        case ["--state-dir", folder]:
            return Serving(folder)
        case [option] if option.startswith("--state-dir="):
            return Serving(option.removeprefix("--state-dir="))
        case _:
            return None


class Owning(NamedTuple):
    """What a relay tells the owner it starts. `ready` is where it waits to hear how that went."""

    state_dir: str
    ready: int


def owning(arguments: Sequence[str]) -> Owning | None:
    """What `peon ARGUMENTS` tells an owner; None where it is nothing that a relay says."""
    match list(arguments):
        case ["own", state_dir, ready] if ready.isdecimal():
            return Owning(state_dir, int(ready))
        case _:
            return None


def real_path(path: str) -> str:
    """The path that all clients give a folder, whichever links lead them there."""
    return os.path.realpath(path)
