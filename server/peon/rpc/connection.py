"""One client's bytes: whole messages in, frames out, and no more taken in than can be handled."""

import asyncio
from typing import Protocol

from peon.rpc.framing import Framer, Junk, Oversized
from peon.rpc.limits import Limits
from peon.rpc.send_queue import ByteSink, SendQueue


class Transport(ByteSink, Protocol):
    """What a connection needs of a transport; every stream transport of asyncio has it."""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def set_write_buffer_limits(self, high: int | None = None) -> None: ...
    def close(self) -> None:
        """End once everything written has gone out; `connection_lost` says so."""
        ...

    def abort(self) -> None:
        """End at once."""
        ...


class Connection(asyncio.Protocol):
    """Called by its transport. Belongs to the loop."""

    def __init__(self, limits: Limits, queue: SendQueue) -> None:
        self._limits = limits
        self._queue = queue
        self._framer = Framer(limits.message_bytes)
        self._transport: Transport | None = None
        self._arrived = asyncio.Event()
        self._reading_paused = False
        self._ended = False
        self.lost = asyncio.Event()
        """Set when the client cannot be written to any more."""

    # --- from the transport ------------------------------------------------------------------

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # narrower
        self._transport = transport
        transport.set_write_buffer_limits(high=self._limits.high_water)
        self._queue.attach(transport)

    def data_received(self, data: bytes) -> None:
        self._framer.feed(data)
        behind = self._arrived.is_set()
        self._arrived.set()
        if behind and self._framer.buffered > self._limits.read_ahead and not self._reading_paused:
            self._reading_paused = True
            self._require().pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more; it may still read."""
        self._ended = True
        self._arrived.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's)
        self._ended = True
        self._queue.close()
        self._arrived.set()
        self.lost.set()

    def pause_writing(self) -> None:
        self._queue.pause_writing()

    def resume_writing(self) -> None:
        self._queue.resume_writing()

    # --- for the session ---------------------------------------------------------------------

    def message_here(self) -> bytes | Oversized | Junk | None:
        """The next message, if all of it has arrived."""
        return self._framer.next()

    async def next_message(self) -> bytes | Oversized | Junk | None:
        """The next message; None when the client has sent its last."""
        while (message := self._framer.next()) is None:
            if self._ended:
                return None
            self._arrived.clear()
            self._resume_reading()
            await self._arrived.wait()
        return message

    def stop_reading(self) -> None:
        """Take nothing more from the client."""
        if self._transport is not None and not self._ended and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()

    async def close(self, seconds: float) -> None:
        """Let the client take what was sent, but not for longer than `seconds`."""
        if self._transport is None or self.lost.is_set():
            return
        self._queue.flush()
        self._transport.close()
        try:
            async with asyncio.timeout(seconds):
                await self.lost.wait()
        except TimeoutError:
            self._transport.abort()

    def abort(self) -> None:
        """Give the client up."""
        if self._transport is not None:
            self._transport.abort()

    def _resume_reading(self) -> None:
        if self._reading_paused:
            self._reading_paused = False
            self._require().resume_reading()

    def _require(self) -> Transport:
        if self._transport is None:
            raise RuntimeError("the connection has not been made")
        return self._transport
