"""A sample of stopping work that is under way, and of its answer."""

from typing import Final

from generator.samples import cast
from generator.samples.exchange import Exchange
from peon_protocol.cancelling import CancelOperation, CancelOutcome, CancelResult

NOW: Final = 39
"""The sequence at which it is asked for."""

CANCELLING: Final = (
    Exchange(
        "operation/cancel",
        CancelOperation(thread_id=cast.THREAD, operation_id=cast.COMMIT_OPERATION),
        CancelResult(
            thread_id=cast.THREAD,
            operation_id=cast.COMMIT_OPERATION,
            outcome=CancelOutcome.CANCELLED,
            sequence=NOW,
        ),
    ),
)
