"""A budget pauses: the turn is stopped, what waits is held, and goes on when there is more."""

import pytest

from peon.domain.budgets import is_spent
from peon.domain.commands import CheckpointTaken, RecordOperation
from peon.domain.effects import InterruptAgent
from peon_protocol.commands import (
    ConfigureThread,
    CreateThread,
    QueueMessage,
    SendMessage,
    StartTurn,
)
from peon_protocol.events import (
    Event,
    MessageQueued,
    ProjectConfigured,
    ThreadConfigured,
    ThreadCreated,
    TurnCompleted,
    TurnInterruptRequested,
)
from peon_protocol.ids import MessageId
from peon_protocol.provider_events import UsageReported
from peon_protocol.rejections import BudgetSpent
from peon_protocol.values import (
    Budget,
    Cost,
    Mode,
    ProjectDefaults,
    StopReason,
    Usage,
)
from support.given import AGENT, SERVER, Given, given
from support.story import (
    GARDEN,
    PROMPT,
    SNAPSHOT,
    TALK,
    TURN,
    WORK,
    a_project,
    a_running_turn,
    a_withdrawal,
    an_action,
    an_ending,
    says,
)

A = MessageId("a")
TEN = Budget(max_tokens=10)
OVER = RecordOperation(TALK, WORK, CheckpointTaken(SNAPSHOT))


def bounded(budget: Budget = TEN) -> tuple[Event, ...]:
    """A turn in progress in a thread with a budget."""
    return (*a_running_turn(), ThreadConfigured(thread_id=TALK, budget=budget))


def spent() -> Given:
    """An idle thread whose budget is spent, and a message that waits."""
    return given(
        bounded(),
        MessageQueued(thread_id=TALK, message_id=A, prompt="dig"),
        TurnCompleted(
            thread_id=TALK, turn_id=TURN, stop_reason=StopReason.END_TURN, usage=Usage(6, 6)
        ),
    )


@pytest.mark.parametrize(
    "budget,used,expected",
    [
        (None, Usage(100), False),
        (Budget(), Usage(100), False),
        (TEN, Usage(5, 4), False),
        (TEN, Usage(5, 5), True),
        (TEN, Usage(0, 0, 100), False),
        (Budget(max_cost=1.0), Usage(100), False),
        (Budget(max_cost=1.0), Usage(cost=Cost(0.5, "USD")), False),
        (Budget(max_cost=1.0), Usage(cost=Cost(1.0, "USD")), True),
        (Budget(max_cost=1.0, currency="USD"), Usage(cost=Cost(1.0, "USD")), True),
        (Budget(max_cost=1.0, currency="EUR"), Usage(cost=Cost(9.0, "USD")), False),
        (Budget(max_tokens=0), Usage(), True),
    ],
)
def test_when_a_budget_is_spent(budget: Budget | None, used: Usage, *, expected: bool):
    assert is_spent(budget, used) is expected


def test_a_turn_that_uses_up_the_budget_is_asked_to_stop_once():
    told = given(bounded(), an_action())

    told.when(says(UsageReported(usage=Usage(6, 5))), by=AGENT).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN, budget_spent=True),
        a_withdrawal(),
    )
    told.when(says(UsageReported(usage=Usage(7, 5))), by=AGENT).nothing()


def test_a_turn_within_the_budget_goes_on():
    told = given(bounded())

    told.when(says(UsageReported(usage=Usage(4, 5))), by=AGENT).nothing()
    told.when(says(UsageReported(usage=Usage(5, 5))), by=AGENT).then(
        TurnInterruptRequested(thread_id=TALK, turn_id=TURN, budget_spent=True)
    ).reacts(InterruptAgent(thread_id=TALK, turn_id=TURN))


def test_what_waits_is_held_when_the_turn_that_used_it_up_ends():
    told = given(
        bounded(),
        MessageQueued(thread_id=TALK, message_id=A, prompt="dig"),
        an_ending(usage=Usage(6, 6)),
    )

    told.when(OVER, by=SERVER).then_it_is("checkpoint.created", "turn.completed")

    assert list(told.thread().queue) == [A]


def test_nothing_begins_while_the_budget_is_spent_and_messages_wait():
    told = spent()

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT)).refused(BudgetSpent(TALK))
    told.when(SendMessage(thread_id=TALK)).refused(BudgetSpent(TALK))
    told.when(QueueMessage(thread_id=TALK, prompt="rake")).then_it_is("message.queued")


def test_when_it_is_raised_the_first_that_waits_begins():
    told = spent()

    told.when(
        ConfigureThread(thread_id=TALK, budget=Budget(max_tokens=100), mode=Mode.EDITS)
    ).then_it_is("thread.configured", "turn.started")

    turn = told.thread().running_turn
    assert turn is not None
    assert (turn.message_id, turn.mode) == (A, Mode.EDITS)


def test_when_it_is_not_raised_enough_nothing_begins():
    told = spent()

    told.when(ConfigureThread(thread_id=TALK, budget=Budget(max_tokens=12))).then_it_is(
        "thread.configured"
    )
    told.when(ConfigureThread(thread_id=TALK, title="Roses")).then_it_is("thread.configured")


def test_a_budget_without_bounds_takes_it_away():
    told = spent()

    told.when(ConfigureThread(thread_id=TALK, budget=Budget())).then_it_is(
        "thread.configured", "turn.started"
    )

    assert told.thread().budget is None


def test_a_thread_takes_the_budget_of_its_project():
    defaults = ProjectDefaults(budget=TEN)
    told = given(a_project(), ProjectConfigured(project_id=GARDEN, defaults=defaults))

    def budget_of(command: CreateThread) -> Budget | None:
        decided = told.when(command).decided
        assert isinstance(decided, tuple)
        (created,) = decided
        assert isinstance(created, ThreadCreated)
        return created.budget

    assert budget_of(CreateThread(project_id=GARDEN)) == TEN
    own = Budget(max_cost=1.0)
    assert budget_of(CreateThread(project_id=GARDEN, budget=own)) == own
