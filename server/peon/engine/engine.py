"""The engine: receipt, decide, stamp, append, fold, publish, answer. One loop, one writer.

`submit` does all that must happen in the order of arrival at once, without waiting for anything;
what
is awaited afterwards is only that the events are on the disk, or that an operation has its outcome.
"""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final

import attrs

from peon.domain.commands import AnyCommand, InternalCommand, RecordText
from peon.domain.decide import decide
from peon.domain.facts import Facts
from peon.domain.model import Model, Receipt
from peon.domain.project import project
from peon.domain.provider import HOST, is_ending
from peon.domain.react import react
from peon.domain.receipts import outcome_of, result_of, unchanged
from peon.domain.turns import BROKEN_OFF
from peon.engine.answers import Outcomes, Refusals, failed
from peon.engine.coalescer import Coalescer, CoalescerLimits
from peon.engine.envelopes import Cause, Origin, cause_of, stamp
from peon.engine.feed import Feed
from peon.engine.outbox import Due, Outbox, Performer
from peon.engine.world import World
from peon.errors import CommandRejected, StoreFailure
from peon.journal.port import EventStore
from peon.runtime.clock import Clock
from peon.runtime.ids import IdSource
from peon.wire import decode_event, digest, encode_event
from peon_protocol.commands import Command, CreateProject, IngestProviderEvent
from peon_protocol.events import (
    Event,
    OperationFailed,
    OperationRequested,
    StoredEvent,
    TurnStarted,
)
from peon_protocol.ids import CommandId, OperationId, ThreadId
from peon_protocol.methods import METHODS, MethodKind
from peon_protocol.notifications import ServerStatusChanged
from peon_protocol.provider_events import (
    ActionRequested,
    ReasoningDelta,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.rejections import CommandIdReused
from peon_protocol.results import CommandResult, ThreadResult
from peon_protocol.values import Actor, ActorKind

logger = logging.getLogger(__name__)

SERVER: Final = Actor(ActorKind.SERVER, "peon")
_METHOD_OF: Final = {
    method.params: method.name for method in METHODS if method.kind is MethodKind.COMMAND
}
_HELD_BACK: Final = (TextDelta, ReasoningDelta, UsageReported)
OK: Final = "ok"
READ_ONLY: Final = "readOnly"
REBUILD_PAGE: Final = 1000


@attrs.frozen
class EngineParts:
    """What the engine is given: where events go, what time it is, what the world is like."""

    store: EventStore
    clock: Clock
    ids: IdSource
    world: World
    coalescing: CoalescerLimits = attrs.field(factory=CoalescerLimits)


class Engine:
    """Owns the read model. Everything here happens on one loop."""

    def __init__(self, parts: EngineParts, model: Model) -> None:
        self._parts = parts
        self._store = parts.store
        self._model = model
        self._refusals = Refusals()
        self._outcomes = Outcomes()
        self._outbox = Outbox()
        self._environments: dict[ThreadId, Mapping[str, str]] = {}
        self._causes: dict[ThreadId, Cause] = {}
        self.appended_bytes = 0
        self.feed = Feed(parts.store)
        self._coalescer = Coalescer(parts.coalescing, parts.clock, self._record_text)
        self._store.on_durable(self._on_durable)
        self._store.on_failure(self._on_failure)

    @property
    def model(self) -> Model:
        """The read model, for views and snapshots only; nobody else changes it."""
        return self._model

    @property
    def store(self) -> EventStore:
        return self._store

    @property
    def health(self) -> ServerStatusChanged:
        """How the engine is doing: `ok`, or `readOnly` after a failed write."""
        failure = self._store.failure
        if failure is None:
            return ServerStatusChanged(health=OK, message=None)
        return ServerStatusChanged(health=READ_ONLY, message=str(failure))

    def environment_of(self, thread_id: ThreadId) -> Mapping[str, str]:
        """The environment of the client that last did something with the thread."""
        return self._environments.get(thread_id, {})

    def performed_by(self, perform: Performer) -> None:
        """Hand every effect, once its reason is durable, to `perform`."""
        self._outbox.performed_by(perform)

    def submit(
        self, command: Command, *, actor: Actor, environment: Mapping[str, str]
    ) -> Awaitable[CommandResult]:
        """Decide a client's command now; the answer resolves when it may leave the process.

        Resolves to CommandRejected, ExternalFailure (an operation that failed) or StoreFailure.
        """
        if self._store.failure is not None:
            return _raise(self._store.failure)
        thread_id = getattr(command, "thread_id", None)
        if thread_id is not None and thread_id in self._model.threads:
            self._environments[thread_id] = environment
        method = _METHOD_OF[type(command)]
        if command.command_id is None:
            return self._decide(command, method, Origin(actor=actor))
        name = f"{method}:{digest(method, command)}"
        repeated = self._repeated(command.command_id, name)
        if repeated is not None:
            return repeated
        origin = Origin(actor=actor, command_id=command.command_id, command_digest=name)
        return self._decide(command, method, origin)

    def record(
        self,
        command: InternalCommand | IngestProviderEvent,
        *,
        actor: Actor = SERVER,
        cause: Cause | None,
    ) -> bool:
        """Take in an outcome, or what a provider says; false where it came too late."""
        if self._store.failure is not None:
            return False
        if isinstance(command, IngestProviderEvent) and self._hold_back(command, None):
            return True
        self._flush_before(command)
        decided = decide(self._with_usage(command), self._model, self._facts(command, actor))
        if not isinstance(decided, tuple):
            logger.info("%s came too late: %s", type(command).__name__, decided.message)
            return False
        self._commit(decided, Origin(actor=actor, cause=cause))
        return True

    async def settled(self) -> None:
        """Wait until all that has been decided so far is on the disk. Raises StoreFailure."""
        await self._store.wait_durable(self._model.sequence)

    def flush(self) -> None:
        """Record all text that is held back: the process is about to leave."""
        if self._store.failure is None:
            self._coalescer.close()

    async def rebuild(self) -> None:
        """After a failed write: take back what never became durable, by folding what did."""
        model = Model()
        while model.sequence < self._store.durable:
            for body in await self._store.read(model.sequence, REBUILD_PAGE):
                project(model, decode_event(body))
        self._model = model

    # ---- commands of clients -------------------------------------------------------------------

    def _decide(self, command: Command, method: str, origin: Origin) -> Awaitable[CommandResult]:
        if isinstance(command, IngestProviderEvent) and origin.command_id is None:
            recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            if self._may_speak(command, origin.actor) and self._hold_back(command, recorded):
                return self._when_recorded(recorded, command.thread_id)
        self._flush_before(command)
        decided = decide(self._with_usage(command), self._model, self._facts(command, origin.actor))
        if not isinstance(decided, tuple):
            if origin.command_id is not None and origin.command_digest is not None:
                self._refusals.remember(origin.command_id, origin.command_digest, decided)
            return self._refuse(CommandRejected(decided))
        if not decided:
            return self._answer(unchanged(command, self._model))
        return self._answer_to(method, self._commit(decided, origin))

    def _repeated(self, command_id: CommandId, name: str) -> Awaitable[CommandResult] | None:
        """The answer to a command that was there before, or nothing for a new one."""
        receipt = self._model.receipts.get(command_id)
        if receipt is None:
            refused = self._refusals.of(command_id, name)
            return None if refused is None else self._refuse(CommandRejected(refused))
        if receipt.digest != name:
            return self._refuse(CommandRejected(CommandIdReused(command_id)))
        return self._first_answer(receipt)

    async def _first_answer(self, receipt: Receipt) -> CommandResult:
        if receipt.failure is not None:
            await self._store.wait_durable(receipt.sequence)
            raise failed(receipt.failure.code, receipt.failure.message, receipt.failure.remedy)
        if receipt.result is not None:
            return await self._answer(receipt.result)
        if receipt.operation_id is None:
            raise LookupError("a receipt without an answer belongs to an operation")
        return await self._outcome(receipt.operation_id)

    def _answer_to(self, method: str, stored: Sequence[StoredEvent]) -> Awaitable[CommandResult]:
        last = stored[-1].sequence
        for each in stored:
            event = each.payload
            if isinstance(event, OperationRequested) and method != "provider/ingest":
                return self._outcome(event.operation_id)
            result = result_of(event, method, last, self._model)
            if result is not None:
                return self._answer(result)
        raise LookupError(f"no event of {method} carries its answer")

    async def _outcome(self, operation_id: OperationId) -> CommandResult:
        return await self._answer(await self._outcomes.expect(operation_id))

    async def _answer(self, result: CommandResult) -> CommandResult:
        await self._store.wait_durable(result.sequence)
        return result

    async def _refuse(self, refusal: CommandRejected) -> CommandResult:
        """A refusal too leaves only when the state it speaks of is durable."""
        await self.settled()
        raise refusal

    async def _when_recorded(
        self, recorded: "asyncio.Future[None]", thread_id: ThreadId
    ) -> CommandResult:
        """Text from a host is acknowledged when it is on the disk, with what came with it."""
        await recorded
        return await self._answer(ThreadResult(sequence=self._model.sequence, thread_id=thread_id))

    # ---- what providers say --------------------------------------------------------------------

    def _may_speak(self, command: IngestProviderEvent, actor: Actor) -> bool:
        thread = self._model.threads.get(command.thread_id)
        return thread is not None and (
            actor.kind is not ActorKind.CLIENT or thread.provider == HOST
        )

    def _hold_back(
        self, command: IngestProviderEvent, recorded: "asyncio.Future[None] | None"
    ) -> bool:
        """Whether the event is text or usage that will be recorded later, with more of its kind."""
        event = command.event
        if not isinstance(event, _HELD_BACK):
            return False
        thread = self._model.threads.get(command.thread_id)
        turn = None if thread is None else thread.running_turn
        if thread is None or turn is None or is_ending(thread):
            return False
        if isinstance(event, UsageReported):
            self._coalescer.note_usage(thread.thread_id, event.usage)
        elif event.text:
            self.feed.tell_delta(self._coalescer.add(thread.thread_id, turn, event, recorded))
            return True
        if recorded is not None:
            recorded.set_result(None)
        return True

    def _with_usage(self, command: AnyCommand) -> AnyCommand:
        """The end of a turn carries the usage that was reported while it ran."""
        if not isinstance(command, IngestProviderEvent):
            return command
        if not isinstance(command.event, TurnEnded):
            return command
        reported = self._coalescer.take_usage(command.thread_id)
        if reported is None or command.event.usage is not None:
            return command
        return attrs.evolve(command, event=attrs.evolve(command.event, usage=reported))

    def _flush_before(self, command: AnyCommand) -> None:
        thread_id = getattr(command, "thread_id", None)
        if thread_id is not None and not isinstance(command, RecordText):
            self._coalescer.flush(thread_id, complete=self._closes_text(command))

    def _closes_text(self, command: AnyCommand) -> bool:
        """Whether the text that is open ends where `command` begins."""
        if not isinstance(command, IngestProviderEvent):
            return False
        event = command.event
        if isinstance(event, TurnEnded):
            return event.stop_reason not in BROKEN_OFF
        if isinstance(event, ToolCallUpdated | ActionRequested):
            thread = self._model.threads.get(command.thread_id)
            turn = None if thread is None else thread.running_turn
            return turn is not None and event.item_id not in turn.items
        return False

    def _record_text(self, command: RecordText) -> None:
        thread = self._model.threads.get(command.thread_id)
        name = "agent" if thread is None else thread.provider
        cause = self._causes.get(command.thread_id)
        self.record(command, actor=Actor(ActorKind.AGENT, name), cause=cause)

    # ---- commit --------------------------------------------------------------------------------

    def _facts(self, command: AnyCommand, actor: Actor) -> Facts:
        world = self._parts.world
        outside = False
        if isinstance(command, IngestProviderEvent) and isinstance(command.event, ActionRequested):
            thread = self._model.threads.get(command.thread_id)
            if thread is not None:
                root = self._model.projects[thread.project_id].root
                outside = world.leads_outside(root, command.event.paths)
        return Facts(
            fresh_id=self._parts.ids.fresh(),
            actor=actor,
            providers=world.providers(),
            root=world.root(command.root) if isinstance(command, CreateProject) else None,
            outside=outside,
        )

    def _commit(self, events: Sequence[Event], origin: Origin) -> list[StoredEvent]:
        """All of one command's events or none: the store is told before the model changes."""
        stored = stamp(events, origin, self._model, self._store.log_id, self._parts.clock)
        if stored:
            bodies = [encode_event(each) for each in stored]
            self._store.append(bodies)
            self.appended_bytes += sum(map(len, bodies))
        for each in stored:
            self._fold(each)
        return stored

    def _fold(self, stored: StoredEvent) -> None:
        project(self._model, stored)
        event = stored.payload
        cause = cause_of(stored)
        for effect in react(event, self._model):
            self._outbox.add(stored.sequence, Due(effect, cause))
        if isinstance(event, TurnStarted):
            self._causes[event.thread_id] = cause
        elif isinstance(event, OperationFailed):
            self._outcomes.settle(event.operation_id, event)
        else:
            outcome = outcome_of(event, stored.sequence)
            if outcome is not None:
                self._outcomes.settle(outcome.operation_id, outcome)

    def _on_durable(self, durable: int) -> None:
        self.feed.tell_durable()
        self._outbox.release(durable)

    def _on_failure(self, failure: StoreFailure) -> None:
        self._outbox.forget()
        self._outcomes.fail(failure)
        self.feed.tell_health(self.health)


async def _raise(failure: StoreFailure) -> CommandResult:
    raise failure
