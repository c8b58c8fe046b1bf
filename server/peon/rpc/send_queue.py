"""Frames on their way to one client: one write per turn of the loop, and nobody waits for a reader.

Above the high-water mark the feed is not read on, since its cursor can wait in the log; above the
water mark for answers no further request is read. What is added above the hard cap ends the
connection: a client that asks and never listens cannot be helped.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from peon.rpc.framing import frame, frame_parts
from peon.rpc.limits import Limits

_WRITE_BYTES: Final = 64 * 1024
"""What a pipe takes at once. A longer message is written alone: joined it would be copied again."""


class ByteSink(Protocol):
    """The writing half of a transport of asyncio."""

    def write(self, data: bytes, /) -> None: ...
    def get_write_buffer_size(self) -> int: ...


class SendQueue:
    """Belongs to the loop. The transport reports its pressure by the two `*_writing` methods."""

    def __init__(self, limits: Limits, *, on_overflow: Callable[[], None]) -> None:
        self._limits = limits
        self._on_overflow = on_overflow
        self._on_room: Callable[[], None] | None = None
        self._sink: ByteSink | None = None
        self._frames: deque[bytes] = deque()
        self._queued = 0
        self._scheduled = False
        self._paused = False
        self._closed = False
        self._below: asyncio.Future[None] | None = None

    def attach(self, sink: ByteSink) -> None:
        """Send to `sink` from now on; nothing may be put before."""
        self._sink = sink

    def on_room(self, callback: Callable[[], None]) -> None:
        """Call back after every write that leaves room for more."""
        self._on_room = callback

    def put(self, body: bytes) -> None:
        """Send a message behind all others. After `close` it is dropped."""
        self._put(frame(body))

    def put_parts(self, *parts: bytes) -> None:
        """As `put`, from the parts of a body."""
        self._put(frame_parts(parts))

    def _put(self, message: bytes) -> None:
        if self._closed:
            return
        if self._paused and self.pending > self._limits.hard_cap:
            self.close()
            self._on_overflow()
            return
        self._frames.append(message)
        self._queued += len(message)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._write)

    @property
    def throttled(self) -> bool:
        """Whether the feed should wait."""
        return self._paused or self._queued >= self._limits.high_water

    @property
    def pending(self) -> int:
        """Bytes that the client has not taken, as far as this side can see."""
        return self._queued + (self._sink.get_write_buffer_size() if self._sink else 0)

    @property
    def has_room(self) -> bool:
        """Whether further requests may be read."""
        return not self._paused or self._closed or self.pending < self._limits.answers_water

    async def room(self) -> None:
        """Return once `has_room`. Only one may wait."""
        while not self.has_room:
            self._below = asyncio.get_running_loop().create_future()
            await self._below

    def pause_writing(self) -> None:
        """The client does not keep up."""
        self._paused = True

    def resume_writing(self) -> None:
        """The client has taken most of what was written."""
        self._paused = False
        self._write()

    def flush(self) -> None:
        """Hand everything to the transport, whatever the pressure: nothing more will come."""
        if self._sink is not None and self._frames and not self._closed:
            self._sink.write(b"".join(self._frames))
        self.close()

    def close(self) -> None:
        """Forget what was not written, and drop what is still put."""
        self._closed = True
        self._frames.clear()
        self._queued = 0
        self._wake()

    def _write(self) -> None:
        self._scheduled = False
        while self._frames and not self._paused and self._sink is not None:
            self._sink.write(self._next_portion())
        self._wake()
        if not self.throttled and not self._closed and self._on_room is not None:
            self._on_room()

    def _next_portion(self) -> bytes:
        """As many frames as make one good write, at least one."""
        portion = [self._frames.popleft()]
        size = len(portion[0])
        while self._frames and size < _WRITE_BYTES:
            portion.append(self._frames.popleft())
            size += len(portion[-1])
        self._queued -= size
        return b"".join(portion) if len(portion) > 1 else portion[0]

    def _wake(self) -> None:
        if self._below is not None and self.has_room and not self._below.done():
            self._below.set_result(None)
