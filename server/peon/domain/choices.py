"""The options that a thread chooses of what its agent offers."""

from collections.abc import Mapping
from typing import Final

from peon.domain.model import Thread
from peon.errors import CommandRejected
from peon_protocol.rejections import OptionReserved, OptionUnknown, OptionValueUnknown
from peon_protocol.values import OptionCategory, OptionValue, SessionOption, SettingKind

MOST_CHOICES: Final = 500
"""Choices of an option that are told at most: of one that has so many there may be others."""
_FIELDS: Final = {OptionCategory.MODEL: "model", OptionCategory.MODE: "mode"}
"""The categories that are not chosen as options, and the fields that choose them."""


def refuse_options(
    thread: Thread, wanted: Mapping[str, OptionValue | None] | None, model: str | None
) -> None:
    """Raises CommandRejected where the agent is known not to offer what is wanted.

    Before it has opened a session, nothing is known of it. Another `model` may offer other things.
    """
    if not wanted or not thread.options:
        return
    offered = {each.option_id: each for each in thread.options}
    other = _is_other_model(thread, model)
    for option_id, value in wanted.items():
        option = offered.get(option_id)
        if option is not None and option.category in _FIELDS:
            raise CommandRejected(OptionReserved(option_id, _FIELDS[option.category]))
        if value is None or other:
            continue
        if option is None:
            raise CommandRejected(OptionUnknown(option_id, _choosable(thread.options)))
        if not can_be(option, value):
            known = tuple(each.value for each in option.choices)
            raise CommandRejected(OptionValueUnknown(option_id, value, known))


def can_be(option: SessionOption, value: OptionValue) -> bool:
    """Whether the option can have this value, as far as it tells."""
    if option.kind is SettingKind.BOOLEAN:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return len(option.choices) >= MOST_CHOICES or any(
        value == each.value for each in option.choices
    )


def with_changes(
    chosen: Mapping[str, OptionValue], changes: Mapping[str, OptionValue | None] | None
) -> dict[str, OptionValue]:
    """What is chosen after changes; what is null in them is chosen no more."""
    together = {**chosen, **(changes or {})}
    return {name: value for name, value in together.items() if value is not None}


def names_of_reset(changes: Mapping[str, OptionValue | None] | None) -> tuple[str, ...]:
    """Those that changes leave to the agent again."""
    return tuple(name for name, value in (changes or {}).items() if value is None)


def _choosable(offered: tuple[SessionOption, ...]) -> tuple[str, ...]:
    return tuple(each.option_id for each in offered if each.category not in _FIELDS)


def _is_other_model(thread: Thread, model: str | None) -> bool:
    """Whether it will be at work with another model than the one that its offers are for."""
    wanted = model or thread.model
    if wanted is None:
        return False
    models = [each for each in thread.options if each.category is OptionCategory.MODEL]
    return not any(each.value == wanted for each in models)
