"""Reading on in the log for one editor: the events of the threads it has to do with, in order."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from peon.errors import PeonError
from peon.rpc.core import EncodedEvent, Feed
from peon.runtime.tasks import TaskOwner
from peon.wire import decode_event
from peon_protocol.events import Event
from peon_protocol.ids import ThreadId

logger = logging.getLogger(__name__)

_PAGE: Final = 256


class Following:
    """A cursor into the log. Belongs to the loop."""

    def __init__(self, feed: Feed, show: Callable[[Event], None], tasks: TaskOwner) -> None:
        self._feed = feed
        self._show = show
        self._tasks = tasks
        self._cursor = 0
        self._after: dict[str, int] = {}
        self._news = asyncio.Event()
        self._stop: Callable[[], None] | None = None

    def follow(self, thread_id: ThreadId, after: int | None = None) -> None:
        """Show what happens in a thread after a sequence, by default from now on."""
        if thread_id in self._after:
            return
        self._after[thread_id] = self._feed.durable if after is None else after
        if self._stop is None:
            self._cursor = self._after[thread_id]
            self._stop = self._feed.on_durable(self._news.set)
            self._tasks.start(self._read_on(), name="following threads")
        self._cursor = min(self._cursor, self._after[thread_id])
        self._news.set()

    def follows(self, thread_id: ThreadId) -> bool:
        """Whether what happens in a thread is shown."""
        return thread_id in self._after

    def close(self) -> None:
        """Show nothing more."""
        if self._stop is not None:
            self._stop()

    async def _read_on(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._cursor < self._feed.durable:
                for event in await self._next_page():
                    self._tell(event)
                await asyncio.sleep(0)

    async def _next_page(self) -> Sequence[EncodedEvent]:
        """The next events. What can no longer be read is passed over."""
        cursor = self._cursor
        events = self._feed.recent(cursor, _PAGE)
        if events is None:
            try:
                events = await self._feed.history(cursor, _PAGE)
            except PeonError as error:
                logger.warning("events behind %d cannot be shown: %s", cursor, error)
                events = ()
        if self._cursor != cursor:
            # Meanwhile a thread was added whose events begin further back.
            return ()
        self._cursor = events[-1].sequence if events else self._feed.durable
        return events

    def _tell(self, event: EncodedEvent) -> None:
        after = None if event.thread_id is None else self._after.get(event.thread_id)
        if after is not None and event.sequence > after:
            self._after[event.thread_id or ""] = event.sequence
            self._show(decode_event(event.body).payload)
