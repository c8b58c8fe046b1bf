"""What the tests of providers share: a workspace, and an agency that leaves nothing behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.agents import Agency, agency


@pytest.fixture
def workspace(home: Path) -> Path:
    folder = home / "workspace"
    folder.mkdir()
    return folder.resolve()


@pytest.fixture
async def agents(home: Path, workspace: Path) -> AsyncIterator[Agency]:
    state = home / "state"
    state.mkdir()
    async with agency(state, workspace) as made:
        yield made
