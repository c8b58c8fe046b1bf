"""What Codex offers: its models, as an option of the session."""

from collections.abc import Iterator
from typing import Final

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.provider_events import SessionConfigured
from peon_protocol.values import (
    JsonValue,
    OptionCategory,
    OptionChoice,
    SessionOption,
    SettingKind,
)

MODEL: Final = "model"
MOST: Final = 500
"""Models that are passed on at most."""


def models(listed: JsonObject) -> tuple[OptionChoice, ...]:
    """The models in the answer to `model/list`, without those that are not to be shown."""
    return tuple(_models(raw.items(listed, "data")))[:MOST]


def configured(choices: tuple[OptionChoice, ...], model: str | None) -> SessionConfigured:
    """What the session offers, and the model it is set to, which need not be one of them."""
    option = SessionOption(MODEL, "Model", OptionCategory.MODEL, SettingKind.SELECT, model, choices)
    return SessionConfigured(options=(option,))


def _models(listed: list[JsonValue]) -> Iterator[OptionChoice]:
    for each in listed:
        value = raw.text(each, "model") or raw.text(each, "id")
        if value and raw.field(each, "hidden") is not True:
            name = raw.text(each, "displayName") or value
            yield OptionChoice(value, name, raw.text(each, "description"))
