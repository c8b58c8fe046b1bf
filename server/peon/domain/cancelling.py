"""Which operation may be stopped."""

from peon.domain.lookup import require_thread
from peon.domain.model import Model, OpenOperation
from peon.errors import CommandRejected
from peon_protocol.cancelling import CancelOperation
from peon_protocol.rejections import OperationMismatch, OperationNotCancellable
from peon_protocol.values import ReviewOperation, TurnEndOperation


def operation_to_cancel(query: CancelOperation, model: Model) -> OpenOperation | None:
    """The one under way that is meant, if there is one.

    Raises CommandRejected where the thread is not there, another one is under way, or it belongs to
    a turn.
    """
    thread = require_thread(model, query.thread_id)
    opened = thread.operation
    if opened is None:
        return None
    if query.operation_id not in (None, opened.operation_id):
        mismatch = OperationMismatch(thread.thread_id, query.operation_id, opened.operation_id)
        raise CommandRejected(mismatch)
    if isinstance(opened.operation, TurnEndOperation | ReviewOperation):
        raise CommandRejected(OperationNotCancellable(thread.thread_id, opened.operation.TYPE))
    return opened
