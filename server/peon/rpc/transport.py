"""Standard input and output as a transport, whatever they are: pipes, sockets, files, consoles.

The wire is taken out of harm's way: descriptor 1 becomes stderr and descriptor 0 the null device,
so that neither a stray `print` nor a child process can touch it.
"""

import asyncio
import os
import socket
import stat
import sys

from peon.rpc.blocking import BlockingReader, BlockingWriter
from peon.rpc.connection import Connection, Transport

_READ_BYTES = 64 * 1024
"""asyncio reads pipes by 256 KiB, which costs a small process an mmap for every message."""


async def open_stdio(connection: Connection) -> Transport:
    """Connect standard input and output, and keep everybody else from them."""
    reading, writing = _take_stdio()
    if _are_one_socket(reading, writing):
        os.close(writing)
        return await _open_socket(reading, connection)
    transport = _StdioTransport(connection)
    await transport.open(reading, writing)
    return transport


class _StdioTransport:
    """Two one-way streams as one transport."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reader: asyncio.ReadTransport | BlockingReader
        self._writer: asyncio.WriteTransport | BlockingWriter

    async def open(self, reading: int, writing: int) -> None:
        loop = asyncio.get_running_loop()
        if _can_be_watched(writing) and not _is_stderr(writing):
            self._writer, _ = await loop.connect_write_pipe(
                lambda: _WriteEnd(self._connection), os.fdopen(writing, "wb", 0)
            )
        else:
            self._writer = BlockingWriter(writing, self._connection)
        self._connection.connection_made(self)
        if _can_be_watched(reading):
            self._reader, _ = await loop.connect_read_pipe(
                lambda: _ReadEnd(self._connection), os.fdopen(reading, "rb", 0)
            )
            if hasattr(self._reader, "max_size"):
                self._reader.max_size = _READ_BYTES
        else:
            self._reader = BlockingReader(reading, self._connection)
            self._reader.start()

    def write(self, data: bytes, /) -> None:
        self._writer.write(data)

    def get_write_buffer_size(self) -> int:
        return self._writer.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None) -> None:
        self._writer.set_write_buffer_limits(high=high)

    def pause_reading(self) -> None:
        self._reader.pause_reading()

    def resume_reading(self) -> None:
        self._reader.resume_reading()

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def abort(self) -> None:
        self._reader.close()
        self._writer.abort()


class _ReadEnd(asyncio.Protocol):
    """What arrives goes to the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def data_received(self, data: bytes) -> None:
        self._connection.data_received(data)

    def eof_received(self) -> None:
        self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's)
        self._connection.eof_received()


class _WriteEnd(asyncio.BaseProtocol):
    """How writing goes is told to the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pause_writing(self) -> None:
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        self._connection.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)


def _take_stdio() -> tuple[int, int]:
    """Descriptors of our own for the wire; no child inherits them."""
    sys.stdout.flush()
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0, inheritable=True)
    os.close(nothing)
    os.dup2(2, 1, inheritable=True)
    sys.stdout = sys.stderr
    return reading, writing


def _can_be_watched(descriptor: int) -> bool:
    """Whether the loop can wait for it without making it non-blocking for somebody else.

    A console is shared with whoever else has it open.
    """
    mode = os.fstat(descriptor).st_mode
    return sys.platform != "win32" and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def _is_stderr(descriptor: int) -> bool:
    """Whether stderr is the same stream: what is written there would fail once it is full."""
    ours, theirs = os.fstat(descriptor), os.fstat(2)
    return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)


def _are_one_socket(reading: int, writing: int) -> bool:
    one, other = os.fstat(reading), os.fstat(writing)
    same = (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
    return same and stat.S_ISSOCK(one.st_mode)


async def _open_socket(descriptor: int, connection: Connection) -> Transport:
    ours = socket.socket(fileno=descriptor)
    transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
        lambda: connection, ours
    )
    return transport
