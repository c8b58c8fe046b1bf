"""What the tests of the engine share."""

import pytest

from support.engines import Desk


@pytest.fixture
async def desk() -> Desk:
    """An engine over a store in memory."""
    return Desk.in_memory()
