"""The clock as a parameter, so that no rule and no test depends on the wall."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_MILLISECOND: Final = timedelta(milliseconds=1)


class Clock(Protocol):
    """Tells the time; `now` for people and records, `monotonic` for deadlines (seconds)."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes backwards."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC with milliseconds: `2026-01-31T08:15:30.250Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Timestamps:
    """The present moment as text. It is kept for as long as it is true: for a millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._from = self._until = datetime.min.replace(tzinfo=UTC)
        self._text = ""

    def now(self) -> str:
        """As `rfc3339` has it."""
        moment = self._clock.now()
        if not self._from <= moment < self._until:
            self._from = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
            self._until = self._from + _MILLISECOND
            self._text = rfc3339(moment)
        return self._text
