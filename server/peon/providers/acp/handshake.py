"""From a started process to a session set as we want it: greet, resume or make, set, verify."""

from typing import Final

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.providers.acp import messages
from peon.providers.acp.auth_methods import auth_methods
from peon.providers.acp.settings import Settings
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentRefused, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import AgentFault, SessionRequest
from peon.providers.terms import Patience, Terms
from peon_protocol.values import Mode, SessionOrigin

AUTH_REQUIRED: Final = -32000


@attrs.frozen(kw_only=True)
class Opened:
    """A session as the agent made it."""

    native_id: str
    origin: SessionOrigin
    agent_name: str
    agent_version: str | None
    capabilities: JsonObject
    settings: Settings


async def greet(connection: Connection, terms: Terms) -> JsonObject:
    """Tell the agent who we are; its answer. Raises Unavailable or ExternalFailure."""
    greeting = await connection.request(
        "initialize", messages.initialize(terms.our_version), deadline=terms.patience.greet
    )
    if (version := raw.number(greeting, "protocolVersion")) not in {
        None,
        messages.PROTOCOL_VERSION,
    }:
        raise Unavailable(
            terms.name,
            f"it speaks version {version} of its protocol, we speak 1",
            "Update one of the two.",
        )
    terms.logins.methods = auth_methods(greeting, terms.logins.command)
    return greeting


async def open_session(connection: Connection, request: SessionRequest, terms: Terms) -> Opened:
    """Greet the agent and get a session from it. Raises Unavailable or ExternalFailure."""
    greeting = await greet(connection, terms)
    capabilities = raw.as_object(greeting.get("agentCapabilities"))
    try:
        native_id, origin, result = await _session(
            connection, request, capabilities, terms.patience
        )
    except AgentRefused as error:
        if error.error.code == AUTH_REQUIRED:
            raise terms.logins.refused(terms.name, error.error.message) from error
        raise
    terms.logins.accepted()
    return Opened(
        native_id=native_id,
        origin=origin,
        agent_name=raw.text(greeting, "agentInfo", "title")
        or raw.text(greeting, "agentInfo", "name")
        or terms.name,
        agent_version=raw.text(greeting, "agentInfo", "version"),
        capabilities=capabilities,
        settings=Settings().told(result),
    )


async def _session(
    connection: Connection, request: SessionRequest, capabilities: JsonObject, patience: Patience
) -> tuple[str, SessionOrigin, JsonObject]:
    """Resume, else load, else make: the first that the agent can and does."""
    if request.resume is not None:
        for method, origin, params in _ways_back(request.resume, request.root, capabilities):
            try:
                result = await connection.request(method, params, deadline=patience.make)
            except AgentRefused:
                continue
            return request.resume, origin, result
    result = await connection.request(
        "session/new", messages.new_session(request.root), deadline=patience.make
    )
    native_id = raw.text(result, "sessionId")
    if native_id is None:
        raise ExternalFailure("agent", "it made a session without a name", code=AgentFault.PROTOCOL)
    return native_id, SessionOrigin.FRESH, result


def _ways_back(
    native_id: str, root: str, capabilities: JsonObject
) -> list[tuple[str, SessionOrigin, JsonObject]]:
    """How an earlier session may be continued. Loading, which repeats all of it, comes second."""
    ways = []
    if isinstance(raw.field(capabilities, "sessionCapabilities", "resume"), dict):
        params = messages.resume_session(native_id, root)
        ways.append(("session/resume", SessionOrigin.RESUMED, params))
    if capabilities.get("loadSession") is True:
        params = messages.load_session(native_id, root)
        ways.append(("session/load", SessionOrigin.LOADED, params))
    return ways


async def choose(
    connection: Connection, opened: Opened, terms: Terms, *, mode: Mode, model: str | None
) -> Opened:
    """Set mode and model, if they are not as they should be, and see that they took effect.

    An agent's own default is never relied on. Raises Unavailable if the agent lacks what is wanted.
    """
    settings = opened.settings
    native_id = opened.native_id
    if (native_model := settings.model_to_set(model, agent=terms.name)) is not None:
        method, params = _to_set_model(native_id, settings, native_model)
        result = await connection.request(method, params, deadline=terms.patience.choose)
        settings = settings.with_model(native_model).told(result)
    settings = await _set_mode(connection, native_id, settings, mode, terms)
    return attrs.evolve(opened, settings=settings)


async def _set_mode(
    connection: Connection, native_id: str, settings: Settings, mode: Mode, terms: Terms
) -> Settings:
    native = settings.modes.meaning(mode)
    if native is None and mode is Mode.PLAN:
        raise Unavailable(
            terms.name, "it has no mode that changes nothing", "Use another mode than plan."
        )
    if native is None or native == settings.modes.current:
        return settings
    method, params = to_set_mode(native_id, settings, native)
    result = await connection.request(method, params, deadline=terms.patience.choose)
    settings = settings.with_mode(native).told(result)
    if settings.modes.current != native:
        raise ExternalFailure(
            terms.name, f"it did not take the mode {native}", code=AgentFault.MODE
        )
    return settings


def to_set_mode(native_id: str, settings: Settings, native: str) -> tuple[str, JsonObject]:
    """The request that sets a mode, as this agent has it."""
    option = settings.modes.option_id
    if option is None:
        return "session/set_mode", messages.set_mode(native_id, native)
    return "session/set_config_option", messages.set_option(native_id, option, native)


def _to_set_model(native_id: str, settings: Settings, native: str) -> tuple[str, JsonObject]:
    """The request that sets a model; agents without options have a call that is in no schema."""
    option = settings.models.option_id
    if option is None:
        return "session/set_model", {"sessionId": native_id, "modelId": native}
    return "session/set_config_option", messages.set_option(native_id, option, native)
