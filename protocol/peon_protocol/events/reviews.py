"""Events of reviews: what people think of what a turn changed."""

from typing import ClassVar

import attrs

from peon_protocol.ids import CheckpointId, HunkId, OperationId, ThreadId, TurnId
from peon_protocol.values import HunkConflict, ReviewedFile, Verdict


@attrs.frozen(kw_only=True)
class ReviewRequested:
    """A verdict on a running turn's changes: it waits for the end of the turn.

    It is meant for those named, else for all of `path`, else for all.
    """

    TYPE: ClassVar = "review.requested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    operation_id: OperationId
    verdict: Verdict
    path: str | None = None
    hunk_ids: tuple[HunkId, ...] | None = None
    comment: str | None = None


@attrs.frozen(kw_only=True)
class ReviewRecorded:
    """Changes of a turn were accepted, or rejected and taken back; some may not have been.

    `patch` is the beginning of what was taken back. The agent is told with the next prompt.
    """

    TYPE: ClassVar = "review.recorded"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    operation_id: OperationId
    verdict: Verdict
    files: tuple[ReviewedFile, ...]
    conflicts: tuple[HunkConflict, ...] = ()
    before_checkpoint_id: CheckpointId | None = None
    comment: str | None = None
    patch: str | None = None
