"""How a command says that something is in the way: on stderr, with what to do about it."""

import sys
from typing import Final

from peon.cli.client import RequestFailed
from peon.cli.telling import printable
from peon.errors import ExternalFailure, PeonError

_REMEDIES: Final = {
    "provider.unknown": "peon doctor lists those there are.",
    "provider.notAvailable": "Or choose another with --provider; peon doctor lists them.",
    "provider.needsLogin": "Then run this again.",
    "project.rootUnusable": "Name a folder of your own with --project.",
}
"""Where the server's own words are for editors, what to do at a terminal."""


def complain(error: PeonError) -> None:
    """Name the obstacle and the remedy."""
    sys.stderr.write(f"peon: error: {printable(complaint(error))}\n")


def complaint(error: PeonError) -> str:
    """The obstacle, and the remedy if one is known."""
    match error:
        case RequestFailed(content=content):
            remedy = _REMEDIES.get(content.kind, content.remedy)
        case ExternalFailure(remedy=remedy):
            pass
        case _:
            remedy = None
    return str(error) if remedy is None or remedy in str(error) else f"{error} {remedy}"
