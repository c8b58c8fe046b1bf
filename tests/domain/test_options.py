"""Options are checked against what the agent offers; a turn's are for that turn only."""

from collections.abc import Mapping

import attrs
import pytest

from peon_protocol.commands import ConfigureThread, CreateThread, QueueMessage, StartTurn
from peon_protocol.events import (
    Event,
    MessageQueued,
    SessionConfigured,
    ThreadConfigured,
    ThreadCreated,
    TurnStarted,
)
from peon_protocol.ids import MessageId
from peon_protocol.rejections import OptionReserved, OptionUnknown, OptionValueUnknown
from peon_protocol.values import (
    OptionCategory,
    OptionChoice,
    OptionValue,
    SessionOption,
    SettingKind,
)
from support.given import Given, given
from support.story import (
    GARDEN,
    PROMPT,
    SESSION,
    TALK,
    a_project,
    a_running_turn,
    a_session,
    an_idle_thread,
)

MODEL = SessionOption(
    "model",
    "Model",
    OptionCategory.MODEL,
    SettingKind.SELECT,
    "small",
    (OptionChoice("small", "Small"), OptionChoice("big", "Big")),
)
MODE = SessionOption("mode", "Mode", OptionCategory.MODE, SettingKind.SELECT, "ask")
EFFORT = SessionOption(
    "effort",
    "Effort",
    OptionCategory.THOUGHT_LEVEL,
    SettingKind.SELECT,
    "low",
    (OptionChoice("low", "Low"), OptionChoice("high", "High")),
)
FAST = SessionOption("fast", "Fast", OptionCategory.OTHER, SettingKind.BOOLEAN, value=False)
HIGH: Mapping[str, OptionValue] = {"effort": "high"}


def offered(*options: SessionOption) -> Event:
    return SessionConfigured(
        thread_id=TALK, session_id=SESSION, options=options or (MODEL, MODE, EFFORT, FAST)
    )


def offering() -> Given:
    """An idle thread whose agent offers options."""
    return given(an_idle_thread(), a_session(), offered())


def started(told: Given, options: Mapping[str, OptionValue] | None = None) -> TurnStarted:
    """The turn that a command starts."""
    decided = told.when(StartTurn(thread_id=TALK, prompt=PROMPT, options=options)).decided
    assert isinstance(decided, tuple)
    (event,) = decided
    assert isinstance(event, TurnStarted)
    return event


def test_options_are_chosen_for_a_thread_and_its_turns_have_them():
    told = offering()

    then = told.when(ConfigureThread(thread_id=TALK, options=HIGH)).then(
        ThreadConfigured(thread_id=TALK, options=HIGH)
    )

    assert then.thread().chosen == HIGH
    assert started(then).options == HIGH


def test_options_of_a_turn_are_for_that_turn_only():
    told = offering().and_then(ConfigureThread(thread_id=TALK, options={"fast": True}))

    assert started(told, options=HIGH).options == {"fast": True, "effort": "high"}
    assert started(told, options={"fast": False}).options == {"fast": False}
    assert told.thread().chosen == {"fast": True}


def test_an_option_that_is_null_is_left_to_the_agent_again():
    told = offering().and_then(
        ConfigureThread(thread_id=TALK, options={"fast": True, "effort": "high"}),
        ConfigureThread(thread_id=TALK, options={"fast": None}),
    )

    assert told.thread().chosen == HIGH


def test_options_that_are_left_to_the_agent_again_are_named():
    changes = {"fast": None, "effort": "high"}

    offering().when(ConfigureThread(thread_id=TALK, options=changes)).then(
        ThreadConfigured(thread_id=TALK, options=changes, reset_options=("fast",))
    )


def test_no_options_change_nothing():
    offering().when(ConfigureThread(thread_id=TALK, options={})).nothing()


def test_an_option_that_the_agent_does_not_offer_is_refused():
    told, slow = offering(), {"slow": True}
    no_such_option = OptionUnknown("slow", ("effort", "fast"))

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT, options=slow)).refused(no_such_option)
    told.when(QueueMessage(thread_id=TALK, prompt=PROMPT, options=slow)).refused(no_such_option)
    told.when(ConfigureThread(thread_id=TALK, options={"slow": True})).refused(no_such_option)


@pytest.mark.parametrize(
    "option_id,value,known",
    [
        ("effort", "enormous", ("low", "high")),
        ("effort", True, ("low", "high")),
        ("fast", "true", ()),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(
    option_id: str, value: OptionValue, known: tuple[str, ...]
):
    told, wanted = offering(), {option_id: value}
    no_such_value = OptionValueUnknown(option_id, value, known)

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT, options=wanted)).refused(no_such_value)
    told.when(QueueMessage(thread_id=TALK, prompt=PROMPT, options=wanted)).refused(no_such_value)
    told.when(ConfigureThread(thread_id=TALK, options={**wanted})).refused(no_such_value)


@pytest.mark.parametrize("field,value", [("mode", "ask"), ("model", "big")])
def test_what_has_a_field_of_its_own_is_no_option(field: str, value: str):
    told, wanted = offering(), {field: value}
    has_a_field = OptionReserved(field, field)

    told.when(StartTurn(thread_id=TALK, prompt=PROMPT, options={**wanted})).refused(has_a_field)
    told.when(QueueMessage(thread_id=TALK, prompt=PROMPT, options={**wanted})).refused(has_a_field)
    told.when(ConfigureThread(thread_id=TALK, options={**wanted})).refused(has_a_field)


def test_before_a_session_nothing_is_known_of_options():
    told = given(a_project()).when(CreateThread(project_id=GARDEN, thread_id=TALK, options=HIGH))

    (created,) = told.decided if isinstance(told.decided, tuple) else ()
    assert isinstance(created, ThreadCreated)
    assert created.options == HIGH
    assert started(given(a_project(), created)).options == HIGH


def test_another_model_may_offer_other_things():
    offering().when(
        StartTurn(thread_id=TALK, prompt=PROMPT, model="big", options={"effort": "enormous"})
    ).then_it_is("turn.started")


def test_with_so_many_choices_there_may_be_others():
    many = tuple(OptionChoice(str(each), str(each)) for each in range(500))
    told = given(an_idle_thread(), a_session(), offered(attrs.evolve(EFFORT, choices=many)))

    assert started(told, options={"effort": "one more"}).options == {"effort": "one more"}


def test_a_message_that_waits_keeps_its_options():
    told = given(a_running_turn(), a_session(), offered())
    message = QueueMessage(
        thread_id=TALK, prompt="then", message_id=MessageId("a"), options={"fast": True}
    )

    then = told.when(message).then(
        MessageQueued(
            thread_id=TALK, message_id=MessageId("a"), prompt="then", options={"fast": True}
        )
    )
    queue = then.and_then(ConfigureThread(thread_id=TALK, options=HIGH)).thread().queue

    assert queue[MessageId("a")].options == {"fast": True}


def test_a_message_begins_its_turn_with_its_options_and_the_thread_s():
    told = offering().and_then(ConfigureThread(thread_id=TALK, options=HIGH))
    decided = told.when(QueueMessage(thread_id=TALK, prompt="then", options={"fast": True})).decided

    assert isinstance(decided, tuple)
    begun = decided[-1]
    assert isinstance(begun, TurnStarted)
    assert begun.options == {"fast": True, "effort": "high"}
