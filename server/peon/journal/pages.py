"""Reading a page of old events from the segments, off the loop."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from peon.errors import Stale
from peon.journal.catalog import Catalog
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import FileSystem
from peon.journal.format import SegmentFile
from peon.journal.port import Run
from peon.journal.reading import Commit, Mark, check_same_log, read_commits, read_header, start_of


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
        page = self._page(after, upto, max_bytes)
        return [bytes(event) for event in page.events]

    def read_runs(self, after: int, upto: int, limit: int, max_bytes: int) -> list[Run]:
        """As `read`, in runs of at most `limit` events and `max_bytes`."""
        page = self._page(after, upto, max_bytes)
        return list(_runs(after, page.events, limit, max_bytes))

    def _page(self, after: int, upto: int, max_bytes: int) -> "_Page":
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
        return page

    def _fill(self, page: "_Page", segment: SegmentFile, mark: Mark | None) -> None:
        wanted = page.next
        for commit in read_commits(self._filesystem, segment, mark or self._start(segment)):
            if commit.mark is not None:
                self._catalog.noted(segment, commit.mark)
            page.take(commit)
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
        self.events: list[msgspec.Raw] = []
        self.next = first
        self._last = last
        self._room = max_bytes

    @property
    def full(self) -> bool:
        return self.next > self._last or (self._room <= 0 and bool(self.events))

    def take(self, commit: Commit) -> None:
        """The events of a commit that are wanted, as far as there is room for them."""
        if commit.last < self.next:
            return
        events = commit.events[self.next - commit.first :]
        if commit.size > self._room or commit.last > self._last:
            events = list(self._fitting(events))
        else:
            self._room -= commit.size
        self.events += events
        self.next += len(events)

    def _fitting(self, events: Iterable[msgspec.Raw]) -> Iterator[msgspec.Raw]:
        for event in itertools.islice(events, self._last + 1 - self.next):
            yield event
            self._room -= len(memoryview(event))
            if self._room <= 0:
                return


def _runs(after: int, events: Sequence[msgspec.Raw], limit: int, max_bytes: int) -> Iterator[Run]:
    for start in range(0, len(events), limit):
        some = events[start : start + limit]
        text = b",".join(some)
        if len(text) > max_bytes and len(some) > 1:
            yield from _runs(after + start, some, len(some) // 2, max_bytes)
        else:
            yield Run(after + start + len(some), text)
