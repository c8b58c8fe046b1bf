"""What a session offers, as data: its options, also those told the older way, and its commands."""

from collections.abc import Iterator
from typing import Final

from peon.domain.choices import MOST_CHOICES
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.values import (
    AgentCommand,
    JsonValue,
    OptionCategory,
    OptionChoice,
    OptionValue,
    SessionOption,
    SettingKind,
)

_CATEGORIES: Final = {
    "model": OptionCategory.MODEL,
    "mode": OptionCategory.MODE,
    "thought_level": OptionCategory.THOUGHT_LEVEL,
}
_OLDER: Final = (
    ("models", "availableModels", "modelId", "currentModelId", OptionCategory.MODEL),
    ("modes", "availableModes", "id", "currentModeId", OptionCategory.MODE),
)
"""Where agents without options tell of models and modes."""
MOST: Final = MOST_CHOICES
"""Choices of an option, and commands, that are passed on at most."""


def options(result: JsonObject) -> tuple[SessionOption, ...] | None:
    """The options that an answer or an update tells of; None where it tells of none."""
    told = raw.items(result, "configOptions")
    if told:
        return tuple(option for each in told if (option := _option(each)) is not None)
    older = tuple(_older(result))
    return older or None


def commands(update: JsonObject) -> tuple[AgentCommand, ...]:
    """The commands in an `available_commands_update`."""
    found = (
        AgentCommand(name, raw.text(each, "description") or "")
        for each in raw.items(update, "availableCommands")
        if (name := raw.text(each, "name"))
    )
    return tuple(found)[:MOST]


def chosen(
    offered: tuple[SessionOption, ...], category: OptionCategory, value: str | None
) -> tuple[SessionOption, ...]:
    """The options, where that of this category has been set to a value."""
    if value is None:
        return offered
    return tuple(
        SessionOption(each.option_id, each.name, each.category, each.kind, value, each.choices)
        if each.category is category and each.kind is SettingKind.SELECT
        else each
        for each in offered
    )


def with_value(
    offered: tuple[SessionOption, ...], option_id: str, value: OptionValue
) -> tuple[SessionOption, ...]:
    """The options, where one of them has been set to a value."""
    return tuple(
        SessionOption(each.option_id, each.name, each.category, each.kind, value, each.choices)
        if each.option_id == option_id
        else each
        for each in offered
    )


def _option(told: JsonValue) -> SessionOption | None:
    option_id = raw.text(told, "id")
    if option_id is None:
        return None
    category = _CATEGORIES.get(raw.text(told, "category") or "", OptionCategory.OTHER)
    name = raw.text(told, "name") or option_id
    if raw.text(told, "type") == "boolean":
        value = raw.field(told, "currentValue") is True
        return SessionOption(option_id, name, category, SettingKind.BOOLEAN, value)
    choices = tuple(_choices(told, "value"))[:MOST]
    current = raw.text(told, "currentValue")
    return SessionOption(option_id, name, category, SettingKind.SELECT, current, choices)


def _choices(told: JsonValue, key: str, name: str = "options") -> Iterator[OptionChoice]:
    """What can be chosen, also where it stands in groups."""
    for entry in raw.items(told, name):
        for each in (entry, *raw.items(entry, "options")):
            if (value := raw.text(each, key)) is not None:
                shown = raw.text(each, "name") or value
                yield OptionChoice(value, shown, raw.text(each, "description"))


def _older(result: JsonObject) -> Iterator[SessionOption]:
    for member, listed, key, current, category in _OLDER:
        told = result.get(member)
        choices = tuple(_choices(told, key, listed))[:MOST]
        if choices:
            value = raw.text(told, current)
            name = category.value.capitalize()
            yield SessionOption(category.value, name, category, SettingKind.SELECT, value, choices)
