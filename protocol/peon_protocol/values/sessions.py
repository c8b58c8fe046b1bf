"""What a session with an agent offers: options with their values, and commands."""

import enum
from typing import TypeAlias

import attrs

from peon_protocol.values.content import JsonValue

OptionValue: TypeAlias = bool | str
"""What an option is set to: a choice's `value`, or true or false."""


class OptionCategory(enum.StrEnum):
    """What an option of a session is about."""

    MODEL = "model"
    MODE = "mode"
    THOUGHT_LEVEL = "thoughtLevel"
    OTHER = "other"


class SettingKind(enum.StrEnum):
    """How an option is set."""

    SELECT = "select"
    """One of its choices."""
    BOOLEAN = "boolean"


@attrs.frozen
class OptionChoice:
    """A value that an option can have."""

    value: str
    name: str
    description: str | None = None


@attrs.frozen
class SessionOption:
    """Something that can be chosen of a session; `value` is a choice's value, true, false or null.

    It is chosen with `options`, but for two: what is of the category `model` is chosen with
    `model`, and modes of an agent's own are shown only, ours is chosen with `mode`. `own` is the
    value that the agent goes back to where something else was chosen for now.
    """

    option_id: str
    name: str
    category: OptionCategory
    kind: SettingKind
    value: JsonValue
    choices: tuple[OptionChoice, ...] = ()
    own: JsonValue = None


@attrs.frozen
class AgentCommand:
    """A command that the agent knows: a prompt may begin with a slash and its name."""

    name: str
    description: str
