"""A kind of agent that speaks the protocol: whether it is there, and opening sessions with it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from peon.providers.port import (
    Availability,
    Available,
    Login,
    LoginRequest,
    Missing,
    NotInstalled,
    SessionRequest,
    SessionSink,
)
from peon.providers.process import Command
from peon.providers.programs import Programs, version_of
from peon.providers.registry import AgentEntry
from peon.providers.session import AgentSession
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon_protocol.ids import ProviderId
from peon_protocol.values import AuthMethod, Mode

if TYPE_CHECKING:
    from peon.providers.acp.dialect import AcpDialect
    from peon.providers.acp.visit import Visit


def load_dialect() -> "type[AcpDialect]":
    """Load what talks to agents, with the protocol's types: most of a second, once, so in a thread.

    The server is up before that; whoever wants the first turn to start at once calls this early.
    """
    from peon.providers.acp.dialect import AcpDialect  # noqa: PLC0415

    return AcpDialect


def load_visits() -> "type[Visit]":
    """As `load_dialect`, for what only asks."""
    from peon.providers.acp.visit import Visit  # noqa: PLC0415

    return Visit


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

    @property
    def login_methods(self) -> tuple[AuthMethod, ...]:
        """See `peon.providers.port.Provider`."""
        return self._terms.logins.methods

    def availability(self, environment: Mapping[str, str]) -> Availability:
        """See `peon.providers.port.Provider`."""
        program = self._programs.find(self._entry.command, environment)
        if program is None:
            return missing(self._entry)
        return self._terms.logins.state() or Available(version_of(program))

    @property
    def steers(self) -> bool:
        """The protocol has no word for it: a second prompt would be a turn of its own, or worse."""
        return False

    def supports(self, mode: Mode) -> bool:
        """See `peon.providers.port.Provider`."""
        return mode is not Mode.PLAN or self._entry.plans

    async def open(self, request: SessionRequest, sink: SessionSink) -> AgentSession:
        """See `peon.providers.port.Provider`."""
        command = await self._command(request.root, request.environment)
        dialect = await asyncio.to_thread(load_dialect)
        return await AgentSession.open(
            command,
            request,
            sink,
            supervisor=self._supervisor,
            terms=self._terms,
            speaking=dialect,
        )

    async def authenticate(self, request: LoginRequest) -> Login:
        """See `peon.providers.port.Provider`."""
        command = await self._command(request.root, request.environment)
        visit = await asyncio.to_thread(load_visits)
        return await visit.log_in(
            command,
            request,
            supervisor=self._supervisor,
            terms=self._terms,
            provider_id=self.provider_id,
        )

    async def _command(self, root: str, environment: Mapping[str, str]) -> Command:
        """What starts the agent. Raises NotInstalled."""
        program = self._programs.find(self._entry.command, environment)
        if program is None:
            await self._programs.settle()
            program = self._programs.find(self._entry.command, environment)
        if program is None:
            found = missing(self._entry)
            raise NotInstalled(self.name, found.reason, found.remedy)
        return Command(
            argv=(program, *self._entry.args),
            cwd=root,
            environment={
                **environment,
                "PATH": self._programs.path(environment),
                **self._entry.env,
            },
        )


def missing(entry: AgentEntry) -> Missing:
    """That the program of an entry is not there."""
    return Missing(f"{entry.command} is not installed", entry.remedy, entry.install or None)
