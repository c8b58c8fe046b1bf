"""Results that write their answer themselves."""

from collections.abc import Sequence

from peon.rpc.messages import RequestId, event_page_body, result_body, thread_list_body
from peon_protocol.values import JsonValue


class PreparedAnswer:
    """A result that knows its bytes, and may go on when the answer is on its way.

    No abstract class: whether a result is one is asked for every answer, and of those that is slow.
    """

    def body(self, request_id: RequestId) -> bytes:
        """The answer."""
        raise NotImplementedError

    def sent(self) -> None:
        """Called when the answer has been put into the queue, and only then."""


class EventPageAnswer(PreparedAnswer):
    """A page of the log as it is stored: it is not decoded only to be encoded again."""

    def __init__(self, events: Sequence[bytes], head: int) -> None:
        self._events = events
        self._head = head

    def body(self, request_id: RequestId) -> bytes:
        return event_page_body(request_id, self._events, self._head)


class ThreadListAnswer(PreparedAnswer):
    """Threads that are written already, oldest first, and how many there are before them."""

    def __init__(self, threads: Sequence[bytes], sequence: int, before: int) -> None:
        self._threads = threads
        self._sequence = sequence
        self._before = before

    def body(self, request_id: RequestId) -> bytes:
        return thread_list_body(request_id, self._threads, self._sequence, self._before)


class WrittenAnswer(PreparedAnswer):
    """A result that is JSON already, of which parts may be written."""

    def __init__(self, result: JsonValue) -> None:
        self._result = result

    def body(self, request_id: RequestId) -> bytes:
        return result_body(request_id, self._result)
