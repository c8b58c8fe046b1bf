"""The records of a snapshot, a slice at a time: what the loop hands to the disk at once."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Final, TypeAlias

from peon.journal.snapshot_files import SnapshotRecord, Unchanged

Record: TypeAlias = SnapshotRecord | Unchanged
Records: TypeAlias = Iterable[Record] | AsyncIterable[Record]
"""Gone through once, on the loop. What is made while it is gone through may give the loop away."""

SLICE_BYTES: Final = 256 << 10
_COPYING: Final = 1024
"""What a record that is copied counts for."""


async def slices(records: Records) -> AsyncIterator[list[Record]]:
    """The records in their order, so many together as make one good write."""
    gathered: list[Record] = []
    size = 0
    async for record in _each(records):
        gathered.append(record)
        size += len(record.content) if isinstance(record, SnapshotRecord) else _COPYING
        if size >= SLICE_BYTES:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


async def _each(records: Records) -> AsyncIterator[Record]:
    if isinstance(records, AsyncIterable):
        async for record in records:
            yield record
    else:
        for record in records:
            yield record
