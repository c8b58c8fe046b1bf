"""Stopping work from outside: asked for at any moment, noticed where it can be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from peon.errors import ExternalFailure

PATIENCE: Final = 2.0
"""Seconds that programs have to end, each time they are asked to."""


class Cancelled(ExternalFailure):
    """Work was stopped, as asked; the remedy is there where it is not known what it leaves."""

    def __init__(self, remedy: str | None = None) -> None:
        told = "it was stopped, as asked"
        super().__init__("operation", told, code="operation.cancelled", remedy=remedy)


class Cancellation:
    """Whether one piece of work is to be stopped. Belongs to the loop.

    The work fails with `Cancelled` where it looks, and where it waits for something that may be
    broken off. It is no cancelled task: whoever catches the failure can tidy up as after any other.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._is_asked = False
        self._is_closed = False
        self._waits: set[asyncio.Timeout] = set()

    def ask(self) -> bool:
        """Have it stopped. False where it has come so far that it is only finished."""
        if self._is_closed:
            return False
        self._is_asked = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(asyncio.get_running_loop().time())
        return True

    def check(self) -> None:
        """Raises Cancelled once it is asked for."""
        if self._is_asked:
            raise Cancelled

    def close(self) -> None:
        """As `check`; from here on it is too late to ask."""
        self.check()
        self._is_closed = True

    @asynccontextmanager
    async def breaks_off(self) -> AsyncIterator[None]:
        """What is waited for in here is broken off. Raises Cancelled then."""
        self.check()
        wait = asyncio.timeout(None)
        try:
            async with wait:
                self._waits.add(wait)
                yield
        except TimeoutError:
            if not wait.expired():
                raise
            raise Cancelled from None
        finally:
            self._waits.discard(wait)


NEVER: Final = Cancellation()
"""That of work which nobody stops."""
