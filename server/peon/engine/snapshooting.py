"""Snapshots are taken when the log has grown by enough, and when the server leaves."""

import logging
from typing import Final

from peon.engine import snapshots
from peon.engine.engine import Engine
from peon.errors import StoreFailure
from peon.journal.port import SnapshotStore
from peon.runtime.tasks import TaskOwner
from peon_protocol.ids import ThreadId

logger = logging.getLogger(__name__)

EVERY_BYTES: Final = 16 << 20
"""After so much more of the log, another snapshot is worth its while."""


class Snapshooter:
    """Takes a snapshot whenever enough was appended; one at a time."""

    def __init__(
        self, engine: Engine, store: SnapshotStore, tasks: TaskOwner, *, every: int = EVERY_BYTES
    ) -> None:
        self._engine = engine
        self._store = store
        self._tasks = tasks
        self._every = every
        self._taken_at = 0
        self._written: dict[ThreadId, int] = {}
        self._under_way = False
        engine.feed.on_durable(self._consider)

    async def take(self) -> None:
        """Write a snapshot of the model as it is now. A failure leaves the log as it is."""
        if self._under_way:
            return
        self._under_way = True
        try:
            await self._take()
        except StoreFailure as failure:
            logger.warning("no snapshot was taken: %s", failure)
        finally:
            self._under_way = False

    async def _take(self) -> None:
        model = self._engine.model
        self._taken_at = self._engine.appended_bytes
        written = {each: thread.sequence for each, thread in model.threads.items()}
        usable = {
            each: sequence
            for each, sequence in self._written.items()
            if snapshots.key_of(each) in self._store.snapshot_keys
        }
        records = list(snapshots.encode(model, usable))
        sequence = model.sequence
        await self._engine.settled()
        await self._store.write_snapshot(sequence, records)
        self._written = written

    def _consider(self) -> None:
        grown = self._engine.appended_bytes - self._taken_at
        if grown >= self._every and not self._under_way:
            self._tasks.start(self.take(), name="snapshot")
