"""Reading a page of old events from the segments, off the loop."""

from peon.errors import Stale
from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import FileSystem
from peon.journal.format import SegmentFile
from peon.journal.reading import Mark, check_same_log, read_commits, read_header, start_of


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
        page = _Page(after + 1, upto, max_bytes)
        while not page.full:
            segment, mark = self._catalog.locate(page.next)
            if segment.first > page.next:
                raise Stale(f"the log begins with {segment.first}; {page.next} is not kept")
            try:
                self._fill(page, segment, mark)
            except FileNotFoundError:
                # It may have been compressed since it was located; then it stands elsewhere now.
                if self._catalog.locate(page.next)[0] == segment:
                    raise
        return page.events

    def _fill(self, page: "_Page", segment: SegmentFile, mark: Mark | None) -> None:
        wanted = page.next
        for commit in read_commits(self._filesystem, segment, mark or self._start(segment)):
            if commit.mark is not None:
                self._catalog.noted(segment, commit.mark)
            for event in commit.events[max(0, page.next - commit.first) :]:
                if page.full:
                    return
                page.add(bytes(event))
            if page.full:
                return
        if page.next == wanted:
            raise JournalDamaged(segment.path, 0, f"it ends before event {wanted}")

    def _start(self, segment: SegmentFile) -> Mark:
        header = read_header(self._filesystem, segment)
        check_same_log(segment, header, self._log_id)
        return start_of(segment, header)


class _Page:
    """What has been read, and what is still wanted."""

    def __init__(self, first: int, last: int, max_bytes: int) -> None:
        self.events: list[bytes] = []
        self.next = first
        self._last = last
        self._room = max_bytes

    @property
    def full(self) -> bool:
        return self.next > self._last or (self._room <= 0 and bool(self.events))

    def add(self, event: bytes) -> None:
        self.events.append(event)
        self._room -= len(event)
        self.next += 1
