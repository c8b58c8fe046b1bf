"""The ways to log in that an agent offers in its greeting."""

from collections.abc import Iterator
from typing import Final

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.values import AuthMethod, JsonValue, LoginKind

_MOST_METHODS: Final = 32


def auth_methods(greeting: JsonObject, command: tuple[str, ...]) -> tuple[AuthMethod, ...]:
    """The methods of an agent that is started by `command`."""
    return tuple(_methods(raw.items(greeting, "authMethods")[:_MOST_METHODS], command))


def _methods(told: list[JsonValue], command: tuple[str, ...]) -> Iterator[AuthMethod]:
    for each in told:
        method_id = raw.text(each, "id")
        if not method_id:
            continue
        kind, words = _kind(each, command)
        yield AuthMethod(
            method_id=method_id,
            name=raw.text(each, "name") or method_id,
            kind=kind,
            description=raw.text(each, "description"),
            command=words,
            variables=tuple(_variables(each)) if kind is LoginKind.ENV else (),
        )


def _kind(method: JsonValue, command: tuple[str, ...]) -> tuple[LoginKind, tuple[str, ...] | None]:
    """How one logs in, and the command that asks in a terminal.

    By the protocol that is the agent's own command with other arguments; before there was a word
    for it in the protocol, agents put a whole command under `_meta`.
    """
    older = raw.field(method, "_meta", "terminal-auth")
    match raw.text(method, "type"):
        case "terminal":
            return LoginKind.TERMINAL, (*command[:1], *_texts(method, "args"))
        case "env_var":
            return LoginKind.ENV, None
        case _ if (program := raw.text(older, "command")) is not None:
            return LoginKind.TERMINAL, (program, *_texts(older, "args"))
        case _:
            return LoginKind.AGENT, None


def _texts(message: JsonValue, name: str) -> tuple[str, ...]:
    return tuple(whole(each) for each in raw.items(message, name) if isinstance(each, str))


def _variables(method: JsonValue) -> Iterator[str]:
    for each in raw.items(method, "vars"):
        if (name := raw.text(each, "name")) and raw.field(each, "optional") is not True:
            yield name
