"""How long nobody says anything before it counts: a time, a clock and an alarm, all parameters."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import attrs


class Waking(Protocol):
    """Calls something later: the loop does."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> asyncio.TimerHandle: ...


@attrs.frozen
class Silence:
    """How long nothing is said before it counts, by which clock, and who wakes us then."""

    seconds: float
    clock: Callable[[], float]
    wake: Waking


QUIET_SECONDS: Final = 0.3


def silence_of_loop() -> Silence:
    """The usual one, on the loop that runs."""
    loop = asyncio.get_running_loop()
    return Silence(QUIET_SECONDS, loop.time, loop.call_later)
