"""A short visit to an agent, to log in or to see whether that is needed: no turn, no events."""

from peon.errors import CommandRejected, ExternalFailure
from peon.providers.acp import handshake, messages
from peon.providers.acp.handshake import AUTH_REQUIRED
from peon.providers.jsonrpc.connection import AgentError, AgentRefused, Connection
from peon.providers.jsonrpc.lines import LineTooLong
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Login, LoginRequest
from peon.providers.process import AgentProcess, Command, Exit
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon_protocol.rejections import LoginMethodUnknown
from peon_protocol.values import JsonValue, LoginKind


class Visit:
    """One agent, started for as long as a question to it takes."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._connection = Connection(terms.name, send=self._send, handler=self)
        self._process: AgentProcess | None = None

    @classmethod
    async def log_in(
        cls,
        command: Command,
        request: LoginRequest,
        *,
        supervisor: Supervisor,
        terms: Terms,
        provider_id: str,
    ) -> Login:
        """See `peon.providers.port.Provider.authenticate`."""
        visit = cls(terms)
        process = await supervisor.start(command, on_output=visit._output, on_exit=visit._exited)
        visit._process = process
        try:
            return await visit._ask(request, provider_id)
        finally:
            await process.end()

    async def _ask(self, request: LoginRequest, provider_id: str) -> Login:
        await handshake.greet(self._connection, self._terms)
        logins = self._terms.logins
        refusal = None
        if request.method_id is not None:
            methods = {each.method_id: each for each in logins.methods}
            method = methods.get(request.method_id)
            if method is None:
                raise CommandRejected(
                    LoginMethodUnknown(provider_id, request.method_id, tuple(methods))
                )
            if method.kind is LoginKind.AGENT:
                refusal = await self._perform(method.method_id)
        if await self._opens_sessions(request.root):
            logins.accepted()
            return Login(authenticated=True, methods=logins.methods)
        told = "" if refusal is None else f"The agent says: {refusal.detail}. "
        return Login(authenticated=False, methods=logins.methods, remedy=told + logins.remedy)

    async def _perform(self, method_id: str) -> AgentRefused | None:
        """Let the agent log in; its refusal, if it gave one."""
        try:
            await self._connection.request(
                "authenticate", {"methodId": method_id}, deadline=self._terms.patience.log_in
            )
        except AgentRefused as refusal:
            return refusal
        return None

    async def _opens_sessions(self, root: str) -> bool:
        """Whether the agent opens a session; it is closed again if the agent can close one."""
        try:
            await self._connection.request(
                "session/new", messages.new_session(root), deadline=self._terms.patience.make
            )
        except AgentRefused as refusal:
            if refusal.error.code == AUTH_REQUIRED:
                self._terms.logins.refused(self._terms.name, refusal.error.message)
                return False
            raise
        return True

    # What the agent sends, and how it ends.

    def notified(self, method: str, params: JsonObject) -> None:
        """Nothing it says by itself is of interest."""

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Nothing may be asked."""
        del request_id, method, params
        return False

    def _output(self, data: bytes) -> None:
        try:
            self._connection.feed(data)
        except LineTooLong as error:
            self._connection.lost(AgentError(0, f"it wrote {error}"))

    def _exited(self, outcome: Exit) -> None:
        said = f": {outcome.stderr}" if outcome.stderr else ""
        self._connection.lost(AgentError(0, f"it {outcome}{said}"))

    def _send(self, data: bytes) -> None:
        try:
            if self._process is not None:
                self._process.write(data)
        except ExternalFailure as error:
            self._connection.lost(AgentError(0, error.detail))
