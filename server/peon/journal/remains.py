"""Reading what is left of damaged segments: the lines that a checksum still vouches for.

A line is trusted when it continues the checksum of the line before, even if that line itself is
damaged but for its checksum; in a compressed segment the checksum of the frame vouches as well.
"""

import zlib
from collections.abc import Iterator, Sequence

import attrs
import msgspec
import zstandard

from peon.journal.filesystem import FileSystem, read_whole
from peon.journal.format import (
    Numbered,
    SegmentFile,
    parse_header,
    parse_seal,
    payload_of,
    split_events,
)

_FRAME_START = b"\x28\xb5\x2f\xfd"
_SEEDS_KEPT = 4
_number = msgspec.json.Decoder(Numbered)


@attrs.frozen
class ReadableRun:
    """Events in a row that a checksum vouches for, and whose place is known."""

    first: int
    events: list[msgspec.Raw]


def readable_runs(filesystem: FileSystem, segments: Sequence[SegmentFile]) -> Iterator[ReadableRun]:
    """Everything in these segments that can be trusted, in their order. Raises OSError."""
    remains = _Remains()
    for segment in segments:
        remains.enter(segment.first)
        data = read_whole(filesystem, segment.path)
        if segment.compressed:
            for frame in _frames(data):
                if frame is None:
                    remains.gap()
                else:
                    yield from remains.runs(frame, vouched=True)
        else:
            yield from remains.runs(data, vouched=False)


class _Remains:
    """Follows the chain of checksums over what is damaged."""

    def __init__(self) -> None:
        self._seeds: list[int] = []
        """The checksums the next line may continue."""
        self._expected: int | None = None
        """The sequence of the next event, while that is sure."""
        self._at_header = False

    def enter(self, first: int) -> None:
        """A segment begins, with this event; its first line is its header."""
        self._expected = first
        self._at_header = True

    def gap(self) -> None:
        """Something is missing here, and nobody knows how much."""
        self._seeds = []
        self._expected = None

    def runs(self, text: bytes, *, vouched: bool) -> Iterator[ReadableRun]:
        for line in text.split(b"\n"):
            if self._at_header:
                # Without it the checksum of the segment before serves as well.
                self._seeds = [header.seed] if (header := parse_header(line)) else self._seeds
                self._at_header = False
            elif line and (run := self._run(line, vouched=vouched)):
                yield run

    def _run(self, line: bytes, *, vouched: bool) -> ReadableRun | None:
        stored = _checksum_in(line)
        computed = [zlib.crc32(payload_of(line), seed) for seed in self._seeds]
        if stored is None or not (vouched or stored in computed):
            self._seeds = ([] if stored is None else [stored]) + computed
            del self._seeds[_SEEDS_KEPT:]
            self._expected = None
            return None
        self._seeds = [stored]
        if (ended_with := parse_seal(payload_of(line))) is not None:
            self._seeds = [ended_with]
            return None
        run = self._placed(line)
        self._expected = None if run is None else run.first + len(run.events)
        return run

    def _placed(self, line: bytes) -> ReadableRun | None:
        """The events of a line, if they say themselves, or what stood before says, where they
        belong.
        """
        try:
            events = split_events(payload_of(line))
            told = [_number.decode(event).sequence for event in events]
        except msgspec.DecodeError:
            return None
        first = told[0] if told and told[0] is not None else self._expected
        if first is None or any(
            number not in (None, place) for place, number in enumerate(told, start=first)
        ):
            return None
        return ReadableRun(first, events)


def _checksum_in(line: bytes) -> int | None:
    try:
        return int(line[:8], 16) if line[8:9] == b" " else None
    except ValueError:
        return None


def _frames(data: bytes) -> Iterator[bytes | None]:
    """The text of each whole frame; None where one is not whole."""
    decompressor = zstandard.ZstdDecompressor()
    start = 0
    while start < len(data):
        frame = decompressor.decompressobj()
        try:
            text = frame.decompress(data[start:])
        except zstandard.ZstdError:
            text = None
        if text is not None and frame.eof:
            yield text
            start = len(data) - len(frame.unused_data)
            continue
        yield None
        found = data.find(_FRAME_START, start + 1)
        start = found if found >= 0 else len(data)
