"""A kind of agent that speaks the protocol: whether it is there, and opening sessions with it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from peon.errors import Unavailable
from peon.providers.port import Availability, Available, Missing, SessionRequest, SessionSink
from peon.providers.process import Command
from peon.providers.programs import Programs, version_of
from peon.providers.registry import AgentEntry
from peon.providers.session import AgentSession
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon_protocol.ids import ProviderId
from peon_protocol.values import Mode

if TYPE_CHECKING:
    from peon.providers.acp.dialect import AcpDialect


def load_dialect() -> "type[AcpDialect]":
    """Load what talks to agents, with the protocol's types: most of a second, once, so in a thread.

    The server is up before that; whoever wants the first turn to start at once calls this early.
    """
    from peon.providers.acp.dialect import AcpDialect  # noqa: PLC0415

    return AcpDialect


class AcpProvider:
    """Agents started by one entry of the registry. See `peon.providers.port.Provider`."""

    def __init__(
        self,
        entry: AgentEntry,
        *,
        supervisor: Supervisor,
        terms: Terms,
        programs: Programs | None = None,
    ) -> None:
        self._entry = entry
        self._programs = programs or Programs()
        self._supervisor = supervisor
        self._terms = terms

    @property
    def provider_id(self) -> ProviderId:
        return self._entry.provider_id

    @property
    def name(self) -> str:
        return self._entry.name

    def availability(self, environment: Mapping[str, str]) -> Availability:
        """See `peon.providers.port.Provider`."""
        program = self._programs.find(self._entry.command, environment)
        if program is None:
            return Missing(f"{self._entry.command} is not installed", self._entry.install)
        return Available(version_of(program))

    def supports(self, mode: Mode) -> bool:
        """See `peon.providers.port.Provider`."""
        return mode is not Mode.PLAN or self._entry.plans

    async def open(self, request: SessionRequest, sink: SessionSink) -> AgentSession:
        """See `peon.providers.port.Provider`."""
        program = self._programs.find(self._entry.command, request.environment)
        if program is None:
            what = f"{self._entry.command} is not installed"
            raise Unavailable(self.name, what, self._entry.install)
        command = Command(
            argv=(program, *self._entry.args),
            cwd=request.root,
            environment={
                **request.environment,
                "PATH": self._programs.path(request.environment),
                **self._entry.env,
            },
        )
        dialect = await asyncio.to_thread(load_dialect)
        return await AgentSession.open(
            command,
            request,
            sink,
            supervisor=self._supervisor,
            terms=self._terms,
            speaking=dialect,
        )
