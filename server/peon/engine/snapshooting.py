"""Snapshots are taken when the log has grown by enough, and when the server leaves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from peon.domain.model import Thread
from peon.engine import snapshots
from peon.engine.engine import Engine
from peon.engine.restart import Restarted
from peon.errors import StoreFailure
from peon.journal.port import SnapshotStore
from peon.journal.slices import Record
from peon.journal.snapshots import SnapshotRecord, Unchanged
from peon.runtime.tasks import TaskOwner
from peon_protocol.ids import ThreadId

logger = logging.getLogger(__name__)

MANY_EVENTS: Final = 50_000
"""To read so many takes a second or two: that is not done at one start after another."""
EVERY_BYTES: Final = 16 << 20
"""After so much more of the log, another snapshot is worth its while."""
SLICE_BYTES: Final = 64 << 10
"""After so much encoding the loop is given to others."""


class Snapshooter:
    """Takes a snapshot whenever enough was appended; one at a time."""

    def __init__(
        self,
        engine: Engine,
        store: SnapshotStore,
        tasks: TaskOwner,
        restarted: Restarted,
        *,
        every: int = EVERY_BYTES,
        many: int = MANY_EVENTS,
    ) -> None:
        """`restarted` says what the newest snapshot holds already."""
        self._engine = engine
        self._store = store
        self._tasks = tasks
        self._every = every
        self._many = many
        self._taken_at = 0
        self._through = restarted.through
        self._written: Mapping[ThreadId, int] = restarted.written
        self._under_way = False
        self._stop = engine.feed.on_durable(self._consider)

    async def take(self) -> None:
        """Write a snapshot, if there is anything new. A failure leaves the log as it is."""
        if self._under_way or not self._is_worthwhile:
            return
        self._under_way = True
        try:
            await self._take()
        except StoreFailure as failure:
            logger.warning("no snapshot was taken: %s", failure)
        finally:
            self._under_way = False

    def after_start(self) -> None:
        """Take one soon if the start had to read much, as after an update of the server."""
        if self._engine.model.sequence - self._through >= self._many:
            self._tasks.start(self.take(), name="snapshot")

    def stop(self) -> None:
        """Take none any more by itself."""
        self._stop()

    @property
    def _is_worthwhile(self) -> bool:
        """Whether there is more than the last one holds, and the model is what the log says."""
        sequence = self._engine.model.sequence
        return sequence > self._through and sequence == self._engine.store.head

    async def _take(self) -> None:
        """The rest of the model comes first; a thread may be younger, and says so."""
        model = self._engine.model
        self._taken_at = self._engine.appended_bytes
        sequence, threads = model.sequence, tuple(model.threads.values())
        written: dict[ThreadId, int] = {}
        rest = snapshots.record_of_rest(model)
        await self._store.write_snapshot(sequence, self._records(rest, threads, written))
        self._through, self._written = sequence, written

    async def _records(
        self, rest: SnapshotRecord, threads: Sequence[Thread], written: dict[ThreadId, int]
    ) -> AsyncIterator[Record]:
        """Each record as it is asked for; `written` is told what they hold."""
        yield rest
        encoded = 0
        for thread in threads:
            written[thread.thread_id] = thread.sequence
            record = self._record(thread, self._engine.model.sequence)
            encoded += len(record.content) if isinstance(record, SnapshotRecord) else 0
            if encoded >= SLICE_BYTES:
                encoded = 0
                await asyncio.sleep(0)
            yield record

    def _record(self, thread: Thread, through: int) -> Record:
        """A thread to which nothing has happened is copied from the snapshot before."""
        key = snapshots.key_of(thread.thread_id)
        known = self._written.get(thread.thread_id) == thread.sequence
        if known and key in self._store.snapshot_keys:
            return Unchanged(key)
        return snapshots.record_of_thread(thread, through)

    def _consider(self) -> None:
        grown = self._engine.appended_bytes - self._taken_at
        if grown >= self._every and not self._under_way:
            self._tasks.start(self.take(), name="snapshot")
