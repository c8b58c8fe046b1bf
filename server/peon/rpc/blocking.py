"""Streams that the loop cannot watch (files, consoles, pipes on Windows), each with a thread."""

import asyncio
import contextlib
import os
import threading
from collections import deque
from typing import Final

from peon.rpc.connection import Connection

_READ_BYTES: Final = 64 * 1024
_READS_AHEAD: Final = 4
"""So many reads may wait for the loop."""


class BlockingReader:
    """Reads a descriptor in a thread and hands it to the loop."""

    def __init__(self, descriptor: int, connection: Connection) -> None:
        self._descriptor = descriptor
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._resumed = threading.Event()
        self._resumed.set()
        self._slots = threading.BoundedSemaphore(_READS_AHEAD)
        self._closed = False

    def start(self) -> None:
        """Begin to read. The thread does not keep the process alive."""
        threading.Thread(target=self._run, name="reading stdin", daemon=True).start()

    def pause_reading(self) -> None:
        self._resumed.clear()

    def resume_reading(self) -> None:
        self._resumed.set()

    def close(self) -> None:
        """Hand on nothing more."""
        self._closed = True
        self._resumed.set()

    def _run(self) -> None:
        data = b"begin"
        # The loop is closed when the process ends while a read is under way.
        with contextlib.suppress(RuntimeError):
            while data and not self._closed:
                self._resumed.wait()
                self._slots.acquire()
                data = self._read()
                self._loop.call_soon_threadsafe(self._received, data)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _READ_BYTES)
        except OSError:
            return b""

    def _received(self, data: bytes) -> None:
        self._slots.release()
        if self._closed:
            return
        if data:
            self._connection.data_received(data)
        else:
            self._connection.eof_received()


class BlockingWriter:
    """Writes to a descriptor in a thread; tells the connection of its pressure."""

    def __init__(self, descriptor: int, connection: Connection) -> None:
        self._descriptor = descriptor
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._high = _READ_BYTES
        self._paused = False
        self._closing = False
        self._lost = False
        threading.Thread(target=self._run, name="writing stdout", daemon=True).start()

    def set_write_buffer_limits(self, high: int | None = None) -> None:
        self._high = high or _READ_BYTES

    def get_write_buffer_size(self) -> int:
        return self._size

    def write(self, data: bytes, /) -> None:
        if self._closing:
            return
        self._size += len(data)
        with self._changed:
            self._waiting.append(data)
            self._changed.notify()
        if self._size > self._high and not self._paused:
            self._paused = True
            self._connection.pause_writing()

    def close(self) -> None:
        """End when all is written."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def abort(self) -> None:
        """End now; a write that is under way cannot be stopped, but nobody waits for it."""
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._changed.notify()
        self._end(None)

    def _run(self) -> None:
        error: OSError | None = None
        # The loop is closed when the process ends while a write is under way.
        with contextlib.suppress(RuntimeError):
            while error is None and (data := self._next()) is not None:
                error = self._write(data)
                self._loop.call_soon_threadsafe(self._written, len(data))
            self._loop.call_soon_threadsafe(self._end, error)

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting.popleft() if self._waiting else None

    def _write(self, data: bytes) -> OSError | None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            return error
        return None

    def _written(self, size: int) -> None:
        self._size -= size
        if self._paused and self._size <= self._high // 4:
            self._paused = False
            self._connection.resume_writing()

    def _end(self, error: OSError | None) -> None:
        if not self._lost:
            self._lost = True
            self._closing = True
            self._connection.connection_lost(error)
