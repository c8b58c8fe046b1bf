"""Stopping an operation that is under way: what may be asked, and what is answered."""

import enum

import attrs

from peon_protocol.ids import OperationId, ThreadId


class CancelOutcome(enum.StrEnum):
    """What became of an operation that was to be stopped."""

    CANCELLED = "cancelled"
    """It was stopped, and failed with `operation.cancelled`."""
    TOO_LATE = "tooLate"
    """It has ended by itself, or can only be finished; its own event says what came of it."""
    NOTHING = "nothing"
    """Nothing is under way in the thread."""


@attrs.frozen(kw_only=True)
class CancelOperation:
    """Stop the operation that is under way in a thread; with an id, that one and no other."""

    thread_id: ThreadId
    operation_id: OperationId | None = None


@attrs.frozen(kw_only=True)
class CancelResult:
    """What became of it. `operation_id` is null where nothing was under way."""

    thread_id: ThreadId
    operation_id: OperationId | None
    outcome: CancelOutcome
    sequence: int
