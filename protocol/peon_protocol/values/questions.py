"""What an agent wants to know: the fields of a question."""

import enum

import attrs

from peon_protocol.values.content import JsonValue


class FieldKind(enum.StrEnum):
    """What the answer to a field of a question is."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    """The value of one of its choices."""
    CHOICES = "choices"
    """A list of values of its choices, each at most once."""


@attrs.frozen
class FieldChoice:
    """One way to answer a field."""

    value: str
    label: str
    description: str | None = None


@attrs.frozen(kw_only=True)
class QuestionField:
    """One thing that a question asks.

    `minimum` and `maximum` bound a number, the length of a text in characters, and how many choices
    are made. A field that is left out of the answers takes its `default`; one that is answered with
    null takes none. The answer to a `secret` field goes to the agent and nowhere else.
    """

    name: str
    label: str
    kind: FieldKind
    description: str | None = None
    required: bool = False
    secret: bool = False
    choices: tuple[FieldChoice, ...] = ()
    default: JsonValue = None
    minimum: float | None = None
    maximum: float | None = None


@attrs.frozen
class AnswerProblem:
    """Why the answer to a field cannot be taken; never what it was."""

    field: str
    path: str
    reason: str
