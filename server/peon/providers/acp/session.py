"""A session with an agent that speaks the protocol: its process, connection and one turn."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.providers.acp import handshake, messages, modes, raw, words
from peon.providers.acp.connection import AgentError, Connection
from peon.providers.acp.handshake import Opened
from peon.providers.acp.ndjson import LineTooLong
from peon.providers.acp.raw import JsonObject
from peon.providers.acp.terms import Terms
from peon.providers.acp.translate import Translator
from peon.providers.acp.watch import Watch
from peon.providers.port import AgentFault, SessionRequest, SessionSink
from peon.providers.process import AgentProcess, Command, Exit
from peon.providers.redaction import RedactingSink
from peon.providers.secrets import Secrets, secrets_of
from peon.providers.supervisor import Supervisor
from peon_protocol.ids import ActionId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    ModeChanged,
    ProviderError,
    ProviderEvent,
    SessionEnded,
    SessionStarted,
    TurnEnded,
)
from peon_protocol.values import JsonValue, Mode, Prompt, StopReason


@attrs.define(eq=False)
class _Turn:
    """The one prompt in flight."""

    interrupted: bool = False
    ended: asyncio.Event = attrs.Factory(asyncio.Event)
    watch: Watch | None = None


class AcpSession:
    """One agent at work. Made by `AcpSession.open`; see `peon.providers.port.Session`."""

    def __init__(self, request: SessionRequest, sink: SessionSink, *, terms: Terms) -> None:
        self._request = request
        self._secrets = Secrets()
        self._sink = RedactingSink(sink, self._secrets)
        self._terms = terms
        self._name = terms.name
        self._translator = Translator(request.session_id, root=request.root)
        self._connection = Connection(terms.name, send=self._send, handler=self)
        self._asked: dict[ActionId, JsonValue] = {}
        self._process: AgentProcess | None = None
        self._opened: Opened | None = None
        self._turn: _Turn | None = None
        self._exit: Exit | None = None
        self._why_ended: str | None = None

    @classmethod
    async def open(
        cls,
        command: Command,
        request: SessionRequest,
        sink: SessionSink,
        *,
        supervisor: Supervisor,
        terms: Terms,
    ) -> "AcpSession":
        """Start the agent and make it ready. Leaves nothing behind when it raises."""
        session = cls(request, sink, terms=terms)
        process = await supervisor.start(
            command,
            on_output=session._output,
            on_exit=session._exited,
        )
        session._process = process
        ready = False
        try:
            await session._prepare()
            ready = True
        finally:
            if not ready:
                await process.end()
        return session

    @property
    def session_id(self) -> SessionId:
        return self._request.session_id

    @property
    def native_id(self) -> str:
        return self._opened.native_id if self._opened is not None else ""

    @property
    def alive(self) -> bool:
        return self._opened is not None and self._process is not None and self._process.running

    async def prompt(self, prompt: Prompt, *, mode: Mode, model: str | None) -> None:
        """See `peon.providers.port.Session`."""
        opened = self._ready_for(prompt)
        turn = self._turn = _Turn()
        sent = False
        try:
            await self._learn_secrets()
            self._opened = await self._choose(opened, mode, model)
            if turn.interrupted and not turn.ended.is_set():
                self._finish(turn, [TurnEnded(stop_reason=StopReason.CANCELLED)])
            elif not turn.ended.is_set():
                self._hand_over(turn, prompt)
            sent = True
        except ExternalFailure:
            # Its death or an interruption has ended the turn already, and that was reported.
            if not turn.ended.is_set():
                raise
        finally:
            if not sent and self._turn is turn:
                self._turn = None
                turn.ended.set()
        await self._delivered(turn)

    async def interrupt(self) -> None:
        """See `peon.providers.port.Session`."""
        turn = self._turn
        if turn is None:
            return
        turn.interrupted = True
        self._withdraw_all()
        if self.alive:
            self._ask_to_stop()
        try:
            async with asyncio.timeout(self._terms.patience.agree):
                await turn.ended.wait()
        except TimeoutError:
            self._finish(turn, self._abandoned(TurnEnded(stop_reason=StopReason.CANCELLED)))
            await self._end("did not stop when asked to")

    def answer(self, action_id: ActionId, option_id: str | None) -> None:
        """See `peon.providers.port.Session`."""
        if action_id not in self._asked:
            return
        request_id = self._asked.pop(action_id)
        self._reply(request_id, self._translator.answer(action_id, option_id))

    async def close(self) -> None:
        """See `peon.providers.port.Session`."""
        await self._end("closed")

    # Opening.

    async def _prepare(self) -> None:
        try:
            await self._learn_secrets()
            opened = await handshake.open_session(self._connection, self._request, self._terms)
            opened = await self._choose(opened, self._request.mode, self._request.model)
        except ExternalFailure as error:
            raise self._explained(error) from error
        if self._exit is not None:
            raise self._explained(ExternalFailure(self._name, str(self._exit)))
        self._opened = opened
        self._report(
            [
                SessionStarted(
                    session_id=self.session_id,
                    native_id=opened.native_id,
                    agent_name=opened.agent_name,
                    agent_version=opened.agent_version,
                    origin=opened.origin,
                )
            ]
        )

    async def _choose(self, opened: Opened, mode: Mode, model: str | None) -> Opened:
        return await handshake.choose(self._connection, opened, self._terms, mode=mode, model=model)

    async def _learn_secrets(self) -> None:
        """Read what the project keeps secret now."""
        self._secrets = await asyncio.to_thread(secrets_of, Path(self._request.root))
        self._sink.know(self._secrets)

    def _explained(self, error: ExternalFailure) -> ExternalFailure:
        """`error`, or how the agent died if that is the reason for it."""
        if self._exit is None:
            return error
        detail = f"it {self._exit} before it was ready"
        said = f": {self._secrets.redact(self._exit.stderr)}" if self._exit.stderr else ""
        return ExternalFailure(self._name, detail + said, code=AgentFault.DIED)

    # The turn.

    def _ready_for(self, prompt: Prompt) -> Opened:
        if self._opened is None or not self.alive:
            raise ExternalFailure(self._name, "it is not running any more", code=AgentFault.GONE)
        if self._turn is not None:
            raise ExternalFailure(self._name, "it is still at another prompt", code=AgentFault.BUSY)
        refused = messages.refused_content(prompt, self._opened.capabilities)
        if refused is not None:
            raise Unavailable(
                self._name, f"it takes no content of type {refused}", "Leave that attachment out."
            )
        return self._opened

    def _hand_over(self, turn: _Turn, prompt: Prompt) -> None:
        turn.watch = self._watch_over(turn)
        turn.watch.start()
        self._connection.call(
            "session/prompt",
            messages.prompt(self.native_id, prompt),
            lambda outcome: self._prompt_answered(turn, outcome),
        )

    async def _delivered(self, turn: _Turn) -> None:
        """Wait until the agent has read its prompt; one that does not read is ended."""
        process = self._process
        if process is None or turn.ended.is_set():
            return
        try:
            async with asyncio.timeout(self._terms.patience.accept):
                await process.drain()
        except TimeoutError:
            message = "it does not read its prompt"
            self._finish(
                turn, self._abandoned(ProviderError(code=AgentFault.STUCK, message=message))
            )
            await self._end(message)

    def _prompt_answered(self, turn: _Turn, outcome: JsonValue | AgentError) -> None:
        if turn is not self._turn:
            return
        if turn.watch is not None and turn.watch.asked:
            self._finish(turn, self._abandoned(self._silent()))
        else:
            self._finish(turn, self._translator.end(outcome, interrupted=turn.interrupted))

    def _abandoned(self, end: ProviderEvent) -> list[ProviderEvent]:
        """What closes a turn whose agent will not end it, and `end`."""
        cancelled = isinstance(end, TurnEnded)
        return [*self._translator.close(cancelled=cancelled), end]

    def _finish(self, turn: _Turn, events: Iterable[ProviderEvent]) -> None:
        """Report the end of a turn, once."""
        if turn is not self._turn:
            return
        self._turn = None
        if turn.watch is not None:
            turn.watch.stop()
        for request_id in self._asked.values():
            self._reply(request_id, None)
        self._asked.clear()
        self._report(events)
        turn.ended.set()

    def _withdraw_all(self) -> None:
        """Answer what waits with «cancelled»: some agents do not stop before they have that."""
        for action_id, request_id in list(self._asked.items()):
            self._reply(request_id, None)
            self._report([self._translator.withdraw(action_id)])
        self._asked.clear()

    def _watch_over(self, turn: _Turn) -> Watch:
        return Watch(
            patience=self._terms.patience,
            excused=lambda: turn.interrupted or bool(self._asked) or self._translator.busy,
            ask=self._ask_to_stop,
            end=lambda: self._fail(AgentFault.SILENT, self._silent().message),
        )

    def _ask_to_stop(self) -> None:
        self._connection.notify("session/cancel", messages.cancel(self.native_id))

    def _silent(self) -> ProviderError:
        seconds = self._terms.patience.silence
        return ProviderError(
            code=AgentFault.SILENT, message=f"{self._name} has said nothing for {seconds:g} seconds"
        )

    # What the agent sends.

    def notified(self, method: str, params: JsonObject) -> None:
        """Take a notification. What comes between turns is history or decoration, no event."""
        if method == "session/update":
            update = raw.as_object(params.get("update"))
            self._notice_mode(modes.told(update))
            if self._turn is not None:
                self._report(self._translator.update(update))
        elif method == "$/cancel_request":
            self._withdrawn(params.get("requestId"))

    def _notice_mode(self, native: str | None) -> None:
        """An agent may change its mode by itself. It may bind itself, but never free itself."""
        opened = self._opened
        if native is None or opened is None or native == opened.settings.modes.current:
            return
        self._opened = attrs.evolve(opened, settings=opened.settings.with_mode(native))
        mode = modes.ours(native)
        if mode is Mode.PLAN:
            self._report([ModeChanged(mode=mode)])
        elif mode is not Mode.ASK and (asking := opened.settings.modes.meaning(Mode.ASK)):
            method, params = handshake.to_set_mode(self.native_id, opened.settings, asking)
            self._connection.call(method, params, self._mode_taken_back)

    def _mode_taken_back(self, outcome: JsonValue | AgentError) -> None:
        if isinstance(outcome, AgentError):
            self._fail(AgentFault.MODE, "it left the mode that asks and does not go back")

    def asked(self, request_id: JsonValue, method: str, params: JsonObject) -> bool:
        """Take a request; only permission can be asked for."""
        if method != "session/request_permission":
            return False
        options = raw.items(params, "options")
        if self._turn is None or self._turn.interrupted or not words.options(options):
            self._reply(request_id, None)
            return True
        for event in self._translator.ask(params):
            if isinstance(event, ActionRequested):
                self._asked[event.action_id] = request_id
            self._report([event])
        return True

    def _withdrawn(self, request_id: JsonValue) -> None:
        for action_id, asked in list(self._asked.items()):
            if asked == request_id and type(asked) is type(request_id):
                del self._asked[action_id]
                self._reply(request_id, None)
                self._report([self._translator.withdraw(action_id)])

    # The process.

    def _output(self, data: bytes) -> None:
        if self._turn is not None and self._turn.watch is not None:
            self._turn.watch.heard()
        taken = False
        try:
            self._connection.feed(data)
            taken = True
        except LineTooLong as error:
            taken = True
            self._fail(AgentFault.PROTOCOL, f"it wrote {error}")
        finally:
            # Where our own side breaks, nothing that follows could be trusted: no turn may hang.
            if not taken:
                self._fail(AgentFault.LOST, "what it said could not be taken in")

    def _fail(self, code: AgentFault | str, message: str) -> None:
        """Give up on the agent: end the turn at once, and the process in its own time."""
        self._why_ended = self._why_ended or message
        if self._process is not None:
            self._process.end_soon()
        if self._turn is not None:
            error = ProviderError(code=code, message=message)
            self._finish(self._turn, self._abandoned(error))

    def _exited(self, outcome: Exit) -> None:
        self._exit = outcome
        turn = self._turn
        if turn is not None:
            cancelled = list(self._translator.close(cancelled=True))
            end = [TurnEnded(stop_reason=StopReason.CANCELLED)] if turn.interrupted else []
            self._finish(turn, [*cancelled, *end])
        self._connection.lost(AgentError(0, f"it {outcome}"))
        if self._opened is not None:
            self._report(
                [
                    SessionEnded(
                        session_id=self.session_id,
                        reason=self._why_ended or str(outcome),
                        detail=outcome.stderr or None,
                    )
                ]
            )

    async def _end(self, reason: str) -> None:
        if self._process is not None:
            self._why_ended = self._why_ended or (None if self._exit is not None else reason)
            await self._process.end()

    def _send(self, data: bytes) -> None:
        """Write to the agent. One that no longer listens, or does not read, is given up."""
        try:
            if self._process is not None:
                self._process.write(data)
        except ExternalFailure as error:
            self._fail(error.code, error.detail)

    def _reply(self, request_id: JsonValue, option_id: str | None) -> None:
        self._connection.respond(request_id, messages.outcome(option_id))

    def _report(self, events: Iterable[ProviderEvent]) -> None:
        for event in events:
            self._sink.provider_event(event)
