"""An app with a real agent on it, whose model says what a test has written down."""

import os
import signal
from pathlib import Path
from typing import Final

import attrs
import psutil

from agents.legs import Agents, Leg
from agents.llm.scenes import Step
from agents.llm.server import FakeLlm
from peon_protocol.commands import (
    ApprovePendingAction,
    InterruptTurn,
    RejectPendingAction,
    StartTurn,
)
from peon_protocol.events import ActionRequested, StoredEvent, TurnCompleted, TurnFailed
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
        self._processes: set[psutil.Process] = set()

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

    def agent_processes(self) -> list[psutil.Process]:
        """The agent and everything it has started, but not the guardian."""
        found = psutil.Process().children(recursive=True)
        return [each for each in found if "guardian.py" not in " ".join(each.cmdline())]

    def kill_agent(self) -> list[int]:
        """Kill the agent and all it has started, as the system does when memory is short."""
        killed = []
        for each in self.agent_processes():
            killed.append(each.pid)
            os.kill(each.pid, signal.SIGKILL)
        return killed


def ended(log: list[StoredEvent], name: str) -> bool:
    """Whether the turn of this name is over."""
    return any(
        isinstance(each.payload, TurnCompleted | TurnFailed) and each.payload.turn_id == name
        for each in log
    )
