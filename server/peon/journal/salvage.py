"""Saving what can be read of a damaged log.

Every line that some checksum still vouches for is kept, in its place. What is lost in between is
filled with blank events, so that sequences keep meaning the same and the snapshots stay usable;
without a maker of blanks the log ends where it was first damaged. The damaged files are moved
aside, never deleted.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from peon.errors import Unavailable
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import FileSystem, LocalFileSystem, has_folder
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.format import SegmentFile
from peon.journal.lock import LifeLock
from peon.journal.reading import read_header
from peon.journal.recovery import list_log
from peon.journal.remains import ReadableRun, readable_runs
from peon.journal.segments import LogEnd
from peon.journal.snapshot_files import SnapshotUnusable
from peon.journal.snapshot_reading import ReadSnapshot, read_snapshot
from peon.journal.snapshots import list_bases, list_snapshots
from peon.journal.staging import StagedLog, finish_replacing, is_half_replaced

DAMAGED = "journal.damaged"
_BLANKS_AT_ONCE = 1000

MakeBlank = Callable[[int], bytes]
"""Makes the event that stands for a lost one, given its sequence."""


@attrs.frozen
class Lost:
    """Events that could not be read, or that had no place any more."""

    first: int
    last: int


@attrs.frozen(kw_only=True)
class Salvaged:
    """What has been saved, and what has not."""

    log_id: str
    head: int
    kept: int
    lost: tuple[Lost, ...]
    aside: Path
    """Where the damaged log stands now."""


def salvage(
    directory: Path, *, blank: MakeBlank | None, filesystem: FileSystem | None = None
) -> Salvaged:
    """Make a sound log of what can be read in a state folder that nobody owns.

    Raises Unavailable where there is nothing to save, or foreign files stand in the way; OSError.
    """
    files = filesystem or LocalFileSystem()
    lock = LifeLock.acquire(files, directory)
    try:
        if is_half_replaced(files, directory):
            finish_replacing(files, directory)
        return _Salvage(files, directory, blank).run()
    finally:
        lock.release()


class _Salvage:
    def __init__(self, files: FileSystem, directory: Path, blank: MakeBlank | None) -> None:
        self._files = files
        self._directory = directory
        self._blank = blank
        self._kept = 0
        self._lost: list[Lost] = []

    def run(self) -> Salvaged:
        segments = list_log(self._files, self._directory / SEGMENTS).segments
        log_id = self._find_log_id(segments)
        base = self._find_base(log_id, segments)
        staged = StagedLog(self._files, self._directory, LogEnd(log_id, base, 0, None, 0, 0))
        for run in readable_runs(self._files, segments):
            if not self._take(staged, run):
                break
        newer = self._snapshots_beyond(log_id, staged.writer.head)
        if newer and self._fill(staged, max(newer.values())):
            newer = {}
        head, aside = staged.writer.head, self._free_folder()
        staged.put_in_place(aside=aside)
        for path in newer:
            self._files.rename(path, aside / path.name)
        self._files.sync_folder(self._directory / SNAPSHOTS)
        return Salvaged(
            log_id=log_id, head=head, kept=self._kept, lost=tuple(self._lost), aside=aside
        )

    def _take(self, staged: StagedLog, run: ReadableRun) -> bool:
        """Write what is new in a run; False where it cannot be joined to what is there."""
        if not self._fill(staged, run.first - 1):
            return False
        events = run.events[max(0, staged.writer.head + 1 - run.first) :]
        if events:
            staged.writer.commit([bytes(event) for event in events])
            self._kept += len(events)
        return True

    def _fill(self, staged: StagedLog, last: int) -> bool:
        """Put blanks up to `last`; False where there are to be none and one is needed."""
        first = staged.writer.head + 1
        if first > last:
            return True
        self._lost.append(Lost(first, last))
        if self._blank is None:
            return False
        for start in range(first, last + 1, _BLANKS_AT_ONCE):
            stop = min(start + _BLANKS_AT_ONCE, last + 1)
            staged.writer.commit([self._blank(sequence) for sequence in range(start, stop)])
        return True

    def _find_log_id(self, segments: Sequence[SegmentFile]) -> str:
        for segment in segments:
            try:
                return read_header(self._files, segment).log_id
            except JournalDamaged:
                continue
        for snapshot in self._whole_snapshots():
            return snapshot.header.log_id
        raise Unavailable(
            f"the log in {self._directory}",
            "no part of it says which log it is",
            "Restore the folder from a backup.",
        )

    def _find_base(self, log_id: str, segments: Sequence[SegmentFile]) -> int:
        """How much of the beginning was dropped and is not lost: a base stands for it."""
        folder = self._directory / SNAPSHOTS
        begins_after = segments[0].first - 1 if segments else 0
        for path in list_bases(self._files, folder) if has_folder(self._files, folder) else []:
            try:
                found = read_snapshot(self._files, path, fingerprint=None)
            except SnapshotUnusable:
                continue
            if found.header.log_id == log_id and found.header.sequence >= begins_after:
                return begins_after
        return 0

    def _snapshots_beyond(self, log_id: str, head: int) -> dict[Path, int]:
        """The snapshots that hold events behind `head`, and how far they go."""
        return {
            snapshot.file.path: snapshot.file.through
            for snapshot in self._whole_snapshots()
            if snapshot.header.log_id == log_id and snapshot.file.through > head
        }

    def _whole_snapshots(self) -> Iterator[ReadSnapshot]:
        folder = self._directory / SNAPSHOTS
        for path in list_snapshots(self._files, folder) if has_folder(self._files, folder) else []:
            try:
                yield read_snapshot(self._files, path, fingerprint=None)
            except SnapshotUnusable:
                continue

    def _free_folder(self) -> Path:
        number = 1
        while has_folder(self._files, self._directory / f"{DAMAGED}-{number}"):
            number += 1
        return self._directory / f"{DAMAGED}-{number}"
