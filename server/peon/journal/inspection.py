"""Checking a whole log, segments, snapshots and values, without owning or changing it."""

from collections.abc import Callable
from pathlib import Path

import attrs
import msgspec

from peon.journal.blobs import check_blob
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import SCRATCH, FileSystem, LocalFileSystem, has_folder
from peon.journal.folders import BLOBS, SEGMENTS, SNAPSHOTS
from peon.journal.format import Header, Numbered, SegmentFile
from peon.journal.reading import (
    Commit,
    check_same_log,
    read_commits,
    read_header,
    start_of,
)
from peon.journal.recovery import find_tear, list_log
from peon.journal.snapshot_files import SnapshotUnusable
from peon.journal.snapshot_reading import read_snapshot
from peon.journal.snapshots import list_bases, list_snapshots


@attrs.frozen
class Problem:
    """Something that is not as it was written."""

    path: Path
    byte: int
    why: str


@attrs.frozen(kw_only=True)
class Progress:
    """How far a check has come, in bytes on disk."""

    done: int
    total: int


@attrs.frozen(kw_only=True)
class Verification:
    """What a check of the whole log has found."""

    log_id: str | None
    """None where there is no log."""
    base: int
    head: int
    segments: int
    snapshots: int
    values: int
    unfinished: int
    """Bytes at the end that no commit holds yet: being written now, or left by a crash."""
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        return not self.problems


def verify(
    directory: Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    filesystem: FileSystem | None = None,
) -> Verification:
    """Check the log of a state folder, whether a process owns it or not.

    Every line is checked against the chain, the sequence every event tells against its place, every
    snapshot and every value against its checksum. Raises Unavailable for foreign or newer files,
    OSError.
    """
    check = _Check(filesystem or LocalFileSystem(), progress or _nobody)
    check.log(directory / SEGMENTS)
    check.snapshots_in(directory / SNAPSHOTS)
    check.values_in(directory / BLOBS)
    return check.result()


def _nobody(_: Progress) -> None:
    """Hears of the progress when nobody else does."""


_number = msgspec.json.Decoder(Numbered)


class _Check:
    """Goes through a log from its first segment to its last value."""

    def __init__(self, filesystem: FileSystem, progress: Callable[[Progress], None]) -> None:
        self._filesystem = filesystem
        self._progress = progress
        self._log_id: str | None = None
        self._base = self._head = 0
        self._segments = self._snapshots = self._values = self._unfinished = 0
        self._problems: list[Problem] = []
        self._done = self._total = 0

    def result(self) -> Verification:
        return Verification(
            log_id=self._log_id,
            base=self._base,
            head=self._head,
            segments=self._segments,
            snapshots=self._snapshots,
            values=self._values,
            unfinished=self._unfinished,
            problems=tuple(self._problems),
        )

    def log(self, folder: Path) -> None:
        """Check every segment, and that each continues the one before."""
        if not has_folder(self._filesystem, folder):
            return
        segments = list_log(self._filesystem, folder).segments
        self._total = sum(self._size(self._where_it_is_now(one).path) for one in segments)
        self._base = self._head = segments[0].first - 1 if segments else 0
        checksum: int | None = None
        for listed in segments:
            segment = self._where_it_is_now(listed)
            checksum = self._segment(segment, checksum, last=listed == segments[-1])
            self._segments += 1
            self._done += self._size(segment.path)
            self._tell(0)

    def snapshots_in(self, folder: Path) -> None:
        if not has_folder(self._filesystem, folder):
            return
        paths = list_snapshots(self._filesystem, folder) + list_bases(self._filesystem, folder)
        for path in paths:
            try:
                found = read_snapshot(self._filesystem, path, fingerprint=None)
            except SnapshotUnusable as reason:
                self._problems.append(Problem(path, 0, str(reason)))
                continue
            self._snapshots += 1
            if found.file.through > self._head:
                why = (
                    f"it holds events up to {found.file.through}, the log those up to {self._head}"
                )
                self._problems.append(Problem(path, 0, why))

    def values_in(self, folder: Path) -> None:
        names = self._filesystem.names(folder) if has_folder(self._filesystem, folder) else []
        for name in names:
            if name.endswith(SCRATCH):
                continue
            self._values += 1
            try:
                check_blob(self._filesystem, folder / name)
            except JournalDamaged as damage:
                self._problems.append(Problem(damage.path, damage.byte, damage.why))

    def _segment(self, segment: SegmentFile, checksum: int | None, *, last: bool) -> int | None:
        """Check one segment that should start from `checksum`; where its chain ends, if it does."""
        if checksum is not None and segment.first != self._head + 1:
            self._note(segment, 0, f"the events from {self._head + 1} are missing before it")
        self._head = segment.first - 1
        seed: int | None = None
        try:
            header = read_header(self._filesystem, segment)
            seed = header.seed
            self._judge_header(segment, header, checksum)
            for commit in read_commits(self._filesystem, segment, start_of(segment, header)):
                self._judge_numbers(segment, commit)
                self._head, seed = commit.last, commit.checksum
                self._tell(0 if segment.compressed else commit.end)
        except JournalDamaged as damage:
            return self._judge_damage(segment, damage, seed, last=last)
        return seed

    def _judge_header(self, segment: SegmentFile, header: Header, checksum: int | None) -> None:
        self._log_id = self._log_id or header.log_id
        check_same_log(segment, header, self._log_id)
        if checksum is not None and header.seed != checksum:
            self._note(segment, 0, "it does not continue the segment before")

    def _judge_numbers(self, segment: SegmentFile, commit: Commit) -> None:
        for place, event in enumerate(commit.events, start=commit.first):
            try:
                told = _number.decode(event).sequence
            except msgspec.DecodeError as error:
                self._note(segment, commit.end, f"event {place} is no event: {error}")
                continue
            if told not in (None, place):
                self._note(segment, commit.end, f"event {place} says it is event {told}")

    def _judge_damage(
        self, segment: SegmentFile, damage: JournalDamaged, seed: int | None, *, last: bool
    ) -> int | None:
        try:
            if not last:
                raise damage
            self._unfinished = len(find_tear(self._filesystem, segment, damage, seed).rest)
        except JournalDamaged:
            self._note(segment, damage.byte, damage.why)
            return None
        return seed

    def _note(self, segment: SegmentFile, byte: int, why: str) -> None:
        self._problems.append(Problem(segment.path, byte, why))

    def _tell(self, within: int) -> None:
        self._progress(Progress(done=min(self._done + within, self._total), total=self._total))

    def _where_it_is_now(self, segment: SegmentFile) -> SegmentFile:
        """Its owner may have compressed a segment since it was listed."""
        try:
            self._size(segment.path)
        except FileNotFoundError:
            return segment.compressed_form()
        return segment

    def _size(self, path: Path) -> int:
        descriptor = self._filesystem.open_read(path)
        try:
            return self._filesystem.size(descriptor)
        finally:
            self._filesystem.close(descriptor)
