"""A turn from its first checkpoint to its last, whoever breaks it off and however."""

import pytest

from peon.errors import ExternalFailure, Unavailable
from peon_protocol.commands import (
    ApprovePendingAction,
    InterruptTurn,
    RejectPendingAction,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    CheckpointCreated,
    ItemRecorded,
    OperationFailed,
    OperationRequested,
    SessionClosed,
    SessionOpened,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
)
from peon_protocol.ids import ActionId, ItemId
from peon_protocol.provider_events import TextDelta, ToolCallUpdated
from peon_protocol.results import RestoreResult
from peon_protocol.values import (
    Decision,
    ItemStatus,
    StopReason,
    ThreadStatus,
    ToolKind,
    TurnError,
    TurnStatus,
)
from support.clock import FakeClock
from support.houses import TALK, House
from support.tame_agent import TameSession

MAY_I = ActionId("may-i")


async def at_work(house: House) -> TameSession:
    """A thread whose agent has been prompted."""
    await house.open_thread()
    await house.start_turn()
    return await house.tame.session()


# ---- in order ---------------------------------------------------------------------------------


async def test_the_files_are_kept_before_the_agent_sees_the_prompt(house: House):
    house.repo.write("rose.txt", "red")
    await at_work(house)

    assert (await house.types(after=2))[:2] == ["turn.started", "checkpoint.created"]
    (checkpoint,) = await house.events(CheckpointCreated)
    assert checkpoint.kind == "turnStart"
    assert checkpoint.missing == ()


async def test_the_files_are_kept_again_before_the_turn_is_over(house: House):
    agent = await at_work(house)
    house.repo.write("rose.txt", "red")
    agent.end()
    ended = await house.end_of_turn()

    assert (await house.types())[-3:] == [
        "operation.requested",
        "checkpoint.created",
        "turn.completed",
    ]
    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.END_TURN
    log = await house.log()
    assert log[-1].occurred_at == log[-2].occurred_at


async def test_an_agent_is_kept_from_turn_to_turn(house: House):
    agent = await at_work(house)
    agent.end()
    await house.end_of_turn()
    await house.start_turn("two")
    await agent.until_prompted(2)
    agent.end()
    await house.end_of_turn("two")

    assert agent.prompts == ["one", "two"]
    assert len(house.tame.sessions) == 1


async def test_what_a_person_changes_while_an_agent_waits_is_not_taken_for_the_agents(
    house: House,
):
    """The files are looked at when it has its answer, before it hears of it."""
    house.repo.write("rose.txt", "red")
    agent = await at_work(house)
    agent.ask("may-i")
    await house.until_event(ActionRequested)
    house.repo.write("rose.txt", "watered by hand")
    await house.submit(ApprovePendingAction(thread_id=TALK, action_id=MAY_I))
    await agent.until_answered()
    house.repo.write("tulip.txt", "by the agent")
    tool = ItemId("tool-may-i")
    agent.say(ToolCallUpdated(item_id=tool, status=ItemStatus.COMPLETED))
    agent.end()
    await house.end_of_turn()
    (before, *_) = await house.events(CheckpointCreated)

    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=before.checkpoint_id)
    result = await house.ask(restore, RestoreResult)

    assert result.restored == ("tulip.txt",)
    assert house.repo.read("rose.txt") == "watered by hand"
    assert not house.repo.exists("tulip.txt")


async def test_an_agent_hears_what_was_chosen(house: House):
    agent = await at_work(house)
    agent.ask("may-i")
    agent.ask("and-this", kind=ToolKind.EXECUTE)
    await house.until_event(ActionRequested, times=2)
    await house.submit(ApprovePendingAction(thread_id=TALK, action_id=MAY_I))
    await house.submit(RejectPendingAction(thread_id=TALK, action_id=ActionId("and-this")))
    await agent.until_answered(2)

    assert agent.answers == [("may-i", "yes"), ("and-this", "no")]


# ---- deadlines --------------------------------------------------------------------------------


async def test_a_turn_does_not_wait_long_for_its_first_checkpoint(house: House, clock: FakeClock):
    await house.open_thread()
    async with house.busy_folder():
        await house.start_turn()
        await clock.jump(2.1)
        await house.tame.session()

    (failed,) = await house.events(OperationFailed)
    assert failed.code == "checkpoint.tooLate"
    assert failed.remedy is not None
    assert failed.turn_id == "one"


