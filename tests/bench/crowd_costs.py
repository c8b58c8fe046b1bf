"""Fifty `script` agents at once, each writing as fast as it can: whether any is kept waiting.

They are real processes with sessions as the server has them, up to the folded event. All begin at
the same moment: who is starved ends long after the others.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from bench.core_costs import open_engine, open_turn
from bench.measure import Figure, Scale
from bench.samples import fresh_folder
from peon.engine.engine import Engine
from peon.providers.acp.dialect import AcpDialect
from peon.providers.port import Answer, SessionRequest
from peon.providers.process import Command
from peon.providers.registry import SCRIPT
from peon.providers.session import AgentSession
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon.runtime.ids import RandomIds
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import SessionId, ThreadId
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderError,
    ProviderEvent,
    SessionEnded,
    TextDelta,
    TurnEnded,
)
from peon_protocol.values import Decision, Mode

MANY: Final = 50
_EACH: Final = 40
"""A run is of so many agents only where each has so much to say."""
_SIZE: Final = 200
"""Characters of a piece."""
_OF_CORES: Final = (
    "The agents share the cores with each other and with us: who is let begin late, ends late."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """How evenly they end, and what each of their words costs us."""
    many = max(2, min(MANY, scale.events // _EACH))
    pieces = max(1, scale.events * 2 // many)
    best = min(
        (asyncio.run(_crowd(fresh_folder(folder), many, pieces)) for _ in range(scale.rounds)),
        key=lambda run: run.last / run.first,
    )
    crowd = f"{many} script agents at once, each as fast as it can"
    yield (
        Figure(
            subject=f"{crowd}: until the last has ended: wall time",
            unit="s",
            ours=best.last,
            peer_name="until the first has",
            peer=best.first,
        )
        .at_most(2)
        .limited_by(_OF_CORES)
    )
    yield Figure(
        subject=f"{crowd}: pieces of text heard and folded a second", unit="", ours=best.rate
    )
    yield Figure(subject=f"{crowd}: CPU of the server for a piece", unit="µs", ours=best.cpu)


@attrs.frozen(kw_only=True)
class _Run:
    """When the first and the last had ended, in seconds from the beginning, and what it took."""

    first: float
    last: float
    rate: float
    cpu: float


class _Ear:
    """Takes what one agent says to the engine."""

    def __init__(self, engine: Engine, thread_id: ThreadId) -> None:
        self._engine = engine
        self.thread_id = thread_id
        self.asked: asyncio.Future[ActionRequested] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.heard = 0

    def provider_event(self, event: ProviderEvent) -> None:
        self._engine.record(IngestProviderEvent(thread_id=self.thread_id, event=event), cause=None)
        match event:
            case ActionRequested():
                self.asked.set_result(event)
            case TextDelta(text=text):
                self.heard += len(text)
            case TurnEnded():
                self.ended.set_result(time.monotonic())
            case ProviderError() | SessionEnded() if not self.ended.done():
                self.ended.set_exception(ValueError(f"an agent was lost: {event}"))
            case _:
                return


async def _crowd(folder: Path, many: int, pieces: int) -> _Run:
    store, engine = open_engine(fresh_folder(folder))
    supervisor = Supervisor(fresh_folder(folder), ids=RandomIds())
    ears = [_Ear(engine, (await open_turn(engine, number))[0]) for number in range(many)]
    try:
        sessions = [await _open(supervisor, ear, fresh_folder(folder)) for ear in ears]
        prompt = f"ask Ready?\nstream {pieces} {_SIZE}"
        await asyncio.gather(*(each.prompt(prompt, mode=Mode.ASK, model=None) for each in sessions))
        actions = await asyncio.gather(*(ear.asked for ear in ears))
        before = [ear.heard for ear in ears]
        began, cpu = time.monotonic(), time.process_time()
        for session, action in zip(sessions, actions, strict=True):
            session.answer(action.action_id, Answer(decision=Decision.APPROVED))
        ends = await asyncio.gather(*(ear.ended for ear in ears))
        cpu = time.process_time() - cpu
    finally:
        await supervisor.close()
    await engine.settled()
    await store.close()
    if any(ear.heard - then < pieces * _SIZE for ear, then in zip(ears, before, strict=True)):
        raise ValueError("text was lost")
    return _Run(
        first=min(ends) - began,
        last=max(ends) - began,
        rate=many * pieces / (max(ends) - began),
        cpu=cpu * 1e6 / (many * pieces),
    )


async def _open(supervisor: Supervisor, ear: _Ear, root: Path) -> AgentSession:
    request = SessionRequest(
        thread_id=ear.thread_id,
        session_id=SessionId(RandomIds().fresh()),
        root=str(root),
        mode=Mode.ASK,
        environment={},
    )
    return await AgentSession.open(
        Command(argv=(SCRIPT.command, *SCRIPT.args), cwd=str(root), environment=dict(os.environ)),
        request,
        ear,
        supervisor=supervisor,
        terms=Terms(name="script"),
        speaking=AcpDialect,
    )
