"""Servers of the Model Context Protocol, whose tools an agent is to have."""

import enum
from collections.abc import Mapping

import attrs


class McpTransport(enum.StrEnum):
    """How an agent speaks to a server."""

    STDIO = "stdio"
    """It starts `command` and speaks to it."""
    HTTP = "http"
    """It calls `url`."""
    SSE = "sse"
    """It listens at `url`; the older way."""


@attrs.frozen(kw_only=True)
class McpServer:
    """A server that an agent's session is given: a program to start, or an address to call.

    Without a `transport` it is `stdio` where there is a command, and else `http`. In `command`,
    `args`, `url` and the values of `env` and `headers`, `${env:NAME}` stands for a variable of the
    client's environment, which is read when a session is opened and written nowhere. A secret must
    stand there in this way.
    """

    name: str
    command: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = attrs.field(factory=dict)
    url: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    transport: McpTransport | None = None


@attrs.frozen
class SessionServer:
    """Whether a session was given a server of its thread, and if not, why."""

    name: str
    given: bool
    reason: str | None = None