async def test_a_turn_does_not_wait_long_for_its_last_checkpoint(house: House, clock: FakeClock):
    agent = await at_work(house)
    async with house.busy_folder():
        agent.end()
        await house.until_event(OperationRequested)
        await clock.jump(5.1)
        ended = await house.end_of_turn()

    assert isinstance(ended, TurnCompleted)
    (failed,) = await house.events(OperationFailed)
    assert failed.code == "checkpoint.tooLate"
    assert (await house.thread()).status is ThreadStatus.IDLE


async def test_an_agent_does_not_wait_long_for_its_answer(house: House, clock: FakeClock):
    agent = await at_work(house)
    agent.ask("may-i")
    await house.until_event(ActionRequested)
    async with house.busy_folder():
        await house.submit(ApprovePendingAction(thread_id=TALK, action_id=MAY_I))
        await clock.jump(2.1)
        await agent.until_answered()

    assert agent.answers == [("may-i", "yes")]


async def test_a_checkpoint_that_came_too_late_does_not_spoil_the_next(
    house: House, clock: FakeClock
):
    await house.open_thread()
    async with house.busy_folder():
        await house.start_turn()
        await clock.jump(2.1)
        agent = await house.tame.session()
    agent.end()
    await house.end_of_turn()
    await house.start_turn("two")
    await agent.until_prompted(2)
    agent.end()
    await house.end_of_turn("two")

    kinds = [each.kind for each in await house.events(CheckpointCreated)]
    assert kinds == ["turnEnd", "turnStart", "turnEnd"]


# ---- interrupted ------------------------------------------------------------------------------


async def interrupted(house: House) -> None:
    """The turn has ended as one that was told to stop."""
    ended = await house.end_of_turn()
    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.CANCELLED
    view = await house.thread()
    assert view.status is ThreadStatus.IDLE
    assert view.turns[-1].status is TurnStatus.INTERRUPTED
    assert view.pending_actions == ()


async def next_turn_works(house: House, number: int) -> None:
    await house.start_turn("next")
    agent = await house.tame.session(number)
    await agent.until_prompted(len(agent.prompts) or 1)
    agent.end()
    assert isinstance(await house.end_of_turn("next"), TurnCompleted)


async def test_a_turn_can_be_interrupted_as_soon_as_it_has_started(house: House):
    await house.open_thread()
    await house.start_turn()
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)

    assert house.tame.requests == []
    await next_turn_works(house, 1)


async def test_a_turn_can_be_interrupted_while_its_files_are_kept(house: House):
    await house.open_thread()
    async with house.busy_folder():
        await house.start_turn()
        await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)

    assert house.tame.requests == []
    await next_turn_works(house, 1)


async def test_a_turn_can_be_interrupted_while_its_agent_starts(house: House):
    await house.open_thread()
    house.tame.gate.clear()
    await house.start_turn()
    await house.tame.until_asked()
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)

    assert house.tame.called_off == 1
    assert house.tame.sessions == []
    house.tame.gate.set()
    await next_turn_works(house, 1)


async def test_a_turn_can_be_interrupted_while_its_agent_works(house: House):
    agent = await at_work(house)
    agent.say(TextDelta(text="half a sen"))
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)

    assert agent.interrupted == 1
    items = await house.events(ItemRecorded)
    assert [item.status for item in items] == [ItemStatus.STREAMING, ItemStatus.CANCELLED]


async def test_a_turn_ends_though_its_agent_does_not_report_it(house: House):
    agent = await at_work(house)
    agent.heeds = False
    await house.submit(InterruptTurn(thread_id=TALK))

    await interrupted(house)


async def test_what_an_agent_waits_for_is_withdrawn_when_it_is_interrupted(house: House):
    agent = await at_work(house)
    agent.ask("may-i")
    await house.until_event(ActionRequested)
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)

    (asked,) = [e for e in await house.log() if isinstance(e.payload, TurnInterruptRequested)]
    (resolved,) = [e for e in await house.log() if isinstance(e.payload, ActionResolved)]
    assert isinstance(resolved.payload, ActionResolved)
    assert resolved.payload.decision is Decision.WITHDRAWN
    assert resolved.sequence == asked.sequence + 1
    assert resolved.occurred_at == asked.occurred_at
    assert agent.answers in ([], [("may-i", None)])


async def test_an_answer_that_crosses_the_interruption_does_no_harm(house: House):
    agent = await at_work(house)
    agent.ask("may-i")
    await house.until_event(ActionRequested)
    async with house.busy_folder():
        await house.submit(ApprovePendingAction(thread_id=TALK, action_id=MAY_I))
        await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)


