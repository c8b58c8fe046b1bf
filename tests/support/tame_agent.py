"""A kind of agent that does exactly what a test says, and nothing before."""

import asyncio
from collections.abc import Mapping

from peon.domain.facts import Takes
from peon.providers.port import (
    NO_OPTIONS,
    Answer,
    Availability,
    Available,
    Login,
    LoginRequest,
    SessionRequest,
    SessionSink,
)
from peon_protocol.ids import ActionId, ItemId, ProviderId, SessionId
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderEvent,
    SessionEnded,
    SessionStarted,
    TurnEnded,
)
from peon_protocol.values import (
    ActionOption,
    AuthMethod,
    Mode,
    OptionKind,
    OptionValue,
    Prompt,
    StopReason,
    ToolKind,
)

TAME = ProviderId("tame")


class TameSession:
    """Implements Session. It reports what the test lets it say."""

    def __init__(self, request: SessionRequest, sink: SessionSink) -> None:
        self.request = request
        self.prompts: list[Prompt] = []
        self.options: list[Mapping[str, OptionValue]] = []
        self.answers: list[tuple[ActionId, str | None]] = []
        self.told: list[Answer] = []
        self.interrupted = 0
        self.heeds = True
        """Whether it ends its turn when it is interrupted, as it has promised."""
        self.refusing: Exception | None = None
        self.steered: list[Prompt] = []
        self.deaf: Exception | None = None
        """Why it takes no messages while it works."""
        self.closed = False
        self._alive = True
        self._at_work = False
        self._sink = sink
        self._news = asyncio.Event()

    @property
    def session_id(self) -> SessionId:
        return self.request.session_id

    @property
    def native_id(self) -> str:
        return f"native-{self.request.session_id}"

    @property
    def alive(self) -> bool:
        return self._alive

    async def prompt(
        self,
        prompt: Prompt,
        *,
        mode: Mode,
        model: str | None,
        options: Mapping[str, OptionValue] = NO_OPTIONS,
    ) -> None:
        if self.refusing is not None:
            raise self.refusing
        self._at_work = True
        self.prompts.append(prompt)
        self.options.append(options)
        self._news.set()

    async def steer(self, prompt: Prompt) -> None:
        if self.deaf is not None:
            raise self.deaf
        self.steered.append(prompt)
        self._news.set()

    async def interrupt(self) -> None:
        self.interrupted += 1
        self._news.set()
        if self.heeds and self._at_work:
            self.end(StopReason.CANCELLED)

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        self.answers.append((action_id, answer.option_id))
        self.told.append(answer)
        self._news.set()

    async def close(self) -> None:
        self.closed = True
        self._news.set()
        self.die("closed")

    # What a test makes it do.

    def say(self, *events: ProviderEvent) -> None:
        for event in events:
            self._sink.provider_event(event)

    def ask(self, name: str, *, kind: ToolKind = ToolKind.EDIT) -> None:
        """Ask for leave to change something."""
        options = (
            ActionOption("yes", "Yes", OptionKind.ALLOW_ONCE),
            ActionOption("no", "No", OptionKind.REJECT_ONCE),
        )
        self.say(
            ActionRequested(
                action_id=ActionId(name),
                item_id=ItemId(f"tool-{name}"),
                kind=kind,
                title=name,
                options=options,
            )
        )

    def end(self, stop_reason: StopReason = StopReason.END_TURN) -> None:
        self._at_work = False
        self.say(TurnEnded(stop_reason=stop_reason))

    def die(self, reason: str = "was ended by SIGSEGV", detail: str | None = None) -> None:
        if self._alive:
            self.fade()
            self.say(SessionEnded(session_id=self.session_id, reason=reason, detail=detail))

    def fade(self) -> None:
        """Be of no use any more, without having said so yet."""
        self._alive = False

    def give_notice(self) -> None:
        """Say so at last."""
        self.say(SessionEnded(session_id=self.session_id, reason="did not stop when asked to"))

    async def until_prompted(self, times: int = 1) -> None:
        while len(self.prompts) < times:
            await self._next()

    async def until_answered(self, times: int = 1) -> None:
        while len(self.answers) < times:
            await self._next()

    async def until_interrupted(self) -> None:
        while not self.interrupted:
            await self._next()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()


class TameProvider:
    """Implements Provider. `gate` holds opening back while it is clear; `failing` makes it fail."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.failing: Exception | None = None
        self.requests: list[SessionRequest] = []
        self.sessions: list[TameSession] = []
        self.called_off = 0
        self._news = asyncio.Event()

    @property
    def provider_id(self) -> ProviderId:
        return TAME

    @property
    def name(self) -> str:
        return "Tame"

    def availability(self, environment: Mapping[str, str]) -> Availability:
        return Available("1")

    @property
    def login_methods(self) -> tuple[AuthMethod, ...]:
        return ()

    async def authenticate(self, request: LoginRequest) -> Login:
        return Login(authenticated=True)

    @property
    def steers(self) -> bool:
        return True

    @property
    def takes(self) -> Takes:
        return Takes()

    def supports(self, mode: Mode) -> bool:
        return True

    async def open(self, request: SessionRequest, sink: SessionSink) -> TameSession:
        self.requests.append(request)
        self._news.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.called_off += 1
            raise
        if self.failing is not None:
            raise self.failing
        session = TameSession(request, sink)
        session.say(
            SessionStarted(
                session_id=request.session_id,
                native_id=session.native_id,
                agent_name="Tame",
            )
        )
        self.sessions.append(session)
        self._news.set()
        return session

    async def until_asked(self, times: int = 1) -> None:
        """Wait until so many sessions were asked for."""
        while len(self.requests) < times:
            self._news.clear()
            await self._news.wait()

    async def session(self, number: int = 1) -> TameSession:
        """The session of this number, once it is prompted."""
        while len(self.sessions) < number:
            self._news.clear()
            await self._news.wait()
        session = self.sessions[number - 1]
        await session.until_prompted()
        return session
