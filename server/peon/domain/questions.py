"""Answers to what agents ask: which fit, and what of them the log may hold.

The answers to secret fields are the agent's alone: no event, no reason and no receipt tells them.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

import attrs

from peon_protocol.values import AnswerProblem, FieldKind, JsonValue, QuestionField

LONGEST: Final = 32 * 1024
"""Characters of one answer: events stay small."""
_PATH: Final = "$.params.answers"


@attrs.frozen
class Misfit:
    """Why a value cannot be taken, and where in it."""

    reason: str
    at: str = ""


def tidied(fields: tuple[QuestionField, ...]) -> tuple[QuestionField, ...]:
    """The fields as they can be asked: each name once, and nothing proposed that would not do.

    What is proposed for a secret would be written down, so it is left out.
    """
    once = {field.name: field for field in reversed(fields)}
    return tuple(
        field if _may_propose(field) else attrs.evolve(field, default=None)
        for field in fields
        if once[field.name] is field
    )


def filled(
    fields: tuple[QuestionField, ...], answers: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """All answers: those given, and what was proposed for the fields that were left out."""
    return {
        field.name: value
        for field in fields
        if (value := answers.get(field.name, field.default)) is not None
    }


def problems(
    fields: tuple[QuestionField, ...], answers: Mapping[str, JsonValue]
) -> tuple[AnswerProblem, ...]:
    """What is wrong with the answers, field by field."""
    known = {field.name for field in fields}
    strange = (AnswerProblem(name, _path(name), "no such field") for name in answers.keys() - known)
    return (*_wrong(fields, answers), *sorted(strange, key=lambda each: each.field))


def without_secrets(
    fields: tuple[QuestionField, ...], answers: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """What may be written down."""
    secret = {field.name for field in fields if field.secret}
    return {name: value for name, value in answers.items() if name not in secret}


def secrets_among(
    fields: tuple[QuestionField, ...], answers: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """What the agent alone is told."""
    secret = {field.name for field in fields if field.secret}
    return {name: value for name, value in answers.items() if name in secret and value is not None}


def _wrong(
    fields: tuple[QuestionField, ...], answers: Mapping[str, JsonValue]
) -> Iterator[AnswerProblem]:
    whole = filled(fields, answers)
    for field in fields:
        if field.name not in whole:
            if field.required:
                yield AnswerProblem(field.name, _path(field.name), "an answer is required")
        elif (misfit := _misfit(field, whole[field.name])) is not None:
            yield AnswerProblem(field.name, _path(field.name) + misfit.at, misfit.reason)


def _may_propose(field: QuestionField) -> bool:
    if field.default is None:
        return True
    return not field.secret and _misfit(field, field.default) is None


def _misfit(field: QuestionField, value: JsonValue) -> Misfit | None:
    match field.kind:
        case FieldKind.TEXT:
            return _text(field, value)
        case FieldKind.NUMBER | FieldKind.INTEGER:
            return _number(field, value)
        case FieldKind.BOOLEAN:
            return None if isinstance(value, bool) else Misfit("expected true or false")
        case FieldKind.CHOICE:
            return _choice(field, value)
        case FieldKind.CHOICES:
            return _choices(field, value)
        case _:
            assert_never(field.kind)


def _text(field: QuestionField, value: JsonValue) -> Misfit | None:
    if not isinstance(value, str):
        return Misfit("expected a text")
    if len(value) > LONGEST:
        return Misfit(f"expected at most {LONGEST} characters")
    if field.required and not value:
        return Misfit("an answer is required")
    return _bounded(field, len(value), "characters")


def _number(field: QuestionField, value: JsonValue) -> Misfit | None:
    whole = field.kind is FieldKind.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return Misfit("expected a whole number" if whole else "expected a number")
    if isinstance(value, float) and not math.isfinite(value):
        return Misfit("expected a number")
    return _bounded(field, value, "")


def _choice(field: QuestionField, value: JsonValue, at: str = "") -> Misfit | None:
    offered = [choice.value for choice in field.choices]
    if value in offered and isinstance(value, str):
        return None
    return Misfit(f"expected one of {', '.join(offered)}" if offered else "nothing is offered", at)


def _choices(field: QuestionField, value: JsonValue) -> Misfit | None:
    if not isinstance(value, list):
        return Misfit("expected a list")
    for place, each in enumerate(value):
        at = f"[{place}]"
        if each in value[:place]:
            return Misfit("expected each choice once", at)
        if (misfit := _choice(field, each, at)) is not None:
            return misfit
    if field.required and not value:
        return Misfit("an answer is required")
    return _bounded(field, len(value), "choices")


def _bounded(field: QuestionField, size: float, unit: str) -> Misfit | None:
    least, most = field.minimum, field.maximum
    if least is not None and size < least:
        return Misfit(f"expected at least {least:g} {unit}".rstrip())
    if most is not None and size > most:
        return Misfit(f"expected at most {most:g} {unit}".rstrip())
    return None


def _path(name: str) -> str:
    return f"{_PATH}.{name}"
