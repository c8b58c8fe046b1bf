"""What only Codex does under us, by its own protocol."""

from typing import Final

import pytest

from agents.legs import CODEX
from agents.llm.scenes import Refusal, Run, Step
from agents.stage import Stage
from peon_protocol.commands import ApprovePendingAction, ConfigureThread, SteerTurn
from peon_protocol.events import ActionRequested, MessageSteered, TurnCompleted, TurnFailed
from peon_protocol.values import ItemKind, Mode, StopReason
from support.houses import TALK

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.parametrize("leg", [CODEX], ids=["codex"], indirect=True),
]

ROSES: Final = "The roses are red, the violets are blue, and the gate by the shed wants painting."


async def test_a_turn_is_steered(stage: Stage):
    """The model waits in the middle of a sentence; what it says then is the answer to both."""
    await stage.ask_agent("one", Step(say=ROSES, pieces=20, holds=True))
    await stage.until_delta()
    mark = stage.llm.play("two", Step(say="The gate, then."))
    await stage.submit(SteerTurn(thread_id=TALK, prompt=f"{mark} Mind the gate."))
    (steered,) = await stage.until_event(MessageSteered)
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnCompleted)
    assert end.stop_reason is StopReason.END_TURN
    assert steered.turn_id == "one"
    said = [item.text for item in await stage.items("one") if item.kind is ItemKind.MESSAGE]
    assert said[-1] == "The gate, then."


async def test_its_own_decision_for_the_session_is_its_own(stage: Stage):
    """It is not asked again about the same command; that is what was chosen."""
    for name in ("one", "two"):
        await stage.ask_agent(name, Step(say="I look.", do=Run("printf x > y")), Step(say=ROSES))
        if name == "one":
            action_id = await stage.asked_for()
            command = ApprovePendingAction(
                thread_id=TALK, action_id=action_id, option_id="acceptForSession"
            )
            await stage.submit(command)
        assert isinstance(await stage.end_of_turn(name), TurnCompleted)
    assert len(await stage.events(ActionRequested)) == 1
    assert (stage.repo.root / "y").read_text() == "x"


async def test_a_kind_of_error_is_kept(stage: Stage):
    refused = Refusal(401, "authentication_error", "who are you")
    end = await stage.play("one", Step(refuses=refused))
    assert isinstance(end, TurnFailed)
    assert end.error.code == "httpConnectionFailed"
    assert "401" in end.error.message


async def test_nothing_is_changed_in_a_plan(stage: Stage):
    """Whatever anybody answers: what asks is refused, and what does not cannot write."""
    await stage.submit(ConfigureThread(thread_id=TALK, mode=Mode.PLAN))
    step = Step(say="I look.", do=Run("printf x > y"))
    end = await stage.play("one", step, Step(say=ROSES))
    assert isinstance(end, TurnCompleted)
    assert not (stage.repo.root / "y").exists()
