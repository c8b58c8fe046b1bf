"""A whole log written beside the one in use, and put in its place in two steps.

Between them there is no log, only the new one beside its place. A start refuses that; whoever
replaces a log finishes it first.
"""

from pathlib import Path

from peon.errors import Unavailable
from peon.journal.filesystem import FileSystem, discard, has_folder
from peon.journal.folders import SEGMENTS
from peon.journal.format import SegmentFile
from peon.journal.segments import LogEnd, SegmentWriter

STAGING = "journal.new"
_SEGMENT_BYTES = 64 << 20


class StagedLog:
    """The new log. What a crash leaves of an unfinished one is thrown away by the next."""

    def __init__(self, filesystem: FileSystem, directory: Path, end: LogEnd) -> None:
        self._filesystem = filesystem
        self._directory = directory
        folder = directory / STAGING
        filesystem.make_folder(folder)
        for name in filesystem.names(folder):
            discard(filesystem, folder / name)
        self.writer = SegmentWriter(
            filesystem, folder, end, segment_bytes=_SEGMENT_BYTES, made=_nobody
        )

    def put_in_place(self, *, aside: Path | None) -> None:
        """Make it the log; the one before goes to `aside`, or is empty. Raises OSError."""
        self.writer.close()
        if aside is None:
            self._filesystem.remove_folder(self._directory / SEGMENTS)
        else:
            self._filesystem.rename(self._directory / SEGMENTS, aside)
        self._filesystem.sync_folder(self._directory)
        finish_replacing(self._filesystem, self._directory)


def is_half_replaced(filesystem: FileSystem, directory: Path) -> bool:
    """Is there no log, but a whole new one waiting for its place?"""
    return has_folder(filesystem, directory / STAGING) and not has_folder(
        filesystem, directory / SEGMENTS
    )


def finish_replacing(filesystem: FileSystem, directory: Path) -> None:
    """Take the second step. Raises OSError."""
    filesystem.rename(directory / STAGING, directory / SEGMENTS)
    filesystem.sync_folder(directory)


def refuse_half_replaced(filesystem: FileSystem, directory: Path) -> None:
    """Raises Unavailable where a start would take the missing log for a new one."""
    if is_half_replaced(filesystem, directory):
        raise Unavailable(
            f"the log in {directory}",
            "it was being replaced when the process ended",
            "Run `peon log import` or `peon log salvage` again to finish that.",
        )


def _nobody(_: SegmentFile) -> None:
    """Keeps no list of the segments: they are moved together."""
