"""Which segments there are, and where in them reading can begin: shared by the threads that need
it.
"""

import bisect
import itertools
import threading
from collections.abc import Iterable

from peon.journal.format import SegmentFile
from peon.journal.reading import BLOCK, Mark

_APART = BLOCK // 2
"""Marks lie so far from each other in the text, so that there are few."""


class Catalog:
    """The segments in order, with the marks that earlier reads have left. Safe to use from any
    thread.
    """

    def __init__(self, segments: Iterable[SegmentFile]) -> None:
        self._lock = threading.Lock()
        self._segments = list(segments)
        self._marks: dict[int, list[Mark]] = {}

    @property
    def base(self) -> int:
        """The last sequence that is no longer in the log; 0 where all of history is."""
        with self._lock:
            return self._segments[0].first - 1 if self._segments else 0

    def segments(self) -> list[SegmentFile]:
        with self._lock:
            return list(self._segments)

    def sealed(self) -> list[tuple[SegmentFile, int]]:
        """The segments nothing is appended to any more, each with its last sequence."""
        segments = self.segments()
        return [(one, after.first - 1) for one, after in itertools.pairwise(segments)]

    def holding(self, sequence: int) -> list[SegmentFile]:
        """The segments from the one that holds `sequence` on."""
        with self._lock:
            return self._segments[self._index(sequence) :]

    def locate(self, sequence: int) -> tuple[SegmentFile, Mark | None]:
        """The segment that holds `sequence` and the last mark before it. Raises LookupError."""
        with self._lock:
            index = self._index(sequence)
            if index >= len(self._segments):
                raise LookupError(f"no segment holds {sequence}")
            segment = self._segments[index]
            marks = self._marks.get(segment.first, [])
            found = bisect.bisect_right(marks, sequence, key=lambda mark: mark.sequence)
            return segment, marks[found - 1] if found else None

    def added(self, segment: SegmentFile) -> None:
        """A new last segment has been made."""
        with self._lock:
            self._segments.append(segment)

    def replaced(self, segment: SegmentFile) -> None:
        """A segment stands in another file now."""
        with self._lock:
            self._segments[self._index(segment.first)] = segment
            self._marks.pop(segment.first, None)

    def dropped(self, segment: SegmentFile) -> None:
        """The first segment is not part of the log any more."""
        with self._lock:
            self._segments.remove(segment)
            self._marks.pop(segment.first, None)

    def noted(self, segment: SegmentFile, mark: Mark) -> None:
        """Reading can begin at `mark`; remembered unless another is close before it."""
        with self._lock:
            if self._segments[self._index(segment.first)] != segment:
                return
            marks = self._marks.setdefault(segment.first, [])
            place = bisect.bisect_right(marks, mark.sequence, key=lambda one: one.sequence)
            before = marks[place - 1].text_offset if place else 0
            if mark.text_offset - before >= _APART:
                marks.insert(place, mark)

    def _index(self, sequence: int) -> int:
        found = bisect.bisect_right(self._segments, sequence, key=lambda one: one.first)
        return max(0, found - 1)
