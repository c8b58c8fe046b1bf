"""The requests of one client that have no answer yet.

An answer may be sent only by whoever closes its request here, and a request is closed once: that is
why there is exactly one answer to each.
"""

import asyncio
from typing import Protocol

import attrs

from peon.rpc.messages import RequestId


class Cancellable(Protocol):
    """Work that is done only for the sake of the answer."""

    def cancel(self) -> object: ...


@attrs.define(eq=False)
class Request:
    """A request under way."""

    request_id: RequestId
    method: str
    work: Cancellable | None = None
    """What to stop when nobody waits for the answer any more; None where it must go on."""


class InFlight:
    """Belongs to the loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[RequestId, Request] = {}
        self._changed: asyncio.Event = asyncio.Event()
        self._awaited = 0

    def __len__(self) -> int:
        return len(self._open)

    def open(self, request_id: RequestId, method: str) -> Request | None:
        """A new request; None where one with this id is still open."""
        if request_id in self._open:
            return None
        request = self._open[request_id] = Request(request_id, method)
        return request

    def close(self, request: Request) -> bool:
        """Whether the request was open until now, so that the caller must answer it."""
        if self._open.get(request.request_id) is not request:
            return False
        del self._open[request.request_id]
        if self._awaited:
            self._changed.set()
        return True

    def find(self, request_id: RequestId) -> Request | None:
        """The open request with this id."""
        return self._open.get(request_id)

    def remaining(self) -> tuple[Request, ...]:
        """Those still open, oldest first."""
        return tuple(self._open.values())

    @property
    def has_room(self) -> bool:
        """Whether further requests may be read."""
        return len(self._open) < self._most

    async def room(self) -> None:
        """Return once `has_room`."""
        while not self.has_room:
            await self._change()

    async def empty(self) -> None:
        """Return once every request is answered."""
        while self._open:
            await self._change()

    async def _change(self) -> None:
        """Return once a request has been closed."""
        self._changed.clear()
        self._awaited += 1
        try:
            await self._changed.wait()
        finally:
            self._awaited -= 1
