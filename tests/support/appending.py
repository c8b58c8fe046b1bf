"""A process that appends to a log until it is killed, and tells what it was promised.

    python appending.py STATE_DIR

It writes a line `ACKNOWLEDGED HANDED-OVER` for each promise. Each command has one to five events.
"""

import asyncio
import os
import sys
from pathlib import Path

from peon.journal.snapshot_files import SnapshotRecord
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, events

SEGMENT_BYTES = 20_000


async def append(directory: Path) -> None:
    """Go on for ever, some commands at a time, with snapshots and compression in between."""
    options = StoreOptions(segment_bytes=SEGMENT_BYTES, tail_bytes=5_000)
    store, recovered = SegmentStore.open(directory, fingerprint=FINGERPRINT, options=options)
    for _ in recovered.events:
        pass
    tell(store)
    store.on_durable(lambda _: tell(store))
    number = 0
    while True:
        number += 1
        for size in range(1, 6):
            store.append(events(store.head + 1, store.head + size))
        await store.wait_durable(store.head)
        if number % 20 == 0:
            await store.write_snapshot(store.durable, [SnapshotRecord("all", store.head, b"{}")])
            await store.compress()


def tell(store: SegmentStore) -> None:
    os.write(sys.stdout.fileno(), b"%d %d\n" % (store.durable, store.head))


if __name__ == "__main__":
    asyncio.run(append(Path(sys.argv[1])))
