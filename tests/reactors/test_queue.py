"""Messages reach the agent: told while it works, or as the next turn; through a restart too."""

import pytest

from peon.errors import ExternalFailure, Unavailable
from peon_protocol.commands import (
    ConfigureThread,
    InterruptTurn,
    QueueMessage,
    SendMessage,
    SteerTurn,
)
from peon_protocol.events import MessageQueued, MessageSteered, TurnCompleted, TurnStarted
from peon_protocol.ids import MessageId
from peon_protocol.provider_events import ProviderError, UsageReported
from peon_protocol.values import Budget, StopReason, ThreadStatus, TurnError, Usage
from support.houses import TALK, House
from support.tame_agent import TameSession

HINT = MessageId("hint")
LATER = MessageId("later")


async def at_work(house: House) -> TameSession:
    """A thread whose agent has been prompted."""
    await house.open_thread()
    await house.start_turn()
    return await house.tame.session()


async def test_an_agent_at_work_is_told_and_takes_it(house: House):
    agent = await at_work(house)

    await house.submit(SteerTurn(thread_id=TALK, message_id=HINT, prompt="the red ones"))
    await house.until_event(MessageSteered)
    agent.end()
    await house.end_of_turn()

    assert agent.steered == ["the red ones"]
    (taken,) = await house.events(MessageSteered)
    assert taken.message_id == HINT
    assert len(await house.events(TurnStarted)) == 1


@pytest.mark.parametrize(
    "why", [Unavailable("tame", "no", "wait"), ExternalFailure("tame", "it did not take it")]
)
async def test_what_an_agent_does_not_take_is_its_next_prompt(house: House, why: Exception):
    agent = await at_work(house)
    agent.deaf = why

    await house.submit(SteerTurn(thread_id=TALK, message_id=HINT, prompt="the red ones"))
    agent.end()
    await agent.until_prompted(2)

    assert agent.prompts[1] == "the red ones"
    assert [each.steer for each in await house.events(MessageQueued)] == [True, False]
    first, second = await house.events(TurnStarted)
    assert (first.message_id, second.message_id) == (None, HINT)


async def test_what_waits_is_prompted_after_an_interruption(house: House):
    agent = await at_work(house)

    await house.submit(QueueMessage(thread_id=TALK, message_id=LATER, prompt="the tulips"))
    await house.submit(InterruptTurn(thread_id=TALK))
    await agent.until_prompted(2)

    (ended,) = await house.events(TurnCompleted)
    assert ended.stop_reason is StopReason.CANCELLED
    assert agent.prompts[1] == "the tulips"


async def test_after_a_failure_nothing_is_prompted(house: House):
    agent = await at_work(house)
    await house.submit(QueueMessage(thread_id=TALK, message_id=LATER, prompt="the tulips"))

    agent.say(ProviderError(code="overloaded", message="later"))
    ended = await house.end_of_turn()

    assert ended.queue_held
    assert getattr(ended, "error", None) == TurnError("overloaded", "later")
    assert len(agent.prompts) == 1


async def test_what_waits_is_there_after_a_restart_and_waits_for_a_person(house: House):
    await at_work(house)
    await house.submit(QueueMessage(thread_id=TALK, message_id=LATER, prompt="the tulips"))

    await house.close()
    await house.open()

    thread = await house.thread()
    assert [each.message_id for each in thread.queue] == [LATER]
    assert (thread.status, thread.queue_held) == (ThreadStatus.IDLE, True)
    await house.submit(SendMessage(thread_id=TALK))
    started = await house.until_event(TurnStarted, times=2)
    assert started[-1].message_id == LATER


async def test_a_budget_that_is_spent_stops_the_turn_and_keeps_the_session(house: House):
    agent = await at_work(house)
    await house.submit(ConfigureThread(thread_id=TALK, budget=Budget(max_tokens=10)))
    await house.submit(QueueMessage(thread_id=TALK, message_id=LATER, prompt="the tulips"))

    agent.say(UsageReported(usage=Usage(20, 5)))
    ended = await house.end_of_turn()

    assert isinstance(ended, TurnCompleted)
    assert (ended.stop_reason, ended.usage) == (StopReason.CANCELLED, Usage(20, 5))
    assert (await house.thread()).queue_held
    assert not agent.closed
    await house.submit(ConfigureThread(thread_id=TALK, budget=Budget(max_tokens=100)))
    await agent.until_prompted(2)
    assert agent.prompts[1] == "the tulips"
