"""The rows of the feed."""

from typing import Final

from peon_protocol import notifications, queries, results
from peon_protocol.methods.rows import Method, feed, notification

FEED: Final[tuple[Method, ...]] = (
    feed(
        "events/subscribe",
        queries.SubscribeEvents,
        results.SubscribeResult,
        "Every event after a sequence, from history into live.",
        "cursor.stale",
    ),
    feed(
        "events/unsubscribe",
        queries.UnsubscribeEvents,
        results.UnsubscribeResult,
        "End a subscription.",
        "subscription.notFound",
    ),
    notification(
        "events/appended", notifications.EventsAppended, "Events of a subscription, in order."
    ),
    notification("turn/delta", notifications.TurnDelta, "A live fragment of text."),
    notification(
        "operation/progress", notifications.OperationProgress, "What a program says at work."
    ),
    notification(
        "events/resync", notifications.EventsResync, "A subscription is over: subscribe again."
    ),
    notification(
        "server/statusChanged", notifications.ServerStatusChanged, "The server's health changed."
    ),
)
