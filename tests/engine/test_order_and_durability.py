"""Commands are decided in the order they come, and nothing leaves before it is on the disk."""

import asyncio

import pytest

from peon.domain.commands import CheckpointTaken, WorkFailed
from peon.domain.effects import CaptureTurnStart
from peon.engine.reading import ThreadReader
from peon.errors import CommandRejected, ExternalFailure
from peon_protocol.commands import (
    ConfigureThread,
    CreateCheckpoint,
    CreateProject,
    DeleteThread,
    StartTurn,
)
from peon_protocol.ids import CommandId, ThreadId
from peon_protocol.queries import ReadThread
from peon_protocol.rejections import ThreadNotFound, TurnInProgress
from peon_protocol.results import CheckpointResult, ThreadResult, TurnResult
from support.clock import give_way
from support.engines import GARDEN, TALK, Desk

WHOLE = ReadThread(thread_id=TALK)


async def test_commands_are_decided_in_the_order_they_came_whoever_waits_for_them(desk: Desk):
    await desk.open_thread()
    titles = [f"title {number}" for number in range(20)]
    answers = [desk.submit(ConfigureThread(thread_id=TALK, title=title)) for title in titles]

    for answer in reversed(answers):
        await answer

    assert desk.thread().title == "title 19"
    results = [await answer for answer in answers]
    assert [result.sequence for result in results] == list(range(3, 23))


async def test_a_command_sees_what_the_one_before_it_did_though_neither_is_durable(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    first = desk.submit(StartTurn(thread_id=TALK, prompt="one"))
    second = desk.submit(StartTurn(thread_id=TALK, prompt="two"))
    desk.memory.release()

    assert isinstance(await first, TurnResult)
    with pytest.raises(CommandRejected) as refused:
        await second
    assert isinstance(refused.value.rejection, TurnInProgress)


async def test_an_answer_waits_until_its_events_are_durable(desk: Desk):
    desk.memory.hold()
    answer = desk.submit(CreateProject(root="/garden", project_id=GARDEN))
    await give_way()
    assert not answer.done()

    desk.memory.release()

    assert (await answer).sequence == desk.store.durable == 1


async def test_a_refusal_waits_until_the_state_it_speaks_of_is_durable(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(DeleteThread(thread_id=TALK))
    refusal = desk.submit(StartTurn(thread_id=TALK, prompt="too late"))
    await give_way()
    assert not refusal.done()

    desk.memory.release()

    with pytest.raises(CommandRejected) as refused:
        await refusal
    assert refused.value.rejection == ThreadNotFound(TALK)


async def test_an_answer_without_an_event_waits_alike(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    unchanged = desk.submit(ConfigureThread(thread_id=TALK))
    await give_way()
    assert not unchanged.done()

    desk.memory.release()

    assert await unchanged == ThreadResult(sequence=3, thread_id=TALK)


async def test_a_query_waits_until_what_it_saw_is_durable(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    query = asyncio.ensure_future(desk.engine.read(ThreadReader(WHOLE).answer))
    await give_way()
    assert not query.done()

    desk.memory.release()

    assert (await query).thread.title == "new"


async def test_nothing_is_answered_at_once_that_is_not_durable(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    answer = desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    assert desk.engine.durable_model is None

    desk.memory.release()

    await answer
    assert desk.engine.durable_model is desk.engine.model


async def test_a_query_that_is_refused_waits_alike(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(DeleteThread(thread_id=TALK))
    query = asyncio.ensure_future(desk.engine.read(ThreadReader(WHOLE).answer))
    await give_way()
    assert not query.done()

    desk.memory.release()

    with pytest.raises(CommandRejected):
        await query


async def test_an_effect_is_performed_when_its_event_is_durable_and_once(desk: Desk):
    await desk.open_thread()
    desk.memory.hold()
    desk.submit(StartTurn(thread_id=TALK, prompt="water them"))
    await give_way()
    assert desk.effects == []

    desk.memory.release()
    await desk.settled()
    await desk.submit(ConfigureThread(thread_id=TALK, title="new"))

    assert [type(effect) for effect in desk.effects] == [CaptureTurnStart]


async def test_effects_are_performed_in_the_order_of_the_log(desk: Desk):
    performed: list[str] = []
    desk.engine.performed_by(lambda due: performed.append(due.effect.thread_id))
    for name in ("one", "two", "three"):
        await desk.open_thread(ThreadId(name))
        desk.submit(StartTurn(thread_id=ThreadId(name), prompt="x"))
    await desk.settled()

    assert performed == ["one", "two", "three"]


async def test_the_feed_tells_of_durable_events_only_and_before_the_answer(desk: Desk):
    told: list[tuple[str, int]] = []
    desk.engine.feed.on_durable(lambda: told.append(("event", desk.engine.feed.durable)))
    desk.memory.hold()
    answer = desk.submit(CreateProject(root="/garden"))
    answer.add_done_callback(lambda _: told.append(("answer", desk.engine.feed.durable)))
    await give_way()
    assert desk.engine.feed.recent(0, 10) == []

    desk.memory.release()
    await answer
    await give_way()

    assert told == [("event", 1), ("answer", 1)]


async def test_an_operation_is_answered_when_its_outcome_is_durable(desk: Desk):
    await desk.open_thread()
    answer = desk.submit(CreateCheckpoint(thread_id=TALK, description="before lunch"))
    await desk.settled()
    desk.memory.hold()
    desk.finish(CheckpointTaken("0"))
    await give_way()
    assert not answer.done()

    desk.memory.release()

    assert isinstance(await answer, CheckpointResult)


async def test_the_failure_of_an_operation_is_told_when_it_is_durable(desk: Desk):
    await desk.open_thread()
    answer = desk.submit(CreateCheckpoint(thread_id=TALK, description="before lunch"))
    await desk.settled()
    desk.memory.hold()
    desk.finish(WorkFailed("checkpoint.failed", "the disk is full", "Free some space."))
    await give_way()
    assert not answer.done()

    desk.memory.release()

    with pytest.raises(ExternalFailure) as failed:
        await answer
    assert (failed.value.code, failed.value.detail) == ("checkpoint.failed", "the disk is full")
    assert failed.value.remedy == "Free some space."


async def test_an_operation_that_ends_before_anybody_waits_is_answered_nevertheless(desk: Desk):
    await desk.open_thread()
    answer = desk.submit(CreateCheckpoint(thread_id=TALK, description="before lunch"))
    desk.finish(CheckpointTaken("0"))
    await desk.settled()

    assert isinstance(await answer, CheckpointResult)


async def test_whoever_stops_waiting_takes_the_answer_from_nobody_else(desk: Desk):
    await desk.open_thread()
    command = CreateCheckpoint(thread_id=TALK, description="lunch", command_id=CommandId("lunch"))
    impatient, patient = desk.submit(command), desk.submit(command)
    impatient.cancel()
    desk.finish(CheckpointTaken("0"))

    assert isinstance(await patient, CheckpointResult)
    assert isinstance(await desk.submit(command), CheckpointResult)
