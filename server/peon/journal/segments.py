"""The writing end of the log: one line per group commit, rolled into a new segment at a size."""

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from peon.journal.filesystem import FileSystem, read_range, write_all
from peon.journal.format import Header, SegmentFile, encode_line, join_events, plain_segment


@attrs.frozen
class LogEnd:
    """Where the log ends: what the next line continues."""

    log_id: str
    head: int
    """The sequence of the last event; 0 in an empty log."""
    checksum: int
    segment: SegmentFile | None
    """The plain segment that can be continued; None where a new one has to be made."""
    size: int
    """Bytes in that segment."""
    last_line: int
    """Where in it the last line starts."""


class SegmentWriter:
    """Appends commits durably. Used by one thread at a time; after any error it must not be used
    again.

    A flush that failed is never repeated: the system may have dropped the very bytes it did not
    write, and would report success the second time. `made` is told of every new segment once it is
    durable.
    """

    def __init__(
        self,
        filesystem: FileSystem,
        folder: Path,
        end: LogEnd,
        *,
        segment_bytes: int,
        made: Callable[[SegmentFile], None],
    ) -> None:
        self._filesystem = filesystem
        self._folder = folder
        self._log_id = end.log_id
        self._segment_bytes = segment_bytes
        self._made = made
        self._checksum = end.checksum
        self._head = end.head
        self._size = end.size
        self._seal_requested = False
        self._segment, self._descriptor = (
            self._create() if end.segment is None else self._resume(end.segment, end)
        )

    @property
    def head(self) -> int:
        """The sequence of the last durable event."""
        return self._head

    @property
    def segment(self) -> SegmentFile:
        """The segment that is being written."""
        return self._segment

    def commit(self, events: Sequence[bytes]) -> bytes:
        """Make `events` durable as one line; the answer is the line's payload. Raises OSError."""
        full = self._size >= self._segment_bytes or self._seal_requested
        if full and self._segment.first <= self._head:
            self._roll()
        payload = join_events(events)
        checksum, line = encode_line(payload, self._checksum)
        write_all(self._filesystem, self._descriptor, line)
        self._filesystem.fdatasync(self._descriptor)
        self._checksum = checksum
        self._size += len(line)
        self._head += len(events)
        return payload

    def seal(self) -> None:
        """Let the next commit begin a new segment. May be called from another thread."""
        self._seal_requested = True

    def close(self) -> None:
        self._filesystem.close(self._descriptor)

    def _resume(self, segment: SegmentFile, end: LogEnd) -> tuple[SegmentFile, int]:
        """Continue a segment.

        What recovery has read may so far stand only in the cache of a machine whose last process
        was killed. It is promised from now on, so the file and its name are flushed first. The
        last line is written over itself before: if its flush had failed, the system may take the
        cache for clean and would flush nothing.
        """
        descriptor = self._filesystem.open_append(segment.path)
        size = end.size - end.last_line
        line = read_range(self._filesystem, descriptor, end.last_line, size)
        self._filesystem.overwrite(segment.path, line, end.last_line)
        self._filesystem.fsync(descriptor)
        self._filesystem.sync_folder(self._folder)
        return segment, descriptor

    def _roll(self) -> None:
        self._seal_requested = False
        filled = self._descriptor
        self._segment, self._descriptor = self._create()
        self._filesystem.close(filled)

    def _create(self) -> tuple[SegmentFile, int]:
        segment = plain_segment(self._folder, self._head + 1)
        descriptor = self._filesystem.create(segment.path)
        header = Header(self._log_id, self._checksum).encoded()
        write_all(self._filesystem, descriptor, header)
        self._filesystem.fsync(descriptor)
        self._filesystem.sync_folder(self._folder)
        self._size = len(header)
        self._made(segment)
        return segment, descriptor
