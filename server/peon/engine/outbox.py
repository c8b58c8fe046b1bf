"""Effects leave once the event they follow from is durable, in the order of the log, each once."""

from collections import deque
from collections.abc import Callable

import attrs

from peon.domain.effects import Effect
from peon.engine.envelopes import Cause


@attrs.frozen
class Due:
    """An effect to perform, and its reason."""

    effect: Effect
    cause: Cause


Performer = Callable[[Due], None]
"""Takes an effect on; called on the loop, returns at once, never raises."""


class Outbox:
    """Holds effects back until their event is on the disk and somebody performs effects."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Due]] = deque()
        self._perform: Performer | None = None
        self._durable = 0
        self._closed = False

    def add(self, sequence: int, due: Due) -> None:
        """Hold an effect back until `sequence` is durable."""
        if not self._closed:
            self._waiting.append((sequence, due))

    def performed_by(self, perform: Performer) -> None:
        """From now on, hand effects to `perform`."""
        self._perform = perform
        self.release(self._durable)

    def release(self, durable: int) -> None:
        """Hand over every effect whose event is durable by now."""
        self._durable = durable
        while self._perform is not None and self._waiting and self._waiting[0][0] <= durable:
            self._perform(self._waiting.popleft()[1])

    def close(self) -> None:
        """Perform nothing more: what is left in the log is for the next process to settle.

        So it is after a failed write, when the reasons may not be in the log, and at the end.
        """
        self._closed = True
        self._waiting.clear()
