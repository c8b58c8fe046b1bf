"""What the server sends by itself."""

import attrs

from peon_protocol.events import StoredEvent
from peon_protocol.ids import ItemId, OperationId, SubscriptionId, ThreadId, TurnId
from peon_protocol.values import ItemKind


@attrs.frozen(kw_only=True)
class EventsAppended:
    """Events of a subscription, in order, none missing.

    `through` is the sequence the subscription has come to: subscribe again after it to go on.
    """

    subscription_id: SubscriptionId
    through: int
    events: tuple[StoredEvent, ...]


@attrs.frozen(kw_only=True)
class TurnDelta:
    """A live fragment of text, before it is recorded. It may be dropped and is never in the log.

    `offset` and `end` count UTF-8 bytes of the item's text: drop what ends at or before what you
    have, read the thread again where there is a gap.
    """

    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    offset: int
    end: int
    text: str


@attrs.frozen(kw_only=True)
class OperationProgress:
    """What a program says while an operation runs it: a hook, git, a set-up command.

    `stream` is `stdout` or `stderr`. It may be dropped and is never in the log.
    """

    thread_id: ThreadId
    operation_id: OperationId
    stream: str
    text: str


@attrs.frozen(kw_only=True)
class EventsResync:
    """The subscription is over: subscribe again after `after`.

    The client was too slow, or its server was lost and another has taken its place.
    """

    subscription_id: SubscriptionId
    after: int


@attrs.frozen(kw_only=True)
class ServerStatusChanged:
    """The server's health changed: ok, or readOnly after a failed write.

    `message` says what to do.
    """

    health: str
    message: str | None
