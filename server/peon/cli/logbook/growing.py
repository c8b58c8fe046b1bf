"""A log that somebody else is writing, followed through its files.

No lock is taken, and it does not matter who writes: the shared server, a server of its own, or
nobody yet. A line that is not whole is looked at again later.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import LocalFileSystem
from peon.journal.folders import SEGMENTS
from peon.journal.format import SegmentFile
from peon.journal.reading import Mark, read_commits, read_header, start_of
from peon.journal.recovery import find_tear, list_log

_FILES: Final = LocalFileSystem()
_LOOKS_SECONDS: Final = 0.2
_DOUBTS: Final = 10
"""So many looks in a row must find damage before it is believed: two seconds."""


class GrowingLog:
    """Gives the events behind a place as they come; a damaged log is refused."""

    def __init__(self, folder: Path, after: int) -> None:
        self._folder = folder / SEGMENTS
        self._last = after
        self._segment: SegmentFile | None = None
        self._mark: Mark | None = None
        self._pause = threading.Event()
        self._doubts = 0

    def news(self) -> Iterator[bytes]:
        """What has been added since. Raises JournalDamaged, Unavailable."""
        try:
            for segment in self._behind():
                yield from self._of(segment)
        except FileNotFoundError:
            # Nothing is there yet, or a segment was compressed while it was looked at.
            return
        except JournalDamaged:
            # A server that starts may be mending the end of it: damage is what stays.
            self._doubts += 1
            if self._doubts >= _DOUBTS:
                raise
        else:
            self._doubts = 0

    def wait(self) -> None:
        """Until it is time to look again."""
        self._pause.wait(_LOOKS_SECONDS)

    def _behind(self) -> list[SegmentFile]:
        segments = list_log(_FILES, self._folder).segments
        begun = [each for each in segments if each.first <= self._last + 1]
        return [*begun[-1:], *segments[len(begun) :]]

    def _of(self, segment: SegmentFile) -> Iterator[bytes]:
        mark = self._mark if segment == self._segment else None
        try:
            mark = mark or start_of(segment, read_header(_FILES, segment))
            for commit in read_commits(_FILES, segment, mark):
                mark = Mark(commit.last + 1, commit.end, commit.end, commit.checksum)
                new = commit.events[max(0, self._last + 1 - commit.first) :]
                self._last = max(self._last, commit.last)
                yield from map(bytes, new)
        except JournalDamaged as damage:
            # Raises the damage unless this can be a write that is under way.
            find_tear(_FILES, segment, damage, seed=None if mark is None else mark.seed)
        if mark is not None and not segment.compressed:
            self._segment, self._mark = segment, mark
