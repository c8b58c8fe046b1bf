"""Sessions with real agents in tests: what they report, and the processes they leave."""

import asyncio
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import attrs
import psutil

from peon.providers.kinds import make_provider
from peon.providers.port import Answer, Provider, Session, SessionRequest
from peon.providers.process import Deadlines, Starter
from peon.providers.registry import AgentEntry, Speech
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Patience, Terms
from peon.runtime.ids import RandomIds
from peon.wire import unstructure
from peon_protocol.ids import ProviderId, SessionId, ThreadId
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionEnded,
    TextDelta,
    TurnEnded,
)
from peon_protocol.values import Decision, Mode, OptionKind
from support import fake_codex, rogue_agent

LONG = 20.0
"""Seconds within which anything in these tests has happened, on the slowest machine."""
IMPATIENT = Patience(greet=LONG, make=LONG, choose=LONG, accept=LONG, agree=0.3)
BRISK = Deadlines(close=0.3, terminate=0.3, drain=0.3)

E = TypeVar("E", bound=ProviderEvent)
Answerer = Callable[[ActionRequested], str | Answer | None]


def chosen(option_id: str | None) -> Answer:
    """The answer that an option is; none, where nobody will answer."""
    decision = Decision.WITHDRAWN if option_id is None else Decision.APPROVED
    return Answer(decision=decision, option_id=option_id)


class Recorder:
    """A sink that keeps what it is told, and answers actions if it was given someone who does."""

    def __init__(self, answer: Answerer | None = None) -> None:
        self.events: list[ProviderEvent] = []
        self.session: Session | None = None
        self._answer = answer
        self._news = asyncio.Event()

    def answering(self, answer: Answerer | None) -> None:
        """From now on, let this one answer."""
        self._answer = answer

    def provider_event(self, event: ProviderEvent) -> None:
        self.events.append(event)
        self._news.set()
        if isinstance(event, ActionRequested) and self._answer and self.session:
            answer = self._answer(event)
            told = answer if isinstance(answer, Answer) else chosen(answer)
            self.session.answer(event.action_id, told)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def ends(self) -> list[ProviderEvent]:
        return [e for e in self.events if isinstance(e, TurnEnded | ProviderError | SessionEnded)]

    def text(self) -> str:
        return "".join(event.text for event in self.of(TextDelta))

    def reasoning(self) -> str:
        return "".join(event.text for event in self.of(ReasoningDelta))

    async def until(self, found: Callable[["Recorder"], object]) -> None:
        """Wait until `found` says so."""
        async with asyncio.timeout(LONG):
            while not found(self):
                self._news.clear()
                await self._news.wait()

    async def turn(self, text: str, mode: Mode = Mode.ASK) -> ProviderEvent:
        """Hand a prompt to the session and wait for the end of the turn, which it gives back."""
        assert self.session is not None
        before = len(self.ends())
        await self.session.prompt(text, mode=mode, model=None)
        await self.until(lambda recorder: len(recorder.ends()) > before)
        return self.ends()[before]


def plain(events: list[ProviderEvent], session_id: SessionId) -> list[dict[str, object]]:
    """Events as JSON; what is null is left out, and the session is called by one name."""
    text = json.dumps([unstructure(event) for event in events]).replace(session_id, "session")
    told: list[dict[str, object]] = json.loads(text, object_hook=_without_nulls)
    return told


def _without_nulls(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if value is not None}


def choosing(kind: OptionKind) -> Answerer:
    """Someone who always chooses the option of this kind."""
    return lambda action: next(o.option_id for o in action.options if o.kind is kind)


ALLOWING = choosing(OptionKind.ALLOW_ONCE)
REJECTING = choosing(OptionKind.REJECT_ONCE)


def by_file(program: str | None, *args: str) -> AgentEntry:
    """An agent that is a file of ours."""
    assert program is not None
    return AgentEntry(
        provider_id=ProviderId("test"),
        name="Rogue",
        command=sys.executable,
        args=("-I", program, *args),
        install="It is a test.",
    )


def rogue(manner: str = "plain") -> AgentEntry:
    """The rogue agent, greeting in this manner."""
    return by_file(rogue_agent.__file__, manner)


def codex(manner: str = "plain", *, home: str) -> AgentEntry:
    """The app server that is no Codex, in this manner; it remembers conversations in `home`."""
    entry = by_file(fake_codex.__file__, manner)
    return attrs.evolve(entry, name="Codex", protocol=Speech.CODEX, env={"CODEX_HOME": home})


class Agency:
    """Opens sessions for a test, and ends them with it."""

    def __init__(self, state: Path, root: Path) -> None:
        self.ids = RandomIds()
        self.supervisor = Supervisor(state, ids=self.ids, deadlines=BRISK)
        self.root = root

    def provider(
        self, entry: AgentEntry, patience: Patience = IMPATIENT, starter: Starter | None = None
    ) -> Provider:
        terms = Terms(name=entry.name, tokens=entry.tokens, our_version="0", patience=patience)
        return make_provider(entry, supervisor=starter or self.supervisor, terms=terms)

    def request(self, *, mode: Mode = Mode.ASK, resume: str | None = None) -> SessionRequest:
        return SessionRequest(
            thread_id=ThreadId("thread"),
            session_id=SessionId(self.ids.fresh()),
            root=str(self.root),
            mode=mode,
            environment=dict(os.environ),
            resume=resume,
        )

    async def open(
        self,
        entry: AgentEntry,
        answer: Answerer | None = None,
        *,
        mode: Mode = Mode.ASK,
        resume: str | None = None,
        patience: Patience = IMPATIENT,
        starter: Starter | None = None,
    ) -> Recorder:
        recorder = Recorder(answer)
        provider = self.provider(entry, patience, starter)
        recorder.session = await provider.open(self.request(mode=mode, resume=resume), recorder)
        return recorder

    async def open_codex(
        self,
        manner: str = "plain",
        answer: Answerer | None = None,
        *,
        mode: Mode = Mode.ASK,
        resume: str | None = None,
        patience: Patience = IMPATIENT,
    ) -> Recorder:
        """A session with the app server that is no Codex, in this manner."""
        entry = codex(manner, home=str(self.root.parent))
        return await self.open(entry, answer, mode=mode, resume=resume, patience=patience)

    async def someone_runs(self) -> None:
        """Wait until a process has been started."""
        async with asyncio.timeout(LONG):
            while self.supervisor.running == 0:  # noqa: ASYNC110 (nothing tells it)
                await asyncio.sleep(0)

    async def close(self) -> None:
        await self.supervisor.close()


@contextlib.asynccontextmanager
async def agency(state: Path, root: Path) -> AsyncIterator[Agency]:
    """An agency which, once it is closed, has left no process behind."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    made = Agency(state, root)
    try:
        yield made
    finally:
        await made.close()
    left = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert left == []


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended. Who collects the dead is not our business."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pids: list[int]) -> list[int]:
    """Wait until none of `pids` runs; those that are left after a long time."""
    limit = time.monotonic() + LONG
    pause = threading.Event()
    while (left := [pid for pid in pids if runs(pid)]) and time.monotonic() < limit:
        pause.wait(0.01)
    return left
