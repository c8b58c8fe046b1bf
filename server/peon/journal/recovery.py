"""What a start does with the segments it finds: judge the folder, find the end, cut a torn tail.

Nothing is changed before everything that has to be refused has been refused.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from peon.journal.counting import counted
from peon.journal.failures import JournalDamaged, foreign_file
from peon.journal.filesystem import SCRATCH, FileSystem, discard, read_range, write_atomically
from peon.journal.folders import is_system_litter
from peon.journal.format import (
    TORN,
    Header,
    SegmentFile,
    is_torn_write,
    parse_segment_name,
)
from peon.journal.reading import Line, Mark, lines_of, read_blocks, read_header
from peon.journal.segments import LogEnd

_OURS = re.compile(r"\d{20}\.jsonl(\.zst)?(\.tmp|(\.\d+)*\.torn(\.tmp)?)")


@attrs.frozen
class TornTail:
    """An unfinished write that was cut off the log; it was never acknowledged."""

    path: Path
    """Where the bytes have been set aside."""
    segment: Path
    byte: int
    size: int


@attrs.frozen
class Listing:
    """What stands in the folder of the log."""

    segments: tuple[SegmentFile, ...]
    leftovers: tuple[Path, ...]
    """Unfinished files, and compressed copies whose original is still there."""


@attrs.frozen
class Tear:
    """An unfinished write at the end of the log."""

    segment: SegmentFile
    byte: int
    rest: bytes


@attrs.frozen
class ExaminedLog:
    """The log as it will be once it is mended: ending after its last whole commit."""

    segments: tuple[SegmentFile, ...]
    end: LogEnd | None
    """None where there is no log yet."""
    tear: Tear | None
    leftovers: tuple[Path, ...]
    marks: tuple[Mark, ...] = ()
    """Where reading can begin in the last segment."""


def list_log(filesystem: FileSystem, folder: Path) -> Listing:
    """The segments in order. Raises Unavailable for a file that is not the log's."""
    forms: dict[int, list[SegmentFile]] = defaultdict(list)
    leftovers: list[Path] = []
    for name in filesystem.names(folder):
        path = folder / name
        if segment := parse_segment_name(path):
            forms[segment.first].append(segment)
        elif _OURS.fullmatch(name):
            if name.endswith(SCRATCH):
                leftovers.append(path)
        elif not is_system_litter(name):
            raise foreign_file(path, "is not a file of the log")
    segments: list[SegmentFile] = []
    for first in sorted(forms):
        original, *copies = sorted(forms[first], key=lambda form: form.compressed)
        segments.append(original)
        leftovers.extend(copy.path for copy in copies)
    return Listing(tuple(segments), tuple(leftovers))


def examine_log(filesystem: FileSystem, folder: Path) -> ExaminedLog:
    """Find the end of the log, changing nothing.

    Reads the last segment only (and the one before, where the last was torn while it was made).
    Raises JournalDamaged, or Unavailable for files that are foreign or newer.
    """
    listing = list_log(filesystem, folder)
    segments, leftovers = listing.segments, listing.leftovers
    if not segments:
        return ExaminedLog((), None, None, leftovers)
    *earlier, last = segments
    try:
        header = read_header(filesystem, last)
    except JournalDamaged as damage:
        tear = find_tear(filesystem, last, damage, seed=None)
        end = _end_without_last(filesystem, earlier, tear)
        return ExaminedLog(tuple(earlier), end, tear, leftovers)
    progress = _Progress(last, header)
    found: Tear | None = None
    try:
        progress.go_through(filesystem)
    except JournalDamaged as damage:
        found = find_tear(filesystem, last, damage, seed=progress.checksum)
    return ExaminedLog(segments, progress.reached(), found, leftovers, tuple(progress.marks))


def mend_log(filesystem: FileSystem, folder: Path, log: ExaminedLog) -> tuple[TornTail, ...]:
    """Set a torn tail aside and cut it, and remove what was left half done. Raises OSError."""
    torn = (_cut(filesystem, folder, log.tear),) if log.tear is not None else ()
    for path in log.leftovers:
        discard(filesystem, path)
    return torn


def _end_without_last(
    filesystem: FileSystem, earlier: list[SegmentFile], tear: Tear
) -> LogEnd | None:
    """The last segment was torn while it was made: the one before it is then whole, or damaged."""
    if not earlier:
        if tear.segment.first != 1:
            raise JournalDamaged(tear.segment.path, 0, "it is the only segment and has no header")
        return None
    previous = earlier[-1]
    header = read_header(filesystem, previous)
    end = _Progress(previous, header)
    end.go_through(filesystem)
    if end.head + 1 != tear.segment.first:
        raise JournalDamaged(previous.path, end.size, f"the events from {end.head + 1} are missing")
    return end.reached()


def find_tear(
    filesystem: FileSystem, segment: SegmentFile, damage: JournalDamaged, seed: int | None
) -> Tear:
    """What follows the last whole line, if it can be an unfinished write; else raises `damage`."""
    if segment.compressed:
        raise damage
    descriptor = filesystem.open_read(segment.path)
    try:
        size = filesystem.size(descriptor) - damage.byte
        rest = read_range(filesystem, descriptor, damage.byte, size)
    finally:
        filesystem.close(descriptor)
    if not is_torn_write(rest, seed):
        raise damage
    return Tear(segment, damage.byte, rest)


class _Progress:
    """How far a pass over a segment has come. It compares checksums; few lines are taken apart."""

    def __init__(self, segment: SegmentFile, header: Header) -> None:
        self._segment = segment
        self._log_id = header.log_id
        self.checksum = header.seed
        self.head = segment.first - 1
        self.size = len(header.encoded())
        self._last_line = 0
        self.marks: list[Mark] = []

    def go_through(self, filesystem: FileSystem) -> None:
        """Raises JournalDamaged at the first line that is not whole; all before it is counted."""
        for block in read_blocks(filesystem, self._segment):
            first = self.head + 1
            if block.text_offset:
                mark = Mark(first, block.offset, block.text_offset, self.checksum)
                self.marks.append(mark)
            lines = lines_of(self._segment, block, self.checksum)
            for each in counted(self._segment, self._passing(lines), first):
                self.head = each.last

    def _passing(self, lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            self._last_line, self.size, self.checksum = self.size, line.end, line.checksum
            yield line

    def reached(self) -> LogEnd:
        segment = None if self._segment.compressed else self._segment
        return LogEnd(self._log_id, self.head, self.checksum, segment, self.size, self._last_line)


def _cut(filesystem: FileSystem, folder: Path, tear: Tear) -> TornTail:
    """Keep the torn bytes in a file of their own, then take them off the log, durably in this
    order.
    """
    aside = _free_name(filesystem, folder, tear)
    write_atomically(filesystem, aside, tear.rest)
    if tear.byte == 0:
        filesystem.unlink(tear.segment.path)
        filesystem.sync_folder(folder)
    else:
        descriptor = filesystem.open_append(tear.segment.path)
        try:
            filesystem.truncate(descriptor, tear.byte)
            filesystem.fsync(descriptor)
        finally:
            filesystem.close(descriptor)
    return TornTail(aside, tear.segment.path, tear.byte, len(tear.rest))


def _free_name(filesystem: FileSystem, folder: Path, tear: Tear) -> Path:
    taken = set(filesystem.names(folder))
    start = f"{tear.segment.path.name}.{tear.byte}"
    name, number = start + TORN, 1
    while name in taken:
        number += 1
        name = f"{start}.{number}{TORN}"
    return folder / name
