"""What the tests of relays and owners share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.windows import own_state


@pytest.fixture
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder with a short path, whose owner is gone when the test is, and not before."""
    monkeypatch.setenv("PEON_IDLE_SECONDS", "60")
    with own_state(home) as folder:
        yield folder
