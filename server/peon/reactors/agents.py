"""The agents of threads: sessions opened when they are first needed, prompted, interrupted,
closed.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping

import attrs

from peon.domain.commands import RecordSteer
from peon.domain.effects import AnswerAgent, InterruptAgent, PromptAgent, SteerAgent
from peon.domain.provider import HOST
from peon.engine.briefs import (
    ThreadBrief,
    TurnBrief,
    awaits_its_end,
    message_to_tell,
    running_turn,
    thread_brief,
    was_prompted,
)
from peon.engine.engine import Engine
from peon.engine.envelopes import Cause
from peon.engine.transcripts import transcript_of
from peon.errors import ExternalFailure, PeonError, Unavailable
from peon.providers.port import Answer, Provider, Session, SessionRequest
from peon.providers.secrets import texts_in
from peon.reactors.attempts import attempt, came_to, code_of
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
from peon_protocol.values import Actor, ActorKind, McpServer, Prompt, StopReason

logger = logging.getLogger(__name__)

_ENDS = (TurnEnded, ProviderError, SessionEnded)


@attrs.frozen
class AgentParts:
    """What agents are made with. `environment` is the server's own, where no client's is known."""

    providers: Mapping[str, Provider]
    ids: IdSource
    tasks: TaskOwner
    environment: Mapping[str, str] = attrs.field(repr=False)
    steer_seconds: float = 5.0
    """How long an agent may take to say whether it takes a message while it works."""
    host_seconds: float = 5.0
    """How long a host may take to end a turn it was asked to interrupt."""
    rest_seconds: float = 1800.0
    """How long an agent that has nothing to do is kept."""


@attrs.define(eq=False)
class _Attachment:
    """One session of a thread's agent, from before it is open until it has ended.

    `cause` is why it was last prompted, or opened; `opened` is null where that was called off.
    """

    agents: "Agents"
    thread_id: ThreadId
    provider: str
    servers: tuple[McpServer, ...]
    cause: Cause
    session_id: SessionId
    opened: "asyncio.Future[Session | None]"
    session: Session | None = None
    prompted: TurnId | None = None
    opening: "asyncio.Task[Session | PeonError] | None" = None
    resting: asyncio.TimerHandle | None = None

    def provider_event(self, event: ProviderEvent) -> None:
        """What the session says."""
        self.agents.hear(self, event)

    def stays_awake(self) -> None:
        """It has work, or is gone: nobody needs to see whether it is idle."""
        if self.resting is not None:
            self.resting.cancel()
            self.resting = None

    def call_off(self) -> None:
        """Open no session: whoever waits for it goes on at once."""
        if self.opening is not None:
            self.opening.cancel()
        if not self.opened.done():
            self.opened.set_result(None)


class Agents:
    """One session per thread. What an agent says goes to the engine in the order it was said."""

    def __init__(self, engine: Engine, parts: AgentParts) -> None:
        self._engine = engine
        self._parts = parts
        self._attached: dict[ThreadId, _Attachment] = {}
        self._leaving: set[_Attachment] = set()
        self._typed: dict[ThreadId, tuple[str, ...]] = {}
        """Secrets that were typed as answers: a later session may know them too."""

    async def prompt(self, effect: PromptAgent, cause: Cause) -> None:
        """Hand over the prompt, opening a session if there is none. A failure ends the turn."""
        brief = thread_brief(self._engine.model, effect.thread_id)
        if brief is None or brief.provider == HOST:
            return
        try:
            await self._hand_over(brief, effect, cause)
        except (Unavailable, ExternalFailure) as error:
            failure = ProviderError(code=code_of(error), message=str(error))
            self._say(effect.thread_id, brief.provider, cause, failure)

    async def _hand_over(self, brief: ThreadBrief, effect: PromptAgent, cause: Cause) -> None:
        """The turn may be told to stop while the session opens: then nothing is prompted."""
        turn = self._turn(effect)
        if turn is None:
            return
        await self._leave_outdated(brief)
        turn = self._turn(effect)
        if turn is None:
            return
        attachment = self._live(brief.thread_id) or self._open(brief, turn, cause)
        session = await attachment.opened
        turn = self._turn(effect)
        if session is None or turn is None:
            return
        attachment.stays_awake()
        attachment.cause = cause
        attachment.prompted = turn.turn_id
        try:
            await session.prompt(
                turn.prompt, mode=turn.mode, model=turn.model, options=turn.options
            )
        except (Unavailable, ExternalFailure):
            attachment.prompted = None
            self._may_rest(attachment)
            raise

    async def steer(self, effect: SteerAgent, cause: Cause) -> None:
        """Tell the agent at work a message; one that does not take it has it queued."""
        prompt = message_to_tell(self._engine.model, effect.thread_id, effect.message_id)
        attachment = self._live(effect.thread_id)
        taken = False
        session = None if attachment is None else attachment.session
        at_work = attachment is not None and attachment.prompted == effect.turn_id
        if prompt is not None and session is not None and at_work:
            taken = await self._tell(session, prompt)
        outcome = RecordSteer(effect.thread_id, effect.turn_id, effect.message_id, taken=taken)
        self._engine.record(outcome, cause=cause)

    async def _tell(self, session: Session, prompt: Prompt) -> bool:
        try:
            async with asyncio.timeout(self._parts.steer_seconds):
                await session.steer(prompt)
        except (Unavailable, ExternalFailure, TimeoutError) as error:
            logger.info("a message was not taken: %s", error)
            return False
        return True

    def interrupt(self, effect: InterruptAgent, cause: Cause) -> None:
        """Make the turn end, however far it has come: bounded, and never held up by other work."""
        attachment = self._attached.get(effect.thread_id)
        session = None if attachment is None else attachment.session
        if attachment is not None and session is not None:
            if attachment.prompted == effect.turn_id:
                self._start(self._stop(session, effect, cause), effect)
                return
        elif attachment is not None:
            attachment.call_off()
        brief = thread_brief(self._engine.model, effect.thread_id)
        hosted = brief is not None and brief.provider == HOST
        if hosted and was_prompted(self._engine.model, effect.thread_id, effect.turn_id):
            self._start(self._stop_host(effect, cause), effect)
        else:
            self._end(effect, cause)

    def answer(self, effect: AnswerAgent) -> None:
        """Tell the agent what became of its action; a host reads it off the log."""
        confided = self._engine.confidences.take(effect.thread_id, effect.action_id)
        attachment = self._attached.get(effect.thread_id)
        if attachment is None or attachment.session is None:
            return
        typed = tuple(texts_in(confided.values()))
        self._typed[effect.thread_id] = (*self._typed.get(effect.thread_id, ()), *typed)
        answer = Answer(
            decision=effect.decision,
            option_id=effect.option_id,
            answers={**(effect.answers or {}), **confided},
            secrets=typed,
        )
        attachment.session.answer(effect.action_id, answer)

    def leave(self, thread_id: ThreadId) -> Coroutine[object, object, None]:
        """Count the agent of a thread as gone from now on; what is returned ends it."""
        attachment = self._attached.pop(thread_id, None)
        if attachment is not None:
            self._leaving.add(attachment)
        return self._end_attachment(attachment)

    async def _end_attachment(self, attachment: _Attachment | None) -> None:
        if attachment is None:
            return
        attachment.stays_awake()
        attachment.call_off()
        if attachment.opening is not None:
            await asyncio.wait({attachment.opening})
        if attachment.session is not None:
            await attachment.session.close()
        self._leaving.discard(attachment)

    async def close_all(self) -> None:
        """End every agent, all at once: the server leaves, or can record nothing any more."""
        self._leaving.update(self._attached.values())
        self._attached.clear()
        await asyncio.gather(*map(self._end_attachment, tuple(self._leaving)))

    @property
    def attached(self) -> int:
        """How many threads have an agent, or are about to."""
        return len(self._attached)

    def hear(self, attachment: _Attachment, event: ProviderEvent) -> None:
        """What a session says. One that was replaced may only say that it has ended."""
        current = self._attached.get(attachment.thread_id) is attachment
        if isinstance(event, SessionEnded) and attachment.prompted is None:
            event = attrs.evolve(event, idle=True)
        if isinstance(event, _ENDS):
            attachment.prompted = None
            self._may_rest(attachment)
        if isinstance(event, SessionEnded):
            attachment.stays_awake()
            attachment.session = None
            if current:
                del self._attached[attachment.thread_id]
        elif not current:
            logger.info("a session that was replaced says %s", type(event).__name__)
            return
        self._say(attachment.thread_id, attachment.provider, attachment.cause, event)

    # ---- opening -------------------------------------------------------------------------------

    def _turn(self, effect: PromptAgent) -> TurnBrief | None:
        return running_turn(self._engine.model, effect.thread_id, effect.turn_id)

    def _live(self, thread_id: ThreadId) -> _Attachment | None:
        """The attachment whose session can take a prompt."""
        attachment = self._attached.get(thread_id)
        if attachment is None or attachment.session is None or not attachment.session.alive:
            return None
        return attachment

    async def _leave_outdated(self, brief: ThreadBrief) -> None:
        """An agent learns of its MCP servers when its session opens: others need another one."""
        attachment = self._attached.get(brief.thread_id)
        if attachment is not None and attachment.servers != brief.mcp_servers:
            await self.leave(brief.thread_id)

    def _open(self, brief: ThreadBrief, turn: TurnBrief, cause: Cause) -> _Attachment:
        """Begin to open a session, which from now on is the one of its thread."""
        provider = self._parts.providers.get(brief.provider)
        if provider is None:
            raise Unavailable(brief.provider, "it is not configured any more", "Choose another.")
        attachment = _Attachment(
            agents=self,
            thread_id=brief.thread_id,
            provider=brief.provider,
            servers=brief.mcp_servers,
            cause=cause,
            session_id=SessionId(self._parts.ids.fresh()),
            opened=asyncio.get_running_loop().create_future(),
        )
        self._attached[brief.thread_id] = attachment
        request = self._request(attachment, brief, turn)
        attachment.opening = self._parts.tasks.start(
            attempt(provider, request, attachment),
            name=f"open {brief.provider} for {brief.thread_id}",
        )
        attachment.opening.add_done_callback(lambda opening: self._opened(attachment, opening))
        return attachment

    def _request(
        self, attachment: _Attachment, brief: ThreadBrief, turn: TurnBrief
    ) -> SessionRequest:
        environment = self._engine.environment_of(brief.thread_id) or self._parts.environment
        return SessionRequest(
            thread_id=brief.thread_id,
            session_id=attachment.session_id,
            root=brief.root,
            mode=turn.mode,
            model=turn.model,
            environment=environment,
            resume=brief.native_session,
            transcript=transcript_of(self._engine.model, brief.thread_id),
            mcp_servers=brief.mcp_servers,
            typed=self._typed.get(brief.thread_id, ()),
            own=brief.own,
        )

    def _opened(
        self, attachment: _Attachment, opening: "asyncio.Task[Session | PeonError]"
    ) -> None:
        """The session is open, or will never be.

        One that was called off too late is kept for the next turn; one that was replaced is ended.
        """
        attachment.opening = None
        outcome = came_to(opening)
        if self._attached.get(attachment.thread_id) is attachment:
            if isinstance(outcome, BaseException):
                del self._attached[attachment.thread_id]
            else:
                attachment.session = outcome
        elif not isinstance(outcome, BaseException):
            self._parts.tasks.start(outcome.close(), name=f"close {attachment.session_id}")
        if attachment.opened.done():
            self._may_rest(attachment)
            return
        if isinstance(outcome, BaseException):
            attachment.opened.set_exception(outcome)
            attachment.opened.exception()  # The lane that waits may have been broken off.
        else:
            attachment.opened.set_result(outcome)

    # ---- resting -------------------------------------------------------------------------------

    def _may_rest(self, attachment: _Attachment) -> None:
        """An agent that gets nothing to do for long is ended; its session can be found again."""
        attachment.stays_awake()
        loop = asyncio.get_running_loop()
        attachment.resting = loop.call_later(self._parts.rest_seconds, self._rest, attachment)

    def _rest(self, attachment: _Attachment) -> None:
        """From here on the next turn opens another session; nothing is taken from this one."""
        attachment.resting = None
        session = attachment.session
        current = self._attached.get(attachment.thread_id) is attachment
        if session is None or not current or attachment.prompted is not None:
            return
        del self._attached[attachment.thread_id]
        self._parts.tasks.start(session.close(), name=f"rest {attachment.session_id}")

    # ---- ending --------------------------------------------------------------------------------

    def _start(self, ending: Coroutine[object, object, None], effect: InterruptAgent) -> None:
        self._parts.tasks.start(ending, name=f"interrupt {effect.turn_id}")

    async def _stop(self, session: Session, effect: InterruptAgent, cause: Cause) -> None:
        """The session reports the end; if it should not, the turn is over nevertheless."""
        try:
            await session.interrupt()
        finally:
            self._end(effect, cause)

    async def _stop_host(self, effect: InterruptAgent, cause: Cause) -> None:
        """A host that does not end its turn in time has it ended."""
        await asyncio.sleep(self._parts.host_seconds)
        self._end(effect, cause)

    def _end(self, effect: InterruptAgent, cause: Cause) -> None:
        """End a turn whose agent has not done so."""
        if awaits_its_end(self._engine.model, effect.thread_id, effect.turn_id):
            event = TurnEnded(stop_reason=StopReason.CANCELLED)
            command = IngestProviderEvent(thread_id=effect.thread_id, event=event)
            self._engine.record(command, cause=cause)

    def _say(self, thread_id: ThreadId, provider: str, cause: Cause, event: ProviderEvent) -> None:
        self._engine.record(
            IngestProviderEvent(thread_id=thread_id, event=event),
            actor=Actor(ActorKind.AGENT, provider),
            cause=cause,
        )
