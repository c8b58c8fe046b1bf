"""What a look at the machine or the state has found."""

import enum

import attrs


class Level(enum.Enum):
    """How much a finding matters."""

    OK = "ok"
    ATTENTION = "attention"
    """Peon works, but a person may want to do something."""
    PROBLEM = "problem"
    """Something does not work until a person does something."""


@attrs.frozen
class Finding:
    """One line of the report; anything but `ok` says what to do."""

    level: Level
    what: str
    remedy: str | None = None


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def attention(what: str, remedy: str) -> Finding:
    return Finding(Level.ATTENTION, what, remedy)


def problem(what: str, remedy: str) -> Finding:
    return Finding(Level.PROBLEM, what, remedy)


def size(count: int) -> str:
    """Bytes for people: `3.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def many(count: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
