"""Where effects arrive: each goes to who performs it, in the order of its thread."""

import asyncio
import contextlib
from typing import assert_never

import attrs

from peon.domain.commands import (
    InternalCommand,
    RecordOperation,
    RecordSteer,
    RecordTurnCheckpoint,
    SettleThread,
    WorkFailed,
)
from peon.domain.effects import (
    AnswerAgent,
    CaptureTurnStart,
    CloseSession,
    InterruptAgent,
    PerformOperation,
    PromptAgent,
    SteerAgent,
    ToolCallClosed,
    ToolCallOpened,
)
from peon.engine.briefs import open_operations, threads_with_turns
from peon.engine.engine import Engine
from peon.engine.outbox import Due
from peon.reactors.agents import Agents
from peon.reactors.captures import Captures
from peon.reactors.lanes import Lanes, Work
from peon.reactors.operations import Operations
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.failures import FailureKind
from peon_protocol.provider_events import ProviderError
from peon_protocol.values import Decision


@attrs.frozen
class Reactors:
    """Performs every effect once.

    Work of one thread is done in order; an interruption overtakes.
    """

    engine: Engine
    agents: Agents
    captures: Captures
    operations: Operations
    lanes: Lanes
    tasks: TaskOwner

    async def recover(self, reason: str) -> None:
        """After a start: end the turns that were in flight, and do again what may be done again."""
        for thread_id in threads_with_turns(self.engine.model):
            cause = await self.engine.cause_of_turn(thread_id)
            self.engine.record(SettleThread(thread_id, reason), cause=cause)
        for due in open_operations(self.engine.model, self.engine.store.log_id):
            self.perform(due)

    async def leave(self, reason: str, *, seconds: float) -> None:
        """Before the end: turns in progress are over, and every agent is ended.

        Work under way gets so many seconds to come to its end. What is still open then is settled
        by the next process.
        """
        self.engine.perform_no_more()
        self.lanes.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.engine.take_in_all()
        for thread_id in threads_with_turns(self.engine.model):
            cause = await self.engine.cause_of_turn(thread_id)
            self.engine.record(SettleThread(thread_id, reason), cause=cause)
        self.engine.flush()
        await self.agents.close_all()
        await self.lanes.close(seconds)

    def perform(self, due: Due) -> None:
        """Take an effect on; returns at once."""
        effect = due.effect
        match effect:
            case InterruptAgent():
                self.agents.interrupt(effect, due.cause)
            case CloseSession():
                closing = self.agents.leave(effect.thread_id)
                self.tasks.start(closing, name=f"close {effect.thread_id}")
            case ToolCallOpened():
                self.lanes.add_if_room(effect.thread_id, self._work(due))
            case (
                CaptureTurnStart()
                | PromptAgent()
                | SteerAgent()
                | AnswerAgent()
                | PerformOperation()
                | ToolCallClosed()
            ):
                # A tool call that never closed would be given what others change, so its end is
                # not left out either; there are no more of them than items in the turn.
                self.lanes.add(effect.thread_id, self._work(due))
            case _:
                assert_never(effect)

    def _work(self, due: Due) -> Work:
        return Work(lambda: self._do(due), lambda error: self._give_up(due, error))

    async def _do(self, due: Due) -> None:
        effect, cause = due.effect, due.cause
        match effect:
            case CaptureTurnStart():
                await self.captures.turn_start(effect, cause)
            case PromptAgent():
                await self.agents.prompt(effect, cause)
            case SteerAgent():
                await self.agents.steer(effect, cause)
            case AnswerAgent():
                await self._answer(effect)
            case PerformOperation():
                await self.operations.perform(effect, cause)
            case ToolCallOpened():
                await self.captures.tool_opened(effect)
            case ToolCallClosed():
                await self.captures.tool_closed(effect)
            case InterruptAgent() | CloseSession():
                raise LookupError(f"{type(effect).__name__} is done at once, not in a lane")
            case _:
                assert_never(effect)

    def _give_up(self, due: Due, error: Exception) -> None:
        """A bug of ours ends what was asked for with a failure, so that nobody waits for ever."""
        effect, failure = due.effect, WorkFailed(FailureKind.SERVER_BUG, type(error).__name__)
        match effect:
            case CaptureTurnStart():
                command: InternalCommand | IngestProviderEvent = RecordTurnCheckpoint(
                    effect.thread_id, effect.turn_id, failure
                )
            case PerformOperation():
                command = RecordOperation(effect.thread_id, effect.operation_id, failure)
            case SteerAgent():
                command = RecordSteer(
                    effect.thread_id, effect.turn_id, effect.message_id, taken=False
                )
            case PromptAgent() | AnswerAgent():
                event = ProviderError(code=failure.code, message=failure.message)
                command = IngestProviderEvent(thread_id=effect.thread_id, event=event)
            case _:
                return
        self.engine.record(command, cause=due.cause)

    async def _answer(self, effect: AnswerAgent) -> None:
        """An agent that may go on is held back until the files have been looked at."""
        if effect.decision is Decision.APPROVED:
            await self.captures.before_answer(effect)
        self.agents.answer(effect)
