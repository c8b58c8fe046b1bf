"""Bugs to plant: file systems on which one flush that the journal asks for does not happen.

To the log it is the same as a journal that does not ask. Each of these has been a real bug
somewhere.
"""

from pathlib import Path

from support.simfs import SimulatedFiles, Truncate, Write


def has_cut(changes: list[Write | Truncate]) -> bool:
    return any(isinstance(change, Truncate) for change in changes)


class FolderNeverFlushed(SimulatedFiles):
    """New names are not made durable."""

    def sync_folder(self, path: Path) -> None:
        return


class RenamedBeforeFlushed(SimulatedFiles):
    """A file gets its name while its contents are still on their way."""

    def fsync(self, descriptor: int) -> None:
        if self.path_of(descriptor).suffix != ".tmp":
            super().fsync(descriptor)


class AcknowledgedBeforeFlushed(SimulatedFiles):
    """A commit is answered when it is written and not when it is durable."""

    def fdatasync(self, descriptor: int) -> None:
        return


class CutWithoutFlush(SimulatedFiles):
    """A torn tail is cut off, and the cut may come undone under what is written next."""

    def fsync(self, descriptor: int) -> None:
        if not has_cut(self.pending_of(descriptor)):
            super().fsync(descriptor)


class ReopenedWithoutFlush(SimulatedFiles):
    """What a killed process has left in the cache is built upon as if it were on the disk."""

    _reopening = False

    def open_append(self, path: Path) -> int:
        self._reopening = True
        return super().open_append(path)

    def fsync(self, descriptor: int) -> None:
        if not self._reopening or has_cut(self.pending_of(descriptor)):
            super().fsync(descriptor)

    def sync_folder(self, path: Path) -> None:
        if not self._reopening:
            super().sync_folder(path)
        self._reopening = False


class SegmentMadeWithoutFlush(SimulatedFiles):
    """The first line of a new segment is not durable when the segment is used."""

    def fsync(self, descriptor: int) -> None:
        if self.path_of(descriptor).suffix != ".jsonl":
            super().fsync(descriptor)


class CacheTrustedAfterFailedFlush(SimulatedFiles):
    """A line whose flush has failed is flushed again, and the system takes it for clean."""

    def overwrite(self, path: Path, data: bytes, offset: int) -> None:
        return
