"""History is kept small, and what must not be kept goes, in the background and at long intervals.

Sealed segments are compressed. What a thread held that was deleted long enough ago is erased; its
values go with it. Whole segments go only where the user has set so, behind a base snapshot.
"""

import asyncio
import logging
import re
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from peon.domain.commands import RecordErasure
from peon.engine import snapshots
from peon.engine.engine import Engine
from peon.engine.large_values import LargeValues
from peon.engine.snapshooting import Snapshooter
from peon.errors import Stale, StoreFailure
from peon.journal.blobs import BlobStore
from peon.journal.filesystem import LocalFileSystem
from peon.journal.folders import SEGMENTS
from peon.journal.recovery import list_log
from peon.journal.store import SegmentStore
from peon.runtime.clock import Clock, rfc3339
from peon.runtime.retention import Retention
from peon.wire import dumps, loads
from peon_protocol.events import EventErased, ThreadDeleted, ThreadErased
from peon_protocol.ids import ThreadId
from peon_protocol.values import ErasureReason

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 6 * 3600.0
_PAGE: Final = 1000
_STREAM: Final = re.compile(rb'"streamId":"([^"]*)"')
_BLOB: Final = re.compile(rb'"blobId":"([0-9a-f]{64})"')
_KEPT_TYPES: Final = (ThreadDeleted.TYPE, ThreadErased.TYPE, EventErased.TYPE)
"""What stays of an erased thread: that there was one, and that it was deleted."""


@attrs.frozen(kw_only=True)
class KeepingParts:
    """What is looked after, and how the user wants it."""

    engine: Engine
    store: SegmentStore
    blobs: BlobStore
    values: LargeValues
    snapshooter: Snapshooter
    clock: Clock
    retention: Retention
    state_dir: Path


class Keeping:
    """Looks after history. A failure leaves it as it was, until the next look."""

    def __init__(self, parts: KeepingParts) -> None:
        self._parts = parts

    async def run(self) -> None:
        """Look now and again."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Do what is due."""
        try:
            await self._erase_deleted()
            await self._let_go()
            await self._parts.store.compress()
        except (StoreFailure, Stale) as failure:
            logger.warning("history was not looked after: %s", failure)

    # ---- deleted threads -----------------------------------------------------------------------

    async def _erase_deleted(self) -> None:
        model, store = self._parts.engine.model, self._parts.store
        latest = self._before(self._parts.retention.erase_deleted_days)
        due = {each: gone for each, gone in model.deleted.items() if gone.at <= latest}
        if not due:
            return
        await self._parts.engine.settled()
        if any(gone.sequence > store.erasable for gone in due.values()):
            # What comes next begins another segment, and the one before can be written anew.
            store.seal()
            await self._parts.snapshooter.take()
        ready = {each for each, gone in due.items() if gone.sequence <= store.erasable}
        if not ready:
            return
        await store.erase(Erasing(ready).replacement, upto=store.erasable)
        await self._sweep_values()
        self._parts.engine.record(RecordErasure(tuple(sorted(ready))), cause=None)
        logger.info("what %d deleted threads held has been erased", len(ready))

    async def _sweep_values(self) -> None:
        """Remove the values that nothing names any more."""
        blobs, store = self._parts.blobs, self._parts.store
        stored = await blobs.names()
        named, after = await self._named(store.base)
        async with self._parts.values.lock:
            await self._parts.engine.settled()
            late, _ = await self._named(after)
            for name in sorted(stored - named - late):
                await blobs.erase(name)

    async def _named(self, after: int) -> tuple[set[str], int]:
        """The values that are named behind a place, and by what is left of what stood before."""
        store = self._parts.store
        named = await self._named_by_model() if store.base else set()
        while after < store.durable:
            for body in await store.read(after, _PAGE):
                named.update(name.decode() for name in _BLOB.findall(body))
                after += 1
            await asyncio.sleep(0)
        return named, after

    async def _named_by_model(self) -> set[str]:
        named: set[str] = set()
        model = self._parts.engine.model
        for thread in tuple(model.threads.values()):
            content = snapshots.record_of_thread(thread, model.sequence).content
            named.update(name.decode() for name in _BLOB.findall(content))
            await asyncio.sleep(0)
        return named

    # ---- what the user does not want to keep ---------------------------------------------------

    async def _let_go(self) -> None:
        retention, store = self._parts.retention, self._parts.store
        upto = 0
        if retention.keep_days is not None:
            upto = await self._last_before(self._before(retention.keep_days))
        if retention.keep_bytes is not None:
            upto = max(upto, await asyncio.to_thread(self._beyond, retention.keep_bytes))
        if upto <= store.base:
            return
        store.seal()
        await self._parts.snapshooter.take()
        await store.drop_history(upto=upto)
        logger.info("the log begins after %d", store.base)

    async def _last_before(self, moment: str) -> int:
        """The last event that is older. Times never decrease along the log."""
        store = self._parts.store
        low, high = store.base, store.durable
        while low < high:
            middle = (low + high + 1) // 2
            [body] = await store.read(middle - 1, 1)
            match loads(body):
                case {"occurredAt": str(at)} if at < moment:
                    low = middle
                case _:
                    high = middle - 1
        return low

    def _beyond(self, most: int) -> int:
        """The last event of the newest segment that is too many."""
        listing = list_log(LocalFileSystem(), self._parts.state_dir / SEGMENTS)
        size, first = 0, 0
        for segment in reversed(listing.segments):
            try:
                size += segment.path.stat().st_size
            except FileNotFoundError:
                continue  # It was compressed while we looked.
            if size > most and first:
                return first - 1
            first = segment.first
        return 0

    def _before(self, days: int) -> str:
        moment: datetime = self._parts.clock.now() - timedelta(days=days)
        return rfc3339(moment)


class Erasing:
    """Puts blanks in the place of what threads held."""

    def __init__(self, threads: AbstractSet[ThreadId]) -> None:
        self._streams = {thread_id.encode() for thread_id in threads}

    def replacement(self, body: bytes) -> bytes | None:
        """The event that shall stand in the place of this one; None to let it stand."""
        stream = _STREAM.search(body)
        if stream is None or stream[1] not in self._streams:
            return None
        raw = loads(body)
        if not isinstance(raw, dict) or raw.get("type") in _KEPT_TYPES:
            return None
        payload = {"threadId": raw["streamId"], "reason": str(ErasureReason.THREAD_DELETED)}
        blank = {**raw, "type": EventErased.TYPE, "schema": EventErased.SCHEMA, "payload": payload}
        return dumps(blank)
