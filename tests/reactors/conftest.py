"""What the tests of the reactors share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.clock import FakeClock
from support.houses import House, open_house


@pytest.fixture
async def clock() -> FakeClock:
    """A clock that stands still, for the app and for every timer and deadline."""
    return FakeClock()


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """An app at work, with time at a standstill."""
    async with open_house(tmp_path, clock=clock) as made:
        yield made
