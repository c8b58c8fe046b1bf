"""Reading a page of old events from the segments, off the loop."""

from peon.errors import Stale
from peon.journal.catalog import Catalog
from peon.journal.counting import Counted, counted
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import FileSystem
from peon.journal.format import SegmentFile, split_events
from peon.journal.port import Run
from peon.journal.reading import (
    Mark,
    check_same_log,
    lines_of,
    read_blocks,
    read_header,
    start_of,
)


class PageReader:
    """Reads pages of one log. Used by one thread at a time."""

    def __init__(self, filesystem: FileSystem, catalog: Catalog, log_id: str) -> None:
        self._filesystem = filesystem
        self._catalog = catalog
        self._log_id = log_id

    def read(self, after: int, upto: int, max_bytes: int) -> list[bytes]:
        """The events behind `after` up to `upto`, as far as `max_bytes` go; the last one may pass
        them.

        `upto` is durable, and nothing beyond it is looked at: there a line may be half written.
        Raises Stale where it has been dropped meanwhile, JournalDamaged, OSError.
        """
        page = _Events(after + 1, upto, max_bytes)
        self._fill(page)
        return page.events

    def read_runs(self, after: int, upto: int, limit: int, max_bytes: int) -> list[Run]:
        """As `read`, in runs of at most `limit` events and `max_bytes`: what one block holds.

        Lines that are wanted as a whole are not taken apart.
        """
        page = _Runs(after + 1, upto, limit, max_bytes)
        self._fill(page)
        return page.finished()

    def _fill(self, page: "_Page") -> None:
        while not page.is_done:
            segment, mark = self._catalog.locate(page.next)
            if segment.first > page.next:
                raise Stale(f"the log begins with {segment.first}; {page.next} is not kept")
            try:
                self._fill_from(page, segment, mark)
            except FileNotFoundError:
                # It may have been compressed since it was located; then it stands elsewhere now.
                if self._catalog.locate(page.next)[0] == segment:
                    raise

    def _fill_from(self, page: "_Page", segment: SegmentFile, mark: Mark | None) -> None:
        wanted = page.next
        place = mark or self._start(segment)
        blocks = read_blocks(
            self._filesystem, segment, offset=place.offset, text_offset=place.text_offset
        )
        for block in blocks:
            behind, seed = place.sequence, place.seed
            for each in counted(segment, lines_of(segment, block, seed), behind):
                page.take(each)
                if page.is_full:
                    return
                behind, seed = each.last + 1, each.checksum
            place = Mark(behind, block.end, block.text_offset + block.length, seed)
            self._catalog.noted(segment, place)
            if page.is_done:
                return
        if page.next == wanted:
            raise JournalDamaged(segment.path, 0, f"it ends before event {wanted}")

    def _start(self, segment: SegmentFile) -> Mark:
        header = read_header(self._filesystem, segment)
        check_same_log(segment, header, self._log_id)
        return start_of(segment, header)


class _Page:
    """How far it has come, and how much room there is."""

    def __init__(self, first: int, last: int, max_bytes: int) -> None:
        self.next = first
        self._first = first
        self._last = last
        self._room = max_bytes

    @property
    def is_full(self) -> bool:
        return self.next > self._last or (self._room <= 0 and self.next > self._first)

    @property
    def is_done(self) -> bool:
        """Whether no further block is to be read."""
        return self.is_full

    def take(self, line: Counted) -> None:
        """What is wanted of a line, as far as there is room for it."""
        if line.last < self.next:
            return
        for event in split_events(line.payload)[self.next - line.first :]:
            if self.is_full:
                return
            self._add(1, memoryview(event))

    def _add(self, count: int, text: memoryview) -> None:
        """Take the next `count` events."""
        self.next += count
        self._room -= len(text)


class _Events(_Page):
    """Events one by one."""

    def __init__(self, first: int, last: int, max_bytes: int) -> None:
        super().__init__(first, last, max_bytes)
        self.events: list[bytes] = []

    def _add(self, count: int, text: memoryview) -> None:
        self.events.append(bytes(text))
        super()._add(count, text)


class _Runs(_Page):
    """Events in runs, and a line that is wanted as a whole never taken apart."""

    def __init__(self, first: int, last: int, limit: int, max_bytes: int) -> None:
        super().__init__(first, last, max_bytes)
        self._limit = limit
        self._max_bytes = max_bytes
        self._runs: list[Run] = []
        self._texts: list[memoryview] = []
        self._count = self._size = 0

    def finished(self) -> list[Run]:
        """All that was taken."""
        self._end_run()
        return self._runs

    @property
    def is_done(self) -> bool:
        # A page that went on would end within a block, and the next one would read it once more.
        return self.next > self._first

    def take(self, line: Counted) -> None:
        count, text = line.last + 1 - line.first, line.payload[1:-1]
        is_wanted = line.first == self.next and line.last <= self._last
        if is_wanted and count <= self._limit and len(text) <= min(self._room, self._max_bytes):
            self._add(count, text)
        else:
            super().take(line)

    def _add(self, count: int, text: memoryview) -> None:
        if self._count + count > self._limit or self._size + len(text) > self._max_bytes:
            self._end_run()
        self._texts.append(text)
        self._count += count
        self._size += len(text) + 1
        super()._add(count, text)

    def _end_run(self) -> None:
        if self._texts:
            self._runs.append(Run(self.next - 1, b",".join(self._texts)))
            self._texts, self._count, self._size = [], 0, 0
