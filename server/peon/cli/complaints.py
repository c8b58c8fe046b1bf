"""How a command says that something is in the way: on stderr, with what to do about it."""

import sys

from peon.cli.client import RequestFailed
from peon.cli.telling import printable
from peon.errors import ExternalFailure, PeonError


def complain(error: PeonError) -> None:
    """Name the obstacle and the remedy."""
    sys.stderr.write(f"peon: error: {printable(complaint(error))}\n")


def complaint(error: PeonError) -> str:
    """The obstacle, and the remedy if one is known."""
    match error:
        case RequestFailed(content=content):
            remedy = content.remedy
        case ExternalFailure(remedy=remedy):
            pass
        case _:
            remedy = None
    return str(error) if remedy is None or remedy in str(error) else f"{error} {remedy}"
