"""What Codex offers: its models, how hard they think, and what is told of it; as options."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from peon.domain.choices import MOST_CHOICES, can_be
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import OptionRefused
from peon_protocol.provider_events import SessionConfigured
from peon_protocol.values import (
    JsonValue,
    OptionCategory,
    OptionChoice,
    OptionValue,
    SessionOption,
    SettingKind,
)

MODEL: Final = "model"
EFFORT: Final = "effort"
SUMMARY: Final = "summary"
_SUMMARIES: Final = tuple(
    OptionChoice(value, value.capitalize()) for value in ("auto", "concise", "detailed", "none")
)
"""How reasoning is summed up. Its protocol has them as fixed words."""
USUAL_SUMMARY: Final = "auto"


@attrs.frozen
class NativeModel:
    """A model, the efforts it knows, and the one it makes where none is chosen."""

    choice: OptionChoice
    efforts: tuple[OptionChoice, ...] = ()
    usual: str | None = None


@attrs.frozen(kw_only=True)
class Chosen:
    """What a turn is worked on with. Without an effort it is the model's own."""

    model: str
    effort: str | None = None
    summary: str | None = None


def models(listed: JsonObject) -> tuple[NativeModel, ...]:
    """The models in the answer to `model/list`, without those that are not to be shown."""
    return tuple(_models(raw.items(listed, "data")))[:MOST_CHOICES]


def configured(offered: tuple[NativeModel, ...], chosen: Chosen, own: Chosen) -> SessionConfigured:
    """What the session offers, and the model it is set to, which need not be one of them; and what
    it goes back to, where that is something else.
    """
    set_to = tuple(_options(offered, chosen))
    back = {each.option_id: each.value for each in _options(offered, own)}
    return SessionConfigured(
        options=tuple(
            each
            if back.get(each.option_id) in (None, each.value)
            else attrs.evolve(each, own=back[each.option_id])
            for each in set_to
        )
    )


def of_earlier_session(told: Chosen, own: Mapping[str, OptionValue]) -> Chosen:
    """What the user has configured, where a session that goes on tells what a turn was given."""

    def had(option_id: str, value: str | None) -> str | None:
        before = own.get(option_id)
        return before if isinstance(before, str) else value

    return Chosen(
        model=had(MODEL, told.model) or told.model,
        effort=had(EFFORT, told.effort),
        summary=had(SUMMARY, told.summary),
    )


def chosen_by(
    options: Mapping[str, OptionValue], own: Chosen, offered: tuple[NativeModel, ...], agent: str
) -> Chosen:
    """`own`, but for the options that are chosen. Raises OptionRefused for what is not offered."""
    known = {each.option_id: each for each in _options(offered, own)}
    for option_id, value in options.items():
        option = known.get(option_id)
        if option is None or option_id == MODEL:
            raise OptionRefused(
                f"the option {option_id}",
                f"{agent} does not offer it with {own.model}",
                "Leave the option to the agent.",
            )
        if not can_be(option, value):
            listed = ", ".join(each.value for each in option.choices)
            raise OptionRefused(
                f"the option {option_id}",
                f"{agent} does not offer {value} for it with {own.model}",
                f"Choose one of: {listed}.",
            )
    effort, summary = options.get(EFFORT, own.effort), options.get(SUMMARY, own.summary)
    return Chosen(
        model=own.model,
        effort=None if effort is None else str(effort),
        summary=None if summary is None else str(summary),
    )


def _options(offered: tuple[NativeModel, ...], chosen: Chosen) -> Iterator[SessionOption]:
    select = SettingKind.SELECT
    choices = tuple(each.choice for each in offered)
    yield SessionOption(MODEL, "Model", OptionCategory.MODEL, select, chosen.model, choices)
    model = next((each for each in offered if each.choice.value == chosen.model), None)
    if model is not None and model.efforts:
        value = chosen.effort or model.usual
        level = OptionCategory.THOUGHT_LEVEL
        yield SessionOption(EFFORT, "Reasoning effort", level, select, value, model.efforts)
    value = chosen.summary or USUAL_SUMMARY
    other = OptionCategory.OTHER
    yield SessionOption(SUMMARY, "Reasoning summary", other, select, value, _SUMMARIES)


def _models(listed: list[JsonValue]) -> Iterator[NativeModel]:
    for each in listed:
        value = raw.text(each, "model") or raw.text(each, "id")
        if value and raw.field(each, "hidden") is not True:
            name = raw.text(each, "displayName") or value
            choice = OptionChoice(value, name, raw.text(each, "description"))
            usual = raw.text(each, "defaultReasoningEffort")
            yield NativeModel(choice, tuple(_efforts(each)), usual)


def _efforts(model: JsonValue) -> Iterator[OptionChoice]:
    for each in raw.items(model, "supportedReasoningEfforts"):
        if value := raw.text(each, "reasoningEffort"):
            yield OptionChoice(value, value.capitalize(), raw.text(each, "description"))
