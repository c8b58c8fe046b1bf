"""From a started app server to a conversation set as we want it: greet, resume or begin, verify."""

import re
from typing import Final

import attrs

from peon.errors import ExternalFailure
from peon.providers.codex import messages, offers, policies
from peon.providers.codex.requests import Requests
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentRefused, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.mcp import ReadyServer, Servers
from peon.providers.port import AgentFault, SessionRequest
from peon.providers.terms import Terms
from peon_protocol.values import SessionOrigin, SessionServer

NO_LOGIN: Final = "nobody is logged in"
_VERSION: Final = re.compile(r"[^/\s]+/(\d[^\s]*)")
"""It calls itself by our name and its own version."""


@attrs.frozen(kw_only=True)
class Opened:
    """A conversation as Codex made it."""

    native_id: str
    origin: SessionOrigin
    settings: JsonObject
    servers: tuple[SessionServer, ...]


async def greet(requests: Requests, connection: Connection, terms: Terms) -> str | None:
    """Tell it who we are, and that we are ready; its version."""
    greeting = await requests.ask(
        "initialize", messages.initialize(terms.our_version), deadline=terms.patience.greet
    )
    connection.notify("initialized", {})
    found = _VERSION.match(raw.text(greeting, "userAgent") or "")
    return found[1] if found else None


async def needs_login(requests: Requests, terms: Terms) -> bool:
    """Whether it lacks a log-in. One that does not say is taken to need none."""
    try:
        account = await requests.ask("account/read", {}, deadline=terms.patience.choose)
    except AgentRefused:
        return False
    return account.get("requiresOpenaiAuth") is True and account.get("account") is None


async def models(requests: Requests, terms: Terms) -> tuple[offers.NativeModel, ...]:
    """The models it offers. One that does not say, or not in time, offers none to choose from."""
    try:
        listed = await requests.ask("model/list", {}, deadline=terms.patience.choose)
    except ExternalFailure:
        return ()
    return offers.models(listed)


async def open_thread(
    requests: Requests, request: SessionRequest, servers: Servers, terms: Terms
) -> Opened:
    """Resume the conversation of before, or begin one, and see that it is set as we want it.

    Raises Unavailable or ExternalFailure.
    """
    policy = policies.policy(request.mode)
    untaken = messages.untaken_servers(servers.ready)
    given = tuple(each for each in servers.ready if each.name not in untaken)
    told, origin = await _thread(requests, request, given, terms)
    if (problem := policies.refusal(told, policy)) is not None:
        raise ExternalFailure(terms.name, problem, code=AgentFault.MODE)
    native_id = raw.text(told, "thread", "id")
    if native_id is None:
        raise ExternalFailure(
            terms.name, "it began a conversation without a name", code=AgentFault.PROTOCOL
        )
    return Opened(
        native_id=native_id, origin=origin, settings=told, servers=servers.account(untaken)
    )


async def _thread(
    requests: Requests,
    request: SessionRequest,
    servers: tuple[ReadyServer, ...],
    terms: Terms,
) -> tuple[JsonObject, SessionOrigin]:
    policy, deadline = policies.policy(request.mode), terms.patience.make
    if request.resume is not None:
        params = messages.resume_thread(request.resume, request.root, policy, servers)
        try:
            told = await requests.ask("thread/resume", params, deadline=deadline)
        except AgentRefused:
            pass
        else:
            return told, SessionOrigin.RESUMED
    params = messages.start_thread(request.root, policy, servers)
    return await requests.ask("thread/start", params, deadline=deadline), SessionOrigin.FRESH
