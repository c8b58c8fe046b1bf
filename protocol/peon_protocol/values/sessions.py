"""What a session with an agent offers: options with their values, and commands."""

import enum

import attrs

from peon_protocol.values.content import JsonValue


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

    What is of the category `model` is chosen with `model`; modes of an agent's own are shown only.
    """

    option_id: str
    name: str
    category: OptionCategory
    kind: SettingKind
    value: JsonValue
    choices: tuple[OptionChoice, ...] = ()


@attrs.frozen
class AgentCommand:
    """A command that the agent knows: a prompt may begin with a slash and its name."""

    name: str
    description: str
