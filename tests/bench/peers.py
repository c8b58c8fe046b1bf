"""The peers that keep events: the `eventsourcing` package with SQLite, and SQLite by itself."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.samples import ITEM_ID, TEXT, THREADS, TURN_IDS, fresh_folder, places
from peon.journal.format import join_events
from peon.journal.group import GroupCommit
from peon.journal.segments import SegmentWriter
from peon.journal.waiters import DurabilityWaiters


class Conversation(Aggregate):
    """The same facts as ours, in the peer's own idiom: text was added to an item of a turn."""

    @event("Started")
    def __init__(self, title: str) -> None:
        self.title = title
        self.pieces: list[str] = []

    @event("TextAppended")
    def append(self, turn_id: str, item_id: str, offset: int, end: int, text: str) -> None:
        self.pieces.append(text)


class Conversations:
    """The peer's application with its SQLite recorder, and fifty conversations in it."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        place = fresh_folder(folder) / "events.sqlite"
        self._application: Application[UUID] = Application(
            env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(place)}
        )
        if not durable:
            _without_flush(self._application)
        self._threads = [Conversation(title="bench") for _ in range(THREADS)]
        self._application.save(*self._threads)

    def add(self, count: int, batch: int) -> int:
        """Append `count` pieces of text and save them `batch` at a time."""
        for number, (thread, offset, end) in enumerate(places(count), 1):
            self._threads[thread].append(TURN_IDS[thread], ITEM_ID, offset, end, TEXT)
            if number % batch == 0:
                self._application.save(*self._threads)
        return count

    def add_each(self, count: int) -> int:
        """Append `count` pieces of text, each saved by itself: one command, one event."""
        for thread, offset, end in places(count):
            self._threads[thread].append(TURN_IDS[thread], ITEM_ID, offset, end, TEXT)
            self._application.save(self._threads[thread])
        return count

    def replay(self) -> int:
        """Make every conversation again from its events; how many pieces of text there were."""
        ids = [each.id for each in self._threads]
        made: list[Conversation] = [self._application.repository.get(each) for each in ids]
        return sum(len(each.pieces) for each in made)

    def close(self) -> None:
        self._application.close()


def _without_flush(application: "Application[UUID]") -> None:
    """Make its database write without waiting for the disk, as ours does in the same contest."""
    datastore = application.recorder.datastore  # type: ignore[attr-defined] # of SQLite's recorder
    with datastore.get_connection(commit=True) as connection, connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")


class SqliteRows:
    """Events as rows of one table: its place in the log, its stream, its version, its bytes."""

    def __init__(self, folder: Path) -> None:
        place = fresh_folder(folder) / "events.sqlite"
        self._connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE events (sequence INTEGER PRIMARY KEY, stream TEXT, version INTEGER, "
            "body BLOB, UNIQUE (stream, version))"
        )

    def without_flush(self) -> Self:
        """Do not wait for the disk."""
        self._connection.execute("PRAGMA synchronous=OFF")
        return self

    def add(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Commit the rows."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO events (stream, version, body) VALUES (?, ?, ?)", rows
        )
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class SqliteGroups:
    """SQLite behind the group commit that ours has: a thread commits all that has gathered.

    A row for each event, or one for all of a commit.
    """

    def __init__(self, folder: Path, *, row_each: bool) -> None:
        self.head = 0
        self._waiters = DurabilityWaiters()
        self._rows = SqliteRows(folder)
        self._group = GroupCommit(
            cast("SegmentWriter", _RowWriter(self._rows, row_each=row_each)),
            folder,
            committed=lambda commit: self._waiters.reached(commit.last),
            failed=self._waiters.fail,
        )

    def append(self, events: Sequence[bytes]) -> int:
        """As that of our store."""
        self.head += len(events)
        return self._group.append(events)

    async def wait_durable(self, sequence: int) -> None:
        """As that of our store."""
        await self._waiters.add(sequence)

    async def close(self) -> None:
        await self._group.close()


class _RowWriter:
    """Stands where the group commit expects a writer of segments."""

    def __init__(self, rows: SqliteRows, *, row_each: bool) -> None:
        self.head = 0
        self._rows = rows
        self._row_each = row_each

    def commit(self, events: Sequence[bytes]) -> bytes:
        payload = join_events(events)
        bodies = events if self._row_each else [payload]
        first = self.head + 1
        self._rows.add([("clients", place, body) for place, body in enumerate(bodies, first)])
        self.head += len(events)
        return payload

    def close(self) -> None:
        self._rows.close()
