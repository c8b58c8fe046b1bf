"""What a session offers and what it has cost, as agents tell it and as it is passed on."""

from typing import Any

import pytest

from peon.providers.acp import offers, words
from peon.providers.acp.translate import Translator
from peon.providers.jsonrpc.connection import AgentError
from peon.providers.terms import Span
from peon_protocol.ids import SessionId
from peon_protocol.provider_events import ProviderEvent, TurnEnded, UsageReported
from peon_protocol.values import (
    AgentCommand,
    Cost,
    JsonValue,
    OptionCategory,
    OptionChoice,
    SessionOption,
    SettingKind,
    Usage,
)

MODEL: dict[str, Any] = {
    "id": "model",
    "name": "Model",
    "category": "model",
    "type": "select",
    "currentValue": "small",
    "options": [
        {"name": "Group", "options": [{"value": "small", "name": "Small"}]},
        {"value": "big", "name": "Big", "description": "Slow."},
    ],
}
CHOICES = (OptionChoice("small", "Small"), OptionChoice("big", "Big", "Slow."))


def test_options_are_told_whole_also_where_choices_stand_in_groups():
    fast: Any = {"id": "fast", "name": "Fast", "type": "boolean", "currentValue": True}
    thought: dict[str, Any] = {
        "id": "t",
        "category": "thought_level",
        "type": "select",
        "currentValue": "low",
    }

    assert offers.options({"configOptions": [MODEL, fast, thought, {"name": "no id"}, 5]}) == (
        SessionOption("model", "Model", OptionCategory.MODEL, SettingKind.SELECT, "small", CHOICES),
        SessionOption("fast", "Fast", OptionCategory.OTHER, SettingKind.BOOLEAN, value=True),
        SessionOption("t", "t", OptionCategory.THOUGHT_LEVEL, SettingKind.SELECT, "low"),
    )


def test_agents_without_options_tell_of_models_and_modes_the_older_way():
    result: dict[str, Any] = {
        "models": {
            "currentModelId": "small",
            "availableModels": [{"modelId": "small", "name": "Small"}],
        },
        "modes": {"currentModeId": "ask", "availableModes": [{"id": "ask"}]},
    }

    assert offers.options(result) == (
        SessionOption(
            "model",
            "Model",
            OptionCategory.MODEL,
            SettingKind.SELECT,
            "small",
            (OptionChoice("small", "Small"),),
        ),
        SessionOption(
            "mode",
            "Mode",
            OptionCategory.MODE,
            SettingKind.SELECT,
            "ask",
            (OptionChoice("ask", "ask"),),
        ),
    )


@pytest.mark.parametrize("result", [{}, {"configOptions": 5}, {"models": 5}, {"modes": {}}])
def test_what_tells_of_no_options_changes_none(result: dict[str, Any]):
    assert offers.options(result) is None


def test_an_option_that_was_set_has_its_new_value():
    told = offers.options({"configOptions": [MODEL]}) or ()

    (changed,) = offers.chosen(told, OptionCategory.MODEL, "big")

    assert (changed.value, changed.choices) == ("big", CHOICES)
    assert offers.chosen(told, OptionCategory.MODE, "plan") == told
    assert offers.chosen(told, OptionCategory.MODEL, None) == told


def test_commands_are_told():
    listed: list[Any] = [
        {"name": "help", "description": "Helps."},
        {"name": "go"},
        {"no": "name"},
        7,
    ]

    assert offers.commands({"availableCommands": listed}) == (
        AgentCommand("help", "Helps."),
        AgentCommand("go", ""),
    )


@pytest.mark.parametrize(
    "told", [None, 5, {}, {"amount": "1", "currency": "USD"}, {"amount": True, "currency": "USD"}]
)
def test_what_is_no_cost_is_none(told: Any):
    assert words.cost(told) is None


def usage_of(subject: Translator, amount: float, *, used: int = 10) -> list[ProviderEvent]:
    cost = {"amount": amount, "currency": "USD"}
    update: dict[str, Any] = {
        "sessionUpdate": "usage_update",
        "used": used,
        "size": 100,
        "cost": cost,
    }
    return list(subject.update(update))


def reported(amount: float, *, used: int = 10) -> list[ProviderEvent]:
    return [UsageReported(usage=Usage(context_used=used, context_size=100, cost=dollars(amount)))]


def dollars(amount: float) -> Cost:
    return Cost(amount, "USD")


def test_a_turn_costs_what_the_session_costs_more():
    subject = Translator(SessionId("s"), root="/")

    assert usage_of(subject, 0.5) == reported(0.5)
    assert usage_of(subject, 0.75) == reported(0.75)
    assert isinstance(list(subject.end({}, interrupted=False))[-1], TurnEnded)
    assert usage_of(subject, 1.0) == reported(0.25)
    assert usage_of(subject, 0.25) == reported(0.0)


def test_what_a_session_cost_before_it_was_resumed_is_not_the_turn_s():
    subject = Translator(SessionId("s"), root="/", resumed=True)

    assert usage_of(subject, 5.0) == reported(0.0)
    assert usage_of(subject, 5.5) == reported(0.5)


def test_what_a_turn_that_failed_has_cost_is_not_the_next_one_s():
    subject = Translator(SessionId("s"), root="/")

    assert usage_of(subject, 0.5) == reported(0.5)
    list(subject.end(AgentError(-32603, "overloaded"), interrupted=False))
    assert usage_of(subject, 0.75) == reported(0.25)


def tokens_of(subject: Translator, fed: int, written: int, cached: int = 0) -> Usage | None:
    """What a turn used after which the agent tells this."""
    usage: JsonValue = {"inputTokens": fed, "outputTokens": written, "cachedReadTokens": cached}
    end = list(subject.end({"stopReason": "end_turn", "usage": usage}, interrupted=False))[-1]
    assert isinstance(end, TurnEnded)
    return end.usage


def test_where_tokens_are_told_of_the_session_the_turn_s_are_what_was_added():
    subject = Translator(SessionId("s"), root="/", tokens=Span.SESSION)

    assert tokens_of(subject, 200, 40, 10) == used(200, 40, 10)
    assert tokens_of(subject, 500, 100, 30) == used(300, 60, 20)
    assert tokens_of(subject, 500, 100, 30) == used(0, 0)
    assert tokens_of(subject, 50, 10) == used(50, 10), "it counts anew"


def test_what_a_session_used_before_it_was_resumed_is_not_the_turn_s():
    subject = Translator(SessionId("s"), root="/", resumed=True, tokens=Span.SESSION)

    assert tokens_of(subject, 700, 70) is None
    assert tokens_of(subject, 800, 90) == used(100, 20)


def used(fed: int, written: int, cached: int = 0) -> Usage:
    return Usage(input_tokens=fed, output_tokens=written, cache_read_tokens=cached)


def test_a_cost_in_another_currency_is_taken_as_it_is():
    assert words.cost_since(Cost(1.0, "EUR"), dollars(2.0)) == dollars(2.0)
    assert words.cost_since(None, None) is None
