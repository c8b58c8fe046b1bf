"""Live fragments of text on their way to one client: sent at once, merged while it is slow, dropped
beyond a bound. None of it is ever needed: the events hold the same text a moment later.
"""

from collections.abc import Callable

import attrs

from peon.rpc.limits import Limits
from peon.rpc.messages import notification_body
from peon.rpc.send_queue import SendQueue
from peon_protocol.ids import ItemId
from peon_protocol.notifications import TurnDelta


@attrs.define
class _Run:
    """Fragments of one item that follow each other."""

    first: TurnDelta
    end: int
    texts: list[str]

    def whole(self) -> TurnDelta:
        return attrs.evolve(self.first, end=self.end, text="".join(self.texts))


class DeltaSender:
    """Belongs to the loop."""

    def __init__(
        self, queue: SendQueue, limits: Limits, *, wanted: Callable[[TurnDelta], bool]
    ) -> None:
        self._queue = queue
        self._most_bytes = limits.delta_bytes
        self._wanted = wanted
        self._held: dict[ItemId, _Run] = {}
        self._held_bytes = 0

    def offer(self, delta: TurnDelta) -> None:
        """Send a fragment if anybody wants it."""
        if not self._wanted(delta):
            return
        if self._queue.throttled:
            self._hold(delta)
            return
        self.flush()
        self._send(delta)

    def flush(self) -> None:
        """Send what was held back, if there is room."""
        if not self._held or self._queue.throttled:
            return
        held, self._held = self._held, {}
        self._held_bytes = 0
        for run in held.values():
            if self._wanted(run.first):
                self._send(run.whole())

    def _send(self, delta: TurnDelta) -> None:
        self._queue.put(notification_body("turn/delta", delta))

    def _hold(self, delta: TurnDelta) -> None:
        self._held_bytes += delta.end - delta.offset
        if self._held_bytes > self._most_bytes:
            self._held.clear()
            self._held_bytes = 0
            return
        run = self._held.get(delta.item_id)
        if run is not None and run.end == delta.offset:
            run.texts.append(delta.text)
            run.end = delta.end
        else:
            self._held[delta.item_id] = _Run(delta, delta.end, [delta.text])
