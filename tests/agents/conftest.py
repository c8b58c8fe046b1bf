"""What the tests of real agents share: the model on loopback, and a stage for each agent."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agents.legs import LEGS, Leg
from agents.llm.server import FakeLlm
from agents.stage import Stage
from support.houses import Leftovers


@pytest.fixture
def llm() -> Iterator[FakeLlm]:
    with FakeLlm() as model:
        yield model


@pytest.fixture(params=LEGS, ids=lambda leg: leg.name)
def leg(request: pytest.FixtureRequest) -> Leg:
    found = request.param
    assert isinstance(found, Leg)
    return found


@pytest.fixture
async def stage(home: Path, leg: Leg, llm: FakeLlm) -> AsyncIterator[Stage]:
    before = Leftovers.now()
    made = Stage(home, leg, llm)
    await made.open()
    await made.begin()
    try:
        yield made
    finally:
        await made.close()
    assert Leftovers.now() == before