async def test_interrupting_a_turn_that_is_ending_lets_it_end(house: House):
    agent = await at_work(house)
    async with house.busy_folder():
        agent.end()
        await house.until_event(OperationRequested)
        await house.submit(InterruptTurn(thread_id=TALK))
    ended = await house.end_of_turn()

    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.END_TURN
    assert agent.interrupted == 0


async def test_a_host_has_five_seconds_to_end_a_turn_that_was_interrupted(
    house: House, clock: FakeClock
):
    await house.open_thread(provider="host")
    await house.start_turn()
    await house.until_event(CheckpointCreated)
    await house.submit(InterruptTurn(thread_id=TALK))
    await clock.jump(4.9)
    assert (await house.thread()).status is ThreadStatus.RUNNING

    await clock.jump(0.2)

    await interrupted(house)


async def test_a_host_that_was_asked_nothing_yet_has_nothing_to_end(house: House):
    await house.open_thread(provider="host")
    async with house.busy_folder():
        await house.start_turn()
        await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)


# ---- failed -----------------------------------------------------------------------------------


async def failed(house: House, name: str = "one") -> TurnError:
    ended = await house.end_of_turn(name)
    assert isinstance(ended, TurnFailed)
    return ended.error


async def test_an_agent_that_dies_fails_its_turn_and_the_next_turn_gets_another(house: House):
    agent = await at_work(house)
    agent.die("was ended by SIGSEGV", "segmentation fault")

    assert await failed(house) == TurnError("agent.exited", "segmentation fault")
    await next_turn_works(house, 2)
    assert house.tame.requests[1].session_id != agent.session_id


async def test_an_agent_that_died_between_turns_is_replaced(house: House):
    agent = await at_work(house)
    agent.end()
    await house.end_of_turn()
    agent.die()
    await next_turn_works(house, 2)

    assert len(await house.events(SessionOpened)) == 2
    assert len(await house.events(SessionClosed)) == 1


@pytest.mark.parametrize(
    "error, code, words",
    [
        (Unavailable("Tame", "it is not installed", "Install it."), "provider.unavailable", "it"),
        (ExternalFailure("Tame", "it died at once", code="agent.died"), "agent.died", "died"),
        (KeyError("a bug"), "server.bug", "KeyError"),
    ],
    ids=["unavailable", "external", "bug"],
)
async def test_an_agent_that_cannot_be_started_fails_the_turn(
    house: House, error: Exception, code: str, words: str
):
    await house.open_thread()
    house.tame.failing = error
    await house.start_turn()
    told = await failed(house)

    assert told.code == code
    assert words in told.message
    house.tame.failing = None
    await next_turn_works(house, 1)


@pytest.mark.parametrize(
    "error, code",
    [
        (Unavailable("Tame", "it takes no pictures", "Leave it out."), "provider.unavailable"),
        (ExternalFailure("Tame", "it is gone", code="agent.gone"), "agent.gone"),
        (KeyError("a bug"), "server.bug"),
    ],
    ids=["unavailable", "external", "bug"],
)
async def test_a_prompt_that_cannot_be_handed_over_fails_the_turn(
    house: House, error: Exception, code: str
):
    agent = await at_work(house)
    agent.end()
    await house.end_of_turn()
    agent.refusing = error
    await house.start_turn("two")

    assert (await failed(house, "two")).code == code
    assert (await house.thread()).status is ThreadStatus.IDLE


async def test_a_session_that_dies_late_does_not_take_the_next_turn_with_it(house: House):
    """An agent that did not stop is ended while the next turn already opens another session."""
    old = await at_work(house)
    old.fade()
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)
    house.tame.gate.clear()
    await house.start_turn("two")
    await house.tame.until_asked(2)
    old.give_notice()
    house.tame.gate.set()
    new = await house.tame.session(2)
    new.end()

    ended = await house.end_of_turn("two")
    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.END_TURN


async def test_what_a_session_says_that_was_replaced_is_not_heard(house: House):
    old = await at_work(house)
    old.fade()
    await house.submit(InterruptTurn(thread_id=TALK))
    await interrupted(house)
    await house.start_turn("two")
    new = await house.tame.session(2)
    old.say(TextDelta(text="from the grave"))
    old.end()
    old.give_notice()
    await house.submit(InterruptTurn(thread_id=TALK))
    ended = await house.end_of_turn("two")

    assert new.interrupted == 1
    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.CANCELLED
    assert await house.events(ItemRecorded) == []
