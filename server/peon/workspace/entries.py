"""What stands at a path, and whose a change is: the values that captures and restores are made
of.
"""

import hashlib
from typing import Literal

import attrs

from peon.workspace.paths import shown

FILE = "100644"
EXECUTABLE = "100755"
LINK = "120000"
GITLINK = "160000"


@attrs.frozen
class Entry:
    """A file or link: git's mode and the id of its bytes (of a link: of its target)."""

    mode: str
    oid: str


@attrs.frozen
class Owner:
    """Whose a change is: one turn, or one restore, of one thread. Ids are opaque."""

    thread_id: str
    turn_id: str
    kind: Literal["turn", "restore"] = "turn"


Owners = frozenset[Owner]
"""Everybody who may have made a change; empty means nobody we know: the user, or in doubt."""

NOBODY: Owners = frozenset()


Tools = frozenset[str]
"""The ids of the tool calls by which a change may have been made."""


@attrs.frozen
class Hand:
    """Who may have had a hand in a change, and by which tool calls."""

    owners: Owners = NOBODY
    tools: Tools = frozenset()


@attrs.frozen
class Change:
    """One path in one segment: what stood there before and after (None: nothing), and whose it
    is.
    """

    before: Entry | None
    after: Entry | None
    owners: Owners = NOBODY
    tools: Tools = frozenset()


@attrs.frozen
class ExpectedEdit:
    """The content ids (`blob_id`) an edit went from and to; None where there was no file."""

    before: str | None
    after: str | None


MissReason = Literal[
    "tooLarge", "unreadable", "unstorableName", "overQuota", "notReached", "repositoryFailed"
]


@attrs.frozen
class Miss:
    """A path a capture does not hold, and why; a path that ends in `/` stands for all below it."""

    path: bytes
    reason: MissReason


@attrs.frozen
class Missing:
    """A path that a checkpoint does not hold (as text, see `paths.shown`), and why.

    One that ends in `/` stands for all below it, and the empty path for everything.
    """

    path: str
    reason: str


def blob_id(content: bytes) -> str:
    """The id under which git stores these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def as_missing(misses: tuple[Miss, ...]) -> tuple[Missing, ...]:
    """Misses as a caller is told of them."""
    return tuple(Missing(shown(miss.path), miss.reason) for miss in misses)
