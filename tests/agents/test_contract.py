"""What every agent must do under us, shown with the real ones."""

from typing import Final

import pytest

from agents.llm.scenes import Refusal, Step, Write
from agents.stage import Stage
from peon.errors import CommandRejected
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    SessionOpened,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.rejections import ActionAlreadyResolved
from peon_protocol.values import (
    Decision,
    ItemKind,
    ItemStatus,
    SessionOrigin,
    StopReason,
    ThreadStatus,
)
from support.agents import wait_until_gone

# Real agents take their time to start, on a machine that has much else to do.
pytestmark = pytest.mark.timeout(180)

ROSES: Final = "The roses are red, the violets are blue, and the gate by the shed wants painting."
THOUGHT: Final = "First I look at the beds, then at the gate, and then I say what I have seen."
OVER: Final = frozenset({ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED})


def writes(stage: Stage) -> Step:
    """A step that writes a file, by its full path: agents differ in what they take."""
    path = stage.repo.root / "plants.txt"
    return Step(say="I write it down.", do=Write(str(path), "roses\n"))


async def test_an_answer_is_streamed(stage: Stage):
    pieces = []
    stop = stage.app.feed().on_delta(lambda delta: pieces.append(delta.text))
    try:
        await stage.ask_agent("one", Step(say=ROSES, pieces=8, holds=True))
        await stage.until_delta()
        stage.llm.go_on()
        end = await stage.end_of_turn("one")
    finally:
        stop()
    assert isinstance(end, TurnCompleted)
    assert end.stop_reason is StopReason.END_TURN
    said = [item for item in await stage.items("one") if item.kind is ItemKind.MESSAGE]
    assert [item.text for item in said] == [ROSES]
    assert {item.status for item in said} == {ItemStatus.COMPLETED}
    assert len(pieces) > 1
    assert "".join(pieces).endswith(ROSES)


async def test_reasoning_is_told_apart(stage: Stage):
    await stage.play("one", Step(think=THOUGHT, say=ROSES))
    items = await stage.items("one")
    thought = [item.text.strip() for item in items if item.kind is ItemKind.REASONING]
    assert thought == [THOUGHT]
    assert [item.text for item in items if item.kind is ItemKind.MESSAGE] == [ROSES]


async def test_what_is_approved_is_done(stage: Stage):
    await stage.ask_agent("one", writes(stage), Step(say=ROSES))
    await stage.asked_for()
    target = stage.repo.root / "plants.txt"
    assert not target.exists()
    assert (await stage.thread()).status is ThreadStatus.AWAITING_APPROVAL
    await stage.approve()
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnCompleted)
    assert target.read_text() == "roses\n"
    assert len(await stage.events(ActionRequested)) == 1
    tools = [item for item in await stage.items("one") if item.kind is ItemKind.TOOL_CALL]
    assert [item.status for item in tools] == [ItemStatus.COMPLETED]
    assert str(target) in repr(tools)


async def test_what_is_rejected_is_not_done(stage: Stage):
    await stage.ask_agent("one", writes(stage), Step(say=ROSES))
    await stage.reject()
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnCompleted)
    stopped = StopReason.CANCELLED if stage.leg.stops_when_refused else StopReason.END_TURN
    assert end.stop_reason is stopped
    assert not (stage.repo.root / "plants.txt").exists()
    tools = [item for item in await stage.items("one") if item.kind is ItemKind.TOOL_CALL]
    assert {item.status for item in tools} <= {ItemStatus.FAILED, ItemStatus.CANCELLED}


async def test_a_turn_is_interrupted_with_a_question_open(stage: Stage):
    await stage.ask_agent("one", writes(stage), Step(say=ROSES))
    await stage.asked_for()
    await stage.interrupt()
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnCompleted)
    assert end.stop_reason is StopReason.CANCELLED
    (resolved,) = await stage.events(ActionResolved)
    assert resolved.decision is Decision.WITHDRAWN
    assert {item.status for item in await stage.items("one")} <= OVER
    assert not (stage.repo.root / "plants.txt").exists()
    assert isinstance(await stage.play("two", Step(say="And on we go.")), TurnCompleted)


async def test_a_turn_is_interrupted_in_the_middle_of_a_sentence(stage: Stage):
    await stage.ask_agent("one", Step(say=ROSES, pieces=20, holds=True))
    await stage.until_delta()
    await stage.interrupt()
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnCompleted)
    assert end.stop_reason is StopReason.CANCELLED
    assert {item.status for item in await stage.items("one")} <= OVER
    assert isinstance(await stage.play("two", Step(say="And on we go.")), TurnCompleted)


async def test_an_error_of_the_model_fails_the_turn_with_its_words(stage: Stage):
    refused = Refusal(400, "invalid_request_error", "the hedgehog has eaten the tokens")
    end = await stage.play("one", Step(refuses=refused))
    assert isinstance(end, TurnFailed)
    assert "hedgehog" in end.error.message
    assert end.error.code
    assert isinstance(await stage.play("two", Step(say="And on we go.")), TurnCompleted)


async def test_a_killed_agent_is_started_again_and_knows_what_was_said(stage: Stage):
    await stage.play("one", Step(say="The password of the shed is marigold."))
    await stage.ask_agent("two", Step(say=ROSES, pieces=20, holds=True))
    await stage.until_delta()
    killed = stage.kill_agent()
    end = await stage.end_of_turn("two")
    assert isinstance(end, TurnFailed)
    assert end.error.code == "agent.exited"
    assert {item.status for item in await stage.items("two")} <= OVER
    assert wait_until_gone(killed) == []

    assert isinstance(await stage.play("three", Step(say="And on we go.")), TurnCompleted)
    opened = await stage.events(SessionOpened)
    assert len(opened) == 2
    known = {SessionOrigin.RESUMED, SessionOrigin.LOADED}
    assert (opened[1].origin in known) is stage.leg.resumes
    heard = [each.text for each in stage.llm.asked if "[scene three]" in each.text]
    assert any("marigold" in text for text in heard)
    assert any("garden one" in text for text in heard)


async def test_an_agent_that_is_killed_while_it_asks_leaves_nothing_open(stage: Stage):
    await stage.ask_agent("one", writes(stage), Step(say=ROSES))
    action_id = await stage.asked_for()
    killed = stage.kill_agent()
    end = await stage.end_of_turn("one")
    assert isinstance(end, TurnFailed)
    assert end.error.code == "agent.exited"
    (resolved,) = await stage.events(ActionResolved)
    assert (resolved.action_id, resolved.decision) == (action_id, Decision.WITHDRAWN)
    assert {item.status for item in await stage.items("one")} <= OVER
    assert wait_until_gone(killed) == []
    with pytest.raises(CommandRejected) as late:
        await stage.approve()
    assert isinstance(late.value.rejection, ActionAlreadyResolved)

    assert isinstance(await stage.play("two", Step(say="And on we go.")), TurnCompleted)
    thread = await stage.thread()
    assert (thread.status, thread.pending_actions) == (ThreadStatus.IDLE, ())
    assert not (stage.repo.root / "plants.txt").exists()
    _, opened = await stage.events(SessionOpened)
    known = {SessionOrigin.RESUMED, SessionOrigin.LOADED} if stage.leg.resumes else set()
    # Killed, it may not have written its session down; then it is told what was.
    assert opened.origin in {SessionOrigin.RETOLD, *known}
    heard = [each.text for each in stage.llm.asked if "[scene two]" in each.text]
    assert any("garden one" in text for text in heard)
