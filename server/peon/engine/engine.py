"""The engine: receipt, decide, stamp, append, fold, publish, answer. One loop, one writer.

`submit` does all that must happen in the order of arrival at once, without waiting for anything;
what is awaited afterwards is only that the events are on the disk, or that an operation has its
outcome.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

import attrs

from peon.domain.commands import AnyCommand, InternalCommand, RecordText, SettleThread
from peon.domain.decide import Decided, decide
from peon.domain.model import Model, OperationFailure
from peon.domain.outcomes import outcome_of
from peon.domain.react import react
from peon.domain.receipts import result_of, unchanged
from peon.engine.answers import (
    Answer,
    Answers,
    OperationAnswers,
    Outcome,
    Refusal,
)
from peon.engine.coalescer import CoalescerLimits
from peon.engine.confidences import Confidences
from peon.engine.envelopes import Cause, Origin, Stamper, cause_of
from peon.engine.feed import Feed
from peon.engine.gathering import NOBODYS, Gathering
from peon.engine.hosts import Hosts
from peon.engine.large_values import LargeValues
from peon.engine.outbox import Due, Outbox, Performer
from peon.engine.repeats import Repeats
from peon.engine.requests import METHOD_OF, Requests
from peon.engine.restart import fold_durable
from peon.engine.resting import fold
from peon.engine.speech import Speech, SpeechParts, may_speak
from peon.engine.world import World
from peon.errors import StoreFailure
from peon.journal.port import EventStore
from peon.providers.silence import Silence, silence_of_loop
from peon.runtime.clock import Clock
from peon.runtime.ids import IdSource
from peon.wire import decode_trusted, encode_event
from peon_protocol.commands import Command, CreateThread, IngestProviderEvent
from peon_protocol.events import (
    Event,
    ItemRecorded,
    OperationFailed,
    OperationRequested,
    StoredEvent,
    ThreadDeleted,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from peon_protocol.ids import ThreadId
from peon_protocol.notifications import ServerStatusChanged
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.results import CommandResult, IngestResult
from peon_protocol.values import Actor, ActorKind

logger = logging.getLogger(__name__)

SERVER: Final = Actor(ActorKind.SERVER, "peon")
OK: Final = "ok"
READ_ONLY: Final = "readOnly"

T = TypeVar("T")


@attrs.frozen
class EngineParts:
    """What the engine is given: where events go, what time it is, what the world is like."""

    store: EventStore
    clock: Clock
    ids: IdSource
    world: World
    coalescing: CoalescerLimits = attrs.field(factory=CoalescerLimits)
    values: LargeValues | None = None
    """Puts large values aside; without it they stay in their events."""
    silence: Callable[[], Silence] = silence_of_loop
    """The pauses of hosts, after which what tells nothing of a secret is not held back."""


class Engine:
    """Owns the read model. Everything here happens on one loop."""

    def __init__(self, parts: EngineParts, model: Model) -> None:
        self._parts = parts
        self._store = parts.store
        self._model = model
        self._gathering = Gathering(parts.world, parts.ids)
        self._stamper = Stamper(parts.store.log_id, parts.clock)
        self._answers = Answers(parts.store)
        self._operations = OperationAnswers(self._answers)
        self._repeats = Repeats(self._answers, self._operations)
        self._outbox = Outbox()
        self._environments: dict[ThreadId, Mapping[str, str]] = {}
        self._causes: dict[ThreadId, Cause] = {}
        self._readable = asyncio.Event()
        self._readable.set()
        self.appended_bytes = 0
        self.feed = Feed(parts.store)
        self.confidences = Confidences()
        self._hosts = Hosts(parts.world, parts.silence, self._host_said)
        self._speech = Speech(
            SpeechParts(
                parts.clock,
                parts.coalescing,
                self._record_said,
                self._recorded,
                self.feed.tell_delta,
            )
        )
        self._requests = Requests(
            answers=self._answers,
            repeats=self._repeats,
            hosts=self._hosts,
            values=parts.values,
            model=lambda: self._model,
            decide=self._decide,
        )
        self._store.on_durable(self._on_durable)
        self._store.on_failure(self._on_failure)

    @property
    def model(self) -> Model:
        """The read model, for briefs and snapshots only; nobody else changes it.

        It may be ahead of the disk: what leaves the process is read with `read`.
        """
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

    async def cause_of_turn(self, thread_id: ThreadId) -> Cause | None:
        """Why the turn in progress is; after a restart, the last that was recorded of it."""
        thread = self._model.threads.get(thread_id)
        cause = self._causes.get(thread_id)
        if cause is not None or thread is None:
            return cause
        last = await self._store.read(thread.sequence - 1, 1)
        return cause_of(decode_trusted(last[0])) if last else None

    def performed_by(self, perform: Performer) -> None:
        """Hand every effect, once its reason is durable, to `perform`."""
        self._outbox.performed_by(perform)

    def perform_no_more(self) -> None:
        """The process is about to leave: effects stay in the log, for the next to settle."""
        self._outbox.close()

    def submit(self, command: Command, *, actor: Actor, environment: Mapping[str, str]) -> Answer:
        """Decide a client's command now; the answer resolves when it may leave the process.

        It resolves to CommandRejected, ExternalFailure (an operation that failed) or StoreFailure
        where there is no result. It is the caller's own: to cancel it cancels nothing else.
        """
        if self._store.failure is not None:
            return self._answers.fail(self._store.failure)
        thread_id = getattr(command, "thread_id", None)
        if thread_id is not None and thread_id in self._model.threads:
            self._environments[thread_id] = environment
        return self._requests.take(command, actor, environment)

    def record(
        self,
        command: InternalCommand | IngestProviderEvent,
        *,
        actor: Actor = SERVER,
        cause: Cause | None,
    ) -> bool:
        """Take in an outcome, or what a provider says; false where it came too late."""
        values = self._parts.values
        if values is None or not values.must_wait(command):
            return self._record(command, actor, cause)
        values.hold(command, lambda small: self._record(small, actor, cause))
        return True

    def _record(
        self, command: InternalCommand | IngestProviderEvent, actor: Actor, cause: Cause | None
    ) -> bool:
        if self._store.failure is not None:
            return False
        ours = actor.kind is ActorKind.SERVER
        if ours and isinstance(command, IngestProviderEvent | SettleThread):
            self._hosts.settle(command.thread_id)
        if isinstance(command, IngestProviderEvent) and self._speech.hold_back(
            self._model, command, None
        ):
            return True
        decided = self._rule(command, actor)
        if not isinstance(decided, tuple):
            logger.info("%s came too late: %s", type(command).__name__, decided.message)
            return False
        self._commit(decided, Origin(actor=actor, cause=cause))
        return True

    @property
    def durable_model(self) -> Model | None:
        """The model, where all of it is on the disk."""
        readable = self._readable.is_set() and self._model.sequence <= self._store.durable
        return self._model if readable else None

    def read(self, look: Callable[[Model], T]) -> Awaitable[T]:
        """What `look` sees of the model, once all of it is on the disk; a refusal waits alike.

        Where it is on the disk already, `look` is called at once, and what it raises is raised
        here. Resolves to StoreFailure where it never will be.
        """
        if self.durable_model is None:
            return self._read_when_durable(look)
        seen: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        seen.set_result(look(self._model))
        return seen

    async def _read_when_durable(self, look: Callable[[Model], T]) -> T:
        await self._readable.wait()
        sequence = self._model.sequence
        try:
            return look(self._model)
        finally:
            await self._store.wait_durable(sequence)

    async def settled(self) -> None:
        """Wait until all that has been decided so far is on the disk. Raises StoreFailure."""
        await self._store.wait_durable(self._model.sequence)

    async def take_in_all(self) -> None:
        """Wait until nothing that was said is held back for the sake of its values."""
        if self._parts.values is not None:
            await self._parts.values.settled()

    def flush(self) -> None:
        """Record all text that is held back: the process is about to leave."""
        if self._store.failure is None:
            self._speech.flush()

    async def rebuild(self, base: Model | None = None) -> None:
        """After a failed write: take back what never became durable, by folding what did.

        `base` is the model that stands for what is gone of the log.
        """
        try:
            self._model = await fold_durable(self._store, base)
        finally:
            self._readable.set()

    def _host_said(self, thread_id: ThreadId, actor: Actor, event: ProviderEvent) -> None:
        command = IngestProviderEvent(thread_id=thread_id, event=event)
        self.record(command, actor=actor, cause=self._causes.get(thread_id))

    # ---- commands of clients -------------------------------------------------------------------

    def _decide(self, command: Command, origin: Origin, environment: Mapping[str, str]) -> Answer:
        if self._store.failure is not None:
            return self._answers.fail(self._store.failure)
        if isinstance(command, IngestProviderEvent) and may_speak(
            self._model, command, origin.actor
        ):
            answer = self._answers.open()
            if self._speech.hold_back(self._model, command, answer):
                return answer
        decided = self._rule(command, origin.actor, environment)
        if not isinstance(decided, tuple):
            return self._without_event(Refusal(decided), origin)
        if not decided:
            return self._without_event(unchanged(command, self._model), origin)
        self.confidences.keep(self._model, command)
        stored = self._commit(decided, origin)
        if isinstance(command, CreateThread):
            self._environments[ThreadId(stored[0].stream_id)] = environment
        return self._answer_to(METHOD_OF[type(command)], stored)

    def _without_event(self, came_to: CommandResult | Refusal, origin: Origin) -> Answer:
        """Nothing of it is in the log; still it leaves only when the state it speaks of is."""
        outcome = Outcome(self._model.sequence, came_to)
        if origin.command_id is not None and origin.command_digest is not None:
            self._repeats.keep(origin.command_id, origin.command_digest, outcome)
        return self._answers.give(outcome)

    def _answer_to(self, method: str, stored: Sequence[StoredEvent]) -> Answer:
        last = stored[-1].sequence
        for each in reversed(stored):
            event = each.payload
            if isinstance(event, OperationRequested) and method != "provider/ingest":
                return self._operations.expect(event.operation_id)
        for each in stored:
            result = result_of(each.payload, method, last, self._model)
            if result is not None:
                return self._answers.give(Outcome(last, result))
        raise LookupError(f"no event of {method} carries its answer")

    # ---- text that was held back ---------------------------------------------------------------

    def _record_said(self, command: RecordText | IngestProviderEvent) -> None:
        thread = self._model.threads.get(command.thread_id)
        name = "agent" if thread is None else thread.provider
        cause = self._causes.get(command.thread_id)
        self.record(command, actor=Actor(ActorKind.AGENT, name), cause=cause)

    def _recorded(self, thread_id: ThreadId, answers: Sequence[Answer]) -> None:
        """Text from a host is acknowledged when it is on the disk, with what came with it."""
        sequence = self._model.sequence
        result = IngestResult(sequence=sequence, thread_id=thread_id)
        for answer in answers:
            self._answers.give(Outcome(sequence, result), answer)

    # ---- commit --------------------------------------------------------------------------------

    def _rule(
        self, command: AnyCommand, actor: Actor, environment: Mapping[str, str] = NOBODYS
    ) -> Decided:
        """What the rules say, after what was said before has been recorded."""
        self._speech.before(self._model, command)
        command = self._speech.completed(command)
        facts = self._gathering.facts(command, self._model, actor, environment)
        usage = self._speech.usage(self._model, command)
        if usage is not None:
            facts = attrs.evolve(facts, usage=usage)
        return decide(command, self._model, facts)

    def _commit(self, events: Sequence[Event], origin: Origin) -> list[StoredEvent]:
        """All of one command's events or none: the store is told before the model changes."""
        if self._model.sequence != self._store.head:
            raise RuntimeError("a fold has failed before: the model is behind the log")
        stored = self._stamper.stamp(events, origin, self._model)
        if stored:
            self.appended_bytes += self._store.append(list(map(encode_event, stored)))
        for each in stored:
            self._fold(each)
        return stored

    def _fold(self, stored: StoredEvent) -> None:
        event, sequence = stored.payload, stored.sequence
        fold(self._model, stored)
        for effect in react(event, self._model):
            self._outbox.add(sequence, Due(effect, cause_of(stored)))
        match event:
            case ItemRecorded():
                return
            case TurnStarted():
                self._causes[event.thread_id] = cause_of(stored)
            case TurnCompleted() | TurnFailed():
                self._causes.pop(event.thread_id, None)
                self.confidences.forget(event.thread_id)
                self._speech.forget(event.thread_id)
                self._hosts.forget(event.thread_id)
            case ThreadDeleted():
                self._environments.pop(event.thread_id, None)
                self.confidences.forget(event.thread_id)
            case OperationFailed():
                failure = OperationFailure(event.code, event.message, event.remedy)
                self._operations.settle(event.operation_id, Outcome(sequence, failure))
            case _:
                result = outcome_of(event, sequence)
                if result is not None and result.operation_id is not None:
                    self._operations.settle(result.operation_id, Outcome(sequence, result))

    def _on_durable(self, durable: int) -> None:
        """Whoever is answered has been told of the events before."""
        self.feed.tell_durable()
        self._answers.reached(durable)
        self._outbox.release(durable)

    def _on_failure(self, failure: StoreFailure) -> None:
        """Until `rebuild` is done, the model holds what is not in the log."""
        self._readable.clear()
        self._outbox.close()
        self._answers.fail_all(failure)
        self._operations.fail_all(failure)
        for answer in self._speech.drop():
            self._answers.fail(failure, answer)
        self.feed.tell_health(self.health)
