"""Many agents at once, each writing as fast as it can: nothing is lost, and nobody is starved."""

import asyncio
from pathlib import Path
from typing import Final

from peon.providers.acp.dialect import AcpDialect
from peon.providers.port import Answer, SessionRequest
from peon.providers.process import Command
from peon.providers.script.turn import ALPHABET
from peon.providers.session import AgentSession
from peon.providers.terms import Terms
from peon_protocol.ids import SessionId, ThreadId
from peon_protocol.provider_events import ActionRequested, ProviderEvent, TextDelta, TurnEnded
from peon_protocol.values import Decision, Mode
from support.threaded_agents import ThreadedAgents

MANY: Final = 50
PIECES: Final = 130
SIZE: Final = 700
"""Characters; what each says in all is several times what a pipe holds."""


class Ear:
    """Hears one agent, and writes down whose word came when."""

    def __init__(self, number: int, heard: list[tuple[int, type[ProviderEvent]]]) -> None:
        self._number = number
        self._heard = heard
        self.asked = asyncio.Event()
        self.ended = asyncio.Event()
        self.action: ActionRequested | None = None
        self.text = ""

    def provider_event(self, event: ProviderEvent) -> None:
        match event:
            case ActionRequested():
                self.action = event
                self.asked.set()
            case TextDelta():
                self._heard.append((self._number, TextDelta))
                self.text += event.text
            case TurnEnded():
                self._heard.append((self._number, TurnEnded))
                self.ended.set()
            case _:
                return


async def test_of_fifty_agents_that_write_as_fast_as_they_can_nobody_is_starved(workspace: Path):
    heard: list[tuple[int, type[ProviderEvent]]] = []
    ears = [Ear(number, heard) for number in range(MANY)]
    sessions = await asyncio.gather(
        *(opened(number, ear, workspace) for number, ear in enumerate(ears))
    )
    try:
        prompt = f"ask Ready?\nstream {PIECES} {SIZE}"
        await asyncio.gather(*(each.prompt(prompt, mode=Mode.ASK, model=None) for each in sessions))
        await asyncio.gather(*(ear.asked.wait() for ear in ears))
        for session, ear in zip(sessions, ears, strict=True):
            assert ear.action is not None
            session.answer(ear.action.action_id, Answer(decision=Decision.APPROVED))
        heard.clear()
        await asyncio.gather(*(ear.ended.wait() for ear in ears))
    finally:
        await asyncio.gather(*(session.close() for session in sessions))
    whole = (ALPHABET * (PIECES * SIZE // len(ALPHABET) + 1))[: PIECES * SIZE]
    assert {ear.text for ear in ears} == {f"Answered: yes.{whole}"}
    first_end = next(place for place, (_, kind) in enumerate(heard) if kind is TurnEnded)
    # Who has not begun to write by then was kept waiting by the system, not by us.
    assert len({number for number, _ in heard[:first_end]}) > MANY // 3


async def opened(number: int, ear: Ear, workspace: Path) -> AgentSession:
    request = SessionRequest(
        thread_id=ThreadId(f"thread-{number}"),
        session_id=SessionId(f"session-{number}"),
        root=str(workspace),
        mode=Mode.ASK,
        environment={},
    )
    return await AgentSession.open(
        Command(argv=("script",), cwd=str(workspace), environment={}),
        request,
        ear,
        supervisor=ThreadedAgents(),
        terms=Terms(name="script"),
        speaking=AcpDialect,
    )
