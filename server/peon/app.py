"""The composition root: the only place that names every concrete class and puts them together."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final, Self

import attrs

from peon import __version__
from peon.domain.provider import goes_on_alone
from peon.engine import snapshots
from peon.engine.coalescer import CoalescerLimits
from peon.engine.engine import Engine, EngineParts
from peon.engine.feed import Feed
from peon.engine.large_values import LargeValues
from peon.engine.restart import Restarted, model_of, restart
from peon.engine.snapshooting import Snapshooter
from peon.errors import StoreFailure
from peon.journal.blobs import BlobStore
from peon.journal.filesystem import FileSystem, LocalFileSystem
from peon.journal.port import Recovered
from peon.journal.store import SegmentStore, StoreOptions
from peon.providers.catalog import Catalog, CatalogParts, Tables
from peon.providers.kinds import make_provider
from peon.providers.logins import Logins
from peon.providers.port import Provider
from peon.providers.process import Deadlines
from peon.providers.programs import Programs
from peon.providers.registry import AgentEntry
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Patience, Terms
from peon.reactors.agents import AgentParts, Agents
from peon.reactors.branches import Branches
from peon.reactors.cancelling import Cancelling
from peon.reactors.captures import CaptureParts, Captures
from peon.reactors.expectations import Expectations
from peon.reactors.explaining import Explaining
from peon.reactors.keeping import Keeping, KeepingParts
from peon.reactors.lanes import Lanes
from peon.reactors.operations import OperationParts, Operations
from peon.reactors.provider_queries import ProviderQueries
from peon.reactors.queries import Queries
from peon.reactors.reactors import Reactors
from peon.reactors.readings import Readings
from peon.reactors.reviews import Reviews
from peon.reactors.upkeep import CheckpointUpkeep, UpkeepParts
from peon.reactors.worktrees import Worktrees
from peon.reactors.world import LocalWorld
from peon.runtime.clock import Clock, SystemClock
from peon.runtime.ids import IdSource, RandomIds
from peon.runtime.settings import Settings
from peon.runtime.tasks import TaskOwner
from peon.workspace.steps import Steps, no_steps
from peon.workspace.unit import CaptureLimits
from peon.workspace.workspace import Workspace
from peon_protocol.commands import Command
from peon_protocol.ids import ThreadId
from peon_protocol.queries import Query, ReadThread
from peon_protocol.results import CommandResult, ThreadReading
from peon_protocol.values import Actor
from peon_protocol.views import TurnView

logger = logging.getLogger(__name__)

CRASHED: Final = "The server stopped while this turn was running."
LEFT: Final = "The server was asked to leave while this turn was running."


def unheard(_: int, __: int) -> None:
    """Nobody wants to know how far a start is."""


@attrs.frozen(kw_only=True)
class AppOptions:
    """What an app is made of besides its settings. `environment` is the server's own.

    The rest stands for the machine; a test may put something in its place.
    """

    environment: Mapping[str, str] = attrs.field(repr=False)
    shipped_agents: bool = True
    """Whether the agents that everybody knows are offered, besides the embedded one."""
    clock: Clock = attrs.field(factory=SystemClock)
    ids: IdSource = attrs.field(factory=RandomIds)
    more_providers: tuple[Provider, ...] = ()
    """Kinds of agent that are no program to be started."""
    filesystem: FileSystem = attrs.field(factory=LocalFileSystem)
    """Where the log is written."""
    steps: Steps = no_steps
    """Told each step of a restore."""
    reading: Callable[[int, int], None] = unheard
    """Told how far the log was read while the model is made: the event, and the last there is."""


class App:
    """Everything that sessions need, put together: satisfies `peon.rpc.core.Core`."""

    def __init__(self, settings: Settings, options: AppOptions) -> None:
        """Own the state directory and recover what is in it.

        Raises Unavailable where the directory cannot be used, JournalDamaged where its log cannot
        be
        read; nothing is changed then. Called on the loop that the app shall live on.
        """
        self._tasks = TaskOwner("peon")
        self._store, recovered = _open_store(settings, options)
        _report(recovered)
        self._blobs = BlobStore.open(settings.state_dir, filesystem=options.filesystem)
        self._supervisor = _supervisor(settings, options, self._tasks)
        self._catalog = _catalog(options, settings, self._supervisor)
        self._environment = options.environment
        head = self._store.head
        restarted = restart(recovered, lambda sequence: options.reading(sequence, head))
        values = LargeValues(self._blobs, self._tasks, large=settings.blob_bytes)
        self._engine = _engine(settings, options, self._store, restarted, self._catalog, values)
        self._workspace = _workspace(settings, options)
        self._upkeep = _upkeep(settings, options, self._engine, self._workspace)
        self._expectations = Expectations(settings.state_dir / "operations")
        self._branches = Branches(
            self._engine, self._workspace, self._expectations, self._catalog.programs
        )
        self._cancelling = Cancelling(self._engine)
        self._reactors = self._make_reactors(settings, options)
        self._leaving = False
        self._leave_seconds = settings.stop_seconds
        self._snapshooter = Snapshooter(self._engine, self._store, self._tasks, restarted)
        self._keeping = Keeping(
            KeepingParts(
                engine=self._engine,
                store=self._store,
                blobs=self._blobs,
                values=values,
                snapshooter=self._snapshooter,
                clock=options.clock,
                retention=settings.retention,
                state_dir=settings.state_dir,
            )
        )
        self._queries = self._make_queries(options)
        self._store.on_failure(self._on_failure)

    async def start(self) -> Self:
        """Settle what the process before left unfinished; then take on work."""
        self._catalog.programs.ask_soon(self._environment, self._tasks)
        await self._supervisor.reap()
        for restored in await self._workspace.recover():
            if restored.problem is not None:
                logger.warning("a restore of %s: %s", restored.root, restored.problem)
        await self._reactors.recover(CRASHED)
        self._engine.performed_by(self._reactors.perform)
        with suppress(StoreFailure):  # Then the log is served as it is, and its health says why.
            await self._engine.settled()
        self._snapshooter.after_start()
        self._tasks.start(self._keeping.run(), name="keeping")
        self._tasks.start(self._upkeep.run(), name="upkeep")
        return self

    def submit(
        self, command: Command, *, actor: Actor, environment: Mapping[str, str]
    ) -> Awaitable[CommandResult]:
        """Decide a command now; see `peon.engine.engine.Engine.submit`."""
        return self._engine.submit(command, actor=actor, environment=environment)

    def query_at_once(self, query: Query) -> object | None:
        """Answer a query, if that takes no waiting."""
        return self._queries.answer_at_once(query)

    def query(self, query: Query, *, environment: Mapping[str, str]) -> Awaitable[object]:
        """Answer a query."""
        return self._queries.answer(query, environment)

    def read_thread(
        self, query: ReadThread, seen: Callable[[TurnView], object]
    ) -> Awaitable[ThreadReading]:
        """Answer a query about a thread, showing turns as they are looked at."""
        return self._queries.read_thread(query, seen)

    def offer_agents(self, tables: Tables) -> tuple[str, ...]:
        """Add agents that a client knows; where something is wrong with them, only say what."""
        return self._catalog.offer(tables)

    async def read_events(
        self, after: int, limit: int, thread_id: ThreadId | None
    ) -> tuple[Sequence[bytes], int]:
        """Encoded durable events behind `after`, and the head of the log. Raises Stale."""
        return await self._engine.feed.read(after, limit, thread_id), self._store.durable

    async def wait_capacity(self) -> None:
        """Return once the journal has room for more, or has failed and takes none."""
        if self._store.failure is None:
            try:
                await self._store.wait_capacity()
            except StoreFailure:
                return

    def feed(self) -> Feed:
        """What subscriptions are served from."""
        return self._engine.feed

    @property
    def at_work(self) -> bool:
        """Whether a turn or an operation goes on that waits neither for a person nor for a host."""
        model = self._engine.model
        return any(goes_on_alone(model.threads[each]) for each in model.busy)

    async def close(self) -> None:
        """End turns and agents, make everything durable, leave a snapshot, let go of the state.

        Whatever goes wrong on the way, the rest is done.
        """
        self._leaving = True
        self._snapshooter.stop()
        async with AsyncExitStack() as last:
            last.push_async_callback(self._store.close)
            last.push_async_callback(self._blobs.close)
            last.callback(self._workspace.close)
            last.push_async_callback(self._leave_snapshot)
            last.push_async_callback(self._tasks.close)
            last.push_async_callback(self._supervisor.close)
            await self._reactors.leave(LEFT, seconds=self._leave_seconds)

    async def _leave_snapshot(self) -> None:
        if self._store.failure is None:
            await self._snapshooter.take()

    def _make_queries(self, options: AppOptions) -> Queries:
        return Queries(
            self._engine,
            Readings(self._engine, self._workspace, self._blobs),
            ProviderQueries(self._engine, self._catalog, options.environment),
            Reviews(self._engine, self._workspace),
            Explaining(self._engine, self._workspace),
            Worktrees(self._engine, self._workspace),
            self._branches,
            self._cancelling,
            __version__,
        )

    def _make_reactors(self, settings: Settings, options: AppOptions) -> Reactors:
        engine, workspace, tasks = self._engine, self._workspace, self._tasks
        capturing = CaptureParts(
            workspace=workspace,
            tasks=tasks,
            start_seconds=settings.checkpoint_start_seconds,
            end_seconds=settings.checkpoint_end_seconds,
        )
        captures = Captures(engine, capturing)
        parts = AgentParts(
            providers=self._catalog,
            ids=options.ids,
            tasks=tasks,
            environment=options.environment,
            host_seconds=settings.interrupt_seconds,
            rest_seconds=settings.rest_seconds,
        )
        operations = Operations(
            OperationParts(
                engine=engine,
                workspace=workspace,
                captures=captures,
                cancelling=self._cancelling,
                expectations=self._expectations,
                reviews=Reviews(engine, workspace),
                worktrees=Worktrees(engine, workspace),
                branches=self._branches,
                environment=options.environment,
                turn_is_over=self._upkeep.turn_is_over,
            )
        )
        return Reactors(engine, Agents(engine, parts), captures, operations, Lanes(), tasks)

    async def _rebuild(self) -> None:
        base = await self._store.read_base()
        await self._engine.rebuild(None if base is None else model_of(base))

    def _on_failure(self, _: StoreFailure) -> None:
        """Nothing can be recorded any more: take back what never became durable, end agents."""
        if self._leaving:
            return
        self._tasks.start(self._rebuild(), name="rebuild")
        self._tasks.start(self._reactors.agents.close_all(), name="end agents")


def _workspace(settings: Settings, options: AppOptions) -> Workspace:
    bounds = settings.retention.checkpoints
    return Workspace(
        state=settings.state_dir,
        clock=options.clock,
        environ=options.environment,
        limits=CaptureLimits(file_bytes=bounds.file_bytes, quota=bounds.keep_bytes),
        steps=options.steps,
    )


def _upkeep(
    settings: Settings, options: AppOptions, engine: Engine, workspace: Workspace
) -> CheckpointUpkeep:
    return CheckpointUpkeep(
        UpkeepParts(
            engine=engine,
            workspace=workspace,
            clock=options.clock,
            bounds=settings.retention.checkpoints,
        )
    )


def _open_store(settings: Settings, options: AppOptions) -> tuple[SegmentStore, Recovered]:
    return SegmentStore.open(
        settings.state_dir,
        fingerprint=snapshots.fingerprint(),
        options=StoreOptions(
            filesystem=options.filesystem,
            ids=options.ids,
            segment_bytes=settings.segment_bytes,
            tail_bytes=settings.tail_bytes,
        ),
    )


def _report(recovered: Recovered) -> None:
    for torn in recovered.torn:
        logger.warning("the log ended in the middle of a write; set aside: %s", torn)
    for ignored in recovered.ignored:
        logger.info("a snapshot is not used: %s", ignored)


def _supervisor(settings: Settings, options: AppOptions, tasks: TaskOwner) -> Supervisor:
    deadlines = Deadlines(close=settings.stop_seconds, terminate=settings.stop_seconds)
    return Supervisor(settings.state_dir, ids=options.ids, tasks=tasks, deadlines=deadlines)


def _catalog(options: AppOptions, settings: Settings, supervisor: Supervisor) -> Catalog:
    patience = Patience(
        agree=settings.interrupt_seconds,
        silence=settings.silence_seconds,
        work=settings.work_seconds,
    )
    programs = Programs()

    def make(entry: AgentEntry) -> Provider:
        return make_provider(
            entry,
            supervisor=supervisor,
            terms=Terms(
                name=entry.name,
                tokens=entry.tokens,
                our_version=__version__,
                patience=patience,
                logins=Logins((entry.command, *entry.args)),
            ),
            programs=programs,
        )

    return Catalog(
        CatalogParts(
            make=make,
            programs=programs,
            fixed=options.more_providers,
            user_file=settings.agents_file,
            shipped=options.shipped_agents,
        )
    )


def _engine(
    settings: Settings,
    options: AppOptions,
    store: SegmentStore,
    restarted: Restarted,
    catalog: Catalog,
    values: LargeValues,
) -> Engine:
    home = Path(options.environment.get("HOME", "/"))
    world = LocalWorld(catalog, home=home, private=(settings.state_dir,))
    limits = CoalescerLimits(bytes=settings.coalesce_bytes, seconds=settings.coalesce_seconds)
    parts = EngineParts(store, options.clock, options.ids, world, limits, values)
    return Engine(parts, restarted.model)
