"""What the tests of the journal share: events that tell their own sequence, and small stores."""

import json
from typing import Protocol

from peon.journal.port import Recovered
from peon.journal.store import SegmentStore, StoreOptions

FINGERPRINT = "test-model"
SMALL_SEGMENTS = StoreOptions(segment_bytes=700)


def event(sequence: int) -> bytes:
    """An event that only `sequence` has, of a length of its own."""
    text = f"text of {sequence} " * (1 + sequence % 7)
    return json.dumps({"sequence": sequence, "text": text}, separators=(",", ":")).encode()


def events(first: int, last: int) -> list[bytes]:
    return [event(sequence) for sequence in range(first, last + 1)]


async def write(store: SegmentStore, first: int, last: int) -> None:
    """Append durably, one commit per event, so that small segments roll."""
    for sequence in range(first, last + 1):
        store.append([event(sequence)])
        await store.wait_durable(sequence)


class OpenStore(Protocol):
    """Opens the store of the test's state folder."""

    def __call__(
        self, *, options: StoreOptions = ..., fingerprint: str = ...
    ) -> tuple[SegmentStore, Recovered]: ...
