"""What subscriptions are served from: durable events as bytes, and what lives unkept."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import attrs

from peon.errors import Stale
from peon.journal.port import EventStore, Run
from peon_protocol.notifications import OperationProgress, ServerStatusChanged, TurnDelta

_ENVELOPE = re.compile(
    rb'\{"sequence":(\d+),"eventId":"[^"]*","streamId":"([^"]*)","version":\d+,"type":"(\w+)\.'
)
_OF_PROJECTS = frozenset({b"project", b"rule"})
"""The first word of an event's type, where it concerns a project and no thread of it."""
T = TypeVar("T")

READ_PAGE = 1000
"""How many events are looked through at a time for those of one thread."""


@attrs.frozen
class EncodedEvent:
    """A stored event as it goes over the wire, with what a subscription must know of it."""

    sequence: int
    thread_id: str | None
    body: bytes


class Listeners(Generic[T]):
    """Callbacks on the loop, called in the order they came. A callback must not raise."""

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[T], None]] = {}
        self._count = 0

    def add(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Register, and return the function that ends it."""
        self._count += 1
        key = self._count
        self._callbacks[key] = callback
        return lambda: self._remove(key)

    def tell(self, value: T) -> None:
        """Call everybody."""
        for callback in tuple(self._callbacks.values()):
            callback(value)

    def __len__(self) -> int:
        return len(self._callbacks)

    def _remove(self, key: int) -> None:
        self._callbacks.pop(key, None)


class Feed:
    """Durable events, in order, from memory or from the files; live deltas; health."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._durable_listeners: Listeners[None] = Listeners()
        self._delta_listeners: Listeners[TurnDelta] = Listeners()
        self._progress_listeners: Listeners[OperationProgress] = Listeners()
        self._health_listeners: Listeners[ServerStatusChanged] = Listeners()

    @property
    def log_id(self) -> str:
        return self._store.log_id

    @property
    def durable(self) -> int:
        return self._store.durable

    @property
    def listeners(self) -> int:
        """How many want to hear of the server's health: one for each client."""
        return len(self._health_listeners)

    def on_durable(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each durable batch, before the answers to it resolve."""
        return self._durable_listeners.add(lambda _: callback())

    def on_delta(self, callback: Callable[[TurnDelta], None]) -> Callable[[], None]:
        """Call back with each live fragment of text."""
        return self._delta_listeners.add(callback)

    def on_progress(self, callback: Callable[[OperationProgress], None]) -> Callable[[], None]:
        """Call back with what programs say in operations."""
        return self._progress_listeners.add(callback)

    def on_health(self, callback: Callable[[ServerStatusChanged], None]) -> Callable[[], None]:
        """Call back when the server's health changes."""
        return self._health_listeners.add(callback)

    def tell_durable(self) -> None:
        """More events are durable."""
        self._durable_listeners.tell(None)

    def tell_delta(self, delta: TurnDelta) -> None:
        """A fragment of text is here."""
        self._delta_listeners.tell(delta)

    def tell_progress(self, progress: OperationProgress) -> None:
        """A program has said something."""
        self._progress_listeners.tell(progress)

    def tell_health(self, status: ServerStatusChanged) -> None:
        """The server's health has changed."""
        self._health_listeners.tell(status)

    def recent(self, after: int, limit: int) -> Sequence[EncodedEvent] | None:
        """At most `limit` durable events behind `after`; None where memory lacks some of them."""
        bodies = self._store.tail(after, limit)
        return None if bodies is None else [_described(body) for body in bodies]

    async def history(self, after: int, limit: int) -> Sequence[EncodedEvent]:
        """As `recent`, read off the loop. Raises Stale where some are no longer kept."""
        return [_described(body) for body in await self._store.read(after, limit)]

    def recent_run(self, after: int, limit: int, max_bytes: int) -> Run | None:
        """As `recent`, uncut: for whoever wants all events as they are."""
        return self._store.tail_run(after, limit, max_bytes)

    async def history_runs(self, after: int, limit: int, max_bytes: int) -> Sequence[Run]:
        """As `recent_run`, read off the loop: as many as are worth reading at once.

        Raises Stale where some are no longer kept.
        """
        return await self._store.read_runs(after, limit, max_bytes)

    async def read(self, after: int, limit: int, thread_id: str | None) -> list[bytes]:
        """At most `limit` durable events behind `after`, of the whole log or of one thread.

        Raises Stale where some of them are no longer kept, and where the log has no such place.
        """
        if not 0 <= after <= self.durable:
            raise Stale(f"This log ends at {self.durable}; there is no place {after}.")
        found: list[bytes] = []
        while len(found) < limit and after < self.durable:
            page = await self.history(after, limit if thread_id is None else READ_PAGE)
            if not page:
                break
            found += [each.body for each in page if thread_id in (None, each.thread_id)]
            after = page[-1].sequence
            # What is in memory is read without waiting, and others must have their turn.
            await asyncio.sleep(0)
        return found[:limit]


def _described(body: bytes) -> EncodedEvent:
    """Read off the beginning of the envelope, whose order the codec keeps."""
    found = _ENVELOPE.match(body)
    if found is None:
        raise ValueError("a stored event begins with its sequence, its id, its stream and its type")
    sequence, stream, noun = found.groups()
    return EncodedEvent(int(sequence), None if noun in _OF_PROJECTS else stream.decode(), body)
