"""What the engine sees of the log: an ordered store of encoded events, durable a moment after it
is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

import attrs

from peon.errors import StoreFailure
from peon.journal.recovery import TornTail
from peon.journal.slices import Records
from peon.journal.snapshot_files import SnapshotRecord
from peon.journal.snapshots import IgnoredSnapshot

PAGE_BYTES = 1 << 20


@attrs.frozen
class Run:
    """Events that follow each other in the log, as JSON with commas between them."""

    last: int
    """The sequence of the last of them; of the one before, where there are none."""
    text: bytes


class EventStore(Protocol):
    """Events in the order they were appended, numbered from 1 without gaps.

    Belongs to the loop that opened it: no method may be called from another thread.
    """

    @property
    def log_id(self) -> str:
        """Tells this log from every other."""
        ...

    @property
    def base(self) -> int:
        """The last sequence that is no longer kept; 0 where all of history is."""
        ...

    @property
    def head(self) -> int:
        """The last sequence handed over."""
        ...

    @property
    def durable(self) -> int:
        """The last sequence known to be on disk."""
        ...

    @property
    def failure(self) -> StoreFailure | None:
        """Why nothing is accepted any more; final."""
        ...

    def append(self, events: Sequence[bytes]) -> int:
        """Hand over the events of one command, which become durable all or none, and return at
        once how many bytes they are.

        Each is a JSON object without a raw line feed (ValueError). Raises StoreFailure after a
        failure.
        """
        ...

    async def wait_durable(self, sequence: int) -> None:
        """Return once `sequence` is on disk. Raises StoreFailure when it never will be."""
        ...

    async def wait_capacity(self) -> None:
        """Return once there is room for more work. Raises StoreFailure."""
        ...

    async def read(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes]:
        """Durable events behind `after`: at most `limit`; the last one may pass `max_bytes`.

        Raises Stale where some of them are no longer kept, JournalDamaged where they cannot be
        read.
        """
        ...

    def tail(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[bytes] | None:
        """As `read`, at once, where memory holds them all; else None."""
        ...

    def tail_run(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> Run | None:
        """As `tail`, uncut, of no more than `max_bytes` unless the first event alone is larger.

        What is passed on as it is need not be taken apart. Where nothing is behind `after`, it is
        empty.
        """
        ...

    async def read_runs(self, after: int, limit: int, max_bytes: int = PAGE_BYTES) -> list[Run]:
        """As `read`, in runs of at most `limit` events: about `max_bytes` in all."""
        ...

    def on_durable(self, callback: Callable[[int], None]) -> None:
        """Call back on the loop with each new durable sequence, before those who wait for it
        resume.
        """
        ...

    def on_failure(self, callback: Callable[[StoreFailure], None]) -> None:
        """Call back on the loop when the store has failed."""
        ...

    async def close(self) -> None:
        """Write what is pending, then let go of everything. Harmless when repeated."""
        ...


class SnapshotStore(Protocol):
    """Where the engine leaves its read model, so that a start need not fold the whole log."""

    @property
    def snapshot_keys(self) -> AbstractSet[str]:
        """The records of the newest snapshot, which `Unchanged` may name."""
        ...

    async def write_snapshot(self, sequence: int, records: Records) -> None:
        """Keep a snapshot from which the log is folded on behind `sequence`.

        `records` is gone through on the loop and written in another thread, a slice after the
        other, so that the loop is not held up and no more than a slice is held in memory. Each
        record holds every event up to `sequence` that concerns it, and may hold later ones up to
        its `through`. Raises StoreFailure; unless the store itself has failed, it goes on working.
        """
        ...


class HistoryStore(Protocol):
    """What is done to old events: kept small, erased where they must not be kept, or let go."""

    async def compress(self) -> int:
        """Compress the sealed segments that the older snapshot covers; how many there were."""
        ...

    def seal(self) -> None:
        """Let the next commit begin a new segment: only what is sealed can be erased or let go."""
        ...

    async def erase(self, replace: Callable[[bytes], bytes | None], *, upto: int) -> int:
        """Put another event in the place of those for which `replace` has one, for good.

        Reaches as far as events are sealed, the older snapshot covers them, and `upto`. How many
        segments were rewritten. Raises StoreFailure.
        """
        ...

    async def drop_history(self, *, upto: int) -> None:
        """Let go of whole segments up to `upto` which the newest snapshot covers; see `base`."""
        ...


@attrs.frozen
class Recovered:
    """What a start has found."""

    sequence: int
    """The events up to here are held by `records`; 0 where there is no snapshot."""
    records: Iterable[SnapshotRecord] | None
    """Read as they are asked for, so that they are not all in memory. Raises RecordMissing."""
    events: Iterator[bytes]
    """Every event behind `sequence`, read as it is asked for. Raises JournalDamaged."""
    torn: tuple[TornTail, ...]
    ignored: tuple[IgnoredSnapshot, ...]
    upcast_from: str | None = None
    """The fingerprint of the model classes that made `records`, where these were others."""
