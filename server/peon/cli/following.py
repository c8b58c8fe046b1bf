"""Following a feed: each event once and in order, as data, from the notifications of a server."""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from peon.cli.client import JsonObject
from peon.wire import structure
from peon_protocol.events import StoredEvent
from peon_protocol.notifications import EventsResync, TurnDelta

OnEvent: TypeAlias = Callable[[StoredEvent, JsonObject], None]
"""Takes an event, and the same as it came over the wire."""


@attrs.frozen(kw_only=True)
class Following:
    """Hands on what a subscription brings; called on the loop, so none of these may wait."""

    event: OnEvent
    delta: Callable[[TurnDelta], None] | None = None
    resync: Callable[[EventsResync], None] | None = None

    def notification(self, method: str, params: JsonObject) -> None:
        """To be given to a client as what takes its notifications."""
        match method, params:
            case "events/appended", {"events": list() as events}:
                for raw in events:
                    if isinstance(raw, dict):
                        self.event(structure(raw, StoredEvent, root="$"), raw)
            case "turn/delta", _ if self.delta is not None:
                self.delta(structure(params, TurnDelta))
            case "events/resync", _ if self.resync is not None:
                self.resync(structure(params, EventsResync))
            case _:
                return
