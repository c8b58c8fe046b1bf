"""Codex as a kind of agent: whether it is there, logging in, and opening sessions with it."""

from collections.abc import Mapping

from peon.domain.facts import Takes
from peon.errors import CommandRejected
from peon.providers.codex import messages, opening
from peon.providers.codex.dialect import ENVELOPE, CodexDialect
from peon.providers.codex.requests import Requests
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
from peon_protocol.rejections import LoginMethodUnknown
from peon_protocol.values import AuthMethod, LoginKind, Mode


class CodexProvider:
    """Codex started by one entry of the registry. See `peon.providers.port.Provider`."""

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
        terms.logins.methods = _methods(entry.command)

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

    @property
    def steers(self) -> bool:
        """See `peon.providers.port.Provider`."""
        return True

    def availability(self, environment: Mapping[str, str]) -> Availability:
        """See `peon.providers.port.Provider`."""
        found = self._launch.availability(environment)
        return (self._terms.logins.state() or found) if isinstance(found, Available) else found

    @property
    def takes(self) -> Takes:
        """See `peon.providers.port.Provider`."""
        return messages.TAKES

    def supports(self, _mode: Mode) -> bool:
        """See `peon.providers.port.Provider`. Its sandbox has a size for every mode."""
        return True

    async def open(self, request: SessionRequest, sink: SessionSink) -> AgentSession:
        """See `peon.providers.port.Provider`."""
        command = await self._launch.command(request.root, request.environment)
        return await AgentSession.open(
            command,
            request,
            sink,
            supervisor=self._supervisor,
            terms=self._terms,
            speaking=CodexDialect,
        )

    async def authenticate(self, request: LoginRequest) -> Login:
        """See `peon.providers.port.Provider`. All its ways ask a person, in a terminal."""
        logins = self._terms.logins
        known = tuple(each.method_id for each in logins.methods)
        if request.method_id is not None and request.method_id not in known:
            raise CommandRejected(LoginMethodUnknown(self.provider_id, request.method_id, known))
        command = await self._launch.command(request.root, request.environment)
        async with visiting(
            command, self.name, supervisor=self._supervisor, envelope=ENVELOPE
        ) as connection:
            requests = Requests(self.name, connection, seed=self.provider_id)
            await opening.greet(requests, connection, self._terms)
            needed = await opening.needs_login(requests, self._terms)
        if needed:
            refused = logins.refused(self.name, opening.NO_LOGIN)
            return Login(authenticated=False, methods=logins.methods, remedy=refused.remedy)
        logins.accepted()
        return Login(authenticated=True, methods=logins.methods)


def _methods(command: str) -> tuple[AuthMethod, ...]:
    """Its ways to log in, which it does not tell itself."""
    return (
        AuthMethod(
            method_id="chatgpt",
            name="ChatGPT",
            kind=LoginKind.TERMINAL,
            description="Log in with a browser on this machine.",
            command=(command, "login"),
        ),
        AuthMethod(
            method_id="device",
            name="ChatGPT, on another device",
            kind=LoginKind.TERMINAL,
            description="Log in with a code that is entered in a browser anywhere.",
            command=(command, "login", "--device-auth"),
        ),
        AuthMethod(
            method_id="api-key",
            name="API key",
            kind=LoginKind.TERMINAL,
            description="Give it a key on its standard input.",
            command=(command, "login", "--with-api-key"),
        ),
    )
