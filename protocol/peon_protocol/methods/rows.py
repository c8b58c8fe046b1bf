"""What a row of the table of methods is."""

import enum

import attrs


class Direction(enum.StrEnum):
    """Who sends it, and whether it is answered."""

    REQUEST = "request"
    """From a client, answered exactly once."""
    NOTIFICATION = "notification"
    """From the server, not answered."""


class MethodKind(enum.StrEnum):
    """What a method is for."""

    COMMAND = "command"
    QUERY = "query"
    FEED = "feed"


@attrs.frozen
class Method:
    """One method. `errors` are the kinds it may be refused with besides those of every request."""

    name: str
    direction: Direction
    kind: MethodKind
    params: type
    result: type | None
    summary: str
    errors: tuple[str, ...] = ()


def command(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    every = ("command.idReused",)
    return Method(
        name, Direction.REQUEST, MethodKind.COMMAND, params, result, summary, errors + every
    )


def query(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    return Method(name, Direction.REQUEST, MethodKind.QUERY, params, result, summary, errors)


def feed(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    return Method(name, Direction.REQUEST, MethodKind.FEED, params, result, summary, errors)


def notification(name: str, params: type, summary: str) -> Method:
    return Method(name, Direction.NOTIFICATION, MethodKind.FEED, params, None, summary)
