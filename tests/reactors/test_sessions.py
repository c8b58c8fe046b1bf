"""A session belongs to its thread: it ends with it, and threads do not disturb each other."""

import asyncio

from peon.errors import Unavailable
from peon_protocol.commands import (
    ApprovePendingAction,
    ConfigureThread,
    DeleteProject,
    DeleteThread,
    InterruptTurn,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    ActionRequested,
    CheckpointCreated,
    SessionClosed,
    SessionOpened,
    TurnCompleted,
)
from peon_protocol.ids import ActionId
from peon_protocol.results import RestoreResult
from peon_protocol.values import Mode, StopReason, ToolKind
from support.clock import give_way
from support.houses import GARDEN, OTHER, TALK, House
from support.tame_agent import TameSession


async def rested(house: House) -> TameSession:
    """An agent between two turns."""
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    agent.end()
    await house.end_of_turn()
    return agent


async def test_the_session_of_a_deleted_thread_is_closed(house: House):
    agent = await rested(house)
    await house.submit(DeleteThread(thread_id=TALK))
    await give_way()

    assert agent.closed


async def test_the_sessions_of_a_deleted_project_are_closed(house: House):
    agent = await rested(house)
    await house.submit(DeleteProject(project_id=GARDEN))
    await give_way()

    assert agent.closed


async def test_the_session_of_an_archived_thread_is_closed_and_the_log_says_so(house: House):
    agent = await rested(house)
    await house.submit(ConfigureThread(thread_id=TALK, archived=True))
    (closed,) = await house.until_event(SessionClosed)

    assert agent.closed
    assert closed.session_id == agent.session_id
    (entry,) = [each for each in await house.log() if each.payload == closed]
    assert entry.actor.name == "tame"
    assert entry.correlation_id == (await house.log())[2].event_id


async def test_a_thread_that_is_archived_no_more_gets_a_new_session(house: House):
    await rested(house)
    await house.submit(ConfigureThread(thread_id=TALK, archived=True))
    await house.submit(ConfigureThread(thread_id=TALK, archived=False))
    await house.start_turn("two")
    agent = await house.tame.session(2)
    agent.end()

    assert isinstance(await house.end_of_turn("two"), TurnCompleted)


async def test_a_session_that_is_called_off_too_late_is_kept_for_the_next_turn(house: House):
    await house.open_thread()
    house.tame.gate.clear()
    await house.start_turn()
    await house.tame.until_asked()
    house.tame.gate.set()
    await asyncio.sleep(0)  # It is open by now, and the turn does not know it yet.
    await house.submit(InterruptTurn(thread_id=TALK))
    ended = await house.end_of_turn()
    assert isinstance(ended, TurnCompleted)
    assert ended.stop_reason is StopReason.CANCELLED
    await house.start_turn("two")
    agent = await house.tame.session()
    agent.end()
    await house.end_of_turn("two")

    assert agent.prompts == ["two"]


async def test_nothing_is_kept_about_agents_that_are_gone(house: House):
    agents = vars(house.app)["_reactors"].agents
    agent = await rested(house)
    assert agents.attached == 1
    agent.die()
    assert agents.attached == 0

    house.tame.failing = Unavailable("Tame", "it is not installed", "Install it.")
    await house.start_turn("two")
    await house.end_of_turn("two")
    assert agents.attached == 0


async def test_a_session_is_asked_to_go_on_where_an_earlier_one_was(house: House):
    agent = await rested(house)
    agent.fade()
    await house.start_turn("two")
    await house.tame.session(2)

    assert [request.resume for request in house.tame.requests] == [None, agent.native_id]
    await house.until_event(SessionOpened, times=2)
    (closed,) = await house.events(SessionClosed)
    assert closed.reason == "replaced"


async def test_a_session_gets_the_mode_and_the_environment_of_whoever_asked(house: House):
    await house.open_thread(mode=Mode.EDITS)
    await house.start_turn()
    await house.tame.session()

    (request,) = house.tame.requests
    assert request.mode is Mode.EDITS
    assert request.environment == house.environment
    assert request.root == str(house.repo.root)


async def test_two_threads_work_in_one_folder_and_each_undoes_its_own(house: House):
    house.repo.write("rose.txt", "red")
    await house.open_thread(TALK)
    await house.open_thread(OTHER)
    await house.start_turn("one", thread_id=TALK)
    await house.start_turn("two", thread_id=OTHER)
    agents = [await house.tame.session(1), await house.tame.session(2)]
    turns = {TALK: "one", OTHER: "two"}
    for agent in agents:
        name = turns[agent.request.thread_id]
        agent.ask(name, kind=ToolKind.EXECUTE)
        await house.until_event(ActionRequested, times=1 + agents.index(agent))
        await house.submit(
            ApprovePendingAction(thread_id=agent.request.thread_id, action_id=ActionId(name))
        )
        await agent.until_answered()
        house.repo.write(f"{name}.txt", name)
        agent.end()
        await house.end_of_turn(name)
    (before,) = [
        each
        for each in await house.events(CheckpointCreated)
        if each.thread_id == TALK and each.kind == "turnStart"
    ]

    result = await house.ask(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=before.checkpoint_id), RestoreResult
    )

    assert result.restored == ("one.txt",)
    assert house.repo.exists("two.txt")
    assert not house.repo.exists("one.txt")


async def test_an_agent_that_starts_slowly_holds_up_no_other_thread(house: House):
    await house.open_thread(TALK)
    await house.open_thread(OTHER)
    house.tame.gate.clear()
    await house.start_turn("slow", thread_id=TALK)
    await house.tame.until_asked()
    house.tame.gate = asyncio.Event()
    house.tame.gate.set()
    await house.start_turn("quick", thread_id=OTHER)
    agent = await house.tame.session()
    agent.end()

    ended = await house.end_of_turn("quick")
    assert ended.thread_id == OTHER
