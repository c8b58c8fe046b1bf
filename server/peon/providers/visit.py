"""A short visit to an agent, to log in or to see whether that is needed: no turn, no events."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from peon.errors import ExternalFailure
from peon.providers.env_files import environment_secrets
from peon.providers.jsonrpc.connection import VERSION_2, AgentError, Connection
from peon.providers.jsonrpc.lines import LineTooLong
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.process import Command, Exit, Running, Starter, last_words
from peon.providers.secrets import Secrets
from peon_protocol.values import JsonValue


@contextlib.asynccontextmanager
async def visiting(
    command: Command,
    name: str,
    *,
    supervisor: Starter,
    envelope: Mapping[str, JsonValue] = VERSION_2,
) -> AsyncIterator[Connection]:
    """Start an agent, speak to it, and end it."""
    visit = _Visit(command, name, envelope)
    process = await supervisor.start(command, on_output=visit.output, on_exit=visit.exited)
    visit.process = process
    try:
        yield visit.connection
    finally:
        await process.end()


class _Visit:
    """One agent, started for as long as a question to it takes."""

    def __init__(self, command: Command, name: str, envelope: Mapping[str, JsonValue]) -> None:
        self.connection = Connection(name, send=self._send, handler=self, envelope=envelope)
        self.process: Running | None = None
        self._secrets = Secrets().beside(environment_secrets(command.environment))

    def notified(self, method: str, params: JsonObject) -> None:
        """Nothing it says by itself is of interest."""

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Nothing may be asked."""
        del request_id, method, params
        return False

    def output(self, data: bytes) -> None:
        try:
            self.connection.feed(data)
        except LineTooLong as error:
            self.connection.lost(AgentError(0, f"it wrote {error}"))

    def exited(self, outcome: Exit) -> None:
        said = last_words(self._secrets.redact(outcome.stderr))
        self.connection.lost(AgentError(0, f"it {outcome}: {said}" if said else f"it {outcome}"))

    def _send(self, data: bytes) -> None:
        try:
            if self.process is not None:
                self.process.write(data)
        except ExternalFailure as error:
            self.connection.lost(AgentError(0, error.detail))
