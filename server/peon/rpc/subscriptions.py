"""The feed of one client: every event behind a cursor, once, in order, from history into live.

A subscription is a cursor into the log and nothing else: what a slow client has not been sent waits
in the log and not in memory. It is cut off, and told so, only when it was live and has fallen
behind what memory holds, so that one sleeping editor does not read the disk for ever.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import attrs

from peon.errors import PeonError, Stale
from peon.rpc.answers import PreparedAnswer
from peon.rpc.core import EncodedEvent, EncodedRun, Feed
from peon.rpc.deltas import DeltaSender
from peon.rpc.failures import RequestRefused
from peon.rpc.limits import Limits
from peon.rpc.messages import (
    Failure,
    RequestId,
    appended_body,
    appended_prefix,
    notification_body,
    result_body,
)
from peon.rpc.send_queue import SendQueue
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon.wire import unstructure
from peon_protocol.failures import FailureKind
from peon_protocol.ids import SubscriptionId
from peon_protocol.notifications import EventsResync, OperationProgress, TurnDelta
from peon_protocol.queries import SubscribeEvents
from peon_protocol.results import SubscribeResult

logger = logging.getLogger(__name__)

_PAGES_PER_TURN: Final = 16
"""After so many pages the loop is given to others."""
_LOOK_THROUGH: Final = 4096
"""So many old events are looked through at a time for those of some threads."""


@attrs.define(eq=False)
class Subscription:
    """A cursor, and what is wanted behind it."""

    subscription_id: SubscriptionId
    cursor: int
    thread_ids: frozenset[str] | None
    deltas: bool
    prefix: bytes
    live: bool = False
    """Whether it has had everything at least once."""
    reading: bool = False
    """Whether a task reads history for it."""

    def wants(self, thread_id: str | None) -> bool:
        return self.thread_ids is None or thread_id in self.thread_ids


class Opening(PreparedAnswer):
    """The answer to `events/subscribe`; the feed begins behind it."""

    def __init__(self, subscription: Subscription, log_id: str, begin: Callable[[], None]) -> None:
        self._subscription = subscription
        self._log_id = log_id
        self._begin = begin

    def body(self, request_id: RequestId) -> bytes:
        result = SubscribeResult(
            subscription_id=self._subscription.subscription_id,
            sequence=self._subscription.cursor,
            log_id=self._log_id,
        )
        return result_body(request_id, unstructure(result))

    def sent(self) -> None:
        self._begin()


class Subscriptions:
    """All subscriptions of one client. Belongs to the loop."""

    def __init__(
        self,
        feed: Feed,
        queue: SendQueue,
        *,
        ids: IdSource,
        tasks: TaskOwner,
        limits: Limits,
    ) -> None:
        self._feed = feed
        self._queue = queue
        self._ids = ids
        self._tasks = tasks
        self._limits = limits
        self._active: dict[SubscriptionId, Subscription] = {}
        self._deltas = DeltaSender(queue, limits, wanted=self._wants_delta)
        self._on_progress: Callable[[], None] | None = None
        self._scheduled = False
        self._stop_events: Callable[[], None] | None = None
        self._stop_deltas: Callable[[], None] | None = None
        self._stop_progress: Callable[[], None] | None = None

    def on_progress(self, callback: Callable[[], None]) -> None:
        """Call back whenever a subscription got further, or ended."""
        self._on_progress = callback

    def open(self, params: SubscribeEvents) -> Opening | Awaitable[Opening]:
        """Prepare a subscription.

        Raises Stale where the log has no such place, and RequestRefused where there are too many.
        """
        if len(self._active) >= self._limits.subscriptions:
            raise RequestRefused(_too_many(self._limits.subscriptions))
        after = self._feed.durable if params.after is None else params.after
        if not 0 <= after <= self._feed.durable:
            raise Stale(f"This log ends at {self._feed.durable}; there is no place {after}.")
        subscription = self._make(after, params)
        if after == self._feed.durable or self._feed.recent(after, 1) is not None:
            return self._opening(subscription)
        return self._open_in_history(subscription)

    def end(self, subscription_id: SubscriptionId) -> None:
        """End a subscription. Raises RequestRefused where there is none of this id."""
        if self._active.pop(subscription_id, None) is None:
            raise RequestRefused(_not_found(subscription_id))
        self._listen()
        self._progressed()

    @property
    def is_any_open(self) -> bool:
        """Whether the client reads events."""
        return bool(self._active)

    @property
    def newest(self) -> int:
        """The last sequence that may be sent."""
        return self._feed.durable

    def behind(self, sequence: int) -> bool:
        """Whether a subscription has not been sent everything up to `sequence`."""
        return any(each.cursor < sequence for each in self._active.values())

    def pump(self) -> None:
        """Send what can be sent now. Called when there is more, and when there is room again."""
        for subscription in tuple(self._active.values()):
            if not subscription.reading:
                self._advance(subscription)
        self._deltas.flush()
        self._progressed()

    def close(self) -> None:
        """Send nothing more."""
        self._active.clear()
        self._listen()

    def _make(self, after: int, params: SubscribeEvents) -> Subscription:
        drawn = SubscriptionId(self._ids.fresh())
        wanted = None if params.thread_ids is None else frozenset(params.thread_ids)
        return Subscription(drawn, after, wanted, params.deltas, appended_prefix(drawn))

    async def _open_in_history(self, subscription: Subscription) -> Opening:
        """Make sure that the history is there before it is promised."""
        await self._feed.history(subscription.cursor, 1)
        return self._opening(subscription)

    def _opening(self, subscription: Subscription) -> Opening:
        def begin() -> None:
            self._active[subscription.subscription_id] = subscription
            self._listen()
            self._pump_soon()

        return Opening(subscription, self._feed.log_id, begin)

    def _advance(self, subscription: Subscription) -> None:
        """Send pages from memory until there are no more, no room, or enough for one turn."""
        for _ in range(_PAGES_PER_TURN):
            if subscription.cursor >= self._feed.durable:
                subscription.live = True
                return
            if self._queue.throttled:
                self._cut_off_if_lost(subscription)
                return
            if not self._send_recent(subscription):
                self._read_history(subscription)
                return
        self._pump_soon()

    def _send_recent(self, subscription: Subscription) -> bool:
        """Send a page; whether memory holds one."""
        limits = self._limits
        if subscription.thread_ids is None:
            run = self._feed.recent_run(subscription.cursor, limits.page_events, limits.page_bytes)
            if run is None:
                return False
            self._pass_on(subscription, run)
            return True
        events = self._feed.recent(subscription.cursor, limits.page_events)
        if events is None:
            return False
        self._deliver(subscription, events)
        return True

    def _cut_off_if_lost(self, subscription: Subscription) -> None:
        if subscription.live and self._feed.recent(subscription.cursor, 1) is None:
            self._cut_off(subscription)

    def _read_history(self, subscription: Subscription) -> None:
        subscription.reading = True
        name = f"history of {subscription.subscription_id}"
        self._tasks.start(self._catch_up(subscription), name=name)

    async def _catch_up(self, subscription: Subscription) -> None:
        """Send one page from the files, then look again whether memory has the next."""
        caught = False
        try:
            before = subscription.cursor
            await self._send_history(subscription)
            caught = subscription.cursor > before
        except PeonError as error:
            logger.warning("history behind %d cannot be sent: %s", subscription.cursor, error)
        finally:
            subscription.reading = False
            if not caught:
                self._cut_off(subscription)
        self.pump()

    async def _send_history(self, subscription: Subscription) -> None:
        limits = self._limits
        if subscription.thread_ids is None:
            runs = await self._feed.history_runs(
                subscription.cursor, limits.page_events, limits.page_bytes
            )
            for run in runs:
                self._pass_on(subscription, run)
        else:
            self._deliver(
                subscription, await self._feed.history(subscription.cursor, _LOOK_THROUGH)
            )

    def _pass_on(self, subscription: Subscription, run: EncodedRun) -> None:
        """Send events as they stand in the log, and move the cursor."""
        if self._is_active(subscription) and run.last > subscription.cursor:
            subscription.cursor = run.last
            self._queue.put_parts(*appended_body(subscription.prefix, run.last, run.text))

    def _deliver(self, subscription: Subscription, events: Sequence[EncodedEvent]) -> None:
        """Send those that are wanted, in notifications of bounded size, and move the cursor."""
        if not self._is_active(subscription):
            return
        most, largest = self._limits.page_events, self._limits.page_bytes
        prefix = subscription.prefix
        page: list[bytes] = []
        size = through = 0
        for event in events:
            if not subscription.wants(event.thread_id):
                continue
            if len(page) == most or (page and size + len(event.body) > largest):
                self._queue.put_parts(*appended_body(prefix, through, b",".join(page)))
                page, size = [], 0
            page.append(event.body)
            size += len(event.body)
            through = event.sequence
        if events:
            subscription.cursor = events[-1].sequence
        if page:
            self._queue.put_parts(*appended_body(prefix, subscription.cursor, b",".join(page)))

    def _cut_off(self, subscription: Subscription) -> None:
        """End a subscription and say where to go on; what it has missed is in the log."""
        if self._active.pop(subscription.subscription_id, None) is None:
            return
        self._listen()
        logger.info("a client was cut off behind %d", subscription.cursor)
        notice = EventsResync(
            subscription_id=subscription.subscription_id, after=subscription.cursor
        )
        self._queue.put(notification_body("events/resync", notice))
        self._progressed()

    def _listen(self) -> None:
        """Hear of what a subscription wants, and of nothing else: hearing costs something."""
        if self._active and self._stop_events is None:
            self._stop_events = self._feed.on_durable(self.pump)
        elif not self._active and self._stop_events is not None:
            self._stop_events()
            self._stop_events = None
        live = any(each.deltas for each in self._active.values())
        if live and self._stop_deltas is None:
            self._stop_deltas = self._feed.on_delta(self._deltas.offer)
            self._stop_progress = self._feed.on_progress(self._offer_progress)
        elif not live and self._stop_deltas is not None:
            self._stop_deltas()
            self._stop_deltas = None
            if self._stop_progress is not None:
                self._stop_progress()
                self._stop_progress = None

    def _wants_delta(self, delta: TurnDelta) -> bool:
        return any(each.deltas and each.wants(delta.thread_id) for each in self._active.values())

    def _offer_progress(self, progress: OperationProgress) -> None:
        """A client that is slow does without."""
        live = (each for each in self._active.values() if each.deltas)
        if not self._queue.throttled and any(each.wants(progress.thread_id) for each in live):
            self._queue.put(notification_body("operation/progress", progress))

    def _is_active(self, subscription: Subscription) -> bool:
        return subscription.subscription_id in self._active

    def _pump_soon(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._pump_scheduled)

    def _pump_scheduled(self) -> None:
        self._scheduled = False
        self.pump()

    def _progressed(self) -> None:
        if self._on_progress is not None:
            self._on_progress()


def _too_many(most: int) -> Failure:
    return Failure.of(
        FailureKind.UNAVAILABLE,
        f"A client may hold {most} subscriptions.",
        remedy="End one with events/unsubscribe, or let one subscription serve several views.",
    )


def _not_found(subscription_id: SubscriptionId) -> Failure:
    return Failure.of(
        FailureKind.SUBSCRIPTION_NOT_FOUND,
        f"There is no subscription {subscription_id}.",
        remedy="Subscriptions end with their session; subscribe again.",
        details={"subscriptionId": subscription_id},
    )
