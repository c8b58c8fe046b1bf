"""Questions that are answered on a web page: somebody agrees to go there, or has been there."""

import asyncio
import json
from typing import Final

import pytest

from peon.providers.port import Answer
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ProviderError,
    TurnEnded,
)
from peon_protocol.values import Decision, JsonValue, Mode, StopReason, ToolKind
from support import acp_talk
from support.agents import Recorder
from support.clock import FakeClock, give_way
from support.puppets import Puppet, open_puppet

PAGE: Final[JsonValue] = {
    "mode": "url",
    "sessionId": "s",
    "elicitationId": "e1",
    "message": "Log in",
    "url": "https://garden.example/in",
}

LATE: Final[JsonValue] = {
    "sessionId": "s",
    "toolCall": {"toolCallId": "late", "title": "Write"},
    "options": [{"optionId": "yes", "name": "Yes", "kind": "allow_once"}],
}


async def asked(answer: Answer | None = None) -> tuple[Recorder, Puppet]:
    """An agent at work that has asked by a page, and what a user answers at once."""
    recorder = Recorder(None if answer is None else lambda _: answer)
    session, puppet = await open_puppet(acp_talk.MANNERS, recorder)
    recorder.session = session
    await session.prompt("water them", mode=Mode.ASK, model=None)
    tell(puppet, {"id": "page", "method": "elicitation/create", "params": PAGE})
    return recorder, puppet


def tell(puppet: Puppet, message: JsonValue) -> None:
    puppet.say(json.dumps(message).encode() + b"\n")


def complete(puppet: Puppet, name: str) -> None:
    params: JsonValue = {"elicitationId": name}
    tell(puppet, {"method": "elicitation/complete", "params": params})


def answers(puppet: Puppet) -> list[JsonValue]:
    return [each["result"] for each in puppet.heard if each.get("id") == "page"]


@pytest.mark.parametrize(
    "decision, told", [(Decision.APPROVED, "accept"), (Decision.REJECTED, "decline")]
)
async def test_who_is_asked_goes_there_or_not(decision: Decision, told: str):
    recorder, puppet = await asked(Answer(decision=decision))
    (action,) = recorder.of(ActionRequested)
    assert action.kind is ToolKind.QUESTION
    assert action.title == "Log in: https://garden.example/in"
    assert answers(puppet) == [{"action": told}]


async def test_who_was_there_already_need_not_say_so():
    recorder, puppet = await asked()
    complete(puppet, "another")
    assert answers(puppet) == []
    complete(puppet, "e1")
    complete(puppet, "e1")
    (action,) = recorder.of(ActionRequested)
    assert recorder.of(ActionWithdrawn) == [ActionWithdrawn(action_id=action.action_id)]
    assert answers(puppet) == [{"action": "accept"}]


async def test_an_interrupted_turn_waits_for_no_page():
    recorder, puppet = await asked()
    assert recorder.session is not None
    await recorder.session.close()
    assert answers(puppet) in ([], [{"action": "cancel"}])
    assert len(recorder.of(ActionWithdrawn)) == 1


async def test_what_is_asked_after_an_interruption_is_cancelled_and_nobody_is_asked():
    recorder, puppet = await asked()
    assert recorder.session is not None
    stopping = asyncio.create_task(recorder.session.interrupt())
    await give_way()
    complete(puppet, "e1")
    tell(puppet, {"id": "late", "method": "session/request_permission", "params": LATE})
    (late,) = [each["result"] for each in puppet.heard if each.get("id") == "late"]
    assert late == {"outcome": {"outcome": "cancelled"}}
    assert len(recorder.of(ActionRequested)) == 1
    (prompt,) = puppet.asked("session/prompt")
    tell(puppet, {"id": prompt, "result": {"stopReason": "cancelled"}})
    await stopping
    assert recorder.ends() == [TurnEnded(stop_reason=StopReason.CANCELLED)]


async def test_an_agent_that_asks_may_be_silent_for_as_long_as_nobody_answers():
    clock = FakeClock()
    recorder, puppet = await asked()
    await clock.jump(100_000)
    assert [each for each in puppet.heard if each.get("method") == "session/cancel"] == []
    complete(puppet, "e1")
    for _ in range(20):
        await clock.jump(60)
    assert [each["method"] for each in puppet.heard[-1:]] == ["session/cancel"]
    await clock.jump(60)
    end = recorder.ends()[0]
    assert isinstance(end, ProviderError)
    assert end.code == "agent.silent"
