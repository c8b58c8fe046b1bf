"""What is chosen for real agents, and the servers they are given, reach their models."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import pytest

from agents.legs import CLAUDE, CODEX, CODEX_ACP
from agents.llm.scenes import Asked, Step, Use
from agents.stage import Stage
from peon_protocol.commands import ConfigureThread, StartTurn
from peon_protocol.events import ActionRequested, SessionOpened, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId
from peon_protocol.rejections import OptionValueUnknown
from peon_protocol.values import (
    McpServer,
    OptionCategory,
    OptionValue,
    SessionOption,
    SessionServer,
)
from support.houses import TALK

pytestmark = pytest.mark.timeout(180)

ROSES: Final = "The roses are red, the violets are blue, and the gate by the shed wants painting."
NOTES: Final = McpServer(
    name="notes",
    command=sys.executable,
    args=("-I", str(Path(__file__).with_name("notes_server.py"))),
    env={"NOTES_WORD": "${env:NOTES_WORD}"},
)


OFFERING: Final = pytest.mark.parametrize(
    "leg", [CLAUDE, CODEX, CODEX_ACP], ids=lambda leg: leg.name, indirect=True
)


def asked_in(stage: Stage, name: str) -> Asked:
    """What the model was asked first in a turn."""
    return next(each for each in stage.llm.asked if each.tools and f"[scene {name}]" in each.text)


async def offered(stage: Stage, category: OptionCategory) -> SessionOption:
    """What the session offers of a kind."""
    options = (await stage.thread()).options
    return next(each for each in options if each.category is category)


async def play_with(
    stage: Stage, name: str, *, model: str | None = None, options: dict[str, OptionValue]
) -> TurnCompleted | TurnFailed:
    """A turn with choices of its own."""
    mark = stage.llm.play(name, Step(say=ROSES))
    await stage.submit(
        StartTurn(thread_id=TALK, turn_id=TurnId(name), prompt=mark, model=model, options=options)
    )
    return await stage.end_of_turn(name)


@OFFERING
async def test_an_effort_is_for_the_turn_it_is_chosen_for_and_goes_to_the_model(stage: Stage):
    await stage.play("one", Step(say=ROSES))
    effort = await offered(stage, OptionCategory.THOUGHT_LEVEL)
    assert isinstance(
        await play_with(stage, "two", options={effort.option_id: "high"}), TurnCompleted
    )
    assert (await offered(stage, OptionCategory.THOUGHT_LEVEL)).value == "high"
    await stage.play("three", Step(say=ROSES))

    assert asked_in(stage, "two").effort == "high"
    assert asked_in(stage, "three").effort == asked_in(stage, "one").effort != "high"
    assert (await offered(stage, OptionCategory.THOUGHT_LEVEL)).value == effort.value
    wanted: dict[str, OptionValue] = {effort.option_id: "enormous"}
    refusal = await stage.refusal(StartTurn(thread_id=TALK, prompt="hi", options=wanted))
    assert isinstance(refusal, OptionValueUnknown)
    assert "high" in refusal.known


@pytest.mark.parametrize("leg", [CLAUDE], ids=["claude"], indirect=True)
async def test_a_model_is_for_the_turn_it_is_chosen_for_and_is_asked(stage: Stage):
    await stage.play("one", Step(say=ROSES))
    assert isinstance(await play_with(stage, "two", model="haiku", options={}), TurnCompleted)
    await stage.play("three", Step(say=ROSES))

    assert "haiku" in asked_in(stage, "two").model
    assert asked_in(stage, "three").model == asked_in(stage, "one").model


@OFFERING
async def test_a_server_that_the_thread_was_given_is_used(stage: Stage):
    stage.environment["NOTES_WORD"] = "marigold"
    await stage.submit(ConfigureThread(thread_id=TALK, mcp_servers=(NOTES,)))
    await stage.ask_agent(
        "one", Step(say="I look it up.", do=Use("notes", "recall")), Step(say=ROSES)
    )
    asked = asyncio.ensure_future(stage.until_event(ActionRequested))
    ended = asyncio.ensure_future(stage.end_of_turn("one"))
    await asyncio.wait({asked, ended}, return_when=asyncio.FIRST_COMPLETED)
    if asked.done():
        await stage.approve()
    asked.cancel()
    end = await ended

    assert isinstance(end, TurnCompleted)
    assert any("it was noted: marigold" in each.text for each in stage.llm.asked)
    (opened,) = await stage.events(SessionOpened)
    assert opened.mcp_servers == (SessionServer("notes", given=True),)
