"""What stands open between a client and an owner, so that another owner can take its place."""

from peon.attach import peeking, saying
from peon.attach.peeking import RequestId, Sent, Sort

GREETING = "peon-relay-greeting"
"""The id of the `initialize` that a later owner gets, which the client knows nothing of."""


class Account:
    """Of one client. Bodies of messages go in, and bodies to be sent come out."""

    def __init__(self) -> None:
        self._open: dict[RequestId, Sent] = {}
        self._greeting: bytes | None = None
        self._initialized: bytes | None = None
        self._cursors: dict[str, int] = {}
        self._progress: set[RequestId] = set()
        self.greeted = False
        """Whether the client has its answer to `initialize`."""
        self._shown: RequestId | None = None
        """What the client calls the progress of a start, while it shows one."""
        self.shut_down = False
        """Whether `shutdown` has succeeded."""

    def enter(self, sent: Sent, body: bytes) -> None:
        """Note what the client sends."""
        if sent.sort is Sort.REQUEST and sent.request_id is not None:
            self._open[sent.request_id] = sent
            if sent.method == "initialize" and not self.greeted:
                self._greeting = body
        elif sent.method == "initialized":
            self._initialized = body

    def answer_alone(self, request_id: RequestId, refusal: saying.Refusal) -> bytes:
        """The answer to an open request that no owner will give. A session can end without one."""
        sent = self._open.pop(request_id)
        if sent.method == "initialize" and not self.greeted:
            self._greeting = None
            refusal = saying.in_full(refusal)
        if self.shut_down:
            return saying.refused(request_id, saying.SHUT_DOWN)
        if sent.method == "shutdown" and self.greeted:
            self.shut_down = True
            return saying.nothing(request_id)
        return saying.refused(request_id, refusal)

    def hear(self, body: bytes) -> None:
        """Note what an owner says."""
        if (answer := peeking.answered(body)) is not None:
            sent = self._open.pop(answer.request_id, None)
            if sent is not None:
                self._answered(sent, body, succeeded=answer.succeeded)
        elif (moved := peeking.moved(body)) is not None:
            if moved.is_last:
                self._cursors.pop(moved.subscription_id, None)
            else:
                self._cursors[moved.subscription_id] = moved.sequence
        elif (progress := peeking.progress(body)) is not None:
            change = self._progress.discard if progress.is_last else self._progress.add
            change(progress.token)

    def lose(self, why: str) -> list[bytes]:
        """The owner is gone: what to tell the client at once.

        A session that has not begun yet waits for the next owner.
        """
        waiting = None if self.greeted else "initialize"
        lost = [key for key, sent in self._open.items() if sent.method != waiting]
        told = [self.answer_alone(request_id, saying.lost(why)) for request_id in lost]
        shown = sorted(self._progress, key=str)
        told += [saying.ended(token, "The server was lost.") for token in shown]
        self._progress.clear()
        return told

    def fail(self, refusal: saying.Refusal) -> list[bytes]:
        """No owner can be had: answers for everything that is still open."""
        return [self.answer_alone(request_id, refusal) for request_id in list(self._open)]

    def starting(self, sequence: int, head: int) -> list[bytes]:
        """The owner that starts has read so much: what to tell a client that wants to show it."""
        if self._shown is not None:
            return [saying.got_on(self._shown, sequence, head)]
        if self.greeted or self._greeting is None:
            return []
        self._shown = peeking.work_token(self._greeting)
        return [] if self._shown is None else [saying.begun(self._shown, sequence, head)]

    def started(self) -> list[bytes]:
        """The start is over, one way or the other."""
        shown, self._shown = self._shown, None
        return [] if shown is None else [saying.ended(shown, "The history is read.")]

    @property
    def greeting(self) -> bytes | None:
        """The request that makes a new owner take up a session that was begun with another."""
        if self._greeting is None:
            return None
        return saying.with_id(self._greeting, GREETING) if self.greeted else self._greeting

    @property
    def initialized(self) -> bytes | None:
        """The notification that follows it."""
        return self._initialized

    def resume(self) -> list[bytes]:
        """Another owner is there: what to tell the client of its subscriptions."""
        cursors, self._cursors = self._cursors, {}
        return [saying.resync(*cursor) for cursor in cursors.items()]

    def _answered(self, sent: Sent, body: bytes, *, succeeded: bool) -> None:
        match sent.method:
            case "initialize" if not self.greeted:
                self.greeted = succeeded
                self._greeting = self._greeting if succeeded else None
            case "shutdown" if succeeded:
                self.shut_down = True
            case "events/subscribe" if succeeded:
                opened = peeking.opened(body)
                self._cursors[opened.subscription_id] = opened.sequence
            case "events/unsubscribe" if sent.subscription_id is not None:
                self._cursors.pop(sent.subscription_id, None)
            case _:
                pass
