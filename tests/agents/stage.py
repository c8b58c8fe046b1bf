"""An app with a real agent on it, whose model says what a test has written down."""

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Final

import attrs
import psutil

from agents.legs import Agents, Leg
from agents.llm.scenes import Step
from agents.llm.server import FakeLlm
from peon.providers.supervisor import LEDGER_NAME
from peon_protocol.commands import (
    ApprovePendingAction,
    InterruptTurn,
    RejectPendingAction,
    StartTurn,
)
from peon_protocol.events import ActionRequested, TurnCompleted, TurnFailed
from peon_protocol.ids import ActionId, TurnId
from peon_protocol.values import Mode
from peon_protocol.views import ItemView, TurnView
from support.houses import TALK, House

AGENT: Final = "agent"


class Stage(House):
    """A house whose one thread is an agent's."""

    def __init__(self, place: Path, leg: Leg, llm: FakeLlm) -> None:
        super().__init__(place)
        self.leg = leg
        self.llm = llm
        self.environment |= {"HOME": str(place)}
        self.settings = attrs.evolve(self.settings, stop_seconds=2.0)
        self._entry = leg.start(Agents.installed(), llm.url, place)

    async def open(self) -> None:
        await super().open()
        assert self.app.offer_agents({AGENT: self._entry}) == ()

    async def begin(self, mode: Mode = Mode.ASK) -> None:
        """Open the thread."""
        await self.open_thread(provider=AGENT, mode=mode)

    async def ask_agent(self, name: str, *steps: Step) -> None:
        """Start a turn in which the model says these things."""
        mark = self.llm.play(name, *steps)
        command = StartTurn(
            thread_id=TALK, turn_id=TurnId(name), prompt=f"{mark} Look after the garden {name}."
        )
        await self.submit(command)

    async def play(self, name: str, *steps: Step) -> TurnCompleted | TurnFailed:
        """As `ask_agent`, to the end of the turn."""
        await self.ask_agent(name, *steps)
        return await self.end_of_turn(name)

    async def asked_for(self, times: int = 1) -> ActionId:
        """The action that waits, once so many have been asked for."""
        return (await self.until_event(ActionRequested, times=times))[-1].action_id

    async def approve(self) -> None:
        await self.submit(ApprovePendingAction(thread_id=TALK, action_id=await self.asked_for()))

    async def reject(self) -> None:
        await self.submit(RejectPendingAction(thread_id=TALK, action_id=await self.asked_for()))

    async def interrupt(self) -> None:
        await self.submit(InterruptTurn(thread_id=TALK))

    async def turn(self, name: str) -> TurnView:
        return next(each for each in (await self.thread()).turns if each.turn_id == name)

    async def items(self, name: str) -> tuple[ItemView, ...]:
        return (await self.turn(name)).items or ()

    def kill_agent(self) -> list[int]:
        """Kill the agent and all it has started, as the system does when memory is short."""
        agents = json.loads((self.settings.state_dir / LEDGER_NAME).read_bytes())
        killed = []
        for pid, *_ in agents:
            agent = psutil.Process(pid)
            for each in (agent, *agent.children(recursive=True)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)
                killed.append(each.pid)
        return killed
