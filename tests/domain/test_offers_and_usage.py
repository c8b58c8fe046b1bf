"""What a session offers is known of its thread, and what turns used is added up."""

import pytest

from peon.domain.usages import completed, plus
from peon_protocol.commands import DeleteThread
from peon_protocol.events import Event, SessionConfigured, TurnCompleted, TurnFailed
from peon_protocol.ids import TurnId
from peon_protocol.provider_events import SessionConfigured as SessionSays
from peon_protocol.values import (
    AgentCommand,
    Cost,
    OptionCategory,
    SessionOption,
    SettingKind,
    StopReason,
    TurnError,
    Usage,
)
from support.given import AGENT, given
from support.story import (
    GARDEN,
    SESSION,
    TALK,
    TURN,
    a_running_turn,
    a_session,
    a_turn_started,
    an_idle_thread,
    says,
)

MODEL = SessionOption("model", "Model", OptionCategory.MODEL, SettingKind.SELECT, "small")
HELP = AgentCommand("help", "Helps.")
SECOND = TurnId("second")
DOLLARS = Usage(10, 5, 2, "small", 17, 100, Cost(0.5, "USD"))


def configured(
    options: tuple[SessionOption, ...] = (MODEL,), commands: tuple[AgentCommand, ...] = (HELP,)
) -> Event:
    return SessionConfigured(thread_id=TALK, session_id=SESSION, options=options, commands=commands)


def test_what_a_session_offers_is_recorded():
    told = given(an_idle_thread(), a_session())

    told.when(says(SessionSays(options=(MODEL,), commands=(HELP,))), by=AGENT).then(
        configured()
    ).reacts()

    assert (told.thread().options, told.thread().commands) == ((MODEL,), (HELP,))


def test_what_is_not_said_is_as_it_was():
    told = given(an_idle_thread(), a_session(), configured())

    told.when(says(SessionSays(commands=())), by=AGENT).then(configured(commands=()))


def test_what_is_known_already_is_not_recorded_again():
    told = given(an_idle_thread(), a_session(), configured())

    told.when(says(SessionSays(options=(MODEL,))), by=AGENT).nothing()
    told.when(says(SessionSays()), by=AGENT).nothing()


def test_what_nobody_s_session_offers_is_not_recorded():
    given(an_idle_thread()).when(says(SessionSays(options=(MODEL,))), by=AGENT).nothing()


def test_what_turns_used_is_added_up_for_the_thread_and_its_project():
    told = given(
        a_running_turn(),
        TurnCompleted(thread_id=TALK, turn_id=TURN, stop_reason=StopReason.END_TURN, usage=DOLLARS),
        a_turn_started(SECOND, number=2),
        TurnFailed(
            thread_id=TALK,
            turn_id=SECOND,
            error=TurnError("overloaded", "later"),
            usage=Usage(1, 1, context_used=30, cost=Cost(0.25, "USD")),
        ),
    )
    both = Usage(11, 6, 2, "small", 30, 100, Cost(0.75, "USD"))

    assert told.thread().usage == both
    assert told.model.projects[GARDEN].usage == both
    told.and_then(DeleteThread(thread_id=TALK))
    assert told.model.projects[GARDEN].usage == both


@pytest.mark.parametrize(
    "costs,together",
    [
        ((None, None), None),
        ((None, Cost(1.0, "EUR")), Cost(1.0, "EUR")),
        ((Cost(1.0, "EUR"), None), Cost(1.0, "EUR")),
        ((Cost(1.0, "EUR"), Cost(2.0, "EUR")), Cost(3.0, "EUR")),
        ((Cost(1.0, "EUR"), Cost(2.0, "USD")), Cost(2.0, "USD")),
    ],
)
def test_costs_are_added_where_they_can_be(
    costs: tuple[Cost | None, Cost | None], together: Cost | None
):
    first, second = costs
    assert plus(Usage(cost=first), Usage(cost=second)).cost == together


def test_what_was_said_at_the_end_is_completed_by_what_was_said_before():
    reported = Usage(1, 1, context_used=30, context_size=100, cost=Cost(0.25, "USD"))

    assert completed(Usage(5, 6, model="big"), reported) == Usage(
        5, 6, 0, "big", 30, 100, Cost(0.25, "USD")
    )
    assert completed(None, reported) == reported
    assert completed(reported, None) == reported
    assert completed(None, None) is None
