"""A session with an agent, whatever it speaks: its process, its one turn, and how both end."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.providers.breath import BreathSink
from peon.providers.dialect import Desk, Dialect, Turn
from peon.providers.env_files import environment_secrets, secrets_of
from peon.providers.jsonrpc.lines import LineTooLong
from peon.providers.mcp import Servers, ready
from peon.providers.port import (
    NO_OPTIONS,
    AgentFault,
    Answer,
    Choices,
    SessionRequest,
    SessionSink,
)
from peon.providers.process import Command, Exit, Running, Starter, last_words
from peon.providers.redaction import RedactingSink
from peon.providers.retelling import retold
from peon.providers.secrets import Secrets, typed_secrets
from peon.providers.silence import Silence
from peon.providers.terms import Terms
from peon.providers.watch import Watch
from peon_protocol.ids import ActionId, SessionId
from peon_protocol.provider_events import ProviderError, ProviderEvent, SessionEnded, TurnEnded
from peon_protocol.values import Mode, OptionValue, Prompt, SessionOrigin, StopReason

Speaking: TypeAlias = Callable[[Desk, SessionRequest, Terms], Dialect]
"""Makes the dialect of a session."""


class AgentSession:
    """One agent at work. Made by `AgentSession.open`; see `peon.providers.port.Session`."""

    def __init__(
        self, request: SessionRequest, sink: SessionSink, *, terms: Terms, speaking: Speaking
    ) -> None:
        self._request = request
        self._servers = Servers()
        self._typed = request.typed
        self._secrets = typed_secrets(self._typed)
        loop = asyncio.get_running_loop()
        silence = Silence(terms.patience.quiet, loop.time, loop.call_later)
        self._sink = RedactingSink(sink, self._secrets, silence)
        self._heard = BreathSink(self._sink)
        self._terms = terms
        self._name = terms.name
        self._dialect = speaking(self, request, terms)
        self._process: Running | None = None
        self._ready = False
        self._turn: Turn | None = None
        self._exit: Exit | None = None
        self._why_ended: str | None = None
        self._untold: str | None = None

    @classmethod
    async def open(
        cls,
        command: Command,
        request: SessionRequest,
        sink: SessionSink,
        *,
        supervisor: Starter,
        terms: Terms,
        speaking: Speaking,
    ) -> "AgentSession":
        """Start the agent and make it ready. Leaves nothing behind when it raises."""
        session = cls(request, sink, terms=terms, speaking=speaking)
        session._servers = ready(request.mcp_servers, command.environment, request.root)
        process = await supervisor.start(
            command,
            on_output=session._output,
            on_exit=session._exited,
        )
        session._process = process
        try:
            await session._prepare()
        finally:
            if not session._ready:
                await process.end()
        return session

    @property
    def session_id(self) -> SessionId:
        return self._request.session_id

    @property
    def native_id(self) -> str:
        return self._dialect.native_id

    @property
    def alive(self) -> bool:
        return self._ready and self._process is not None and self._process.running

    @property
    def turn(self) -> Turn | None:
        """See `peon.providers.dialect.Desk`."""
        return self._turn

    @property
    def servers(self) -> Servers:
        """See `peon.providers.dialect.Desk`."""
        return self._servers

    async def prompt(
        self,
        prompt: Prompt,
        *,
        mode: Mode,
        model: str | None,
        options: Mapping[str, OptionValue] = NO_OPTIONS,
    ) -> None:
        """See `peon.providers.port.Session`."""
        self._check(prompt)
        turn = self._turn = Turn()
        sent = False
        try:
            await self._learn_secrets()
            with self._clean():
                await self._hand_over(
                    turn, prompt, Choices(mode=mode, model=model, options=options)
                )
            sent = True
        except ExternalFailure:
            # Its death or an interruption has ended the turn already, and that was reported.
            if not turn.ended.is_set():
                raise
        finally:
            if not sent and self._turn is turn:
                self._close_turn(turn, [])
        await self._delivered(turn)

    async def steer(self, prompt: Prompt) -> None:
        """See `peon.providers.port.Session`."""
        turn = self._turn
        if turn is None or turn.interrupted or not self.alive:
            raise ExternalFailure(self._name, "it is not at work", code=AgentFault.GONE)
        self._dialect.check(prompt)
        with self._clean():
            await self._dialect.steer(turn, prompt)

    async def interrupt(self) -> None:
        """See `peon.providers.port.Session`."""
        turn = self._turn
        if turn is None:
            return
        turn.interrupted = True
        self.report(self._dialect.withdraw())
        if self.alive:
            self._dialect.ask_to_stop()
        try:
            async with asyncio.timeout(self._terms.patience.agree):
                await turn.ended.wait()
        except TimeoutError:
            self._close_turn(turn, self._abandoned(TurnEnded(stop_reason=StopReason.CANCELLED)))
            await self._end("did not stop when asked to")

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        """See `peon.providers.port.Session`. What is secret is taken out of all it says then."""
        if answer.secrets:
            self._typed = (*self._typed, *answer.secrets)
            self._know(typed_secrets(self._typed).beside(self._secrets.values))
        answers = self._sink.told(action_id, answer.answers)
        self._dialect.answer(action_id, attrs.evolve(answer, answers=answers))

    async def close(self) -> None:
        """See `peon.providers.port.Session`."""
        await self._end("closed")

    # Opening.

    async def _prepare(self) -> None:
        await self._learn_secrets()
        with self._clean():
            try:
                started = await self._dialect.open()
            except ExternalFailure as error:
                raise self._explained(error) from error
        if self._exit is not None:
            raise self._explained(ExternalFailure(self._name, str(self._exit)))
        self._ready = True
        if started.origin is SessionOrigin.FRESH and self._request.transcript is not None:
            self._untold = self._request.transcript
            started = attrs.evolve(started, origin=SessionOrigin.RETOLD)
        self.report([started])

    async def _learn_secrets(self) -> None:
        """Read what the project keeps secret now."""
        of_project = await asyncio.to_thread(secrets_of, Path(self._request.root))
        typed = typed_secrets(self._typed)
        inherited = typed.beside(environment_secrets(self._request.environment))
        self._know(inherited.beside(self._servers.secrets).beside(of_project.values))

    def _know(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._sink.know(secrets)

    def _explained(self, error: ExternalFailure) -> ExternalFailure:
        """`error`, or how the agent died if that is the reason for it."""
        if self._exit is None:
            return error
        detail = f"it {self._exit} before it was ready"
        said = self._last_words(self._exit)
        return ExternalFailure(
            self._name, f"{detail}: {said}" if said else detail, code=AgentFault.DIED
        )

    def _last_words(self, outcome: Exit) -> str:
        return last_words(self._secrets.redact(outcome.stderr))

    @contextlib.contextmanager
    def _clean(self) -> Iterator[None]:
        """Redact what the agent says in an error that is raised."""
        clean = self._secrets.redact
        try:
            yield
        except Unavailable as error:
            raise type(error)(error.what, clean(error.why), clean(error.remedy)) from None
        except ExternalFailure as error:
            detail = clean(error.detail)
            raise ExternalFailure(
                error.tool, detail, code=error.code, remedy=error.remedy
            ) from None

    # The turn.

    def _check(self, prompt: Prompt) -> None:
        if not self.alive:
            raise ExternalFailure(self._name, "it is not running any more", code=AgentFault.GONE)
        if self._turn is not None:
            raise ExternalFailure(self._name, "it is still at another prompt", code=AgentFault.BUSY)
        self._dialect.check(prompt)

    def _retold(self, prompt: Prompt) -> Prompt:
        if self._untold is None:
            return prompt
        return retold(prompt, self._untold, self._dialect.check)

    async def _hand_over(self, turn: Turn, prompt: Prompt, choices: Choices) -> None:
        await self._dialect.choose(choices)
        if turn.interrupted and not turn.ended.is_set():
            self._close_turn(turn, [TurnEnded(stop_reason=StopReason.CANCELLED)])
        elif not turn.ended.is_set():
            self._watch_over(turn)
            await self._dialect.hand_over(turn, self._retold(prompt))
            self._untold = None

    async def _delivered(self, turn: Turn) -> None:
        """Wait until the agent has read its prompt; one that does not read is ended."""
        process = self._process
        if process is None or turn.ended.is_set():
            return
        try:
            async with asyncio.timeout(self._terms.patience.accept):
                await process.drain()
        except TimeoutError:
            message = "it does not read its prompt"
            error = ProviderError(code=AgentFault.STUCK, message=message)
            self._close_turn(turn, self._abandoned(error))
            await self._end(message)

    def finish(self, turn: Turn, events: Iterable[ProviderEvent]) -> None:
        """See `peon.providers.dialect.Desk`. One that stopped because it was silent has failed."""
        if turn.watch is not None and turn.watch.asked:
            self._close_turn(turn, self._abandoned(self._silent(turn)))
        else:
            self._close_turn(turn, events)

    def _abandoned(self, end: ProviderEvent) -> list[ProviderEvent]:
        """What closes a turn whose agent will not end it, and `end`."""
        cancelled = isinstance(end, TurnEnded)
        return [*self._dialect.close(cancelled=cancelled), end]

    def _close_turn(self, turn: Turn, events: Iterable[ProviderEvent]) -> None:
        """Report the end of a turn, once."""
        if turn is not self._turn:
            return
        self._turn = None
        if turn.watch is not None:
            turn.watch.stop()
        self._dialect.release()
        self.report(events)
        turn.ended.set()

    def _watch_over(self, turn: Turn) -> None:
        turn.watch = Watch(
            agree=self._terms.patience.agree,
            allowed=lambda: self._silence_allowed(turn),
            ask=self._dialect.ask_to_stop,
            end=lambda: self.fail(AgentFault.SILENT, self._silent(turn).message),
        )
        turn.watch.start()

    def _silence_allowed(self, turn: Turn) -> float:
        """For how many seconds the agent may say nothing as things are."""
        if turn.interrupted or self._dialect.asking:
            return math.inf
        patience = self._terms.patience
        return patience.work if self._dialect.working else patience.silence

    def _silent(self, turn: Turn) -> ProviderError:
        seconds = 0.0 if turn.watch is None else turn.watch.silence
        return ProviderError(
            code=AgentFault.SILENT,
            message=f"{self._name} got no further for {seconds:.3g} seconds and was stopped",
        )

    # The process.

    def _output(self, data: bytes) -> None:
        turn = self._turn
        taken = False
        try:
            gets_on = self._heard.breath(self._dialect.feed, data)
            if gets_on and turn is not None and turn.watch is not None:
                turn.watch.heard()
            taken = True
        except LineTooLong as error:
            taken = True
            self.fail(AgentFault.PROTOCOL, f"it wrote {error}")
        finally:
            # Where our own side breaks, nothing that follows could be trusted: no turn may hang.
            if not taken:
                self.fail(AgentFault.LOST, "what it said could not be taken in")

    def fail(self, code: AgentFault | str, message: str) -> None:
        """See `peon.providers.dialect.Desk`."""
        self._why_ended = self._why_ended or message
        if self._process is not None:
            self._process.end_soon()
        if self._turn is not None:
            error = ProviderError(code=code, message=message)
            self._close_turn(self._turn, self._abandoned(error))

    def _exited(self, outcome: Exit) -> None:
        self._exit = outcome
        turn = self._turn
        if turn is not None:
            cancelled = list(self._dialect.close(cancelled=True))
            end = [TurnEnded(stop_reason=StopReason.CANCELLED)] if turn.interrupted else []
            self._close_turn(turn, [*cancelled, *end])
        self._dialect.lost(f"it {outcome}")
        if self._ready:
            self.report(
                [
                    SessionEnded(
                        session_id=self.session_id,
                        reason=self._why_ended or str(outcome),
                        detail=self._last_words(outcome) or None,
                    )
                ]
            )

    async def _end(self, reason: str) -> None:
        if self._process is not None:
            self._why_ended = self._why_ended or (None if self._exit is not None else reason)
            await self._process.end()

    def send(self, data: bytes) -> None:
        """See `peon.providers.dialect.Desk`."""
        try:
            if self._process is not None:
                self._process.write(data)
        except ExternalFailure as error:
            self.fail(error.code, error.detail)

    def report(self, events: Iterable[ProviderEvent]) -> None:
        """See `peon.providers.dialect.Desk`."""
        for event in events:
            self._heard.provider_event(event)
