"""Stopping operations that are under way, or about to be."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import attrs

from peon.domain.cancelling import operation_to_cancel
from peon.domain.commands import Outcome, WorkFailed
from peon.engine.engine import Engine
from peon.errors import ExternalFailure, Unavailable
from peon.workspace.cancelling import Cancellation
from peon_protocol.cancelling import CancelOperation, CancelOutcome, CancelResult
from peon_protocol.failures import FailureKind
from peon_protocol.ids import OperationId

PATIENCE: Final = 60.0
"""Seconds that whoever stops an operation waits for its end."""


@attrs.define(eq=False)
class Underway:
    """An operation that somebody performs, or wants stopped before it is performed."""

    cancellation: Cancellation = attrs.field(factory=Cancellation)
    outcome: Outcome | None = None
    over: asyncio.Event = attrs.field(factory=asyncio.Event)

    @property
    def is_stopped(self) -> bool:
        """Whether it has ended because of that."""
        failure = self.outcome if isinstance(self.outcome, WorkFailed) else None
        return failure is not None and failure.code == FailureKind.OPERATION_CANCELLED


class Cancelling:
    """What may be stopped, by operation. Belongs to the loop.

    An operation is in here from when it is performed, or asked to stop, until its outcome is
    recorded; so whoever finds it open in the model will see it end.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._underway: dict[OperationId, Underway] = {}

    @contextmanager
    def underway(self, operation_id: OperationId) -> Iterator[Underway]:
        """Perform an operation in here, and record what it came to."""
        found = self._found(operation_id)
        try:
            yield found
        finally:
            del self._underway[operation_id]
            found.over.set()

    async def cancel(self, query: CancelOperation) -> CancelResult:
        """Have the operation stopped that is meant. Answers when it has ended, or is only finished.

        Raises CommandRejected; ExternalFailure where it does not end; Unavailable where the server
        leaves.
        """
        opened = operation_to_cancel(query, self._engine.model)
        if opened is None:
            return await self._answer(query, None, CancelOutcome.NOTHING)
        outcome = await self._stop(self._found(opened.operation_id))
        return await self._answer(query, opened.operation_id, outcome)

    async def _stop(self, found: Underway) -> CancelOutcome:
        if not found.cancellation.ask():
            return CancelOutcome.TOO_LATE
        try:
            async with asyncio.timeout(PATIENCE):
                await found.over.wait()
        except TimeoutError:
            raise ExternalFailure(
                "operation",
                f"it was asked to stop, and has not ended within {PATIENCE:g} s",
                remedy="It ends when what it waits for does; its event will say so.",
            ) from None
        if found.outcome is None:
            raise Unavailable(
                "the operation",
                "it was broken off before its outcome was recorded",
                "Read the thread again: a server that starts does it anew, or ends it.",
            )
        return CancelOutcome.CANCELLED if found.is_stopped else CancelOutcome.TOO_LATE

    async def _answer(
        self, query: CancelOperation, operation_id: OperationId | None, outcome: CancelOutcome
    ) -> CancelResult:
        """Once what was seen is on the disk."""
        sequence = await self._engine.read(lambda model: model.sequence)
        return CancelResult(
            thread_id=query.thread_id,
            operation_id=operation_id,
            outcome=outcome,
            sequence=sequence,
        )

    def _found(self, operation_id: OperationId) -> Underway:
        return self._underway.setdefault(operation_id, Underway())
