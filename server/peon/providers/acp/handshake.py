"""From a started process to a session set as we want it: greet, resume or make, set, verify."""

from collections.abc import Iterable
from typing import Final

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.providers.acp import messages, offers
from peon.providers.acp.auth_methods import auth_methods
from peon.providers.acp.settings import Settings
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentRefused, Connection
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.mcp import ReadyServer, Servers
from peon.providers.port import AgentFault, Choices, SessionRequest
from peon.providers.terms import Patience, Terms
from peon_protocol.values import Mode, OptionValue, SessionOrigin, SessionServer

AUTH_REQUIRED: Final = -32000


@attrs.frozen(kw_only=True)
class Opened:
    """A session as the agent made it."""

    native_id: str
    origin: SessionOrigin
    agent_name: str
    agent_version: str | None
    content: frozenset[str]
    """The types of content that it takes."""
    servers: tuple[SessionServer, ...]
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


async def open_session(
    connection: Connection, request: SessionRequest, servers: Servers, terms: Terms
) -> Opened:
    """Greet the agent and get a session from it. Raises Unavailable or ExternalFailure."""
    greeting = await greet(connection, terms)
    capabilities = raw.as_object(greeting.get("agentCapabilities"))
    untaken = messages.untaken_servers(servers.ready, capabilities)
    given = tuple(each for each in servers.ready if each.name not in untaken)
    terms.learned.content = messages.content_taken(capabilities)
    ways = Ways(request.root, given, capabilities, terms.patience)
    try:
        native_id, origin, result = await _session(connection, request.resume, ways)
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
        content=terms.learned.content,
        servers=servers.account(untaken),
        settings=Settings().told(result),
    )


@attrs.frozen
class Ways:
    """What every way to get a session needs."""

    root: str
    servers: tuple[ReadyServer, ...]
    capabilities: JsonObject
    patience: Patience

    def back(self, native_id: str) -> Iterable[tuple[str, SessionOrigin, JsonObject]]:
        """How an earlier session may be continued.

        Loading, which repeats all of it, comes second.
        """
        if isinstance(raw.field(self.capabilities, "sessionCapabilities", "resume"), dict):
            params = messages.resume_session(native_id, self.root, self.servers)
            yield "session/resume", SessionOrigin.RESUMED, params
        if self.capabilities.get("loadSession") is True:
            params = messages.load_session(native_id, self.root, self.servers)
            yield "session/load", SessionOrigin.LOADED, params


async def _session(
    connection: Connection, resume: str | None, ways: Ways
) -> tuple[str, SessionOrigin, JsonObject]:
    """Resume, else load, else make: the first that the agent can and does."""
    deadline = ways.patience.make
    if resume is not None:
        for method, origin, params in ways.back(resume):
            try:
                result = await connection.request(method, params, deadline=deadline)
            except AgentRefused:
                continue
            return resume, origin, result
    params = messages.new_session(ways.root, ways.servers)
    result = await connection.request("session/new", params, deadline=deadline)
    native_id = raw.text(result, "sessionId")
    if native_id is None:
        raise ExternalFailure("agent", "it made a session without a name", code=AgentFault.PROTOCOL)
    return native_id, SessionOrigin.FRESH, result


async def choose(connection: Connection, opened: Opened, terms: Terms, choices: Choices) -> Opened:
    """Set what is chosen, where it is not so already, and see that it took effect.

    The mode comes last, as what depends on it is our safety: an agent's own default is never relied
    on. Raises Unavailable if the agent lacks what is wanted.
    """
    native_id = opened.native_id
    settings = await _set_model(connection, native_id, opened.settings, choices.model, terms)
    for option_id in settings.options_to_choose(choices.options):
        value = settings.option_to_set(option_id, choices.options.get(option_id), agent=terms.name)
        if value is not None:
            chosen = option_id in choices.options
            set_now = await _set_option(connection, native_id, settings, (option_id, value), terms)
            settings = set_now.remembering(settings, option_id, chosen=chosen)
    settings = await _set_mode(connection, native_id, settings, choices.mode, terms)
    return attrs.evolve(opened, settings=settings)


async def _set_model(
    connection: Connection, native_id: str, settings: Settings, model: str | None, terms: Terms
) -> Settings:
    native = settings.model_to_set(model, agent=terms.name)
    if native is None:
        return settings
    method, params = _to_set_model(native_id, settings, native)
    result = await connection.request(method, params, deadline=terms.patience.choose)
    set_now = settings.with_model(native).told(result)
    if set_now.models.current != native:
        raise ExternalFailure(
            terms.name, f"it did not take the model {native}", code=AgentFault.OPTION
        )
    return set_now.remembering(settings, settings.models.key, chosen=model is not None)


async def _set_option(
    connection: Connection,
    native_id: str,
    settings: Settings,
    wanted: tuple[str, OptionValue],
    terms: Terms,
) -> Settings:
    option_id, value = wanted
    params = messages.set_option(native_id, option_id, value)
    result = await connection.request(
        "session/set_config_option", params, deadline=terms.patience.choose
    )
    options = offers.with_value(settings.options, option_id, value)
    set_now = attrs.evolve(settings, options=options).told(result)
    if set_now.value_of(option_id) != value:
        shown = str(value).lower() if isinstance(value, bool) else value
        raise ExternalFailure(
            terms.name,
            f"it did not take {shown} for the option {option_id}",
            code=AgentFault.OPTION,
        )
    return set_now


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
