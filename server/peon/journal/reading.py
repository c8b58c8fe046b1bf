"""Reading segments: blocks of whole lines, the chain of checksums, and the events in order.

A segment is read in one way whether it is plain or compressed: as blocks that start with a line.
Where a block starts is a `Mark`, from which reading can begin later without going through what
stands before.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import attrs
import msgspec
import zstandard

from peon.journal.failures import JournalDamaged, foreign_file, newer_format
from peon.journal.filesystem import FileSystem, read_range
from peon.journal.format import (
    LONGEST_HEADER,
    Header,
    SegmentFile,
    check_line,
    is_newer_header,
    parse_header,
    parse_seal,
    payload_of,
    split_events,
)

BLOCK = 1 << 20
"""Bytes read at once, and about the text of one frame of a compressed segment."""

_COMPRESSED_READ = 1 << 17


@attrs.frozen
class Mark:
    """A place in a segment where a block starts."""

    sequence: int
    """Of the first event behind it."""
    offset: int
    """In the file."""
    text_offset: int
    """In the text; the same as `offset` unless the segment is compressed."""
    seed: int
    """The checksum the next line continues."""


class Block(NamedTuple):
    """Lines in a row. Only the last block of a plain segment may end without a line feed."""

    offset: int
    """In the file."""
    text_offset: int
    text: bytes
    """What was read: the lines, and behind them perhaps what belongs to the next block."""
    length: int
    """Of the lines."""
    end: int
    """In the file: where the next block starts."""

    @property
    def lines(self) -> bytes:
        """The lines alone, which copies them where anything stands behind."""
        return self.text[: self.length]


class Line(NamedTuple):
    """One line of a segment that continues the chain."""

    payload: memoryview
    byte: int
    """Where it starts, in the text."""
    end: int
    """Where the next line starts, in the text."""
    checksum: int
    """What the next line continues."""
    is_seal: bool


class Commit(NamedTuple):
    """One line of a segment: the events that became durable together, none for a seal."""

    first: int
    events: list[msgspec.Raw]
    checksum: int
    """What the next line continues."""
    end: int
    """Where the next line starts, in the text."""

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


def read_header(filesystem: FileSystem, segment: SegmentFile) -> Header:
    """The header of a segment. Raises JournalDamaged, or Unavailable for a newer format."""
    first = read_blocks(filesystem, segment, size=LONGEST_HEADER)
    block = next(first, Block(0, 0, b"", 0, 0))
    line, end, _ = block.text.partition(b"\n")
    if is_newer_header(line):
        raise newer_format(segment.path)
    header = parse_header(line) if end else None
    if header is None:
        raise JournalDamaged(segment.path, 0, "its first line is not that of a log")
    return header


def start_of(segment: SegmentFile, header: Header) -> Mark:
    return Mark(segment.first, 0, 0, header.seed)


def read_commits(filesystem: FileSystem, segment: SegmentFile, start: Mark) -> Iterator[Commit]:
    """The commits of a segment from `start` on, each checked against the chain before it is given
    out.

    Raises JournalDamaged at the first line that does not continue the chain.
    """
    seed, sequence = start.seed, start.sequence
    blocks = read_blocks(filesystem, segment, offset=start.offset, text_offset=start.text_offset)
    for block in blocks:
        for line in lines_of(segment, block, seed):
            events, seed = events_of(segment, line), line.checksum
            yield Commit(sequence, events, seed, line.end)
            sequence += len(events)


def lines_of(segment: SegmentFile, block: Block, seed: int) -> Iterator[Line]:
    """The lines of a block that continue the chain from `seed`, without the header.

    Raises JournalDamaged at the first that does not.
    """
    text, length = block.text, block.length
    view = memoryview(text)
    position = 0 if block.text_offset else text.index(b"\n") + 1
    while position < length:
        end = text.find(b"\n", position, length)
        byte = block.text_offset + position
        if end < 0:
            raise JournalDamaged(segment.path, byte, "the last line has no end")
        line = view[position:end]
        checksum = check_line(line, seed)
        if checksum is None:
            raise JournalDamaged(segment.path, byte, "the checksum does not fit")
        payload, position = payload_of(line), end + 1
        ended_with = parse_seal(payload)
        seed = checksum if ended_with is None else ended_with
        yield Line(payload, byte, block.text_offset + position, seed, ended_with is not None)


def events_of(segment: SegmentFile, line: Line) -> list[msgspec.Raw]:
    """The events of a line, each exactly as it was given; none of a seal.

    Raises JournalDamaged where it is no JSON array.
    """
    if line.is_seal:
        return []
    try:
        return split_events(line.payload)
    except msgspec.DecodeError as error:
        why = f"the line is no JSON array: {error}"
        raise JournalDamaged(segment.path, line.byte, why) from error


def check_same_log(segment: SegmentFile, header: Header, log_id: str) -> None:
    """Raises Unavailable where the segment belongs to another log."""
    if header.log_id != log_id:
        raise foreign_file(
            segment.path, f"belongs to the log {header.log_id}, and this is the log {log_id}"
        )


def read_blocks(
    filesystem: FileSystem,
    segment: SegmentFile,
    *,
    offset: int = 0,
    text_offset: int = 0,
    size: int = BLOCK,
) -> Iterator[Block]:
    """The blocks of a segment, unchecked, from the one that starts at this place on."""
    descriptor = filesystem.open_read(segment.path)
    try:
        if segment.compressed:
            yield from _frames(filesystem, descriptor, segment, offset, text_offset)
        else:
            yield from _plain_blocks(filesystem, descriptor, offset, size)
    finally:
        filesystem.close(descriptor)


def _plain_blocks(
    filesystem: FileSystem, descriptor: int, offset: int, size: int
) -> Iterator[Block]:
    wanted = size
    while piece := read_range(filesystem, descriptor, offset, wanted):
        whole = piece.rfind(b"\n") + 1
        if whole == 0 and len(piece) == wanted:
            wanted *= 2  # A long line.
            continue
        # Without any line feed it is what the file ends with.
        length = whole or len(piece)
        yield Block(offset, offset, piece, length, offset + length)
        offset += length
        wanted = size


def _frames(
    filesystem: FileSystem, descriptor: int, segment: SegmentFile, offset: int, text_offset: int
) -> Iterator[Block]:
    """The frames of a compressed segment, each holding whole lines."""
    decompressor = zstandard.ZstdDecompressor()
    size = filesystem.size(descriptor)
    while offset < size:
        frame = decompressor.decompressobj()
        pieces: list[bytes] = []
        position = offset
        while not frame.eof:
            piece = read_range(filesystem, descriptor, position, _COMPRESSED_READ)
            if not piece:
                raise JournalDamaged(segment.path, text_offset, "the compressed text has no end")
            position += len(piece)
            try:
                pieces.append(frame.decompress(piece))
            except zstandard.ZstdError as error:
                raise JournalDamaged(segment.path, text_offset, str(error)) from error
        text = b"".join(pieces)
        end = position - len(frame.unused_data)
        yield Block(offset, text_offset, text, len(text), end)
        offset, text_offset = end, text_offset + len(text)


def read_events(
    filesystem: FileSystem,
    segments: list[SegmentFile],
    log_id: str,
    after: int,
    upto: int,
    *,
    start: Mark | None = None,
) -> Iterator[bytes]:
    """Every event behind `after` up to `upto`, over all segments, with the chain between them
    checked.

    `segments` are those that hold them, in order, at least one; `start` is a place in the first
    that has been checked already. Raises JournalDamaged where something is missing.
    """
    expected: int | None = None
    checksum: int | None = None
    for segment in segments:
        if expected is not None and segment.first != expected:
            raise JournalDamaged(segment.path, 0, f"the events from {expected} on are missing")
        header = read_header(filesystem, segment)
        check_same_log(segment, header, log_id)
        if checksum is not None and header.seed != checksum:
            raise JournalDamaged(segment.path, 0, "it does not continue the segment before")
        expected, checksum = segment.first, header.seed
        place, start = start or start_of(segment, header), None
        for commit in read_commits(filesystem, segment, place):
            if commit.last > after:
                skipped = max(0, after + 1 - commit.first)
                wanted = itertools.islice(commit.events, skipped, upto + 1 - commit.first)
                yield from map(bytes, wanted)
            expected, checksum = commit.last + 1, commit.checksum
            if commit.last >= upto:
                return
    if expected is None or expected <= upto:
        last = segments[-1]
        raise JournalDamaged(last.path, 0, f"the events from {expected} to {upto} are missing")
