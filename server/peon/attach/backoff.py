"""How soon an owner is replaced: at once, unless the ones before died young."""

_GROWN_UP_SECONDS = 5.0
_WAITS = (0.0, 0.25, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_LONGEST_FAILED = 2
_MOST_UNASKED = 5
"""After so many young deaths in a row the next owner is not started before a client asks."""


class Backoff:
    """Counts young deaths. Times are those of a clock that never goes back, in seconds."""

    def __init__(self) -> None:
        self._young = 0
        self._not_before = 0.0

    def died(self, *, born: float, now: float) -> None:
        """An owner that was there since `born` is gone."""
        self._young = 0 if now - born >= _GROWN_UP_SECONDS else self._young + 1
        self._not_before = now + _WAITS[min(max(self._young - 1, 0), len(_WAITS) - 1)]

    def failed(self, *, now: float) -> None:
        """None could be started. That may be mended soon, so the wait does not grow."""
        self._young += 1
        self._not_before = now + _WAITS[min(self._young - 1, _LONGEST_FAILED)]

    def wait(self, now: float) -> float:
        """How long not to start another one."""
        return max(self._not_before - now, 0.0)

    @property
    def unasked(self) -> bool:
        """Whether to start another one before a client asks for something."""
        return self._young <= _MOST_UNASKED
