"""A kind of agent that speaks the protocol: whether it is there, and opening sessions with it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from peon.domain.facts import Takes
from peon.providers.launch import Launch
from peon.providers.port import (
    Availability,
    Available,
    Login,
    LoginRequest,
    SessionRequest,
    SessionSink,
)
from peon.providers.process import Starter
from peon.providers.programs import Programs
from peon.providers.registry import AgentEntry
from peon.providers.session import AgentSession
from peon.providers.terms import Terms
from peon.providers.visit import visiting
from peon_protocol.ids import ProviderId
from peon_protocol.values import AuthMethod, Mode

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
        supervisor: Starter,
        terms: Terms,
        programs: Programs | None = None,
    ) -> None:
        self._entry = entry
        self._launch = Launch(entry, programs or Programs())
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
        found = self._launch.availability(environment)
        return (self._terms.logins.state() or found) if isinstance(found, Available) else found

    @property
    def steers(self) -> bool:
        """The protocol has no word for it: a second prompt would be a turn of its own, or worse."""
        return False

    @property
    def takes(self) -> Takes:
        """See `peon.providers.port.Provider`."""
        return Takes(content=self._terms.learned.content)

    def supports(self, mode: Mode) -> bool:
        """See `peon.providers.port.Provider`."""
        return mode is not Mode.PLAN or self._entry.plans

    async def open(self, request: SessionRequest, sink: SessionSink) -> AgentSession:
        """See `peon.providers.port.Provider`."""
        command = await self._launch.command(request.root, request.environment)
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
        command = await self._launch.command(request.root, request.environment)
        await asyncio.to_thread(load_dialect)
        from peon.providers.acp.logging_in import log_in  # noqa: PLC0415 (loaded just now)

        async with visiting(command, self.name, supervisor=self._supervisor) as connection:
            return await log_in(connection, request, self._terms, self.provider_id)
