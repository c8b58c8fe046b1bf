"""What commands are waiting for: refusals to repeat, and operations whose outcome is to come."""

import asyncio
from collections import OrderedDict

import attrs

from peon.errors import ExternalFailure, StoreFailure
from peon_protocol.events import OperationFailed
from peon_protocol.ids import CommandId, OperationId
from peon_protocol.rejections import Rejection
from peon_protocol.results import CommandResult

REFUSALS_KEPT = 10_000


@attrs.frozen
class _Refusal:
    digest: str
    rejection: Rejection


class Refusals:
    """The refusals of this process, so that a repeated command is refused alike.

    Oldest go first.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[CommandId, _Refusal] = OrderedDict()

    def remember(self, command_id: CommandId, digest: str, rejection: Rejection) -> None:
        """Keep why this command was refused."""
        self._kept[command_id] = _Refusal(digest, rejection)
        if len(self._kept) > REFUSALS_KEPT:
            self._kept.popitem(last=False)

    def of(self, command_id: CommandId, digest: str) -> Rejection | None:
        """Why the same command was refused before, if it was."""
        refusal = self._kept.get(command_id)
        return refusal.rejection if refusal is not None and refusal.digest == digest else None


class Outcomes:
    """The futures of operations under way. One that nobody waits for any more costs nothing."""

    def __init__(self) -> None:
        self._open: dict[OperationId, asyncio.Future[CommandResult]] = {}

    def expect(self, operation_id: OperationId) -> "asyncio.Future[CommandResult]":
        """The future outcome of an operation that is open."""
        future = self._open.get(operation_id)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            future.add_done_callback(_retrieve)
            self._open[operation_id] = future
        return future

    def settle(self, operation_id: OperationId, outcome: CommandResult | OperationFailed) -> None:
        """The outcome is in the log; whoever waits still has to wait until it is durable."""
        future = self._open.pop(operation_id, None)
        if future is None or future.done():
            return
        if isinstance(outcome, OperationFailed):
            future.set_exception(failed(outcome.code, outcome.message, outcome.remedy))
        else:
            future.set_result(outcome)

    def fail(self, failure: StoreFailure) -> None:
        """No outcome can be recorded any more."""
        for future in self._open.values():
            if not future.done():
                future.set_exception(failure)
        self._open.clear()


def failed(code: str, message: str, remedy: str | None) -> ExternalFailure:
    """An operation's failure as the error its command is answered with."""
    return ExternalFailure(code.partition(".")[0], message, code=code, remedy=remedy)


def _retrieve(future: "asyncio.Future[CommandResult]") -> None:
    """A failure nobody waits for is in the log; it need not be reported as forgotten."""
    if not future.cancelled():
        future.exception()
