"""Requests to the client: few at a time, and none remembered for ever."""

from collections import OrderedDict
from concurrent.futures import Future

import attrs

from peon.errors import ExternalFailure
from peon.rpc.messages import RequestId

_CLIENT = "the client"


@attrs.frozen
class Pending:
    """A request that the client has not answered."""

    future: "Future[object]"
    response: type | None
    """The class of LSP its answer is."""


class OutgoingRequests:
    """Belongs to the loop. Where there are too many, the oldest is given up.

    The ids begin with `prefix`, which is this session's alone: through a relay, an answer may come
    that was meant for an owner that died.
    """

    def __init__(self, most: int, prefix: str) -> None:
        self._most = most
        self._prefix = prefix
        self._pending: OrderedDict[RequestId, Pending] = OrderedDict()
        self._drawn = 0

    def __len__(self) -> int:
        return len(self._pending)

    def open(self, response: type | None) -> tuple[RequestId, "Future[object]"]:
        """A new id and what will hold the answer. Cancelling that forgets the request."""
        self._drawn += 1
        request_id = f"{self._prefix}-{self._drawn}"
        future: Future[object] = Future()
        self._pending[request_id] = Pending(future, response)
        future.add_done_callback(lambda _: self._pending.pop(request_id, None))
        if len(self._pending) > self._most:
            self._give_up(self._pending[next(iter(self._pending))], "it answers too slowly")
        return request_id, future

    def take(self, request_id: RequestId) -> Pending | None:
        """The request that this id belongs to; it is no longer pending."""
        return self._pending.pop(request_id, None)

    def close(self) -> None:
        """Give up all: the client is gone."""
        for pending in list(self._pending.values()):
            self._give_up(pending, "it is gone")

    def _give_up(self, pending: Pending, why: str) -> None:
        if not pending.future.done():
            pending.future.set_exception(ExternalFailure(_CLIENT, why))


def refused_by_client(error: object) -> ExternalFailure:
    """What a caller is told where the client answered with an error.

    The client's code is not passed on, or it would look like our own answer to somebody's request.
    """
    message = error.get("message") if isinstance(error, dict) else None
    return ExternalFailure(_CLIENT, str(message or "it refused"))
