"""A sample of subscribing, and of everything that the server sends by itself."""

from typing import Final

from generator.samples import cast
from generator.samples.exchange import Exchange, Notice
from generator.samples.story import STORY
from peon_protocol import notifications, queries, results
from peon_protocol.values import ItemKind

FEED: Final = (
    Exchange(
        "events/subscribe",
        queries.SubscribeEvents(after=4, thread_ids=(cast.THREAD,), deltas=True),
        results.SubscribeResult(subscription_id=cast.SUBSCRIPTION, sequence=4, log_id=cast.LOG_ID),
    ),
    Exchange(
        "events/unsubscribe",
        queries.UnsubscribeEvents(subscription_id=cast.SUBSCRIPTION),
        results.UnsubscribeResult(subscription_id=cast.SUBSCRIPTION),
    ),
)

NOTIFICATIONS: Final = (
    Notice(
        "events/appended",
        notifications.EventsAppended(
            subscription_id=cast.SUBSCRIPTION, through=STORY[9].sequence, events=STORY[8:10]
        ),
    ),
    Notice(
        "turn/delta",
        notifications.TurnDelta(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            item_id=cast.MESSAGE,
            kind=ItemKind.MESSAGE,
            offset=0,
            end=6,
            text="I let ",
        ),
    ),
    Notice(
        "operation/progress",
        notifications.OperationProgress(
            thread_id=cast.THREAD,
            operation_id=cast.COMMIT_OPERATION,
            stream="stderr",
            text="pre-commit: looking at 1 file\n",
        ),
    ),
    Notice(
        "events/resync",
        notifications.EventsResync(subscription_id=cast.SUBSCRIPTION, after=31),
    ),
    Notice(
        "server/statusChanged",
        notifications.ServerStatusChanged(
            health="readOnly",
            message="The log cannot be written: no space left on device. "
            "Free some space, then restart Peon.",
        ),
    ),
)
