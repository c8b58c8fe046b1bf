"""Fixtures of the journal's tests: a state folder, and stores that are closed again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from peon.journal.port import Recovered
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, SMALL_SEGMENTS, OpenStore


@pytest_asyncio.fixture
async def open_store(tmp_path: Path) -> AsyncIterator[OpenStore]:
    """Opens the store of one state folder with small segments; whatever is left open is closed."""
    opened: list[SegmentStore] = []

    def open_it(
        *, options: StoreOptions = SMALL_SEGMENTS, fingerprint: str = FINGERPRINT
    ) -> tuple[SegmentStore, Recovered]:
        store, recovered = SegmentStore.open(
            tmp_path / "state", fingerprint=fingerprint, options=options
        )
        opened.append(store)
        return store, recovered

    yield open_it
    for store in opened:
        await store.close()
