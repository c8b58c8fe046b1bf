"""The bytes of a segment: its name, its header line, its commit lines, and what a torn end looks
like.

    header   PEON-JNL1 <log id> <checksum the segment starts from> <checksum of this line so far> LF
    commit   <checksum> SP [<event>,<event>,…] LF        one line is one group commit
    seal     <checksum> SP SEAL <checksum> LF            ends a segment that has been rewritten

Every checksum is a CRC-32 seeded with the one before, so a line proves all that stands before it.
An event is a JSON object without a raw line feed; the line is exactly the events as they were
given. A seal says which checksum the segment ended with before: the next one continues that.
"""

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import attrs
import msgspec

_MAGIC = b"PEON-JNL"
_VERSION = b"1"
_HEADER = re.compile(rb"PEON-JNL1 ([A-Za-z0-9_.:-]{1,128}) ([0-9a-f]{8}) ([0-9a-f]{8})")
_NUMBERED = re.compile(rb"PEON-JNL(\d+) ")
_PREFIX = 9
_SEAL = b"SEAL "
_SEAL_LENGTH = len(_SEAL) + 8
LONGEST_HEADER = len(b"PEON-JNL1 ") + 128 + 1 + 8 + 1 + 8 + 1

PLAIN = ".jsonl"
COMPRESSED = ".jsonl.zst"
TORN = ".torn"
_SEGMENT_NAME = re.compile(r"(\d{20})(\.jsonl|\.jsonl\.zst)")

Text = TypeVar("Text", bytes, memoryview)

_events_decoder = msgspec.json.Decoder(list[msgspec.Raw])


@attrs.frozen
class Header:
    """The first line of a segment: whose log it is and the checksum its chain starts from."""

    log_id: str
    seed: int

    def encoded(self) -> bytes:
        start = b"%b%b %b %08x " % (_MAGIC, _VERSION, self.log_id.encode("ascii"), self.seed)
        return b"%b%08x\n" % (start, zlib.crc32(start))


def parse_header(line: bytes) -> Header | None:
    """The header in `line` (without its line feed), or None where it is not whole."""
    match = _HEADER.fullmatch(line)
    if match is None:
        return None
    if zlib.crc32(line[:-8]) != int(match[3], 16):
        return None
    return Header(match[1].decode("ascii"), int(match[2], 16))


def is_newer_header(line: bytes) -> bool:
    """Does the line open a segment of a format this version does not know?"""
    match = _NUMBERED.match(line)
    return match is not None and match[1] != _VERSION


@attrs.frozen
class SegmentFile:
    """A segment on disk: where, and the sequence of its first event."""

    path: Path
    first: int
    compressed: bool = False

    def compressed_form(self) -> "SegmentFile":
        path = self.path.with_name(f"{self.first:020d}{COMPRESSED}")
        return SegmentFile(path, self.first, compressed=True)


def plain_segment(folder: Path, first: int) -> SegmentFile:
    """The segment that starts with event `first`, as it is while it is being written."""
    return SegmentFile(folder / f"{first:020d}{PLAIN}", first)


def parse_segment_name(path: Path) -> SegmentFile | None:
    match = _SEGMENT_NAME.fullmatch(path.name)
    if match is None or int(match[1]) == 0:
        return None
    return SegmentFile(path, int(match[1]), compressed=match[2] == COMPRESSED)


class Numbered(msgspec.Struct):
    """The one member of an event that the journal can check: its place in the log."""

    sequence: int | None = None


class _Object(msgspec.Struct):
    """Any JSON object; it is read through, and nothing of it is kept."""


_object_decoder = msgspec.json.Decoder(_Object)
_OPENS, _CLOSES = b"{}"


def check_events(events: Sequence[bytes]) -> None:
    """Raises ValueError for bytes that are not one JSON object each: they would spoil a line."""
    try:
        for event in events:
            _object_decoder.decode(event)
            # The decoder has seen that it is an object; what may stand around one must not.
            if event[0] != _OPENS or event[-1] != _CLOSES or b"\n" in event:
                raise _no_event()
    except msgspec.DecodeError:
        raise _no_event() from None


def _no_event() -> ValueError:
    return ValueError("an event is one JSON object in bytes, without a raw line feed")


def join_events(events: Sequence[bytes]) -> bytes:
    """The payload of one commit."""
    return b"[%b]" % b",".join(events)


def split_events(payload: bytes | memoryview) -> list[msgspec.Raw]:
    """The events of a payload, each exactly as it was given.

    Raises msgspec.DecodeError where it is no JSON array.
    """
    return _events_decoder.decode(payload)


def encode_line(payload: bytes, seed: int) -> tuple[int, bytes]:
    """The next checksum of the chain and the line that carries it."""
    checksum = zlib.crc32(payload, seed)
    return checksum, b"%08x %b\n" % (checksum, payload)


def encode_seal(ended_with: int, seed: int) -> bytes:
    """The line that ends a rewritten segment, whose chain has come to `seed`."""
    return encode_line(_SEAL + b"%08x" % ended_with, seed)[1]


def parse_seal(payload: bytes | memoryview) -> int | None:
    """The checksum a seal names; None for every other payload."""
    text = bytes(payload[:_SEAL_LENGTH])
    if len(payload) != _SEAL_LENGTH or not text.startswith(_SEAL):
        return None
    return int(text[len(_SEAL) :], 16)


def check_line(line: bytes | memoryview, seed: int) -> int | None:
    """The checksum of a line (without its line feed) that continues the chain, else None."""
    checksum = zlib.crc32(line[_PREFIX:], seed)
    return checksum if bytes(line[:_PREFIX]) == b"%08x " % checksum else None


def payload_of(line: Text) -> Text:
    return line[_PREFIX:]


def is_torn_write(rest: bytes, seed: int | None) -> bool:
    """Can `rest`, found behind the last whole line of the log, be a write that did not finish?

    A line is written only after the one before is durable, so an unfinished write is one line. What
    is missing of it is its end, or sectors that read as zeros, of which the text has none. Bytes
    that are all there and yet fail their checksum have been changed after they were written: that
    is damage, and must not be cut off. `seed` is the checksum the line had to continue, None for a
    header.
    """
    body, end, behind = rest.partition(b"\n")
    if behind:
        return False
    if end:
        # One changed bit makes at most one zero, and none of the first byte of a line.
        return rest.startswith(b"\0") or b"\0\0" in rest
    # A whole line of which only the line feed has become something else was written to its end.
    return seed is None or check_line(body[:-1], seed) is None
