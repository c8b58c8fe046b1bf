"""A question at the terminal: one field after the other, each asked until it is taken."""

import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeAlias

from peon.domain.questions import problems
from peon_protocol.values import FieldKind, JsonValue, QuestionField

Asking: TypeAlias = Callable[[str, bool], Awaitable[str | None]]
"""Asks for a line, hidden or not; None where there will be none."""
Answers: TypeAlias = dict[str, JsonValue]

_YES: Final = frozenset({"y", "yes", "true"})
_NO: Final = frozenset({"n", "no", "false"})


async def fill(
    fields: tuple[QuestionField, ...], ask: Asking, complain: Callable[[str], None]
) -> Answers | None:
    """The answers to all fields; None where the terminal is closed."""
    answers: Answers = {}
    for field in fields:
        while True:
            typed = await ask(_prompt(field), field.secret)
            if typed is None:
                return None
            value = _value(field, typed)
            wrong = problems((field,), {} if value is None else {field.name: value})
            if not wrong:
                break
            complain("; ".join(each.reason for each in wrong))
        if value is not None:
            answers[field.name] = value
    return answers


def _prompt(field: QuestionField) -> str:
    described = f" ({' '.join(field.description.split())})" if field.description else ""
    offered = "".join(
        f"\n  {number}. {choice.label}" for number, choice in enumerate(field.choices, 1)
    )
    hint = _HINTS.get(field.kind, "")
    default = "" if field.default is None else f" [{_shown(field, field.default)}]"
    return f"{field.label}{described}{offered}{hint}{default}: "


_HINTS: Final = {
    FieldKind.BOOLEAN: " y/n",
    FieldKind.CHOICE: "\nits number",
    FieldKind.CHOICES: "\ntheir numbers, with commas",
}


def _shown(field: QuestionField, value: JsonValue) -> str:
    labels = {choice.value: choice.label for choice in field.choices}
    match value:
        case bool():
            return "y" if value else "n"
        case list():
            return ", ".join(_shown(field, each) for each in value)
        case _:
            return labels.get(str(value), str(value))


def _value(field: QuestionField, typed: str) -> JsonValue:
    """What was typed, as the field wants it; nothing typed is no answer. What cannot be made
    sense of stays a text, which the field then refuses.
    """
    line = typed if field.kind is FieldKind.TEXT else typed.strip()
    if not line:
        return None
    match field.kind:
        case FieldKind.NUMBER | FieldKind.INTEGER:
            return _number(line)
        case FieldKind.BOOLEAN:
            word = line.lower()
            return True if word in _YES else False if word in _NO else line
        case FieldKind.CHOICE:
            return _choice(field, line)
        case FieldKind.CHOICES:
            return [_choice(field, each.strip()) for each in line.split(",") if each.strip()]
        case _:
            return line


def _number(line: str) -> JsonValue:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(line)
    return line


def _choice(field: QuestionField, line: str) -> str:
    """A choice by its number, its value or its label."""
    for number, choice in enumerate(field.choices, 1):
        if line in (str(number), choice.value, choice.label):
            return choice.value
    return line


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """While a secret is typed the terminal shows nothing of it."""
    if sys.platform == "win32":
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    hidden = [*before]
    hidden[3] = hidden[3] & ~termios.ECHO | termios.ECHONL
    termios.tcsetattr(terminal, termios.TCSADRAIN, hidden)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
