"""The log in segment files: the event store of a server."""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import TypeVar

from peon.errors import PeonError, Stale, StoreFailure
from peon.journal.catalog import Catalog
from peon.journal.compression import compress_covered
from peon.journal.erasure import Replace, erase_covered
from peon.journal.failures import RecordMissing, cannot_open, over_a_network, write_failed
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.format import check_events
from peon.journal.group import GroupCommit
from peon.journal.lock import LifeLock
from peon.journal.mounts import is_over_a_network
from peon.journal.opening import StoreOptions, open_log
from peon.journal.pages import PageReader
from peon.journal.port import PAGE_BYTES, Recovered, Run
from peon.journal.retention import drop_history, load_base
from peon.journal.segments import LogEnd, SegmentWriter
from peon.journal.slices import Records, slices
from peon.journal.snapshot_reading import ReadSnapshot
from peon.journal.snapshots import Draft, SnapshotFolder
from peon.journal.staging import refuse_half_replaced
from peon.journal.tail import MemoryTail, TailCommit
from peon.journal.waiters import DurabilityWaiters
from peon.journal.worker import Worker

T = TypeVar("T")

__all__ = ["SegmentStore", "StoreOptions"]


class SegmentStore:
    """The event store of one state folder, which it owns while it is open.

    Implements EventStore and SnapshotStore.
    """

    def __init__(
        self,
        lock: LifeLock,
        writer: SegmentWriter,
        catalog: Catalog,
        snapshots: SnapshotFolder,
        end: LogEnd,
        options: StoreOptions,
        folder: Path,
    ) -> None:
        self._lock = lock
        self._writer = writer
        self._catalog = catalog
        self._snapshots = snapshots
        self._filesystem = options.filesystem
        self._log_id = end.log_id
        self._head = self._durable = end.head
        self._failure: StoreFailure | None = None
        self._closed = False
        self._tail = MemoryTail(end.head, max_bytes=options.tail_bytes)
        self._pages = PageReader(options.filesystem, catalog, end.log_id)
        self._waiters = DurabilityWaiters()
        self._room: asyncio.Future[None] | None = None
        self._durable_callbacks: list[Callable[[int], None]] = []
        self._failure_callbacks: list[Callable[[StoreFailure], None]] = []
        self._reader = Worker("journal-reader")
        self._keeper = Worker("journal-keeper")
        self._folder = folder
        self._group = GroupCommit(
            writer, folder, committed=self._on_committed, failed=self._on_failed
        )

    @classmethod
    def open(
        cls, directory: Path, *, fingerprint: str, options: StoreOptions | None = None
    ) -> "tuple[SegmentStore, Recovered]":
        """Own `directory`, recover the log in it, and go on with it.

        `fingerprint` names the model classes: a snapshot of others is not used. Called on the loop
        the store shall belong to. Raises Unavailable where the folder cannot or must not be used,
        and JournalDamaged; nothing has been changed then.
        """
        options = options or StoreOptions()
        try:
            return cls._open(directory, fingerprint, options)
        except OSError as error:
            raise cannot_open(directory, error) from error

    @classmethod
    def _open(
        cls, directory: Path, fingerprint: str, options: StoreOptions
    ) -> "tuple[SegmentStore, Recovered]":
        filesystem = options.filesystem
        kind = filesystem.kind(directory)
        if kind is not None and is_over_a_network(kind):
            raise over_a_network(directory, kind)
        filesystem.make_folder(directory)
        refuse_half_replaced(filesystem, directory)
        for folder in (directory / SEGMENTS, directory / SNAPSHOTS):
            filesystem.make_folder(folder)
        lock = LifeLock.acquire(filesystem, directory)
        try:
            opened = open_log(directory, fingerprint=fingerprint, options=options)
        except (OSError, PeonError):
            lock.release()
            raise
        store = cls(
            lock,
            opened.writer,
            opened.catalog,
            opened.snapshots,
            opened.end,
            options,
            directory / SEGMENTS,
        )
        return store, opened.recovered

    @property
    def log_id(self) -> str:
        return self._log_id

    @property
    def base(self) -> int:
        return self._catalog.base

    @property
    def head(self) -> int:
        return self._head

    @property
    def durable(self) -> int:
        return self._durable

    @property
    def failure(self) -> StoreFailure | None:
        return self._failure

    @property
    def snapshot_keys(self) -> AbstractSet[str]:
        return self._snapshots.keys

    @property
    def erasable(self) -> int:
        """Up to here `erase` reaches: segments are sealed, and the older snapshot covers them."""
        covered = self._snapshots.covered
        ends = [last for _, last in self._catalog.sealed() if last <= covered]
        return max(ends, default=0)

    def append(self, events: Sequence[bytes]) -> int:
        if self._failure is not None:
            raise self._failure
        check_events(events)
        if not events:
            return 0
        self._head += len(events)
        return self._group.append(events)

    async def wait_durable(self, sequence: int) -> None:
        if sequence <= self._durable:
            return
        if self._failure is not None:
            raise self._failure
        if sequence > self._head:
            raise ValueError(f"sequence {sequence} has not been appended; the head is {self._head}")
        await self._waiters.add(sequence)

    async def wait_capacity(self) -> None:
        while self._failure is None and not self._group.has_capacity:
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)
        if self._failure is not None:
            raise self._failure

    def tail(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes] | None:
        return self._tail.read(after, limit, max_bytes)

    async def read(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes]:
        if (events := self._tail.read(after, limit, max_bytes)) is not None:
            return events
        upto = min(after + limit, self._durable)
        return await self._read(after, partial(self._pages.read, after, upto, max_bytes))

    def tail_run(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> Run | None:
        return self._tail.read_run(after, limit, max_bytes)

    async def read_runs(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[Run]:
        if (run := self._tail.read_run(after, limit, max_bytes)) is not None:
            return [run]
        read = partial(self._pages.read_runs, after, self._durable, limit, max_bytes)
        return await self._read(after, read)

    async def _read(self, after: int, read: Callable[[], T]) -> T:
        """Old events, from the files."""
        if after < self.base:
            raise Stale(f"the log begins after {self.base}; events behind {after} are not kept")
        try:
            return await self._reader.run(read)
        except OSError as error:
            raise StoreFailure(f"reading {self._folder} failed: {error}") from error

    def on_durable(self, callback: Callable[[int], None]) -> None:
        self._durable_callbacks.append(callback)

    def on_failure(self, callback: Callable[[StoreFailure], None]) -> None:
        self._failure_callbacks.append(callback)

    async def write_snapshot(self, sequence: int, records: Records) -> None:
        try:
            draft = await self._draft(sequence, records)
            await self.wait_durable(draft.target.through)
            await self._keeper.run(partial(self._snapshots.publish, draft, durable=self._durable))
        except RecordMissing:
            self._snapshots.forget()
            raise
        except OSError as error:
            raise write_failed(self._folder.parent / SNAPSHOTS, error) from error

    async def _draft(self, sequence: int, records: Records) -> Draft:
        """Write the records slice by slice, and hold no more than one slice of them."""
        drafting = await self._keeper.run(partial(self._snapshots.begin, sequence))
        try:
            async for portion in slices(records):
                await self._keeper.run(partial(drafting.add, portion))
            return await self._keeper.run(drafting.finish)
        finally:
            await self._keeper.run(drafting.close)

    async def compress(self) -> int:
        """Compress the sealed segments the older snapshot covers; how many there were.

        Raises StoreFailure; the segments are whole in one form or the other then.
        """
        covered = self._snapshots.covered
        compress = partial(compress_covered, self._filesystem, self._catalog, self._log_id, covered)
        try:
            return await self._keeper.run(compress)
        except OSError as error:
            raise write_failed(self._folder, error) from error

    def seal(self) -> None:
        """Let the next commit begin a new segment, so that what stands before it can be erased."""
        self._writer.seal()

    async def erase(self, replace: Replace, *, upto: int) -> int:
        """Replace events up to `upto` for good, as far as they are sealed and snapshots cover them.

        `replace` is called in another thread, several times for each event, and answers the same
        each time. How many segments were rewritten. Raises StoreFailure, and ValueError for a
        replacement that is no event; the log is whole then, and no event is lost.
        """
        covered = min(upto, self._snapshots.covered)
        erase = partial(
            erase_covered, self._filesystem, self._catalog, self._log_id, covered, replace
        )
        try:
            return await self._keeper.run(erase)
        except OSError as error:
            raise write_failed(self._folder, error) from error
        finally:
            self._tail.forget(covered)

    async def drop_history(self, *, upto: int) -> None:
        """Let go of the oldest segments, as far as all their events stand up to `upto`.

        Only what the newest snapshot holds can go; it is kept as the base of what is left, and
        `base` tells how far the log has lost its beginning. Raises StoreFailure.
        """
        drop = partial(drop_history, self._filesystem, self._catalog, self._snapshots.newest, upto)
        try:
            await self._keeper.run(drop)
        except OSError as error:
            raise write_failed(self._folder, error) from error
        finally:
            self._tail.forget(self.base)

    async def read_base(self) -> ReadSnapshot | None:
        """The snapshot that stands for what is gone of the log; None where nothing is.

        Raises JournalDamaged, StoreFailure.
        """
        if not self.base:
            return None
        folder = self._folder.parent / SNAPSHOTS
        try:
            return await self._reader.run(
                lambda: load_base(
                    self._filesystem,
                    folder,
                    log_id=self._log_id,
                    base=self.base,
                    head=self._durable,
                )
            )
        except OSError as error:
            raise StoreFailure(f"reading {folder} failed: {error}") from error

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._failure is None:
            self._failure = StoreFailure("the journal is closed")
        await self._group.close()
        await self._reader.close()
        await self._keeper.close()
        self._lock.release()

    def _on_committed(self, commit: TailCommit) -> None:
        self._durable = commit.last
        self._tail.append(commit)
        self._waiters.reached(commit.last)
        self._wake_for_room()
        for callback in self._durable_callbacks:
            callback(commit.last)

    def _on_failed(self, failure: StoreFailure) -> None:
        self._failure = failure
        self._waiters.fail(failure)
        self._wake_for_room()
        for callback in self._failure_callbacks:
            callback(failure)

    def _wake_for_room(self) -> None:
        if self._room is not None:
            self._room.set_result(None)
            self._room = None
