"""Frames of the Language Server Protocol on blocking descriptors."""

import os
from collections.abc import Iterator

MOST_BYTES = 256 << 20
"""A frame that claims more is not carried; the owner's own limit is lower and answers better."""

_MOST_HEADER = 16 << 10
_READ = 256 << 10


class FrameBroken(Exception):
    """What arrives is no frame."""


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however often the system takes only a part. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def bodies(descriptor: int) -> Iterator[bytes]:
    """Every body that arrives, until the other side is done. Raises FrameBroken and OSError."""
    buffer = bytearray()
    while True:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > _MOST_HEADER:
                raise FrameBroken("a header without an end")
            if not _fill(descriptor, buffer):
                return
            continue
        length = _length(bytes(buffer[:end]))
        start = end + 4
        while len(buffer) < start + length:
            if not _fill(descriptor, buffer):
                return
        body = bytes(buffer[start : start + length])
        del buffer[: start + length]
        yield body


def _fill(descriptor: int, buffer: bytearray) -> bool:
    data = os.read(descriptor, _READ)
    buffer += data
    return bool(data)


def _length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length <= MOST_BYTES:
                return length
    raise FrameBroken("a header that tells no usable length")
