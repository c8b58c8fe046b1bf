"""What the tests of sessions share."""

from collections.abc import AsyncIterator

import pytest_asyncio

from support.fake_core import FakeCore
from support.wire_client import WireClient
from support.wire_session import Wire, connected


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """An initialized session over a fresh core; what it left unread fails the test."""
    async with connected() as wire:
        yield wire


@pytest_asyncio.fixture
async def client(wire: Wire) -> WireClient:
    return wire.client


@pytest_asyncio.fixture
async def core(wire: Wire) -> FakeCore:
    return wire.core
