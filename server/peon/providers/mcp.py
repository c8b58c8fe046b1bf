"""MCP servers as a session is given them: programs found, variables of the environment filled in.

What is filled in goes to the agent and nowhere else; what is secret of it is redacted.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from peon.domain.servers import REFERENCE, texts_of, transport_of
from peon.providers.literals import is_secret
from peon_protocol.values import McpServer, McpTransport, SessionServer


@attrs.frozen(kw_only=True)
class ReadyServer:
    """A server with nothing left to fill in."""

    name: str
    transport: McpTransport
    command: str = ""
    args: tuple[str, ...] = attrs.field(default=(), repr=False)
    env: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    url: str = attrs.field(default="", repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen
class Servers:
    """The servers of a session: those that could be made ready, and why others could not.

    `secrets` is what was filled in and must not be seen.
    """

    ready: tuple[ReadyServer, ...] = ()
    refused: Mapping[str, str] = attrs.field(factory=dict)
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)

    def account(self, untaken: Mapping[str, str]) -> tuple[SessionServer, ...]:
        """What to tell of each, where the agent takes all that are ready but `untaken`."""
        reasons = {**self.refused, **untaken}
        names = sorted({*reasons, *(each.name for each in self.ready)})
        return tuple(SessionServer(name, name not in reasons, reasons.get(name)) for name in names)


class _NotReady(Exception):
    """Why a server cannot be given to an agent."""


def ready(servers: Iterable[McpServer], environment: Mapping[str, str], root: str) -> Servers:
    """The servers, for an agent that is started in `root` with this environment."""
    made: list[ReadyServer] = []
    refused: dict[str, str] = {}
    for server in servers:
        try:
            made.append(_ready(server, environment, root))
        except _NotReady as error:
            refused[server.name] = str(error)
    secrets = tuple(value for each in servers for value in _secrets(each, environment))
    return Servers(tuple(made), refused, secrets)


def _ready(server: McpServer, environment: Mapping[str, str], root: str) -> ReadyServer:
    def filled(text: str) -> str:
        return REFERENCE.sub(lambda found: _variable(found[1], environment), text)

    transport = transport_of(server)
    command = "" if server.command is None else _program(filled(server.command), environment, root)
    return ReadyServer(
        name=server.name,
        transport=transport,
        command=command,
        args=tuple(map(filled, server.args)),
        env={name: filled(text) for name, text in server.env.items()},
        url="" if server.url is None else filled(server.url),
        headers={name: filled(text) for name, text in server.headers.items()},
    )


def _variable(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if value is None:
        raise _NotReady(f"the variable {name} is not set")
    return value


def _program(command: str, environment: Mapping[str, str], root: str) -> str:
    """The absolute path of a command, which agents want; one with a slash lies in the folder."""
    if os.sep in command:
        command = str(Path(root, command))
    found = shutil.which(command, path=environment.get("PATH", os.defpath))
    if found is None:
        raise _NotReady(f"{command} is not installed")
    return found


def _secrets(server: McpServer, environment: Mapping[str, str]) -> Iterator[str]:
    """The values that references stand for in places where a literal would be a secret."""
    for place, text in texts_of(server):
        for found in REFERENCE.finditer(text):
            value = environment.get(found[1])
            if value and is_secret(place, REFERENCE.sub(value.replace("\\", r"\\"), text)):
                yield value
