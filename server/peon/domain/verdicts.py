"""Verdicts in the model: those that wait, and those that an agent has yet to be told of."""

import attrs

from peon_protocol.ids import HunkId, TurnId
from peon_protocol.values import Verdict


@attrs.frozen
class ToldRejection:
    """What an agent has to know of changes it made in turn `number` that were taken back."""

    number: int
    paths: tuple[str, ...]
    comment: str | None
    patch: str | None


@attrs.frozen(kw_only=True)
class WaitingReview:
    """A verdict that waits until the thread has nothing else to do."""

    turn_id: TurnId
    verdict: Verdict
    path: str | None
    hunk_ids: tuple[HunkId, ...] | None
    comment: str | None
