"""An engine on its own: a store in memory, a clock that stands still, a world without obstacles."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from peon.domain.commands import (
    CheckpointTaken,
    InternalCommand,
    Outcome,
    RecordOperation,
    RecordTurnCheckpoint,
)
from peon.domain.effects import Effect
from peon.domain.facts import (
    LiteralSecret,
    Places,
    ProviderFacts,
    ProviderObstacle,
    RootFact,
    Takes,
)
from peon.domain.model import Model, Thread, Turn
from peon.engine.coalescer import CoalescerLimits
from peon.engine.engine import Engine, EngineParts
from peon.engine.envelopes import Cause
from peon.engine.outbox import Due
from peon.engine.restart import restart
from peon.journal.memory import MemoryStore
from peon.journal.port import EventStore
from peon.providers.secrets import Secrets
from peon.runtime.ids import CountingIds
from peon.wire import decode_event
from peon_protocol.commands import (
    Command,
    CreateProject,
    CreateThread,
    IngestProviderEvent,
    StartTurn,
)
from peon_protocol.events import Event, ItemRecorded, StoredEvent
from peon_protocol.ids import EventId, ProjectId, ThreadId, TurnId
from peon_protocol.notifications import TurnDelta
from peon_protocol.provider_events import ProviderEvent, TextDelta
from peon_protocol.results import CommandResult
from peon_protocol.values import Actor, ActorKind, McpServer
from support.clock import FakeClock, give_way
from support.given import places_of

E = TypeVar("E", bound=Event)

ADA: Final = Actor(ActorKind.CLIENT, "ada")
AGENT: Final = Actor(ActorKind.AGENT, "script")
GARDEN: Final = ProjectId("garden")
TALK: Final = ThreadId("talk")
ROSES: Final = TurnId("roses")
SHELL: Final = {"PATH": "/bin"}
WHY: Final = Cause(EventId("memory:7"), EventId("memory:5"))


class OpenWorld:
    """A world in which every folder may be a project."""

    def root(self, path: str) -> RootFact:
        return RootFact(path)

    def providers(self) -> ProviderFacts:
        return ProviderFacts(frozenset({"script", "host"}), "")

    def look_at_providers(self) -> None:
        """Nobody changes anything."""

    def default_provider(self, environment: Mapping[str, str]) -> str:
        return "script"

    def obstacle(self, provider: str, environment: Mapping[str, str]) -> ProviderObstacle | None:
        return None

    def takes(self, provider: str) -> Takes | None:
        return None

    def literal_secret(self, servers: Iterable[McpServer]) -> LiteralSecret | None:
        return None

    def secrets(self, root: str, environment: Mapping[str, str]) -> Secrets:
        """What stands in a variable, word by word."""
        return Secrets(tuple(environment.get("SECRET", "").split()))

    def places(self, root: str, paths: Iterable[str]) -> Places:
        return places_of(paths, outside=any(not path.startswith(root) for path in paths))


class Desk:
    """An engine, and everything that has come out of it."""

    def __init__(
        self,
        store: EventStore,
        clock: FakeClock,
        *,
        model: Model | None = None,
        ids: CountingIds | None = None,
        limits: CoalescerLimits | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids or CountingIds()
        parts = EngineParts(store, clock, self.ids, OpenWorld(), limits or CoalescerLimits())
        self.engine = Engine(parts, model or Model())
        self.dues: list[Due] = []
        self.deltas: list[TurnDelta] = []
        self.engine.performed_by(self.dues.append)
        self.engine.feed.on_delta(self.deltas.append)

    @classmethod
    def in_memory(cls, limits: CoalescerLimits | None = None) -> "Desk":
        return cls(MemoryStore(), FakeClock(), limits=limits)

    @property
    def memory(self) -> MemoryStore:
        """The store, where it is one that can be held back."""
        assert isinstance(self.store, MemoryStore)
        return self.store

    def restarted(self) -> "Desk":
        """What a process finds that starts where this one was killed."""
        store, recovered = self.memory.reopened()
        return Desk(store, self.clock, model=restart(recovered).model, ids=self.ids)

    def submit(
        self, command: Command, *, actor: Actor = ADA, environment: Mapping[str, str] = SHELL
    ) -> "asyncio.Future[CommandResult]":
        return self.engine.submit(command, actor=actor, environment=environment)

    def hear(self, event: ProviderEvent, thread_id: ThreadId = TALK) -> bool:
        """Take in what an agent says."""
        command = IngestProviderEvent(thread_id=thread_id, event=event)
        return self.engine.record(command, actor=AGENT, cause=WHY)

    def say(self, text: str, thread_id: ThreadId = TALK) -> bool:
        """Let the agent say something."""
        return self.hear(TextDelta(text=text), thread_id)

    def record(self, command: InternalCommand, *, cause: Cause | None = WHY) -> bool:
        return self.engine.record(command, cause=cause)

    def finish(self, outcome: Outcome, thread_id: ThreadId = TALK) -> bool:
        """Say what came of the operation that is open."""
        operation = self.thread(thread_id).operation
        assert operation is not None
        return self.record(RecordOperation(thread_id, operation.operation_id, outcome))

    async def open_thread(self, thread_id: ThreadId = TALK, *, provider: str = "script") -> None:
        """A thread that nothing was asked of, in the garden."""
        if GARDEN not in self.engine.model.projects:
            await self.submit(CreateProject(root="/garden", project_id=GARDEN))
        await self.submit(CreateThread(project_id=GARDEN, thread_id=thread_id, provider=provider))

    async def open_turn(self, thread_id: ThreadId = TALK, *, provider: str = "script") -> None:
        """A turn that the agent works on."""
        await self.open_thread(thread_id, provider=provider)
        await self.submit(StartTurn(thread_id=thread_id, turn_id=ROSES, prompt="water them"))
        self.record(RecordTurnCheckpoint(thread_id, ROSES, CheckpointTaken("0")))
        await self.settled()

    async def settled(self) -> None:
        """Let what was decided become durable and have its effect."""
        await self.engine.settled()
        await give_way()

    def thread(self, thread_id: ThreadId = TALK) -> Thread:
        return self.engine.model.threads[thread_id]

    def turn(self, thread_id: ThreadId = TALK) -> Turn:
        return self.thread(thread_id).turns[ROSES]

    @property
    def effects(self) -> list[Effect]:
        return [due.effect for due in self.dues]

    async def log(self) -> list[StoredEvent]:
        """Every durable event."""
        return [decode_event(body) for body in await self.store.read(0, 1_000_000, 1 << 40)]

    async def events(self, kind: type[E]) -> list[E]:
        """The payloads of one kind that are durable."""
        return [each.payload for each in await self.log() if isinstance(each.payload, kind)]

    async def texts(self) -> list[str]:
        """The pieces in which text was recorded."""
        items = await self.events(ItemRecorded)
        return [item.append.text for item in items if item.append is not None]
