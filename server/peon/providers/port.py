"""What the rest of the server knows of agents: providers open sessions, sessions take prompts.

A session reports through its sink, on the loop and in order. Each accepted prompt ends with exactly
one of `TurnEnded`, `ProviderError` and, if the agent died under it, `SessionEnded`.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

import attrs

from peon.domain.facts import Takes
from peon.errors import Unavailable
from peon_protocol.ids import ActionId, ProviderId, SessionId, ThreadId
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.values import (
    AuthMethod,
    Decision,
    JsonValue,
    McpServer,
    Mode,
    OptionValue,
    Prompt,
)

NO_OPTIONS: Final[Mapping[str, OptionValue]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Choices:
    """What is chosen for a prompt. What is not chosen is as the agent itself has it."""

    mode: Mode
    model: str | None = None
    options: Mapping[str, OptionValue] = NO_OPTIONS


@attrs.frozen(kw_only=True)
class SessionRequest:
    """What it takes to open a session.

    `root` is the absolute folder the agent works in, `environment` that of the client who asked,
    and `resume` the native id of an earlier session of the thread, if there was one. `transcript`
    is what was said in the thread before: a session that begins afresh is told it with its first
    prompt. `mcp_servers` are those it is to have, as they were described, and `typed` the secrets
    that were typed as answers in the thread before. `own` are the options that were chosen
    otherwise in the earlier session, as the agent itself had them.
    """

    thread_id: ThreadId
    session_id: SessionId
    root: str
    mode: Mode
    environment: Mapping[str, str] = attrs.field(repr=False)
    model: str | None = None
    resume: str | None = None
    transcript: str | None = None
    mcp_servers: tuple[McpServer, ...] = ()
    typed: tuple[str, ...] = attrs.field(default=(), repr=False)
    own: Mapping[str, OptionValue] = NO_OPTIONS


@attrs.frozen
class Available:
    """The agent can be started. `version` is known only where its registry entry says it."""

    version: str | None = None


@attrs.frozen
class Missing:
    """The agent is not there: why, and what a person does about it.

    `install` is the command that installs it, where one does.
    """

    reason: str
    remedy: str
    install: str | None = None


@attrs.frozen
class LoggedOut:
    """The agent is there, and has said a moment ago that it needs a log-in."""

    reason: str
    remedy: str


Availability: TypeAlias = Available | Missing | LoggedOut


class NeedsLogin(Unavailable):
    """An agent opens no session before somebody has logged in."""


class NotInstalled(Unavailable):
    """An agent's program is not there."""


class OptionRefused(Unavailable):
    """An agent offers no such option, or not this value of it."""


class PromptNotTaken(Unavailable):
    """An agent cannot take what is in a prompt."""


class PromptTooLong(Unavailable):
    """An agent cannot take so much."""


@attrs.frozen(kw_only=True)
class LoginRequest:
    """What it takes to log an agent in, or, without a method, to see whether it is logged in."""

    root: str
    environment: Mapping[str, str] = attrs.field(repr=False)
    method_id: str | None = None


@attrs.frozen(kw_only=True)
class Login:
    """Whether an agent is logged in, its ways to log in, and what is left for a person to do."""

    authenticated: bool
    methods: tuple[AuthMethod, ...] = ()
    remedy: str | None = None


class AgentFault(enum.StrEnum):
    """What can be wrong with an agent, as the code of an error.

    The codes of what an agent itself reports are its own, and pass as they are.
    """

    BUSY = "agent.busy"
    """It is still at another prompt."""
    DIED = "agent.died"
    """It ended before its session was open."""
    GONE = "agent.gone"
    """It has ended, or no longer listens."""
    MODE = "agent.mode"
    """It is not in the mode it was told to take."""
    OPTION = "agent.option"
    """It is not set to the model or the option it was told to take."""
    PROTOCOL = "agent.protocol"
    """It broke the protocol in a way that nothing can be made of."""
    SILENT = "agent.silent"
    """It did not answer, or said nothing for too long."""
    STUCK = "agent.stuck"
    """It does not read what it is told."""
    LOST = "server.bug"
    """What it said could not be taken in, by a fault of ours."""


class SessionSink(Protocol):
    """Where a session reports: called on the loop, in order; it must return without waiting."""

    def provider_event(self, event: ProviderEvent) -> None: ...


@attrs.frozen(kw_only=True)
class Answer:
    """What became of an action: an option that was chosen, or `answers` to a question.

    `secrets` are the texts among the answers that nobody but the agent may see.
    """

    decision: Decision
    option_id: str | None = None
    answers: Mapping[str, JsonValue] = attrs.field(factory=dict, repr=False)
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)


WITHDRAWN: Final = Answer(decision=Decision.WITHDRAWN)
"""Nobody will answer."""


class Session(Protocol):
    """One live agent attached to a thread. It holds one prompt at a time."""

    @property
    def session_id(self) -> SessionId: ...

    @property
    def native_id(self) -> str:
        """The agent's own name for the session, by which a later one may resume it."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it can take a prompt; once false it stays false, and another must be opened."""
        ...

    async def prompt(
        self,
        prompt: Prompt,
        *,
        mode: Mode,
        model: str | None,
        options: Mapping[str, OptionValue] = NO_OPTIONS,
    ) -> None:
        """Hand the agent a prompt; return when it is on its way, long before the turn has ended.

        Raises Unavailable if the agent cannot take what is chosen or the prompt's content, and
        ExternalFailure if it is gone or busy. Where this raises, no end is reported.
        """
        ...

    async def steer(self, prompt: Prompt) -> None:
        """Tell the agent more while it works on its prompt; return when it has taken it.

        Raises Unavailable where the agent cannot be told more, and ExternalFailure where it does
        not take this, has ended its turn or is gone: then it never sees it.
        """
        ...

    async def interrupt(self) -> None:
        """Stop the turn: by asking, then by ending the process. Its end is always reported."""
        ...

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        """Tell the agent what became of its action.

        An action that is settled already, or that is another session's, is left alone.
        """
        ...

    async def close(self) -> None:
        """End the agent and whatever it started. May be called again."""
        ...


class Provider(Protocol):
    """A kind of agent."""

    @property
    def provider_id(self) -> ProviderId: ...

    @property
    def name(self) -> str: ...

    def availability(self, environment: Mapping[str, str]) -> Availability:
        """Whether it could be used by a client with this environment. Starts nothing."""
        ...

    @property
    def login_methods(self) -> tuple[AuthMethod, ...]:
        """Its ways to log in, as far as it has told them."""
        ...

    @property
    def steers(self) -> bool:
        """Whether its sessions take messages while they are at work."""
        ...

    @property
    def takes(self) -> Takes:
        """What its sessions take in a prompt, as far as it is known."""
        ...

    def supports(self, mode: Mode) -> bool:
        """Whether a thread in this mode may use it, as far as can be known before it is started."""
        ...

    async def open(self, request: SessionRequest, sink: SessionSink) -> Session:
        """Start the agent and report `SessionStarted`.

        Raises Unavailable with a remedy (NotInstalled, NeedsLogin, no such model or mode) or
        ExternalFailure with the agent's own words. Nothing is left running when it raises.
        """
        ...

    async def authenticate(self, request: LoginRequest) -> Login:
        """Log in by a method of the agent's, then see whether it worked. Starts the agent.

        Raises CommandRejected where it has no such method, and otherwise as `open`.
        """
        ...
