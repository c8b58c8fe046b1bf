"""Logging in to an agent that speaks the protocol, and seeing whether it opens sessions then."""

from peon.errors import CommandRejected
from peon.providers.acp import handshake, messages
from peon.providers.acp.handshake import AUTH_REQUIRED
from peon.providers.jsonrpc.connection import AgentRefused, Connection
from peon.providers.port import Login, LoginRequest
from peon.providers.terms import Terms
from peon_protocol.rejections import LoginMethodUnknown
from peon_protocol.values import LoginKind


async def log_in(
    connection: Connection, request: LoginRequest, terms: Terms, provider_id: str
) -> Login:
    """See `peon.providers.port.Provider.authenticate`."""
    await handshake.greet(connection, terms)
    logins = terms.logins
    refusal = None
    if request.method_id is not None:
        methods = {each.method_id: each for each in logins.methods}
        method = methods.get(request.method_id)
        if method is None:
            raise CommandRejected(
                LoginMethodUnknown(provider_id, request.method_id, tuple(methods))
            )
        if method.kind is LoginKind.AGENT:
            refusal = await _perform(connection, terms, method.method_id)
    if await _opens_sessions(connection, terms, request.root):
        logins.accepted()
        return Login(authenticated=True, methods=logins.methods)
    told = "" if refusal is None else f"The agent says: {refusal.detail}. "
    return Login(authenticated=False, methods=logins.methods, remedy=told + logins.remedy)


async def _perform(connection: Connection, terms: Terms, method_id: str) -> AgentRefused | None:
    """Let the agent log in; its refusal, if it gave one."""
    try:
        await connection.request(
            "authenticate", {"methodId": method_id}, deadline=terms.patience.log_in
        )
    except AgentRefused as refusal:
        return refusal
    return None


async def _opens_sessions(connection: Connection, terms: Terms, root: str) -> bool:
    """Whether the agent opens a session; it is closed again if the agent can close one."""
    try:
        await connection.request(
            "session/new", messages.new_session(root), deadline=terms.patience.make
        )
    except AgentRefused as refusal:
        if refusal.error.code == AUTH_REQUIRED:
            terms.logins.refused(terms.name, refusal.error.message)
            return False
        raise
    return True
