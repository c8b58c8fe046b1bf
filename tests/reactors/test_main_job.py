"""The main job with the embedded agent: a turn that asks, a checkpoint, back, a commit, a push."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from peon_protocol.commands import (
    ApprovePendingAction,
    CommitChanges,
    CreateCheckpoint,
    InterruptTurn,
    PushChanges,
    RejectPendingAction,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.events import (
    ActionRequested,
    ItemRecorded,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from peon_protocol.ids import TurnId
from peon_protocol.notifications import TurnDelta
from peon_protocol.results import (
    CheckpointResult,
    CommitResult,
    PushResult,
    RestoreResult,
)
from peon_protocol.values import ItemKind, ItemStatus, Mode, StopReason, TurnStatus
from support.houses import TALK, House, add_remote, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """An app at work, in time as it passes for everybody."""
    async with open_house(tmp_path) as made:
        yield made


async def turn(house: House, prompt: str, name: str = "one") -> TurnCompleted | TurnFailed:
    await house.submit(StartTurn(thread_id=TALK, turn_id=TurnId(name), prompt=prompt))
    return await house.end_of_turn(name)


async def test_the_main_job_from_a_prompt_to_a_push(house: House, tmp_path: Path):
    house.repo.write("rose.txt", "red\n")
    house.repo.commit("before")
    remote = add_remote(house.repo, tmp_path / "remote.git")
    await house.open_thread(provider="script")
    prompt = "say let me see\nwrite tulip.txt yellow\nwrite weed.txt green\nsay done"
    await house.submit(StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt=prompt))
    (first,) = await house.until_event(ActionRequested)
    await house.submit(ApprovePendingAction(thread_id=TALK, action_id=first.action_id))
    _, second = await house.until_event(ActionRequested, times=2)
    await house.submit(RejectPendingAction(thread_id=TALK, action_id=second.action_id))
    ended = await house.end_of_turn()
    assert isinstance(ended, TurnCompleted)
    assert house.repo.read("tulip.txt") == "yellow"
    assert not house.repo.exists("weed.txt")

    made = CreateCheckpoint(thread_id=TALK, description="with a tulip")
    checkpoint = await house.ask(made, CheckpointResult)
    before = (await house.thread()).checkpoints[0]
    back = RestoreCheckpoint(thread_id=TALK, checkpoint_id=before.checkpoint_id)
    assert (await house.ask(back, RestoreResult)).restored == ("tulip.txt",)
    assert not house.repo.exists("tulip.txt")
    undo = RestoreCheckpoint(thread_id=TALK, checkpoint_id=checkpoint.checkpoint_id)
    assert (await house.ask(undo, RestoreResult)).restored == ("tulip.txt",)
    assert house.repo.read("tulip.txt") == "yellow"

    commit = await house.ask(CommitChanges(thread_id=TALK, message="Tulip"), CommitResult)
    assert commit.files == ("tulip.txt",)
    await house.ask(PushChanges(thread_id=TALK), PushResult)
    assert remote.git("log", "--format=%s").splitlines() == ["Tulip", "before"]
    assert house.repo.git("status", "--porcelain") == ""


async def test_a_long_answer_of_the_real_agent_makes_at_most_twenty_events(house: House):
    await house.open_thread(provider="script")
    deltas: list[TurnDelta] = []
    house.app.feed().on_delta(deltas.append)
    await turn(house, "stream 2500 4")

    log = await house.log()
    started = next(each.sequence for each in log if isinstance(each.payload, TurnStarted))
    assert len(log) - started + 1 <= 20
    (view,) = (await house.thread()).turns
    assert view.items is not None
    (message,) = view.items
    assert len(message.text) == 10_000
    assert "".join(delta.text for delta in deltas) == message.text
    assert message.status is ItemStatus.COMPLETED


async def test_the_real_agent_is_interrupted_at_once(house: House):
    await house.open_thread(provider="script")
    prompt = "say It begins.\nsleep 60"
    await house.submit(StartTurn(thread_id=TALK, turn_id=TurnId("one"), prompt=prompt))
    await house.until_delta()
    await house.submit(InterruptTurn(thread_id=TALK))
    async with asyncio.timeout(5):
        ended = await house.end_of_turn()

    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.CANCELLED
    again = await turn(house, "say b", "two")
    assert isinstance(again, TurnCompleted)
    assert again.stop_reason is StopReason.END_TURN


@pytest.mark.parametrize(
    "prompt, code", [("fail coffee.empty no more", "coffee.empty"), ("crash", "agent.exited")]
)
async def test_the_real_agent_fails_and_the_next_turn_works(house: House, prompt: str, code: str):
    await house.open_thread(provider="script")
    ended = await turn(house, prompt)
    assert isinstance(ended, TurnFailed)
    assert ended.error.code == code

    assert isinstance(await turn(house, "say better", "two"), TurnCompleted)
    statuses = [each.status for each in (await house.thread()).turns]
    assert statuses == [TurnStatus.FAILED, TurnStatus.COMPLETED]


async def test_in_plan_mode_nothing_changes(house: House):
    await house.open_thread(provider="script", mode=Mode.PLAN)
    await turn(house, "write rose.txt red\nrun touch tulip.txt")

    assert [path.name for path in house.repo.root.iterdir()] == [".git"]
    tools = [
        item.status for item in await house.events(ItemRecorded) if item.kind is ItemKind.TOOL_CALL
    ]
    assert ItemStatus.COMPLETED not in tools
