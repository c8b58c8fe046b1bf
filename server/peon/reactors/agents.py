"""The agents of threads: sessions opened when they are first needed, prompted, interrupted,
closed.
"""

import asyncio
import logging
from collections.abc import Mapping

import attrs

from peon.domain.effects import AnswerAgent, InterruptAgent, PromptAgent
from peon.domain.provider import HOST
from peon.engine.briefs import (
    ThreadBrief,
    TurnBrief,
    is_current,
    running_turn,
    thread_brief,
)
from peon.engine.engine import Engine
from peon.engine.envelopes import Cause
from peon.errors import ExternalFailure, PeonError, Unavailable
from peon.providers.port import Provider, Session, SessionRequest
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import SessionId, ThreadId, TurnId
from peon_protocol.provider_events import (
    ProviderError,
    ProviderEvent,
    SessionEnded,
    TurnEnded,
)
from peon_protocol.values import Actor, ActorKind, StopReason

logger = logging.getLogger(__name__)

_ENDS = (TurnEnded, ProviderError, SessionEnded)


@attrs.define
class _Agent:
    """What is known of a thread's agent: its live session, and how far its turn has come."""

    provider: str
    session: Session | None = None
    opening: "asyncio.Task[Session] | None" = None
    prompted: TurnId | None = None
    cause: Cause | None = None


@attrs.frozen
class AgentParts:
    """What agents are made with. `environment` is the server's own, where no client's is known."""

    providers: Mapping[str, Provider]
    ids: IdSource
    tasks: TaskOwner
    environment: Mapping[str, str] = attrs.field(repr=False)
    host_seconds: float = 5.0
    """How long a host may take to end a turn it was asked to interrupt."""


class Agents:
    """One session per thread. What an agent says goes to the engine in the order it was said."""

    def __init__(self, engine: Engine, parts: AgentParts) -> None:
        self._engine = engine
        self._parts = parts
        self._agents: dict[ThreadId, _Agent] = {}

    async def prompt(self, effect: PromptAgent, cause: Cause) -> None:
        """Hand over the prompt, opening a session if there is none. A failure ends the turn."""
        brief = thread_brief(self._engine.model, effect.thread_id)
        if brief is None or brief.provider == HOST:
            return
        agent = self._agents.setdefault(effect.thread_id, _Agent(brief.provider))
        agent.cause = cause
        try:
            await self._hand_over(agent, brief, effect)
        except (Unavailable, ExternalFailure) as error:
            agent.prompted = None
            self._say(effect.thread_id, ProviderError(code=_code(error), message=str(error)))

    async def _hand_over(self, agent: _Agent, brief: ThreadBrief, effect: PromptAgent) -> None:
        """The turn may be told to stop while the session opens: then nothing is prompted."""
        turn = self._turn(effect)
        session = None if turn is None else await self._session(agent, brief, turn)
        turn = self._turn(effect)
        if session is not None and turn is not None:
            agent.prompted = turn.turn_id
            await session.prompt(turn.prompt, mode=turn.mode, model=turn.model)

    def interrupt(self, effect: InterruptAgent, cause: Cause) -> None:
        """Make the turn end, however far it has come: bounded, and never held up by other work."""
        agent = self._agents.get(effect.thread_id)
        if agent is not None and agent.prompted == effect.turn_id and agent.session is not None:
            self._parts.tasks.start(agent.session.interrupt(), name=f"interrupt {effect.turn_id}")
            return
        brief = thread_brief(self._engine.model, effect.thread_id)
        if brief is not None and brief.provider == HOST:
            self._parts.tasks.start(
                self._end_for_host(effect, cause), name=f"interrupt host {effect.turn_id}"
            )
            return
        if agent is not None and agent.opening is not None:
            agent.opening.cancel()
        self._end(effect.thread_id, cause)

    def answer(self, effect: AnswerAgent) -> None:
        """Tell the agent what became of its action; a host reads it off the log."""
        agent = self._agents.get(effect.thread_id)
        if agent is not None and agent.session is not None:
            agent.session.answer(effect.action_id, effect.option_id)

    async def close(self, thread_id: ThreadId) -> None:
        """End the agent of a thread that needs none any more."""
        agent = self._agents.pop(thread_id, None)
        if agent is not None and agent.session is not None:
            await agent.session.close()

    async def close_all(self) -> None:
        """End every agent, all at once: the server leaves."""
        await asyncio.gather(*(self.close(thread_id) for thread_id in tuple(self._agents)))

    def provider_event(self, thread_id: ThreadId, event: ProviderEvent) -> None:
        """What a thread's agent says."""
        agent = self._agents.get(thread_id)
        if agent is not None and isinstance(event, _ENDS):
            agent.prompted = None
        if agent is not None and isinstance(event, SessionEnded):
            agent.session = None
        self._say(thread_id, event)

    def _turn(self, effect: PromptAgent) -> TurnBrief | None:
        return running_turn(self._engine.model, effect.thread_id, effect.turn_id)

    async def _session(self, agent: _Agent, brief: ThreadBrief, turn: TurnBrief) -> Session | None:
        """The live session, or a new one; None where its opening was called off."""
        if agent.session is not None and agent.session.alive:
            return agent.session
        provider = self._parts.providers.get(brief.provider)
        if provider is None:
            raise Unavailable(brief.provider, "it is not configured any more", "Choose another.")
        opening = self._parts.tasks.start(
            provider.open(self._request(brief, turn), _Sink(self, brief.thread_id)),
            name=f"open {brief.provider} for {brief.thread_id}",
        )
        agent.opening = opening
        try:
            await asyncio.wait({opening})
        finally:
            agent.opening = None
        if opening.cancelled():
            return None
        agent.session = opening.result()
        return agent.session

    def _request(self, brief: ThreadBrief, turn: TurnBrief) -> SessionRequest:
        environment = self._engine.environment_of(brief.thread_id) or self._parts.environment
        return SessionRequest(
            thread_id=brief.thread_id,
            session_id=SessionId(self._parts.ids.fresh()),
            root=brief.root,
            mode=turn.mode,
            model=turn.model,
            environment=environment,
            resume=brief.native_session,
        )

    async def _end_for_host(self, effect: InterruptAgent, cause: Cause) -> None:
        """A host that does not end its turn in time has it ended."""
        await asyncio.sleep(self._parts.host_seconds)
        if is_current(self._engine.model, effect.thread_id, effect.turn_id):
            self._end(effect.thread_id, cause)

    def _end(self, thread_id: ThreadId, cause: Cause) -> None:
        command = IngestProviderEvent(
            thread_id=thread_id, event=TurnEnded(stop_reason=StopReason.CANCELLED)
        )
        self._engine.record(command, cause=cause)

    def _say(self, thread_id: ThreadId, event: ProviderEvent) -> None:
        agent = self._agents.get(thread_id)
        self._engine.record(
            IngestProviderEvent(thread_id=thread_id, event=event),
            actor=Actor(ActorKind.AGENT, "agent" if agent is None else agent.provider),
            cause=None if agent is None else agent.cause,
        )


@attrs.frozen
class _Sink:
    """Where the session of one thread reports."""

    agents: Agents
    thread_id: ThreadId

    def provider_event(self, event: ProviderEvent) -> None:
        self.agents.provider_event(self.thread_id, event)


def _code(error: PeonError) -> str:
    return error.code if isinstance(error, ExternalFailure) else "provider.unavailable"
