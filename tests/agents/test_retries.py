"""A model that is down: Claude Code tries again, and then the turn ends with the true error."""

import pytest

from agents.legs import CLAUDE
from agents.llm.scenes import Refusal, Step
from agents.stage import Stage
from peon_protocol.events import TurnCompleted, TurnFailed
from peon_protocol.values import ItemStatus

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.parametrize("leg", [CLAUDE], ids=["claude"], indirect=True),
]


@pytest.mark.parametrize(
    "refused",
    [
        Refusal(529, "overloaded_error", "the greenhouse is overloaded"),
        Refusal(500, "api_error", "the greenhouse is on fire"),
    ],
    ids=lambda refused: str(refused.status),
)
async def test_a_storm_of_retries_ends_with_the_true_error(stage: Stage, refused: Refusal):
    end = await stage.play("one", Step(refuses=refused))
    assert isinstance(end, TurnFailed)
    assert refused.message in end.error.message or str(refused.status) in end.error.message
    assert len(stage.llm.asked) > 1
    assert end.error.code
    assert ItemStatus.RUNNING not in {item.status for item in await stage.items("one")}
    assert isinstance(await stage.play("two", Step(say="And on we go.")), TurnCompleted)
