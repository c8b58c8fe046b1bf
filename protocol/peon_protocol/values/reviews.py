"""What a review is made of: verdicts on single changes of a turn."""

import enum

import attrs

from peon_protocol.ids import HunkId


class Verdict(enum.StrEnum):
    """What a person thinks of a change that a turn made."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """It is taken back where it still stands."""


class HunkStatus(enum.StrEnum):
    """How a change of a turn, or all of a file's, stands with those who review it."""

    PENDING = "pending"
    """It is there as the turn left it, and nobody has said anything."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """It is not there any more: what stood before stands there again."""
    WAITING = "waiting"
    """A verdict was given while the turn was running; it counts when the turn has ended."""
    CONFLICT = "conflict"
    """Somebody else changed these lines too: it cannot be taken back."""
    MIXED = "mixed"
    """Of a file whose changes stand differently."""


class HunkKind(enum.StrEnum):
    """What a change is a change of."""

    TEXT = "text"
    """Lines that stand together."""
    WHOLE = "whole"
    """A file that is taken or left as a whole: binary, a link, empty, or very long."""
    MODE = "mode"
    """Whether a file is a program."""
    RENAME = "rename"
    """Where a file stands."""


class LineOrigin(enum.StrEnum):
    """Whose a line of a file is."""

    TURN = "turn"
    EXTERNAL = "external"
    """Nobody's turn wrote it: the user did, or another program, or it was there from the first."""
    UNKNOWN = "unknown"
    """The checkpoints that could tell are no longer kept, or more than one turn was at it."""


@attrs.frozen
class ReviewedFile:
    """Changes of one file that a verdict was given on."""

    path: str
    hunk_ids: tuple[HunkId, ...]


@attrs.frozen
class HunkConflict:
    """A change that was not taken back, and why.

    `reason`: changedSince, shared, blocked, lastCopy, changedMeanwhile, unwritable.
    """

    path: str
    hunk_id: HunkId
    reason: str
