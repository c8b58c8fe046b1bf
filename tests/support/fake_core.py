"""A small core behind real sessions: a log in memory that becomes durable when it is told to.

It knows a few commands, one for each way in which a command can end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import attrs

from peon.errors import CommandRejected, ExternalFailure, Stale, StoreFailure, Unavailable
from peon.wire import encode_event
from peon_protocol.commands import (
    Command,
    CommitChanges,
    ConfigureProject,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    DeleteThread,
    PushChanges,
    StartTurn,
)
from peon_protocol.events import (
    Event,
    OperationRequested,
    ProjectCreated,
    StoredEvent,
    ThreadCreated,
)
from peon_protocol.ids import (
    CheckpointId,
    EventId,
    ItemId,
    OperationId,
    ProjectId,
    StreamId,
    ThreadId,
    TurnId,
)
from peon_protocol.notifications import OperationProgress, ServerStatusChanged, TurnDelta
from peon_protocol.queries import ListCheckpoints, ListThreads, ReadServerStatus, ReadThread
from peon_protocol.rejections import ProjectIdUsed, ThreadNotFound
from peon_protocol.results import (
    CheckpointList,
    CheckpointResult,
    CommandResult,
    ProjectList,
    ProjectResult,
    ServerStatus,
    ThreadList,
    ThreadReading,
    ThreadResult,
)
from peon_protocol.values import (
    Actor,
    ActorKind,
    CheckpointOperation,
    ItemKind,
    JsonValue,
    TitleSource,
)
from peon_protocol.views import TurnView


@attrs.frozen
class Lines:
    """Events in a row."""

    last: int
    text: bytes


@attrs.frozen
class Line:
    """An event of the log."""

    sequence: int
    thread_id: str | None
    body: bytes


class FakeFeed:
    """The log, and who listens. Only the last `memory` events are at hand."""

    log_id = "log-1"

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.durable = 0
        self.memory = 1_000_000
        self.base = 0
        self.actor = Actor(ActorKind.SERVER, "the core")
        self.history_gate: asyncio.Event | None = None
        self._durable: list[Callable[[], None]] = []
        self._delta: list[Callable[[TurnDelta], None]] = []
        self._progress: list[Callable[[OperationProgress], None]] = []
        self._health: list[Callable[[ServerStatusChanged], None]] = []

    def on_durable(self, callback: Callable[[], None]) -> Callable[[], None]:
        self._durable.append(callback)
        return lambda: self._durable.remove(callback)

    def on_delta(self, callback: Callable[[TurnDelta], None]) -> Callable[[], None]:
        self._delta.append(callback)
        return lambda: self._delta.remove(callback)

    def on_progress(self, callback: Callable[[OperationProgress], None]) -> Callable[[], None]:
        self._progress.append(callback)
        return lambda: self._progress.remove(callback)

    def on_health(self, callback: Callable[[ServerStatusChanged], None]) -> Callable[[], None]:
        self._health.append(callback)
        return lambda: self._health.remove(callback)

    @property
    def listeners(self) -> int:
        return len(self._durable) + len(self._delta) + len(self._health)

    def recent(self, after: int, limit: int) -> Sequence[Line] | None:
        if after < self.durable - self.memory:
            return None
        return self.lines[after : min(after + limit, self.durable)]

    async def history(self, after: int, limit: int) -> Sequence[Line]:
        if self.history_gate is not None:
            await self.history_gate.wait()
        if after < self.base:
            raise Stale(f"Events up to {self.base} are no longer kept.")
        return self.lines[after : min(after + limit, self.durable)]

    def recent_run(self, after: int, limit: int, max_bytes: int) -> Lines | None:
        found = self.recent(after, limit)
        return None if found is None else next(iter(_rows(after, found, max_bytes)))

    async def history_runs(self, after: int, limit: int, max_bytes: int) -> Sequence[Lines]:
        return list(_rows(after, await self.history(after, limit), max_bytes))

    def append(self, event: Event, *, stream: str, thread: str | None) -> int:
        """Put an event at the end; it is not durable yet."""
        sequence = len(self.lines) + 1
        stored = StoredEvent(
            sequence=sequence,
            event_id=EventId(f"log-1:{sequence}"),
            stream_id=StreamId(stream),
            version=1,
            type=event.TYPE,
            schema=event.SCHEMA,
            occurred_at="2026-01-31T08:15:30.250Z",
            command_id=None,
            command_digest=None,
            causation_id=None,
            correlation_id=None,
            actor=self.actor,
            payload=event,
        )
        self.lines.append(Line(sequence, thread, encode_event(stored)))
        return sequence

    def harden(self) -> None:
        """Everything is durable."""
        if self.durable < len(self.lines):
            self.durable = len(self.lines)
            for callback in tuple(self._durable):
                callback()

    def tell_delta(self, delta: TurnDelta) -> None:
        for callback in tuple(self._delta):
            callback(delta)

    def tell_health(self, status: ServerStatusChanged) -> None:
        for callback in tuple(self._health):
            callback(status)


def _rows(after: int, lines: Sequence[Line], max_bytes: int) -> Iterator[Lines]:
    """The lines in rows that are not too long."""
    row: list[bytes] = []
    for line in lines:
        if row and sum(map(len, row)) + len(row) + len(line.body) > max_bytes:
            yield Lines(line.sequence - 1, b",".join(row))
            row = []
        row.append(line.body)
    yield Lines(lines[-1].sequence if lines else after, b",".join(row))


class FakeCore:
    """Decides at once and answers when the log is durable, which is soon unless `held`."""

    def __init__(self) -> None:
        self.log = FakeFeed()
        self.held = False
        self.offered: dict[str, JsonValue] = {}
        self.submitted: list[Command] = []
        self.actors: list[Actor] = []
        self.environments: list[Mapping[str, str]] = []
        self.capacity = asyncio.Event()
        self.capacity.set()
        self.slow_query = asyncio.Event()
        self.cancelled_queries = 0
        self._projects: set[str] = set()
        self._threads: set[str] = set()
        self._waiting: list[tuple[asyncio.Future[CommandResult], CommandResult]] = []
        self._operations: list[tuple[asyncio.Future[CommandResult], CreateCheckpoint]] = []

    def feed(self) -> FakeFeed:
        return self.log

    async def wait_capacity(self) -> None:
        await self.capacity.wait()

    def submit(
        self, command: Command, *, actor: Actor, environment: Mapping[str, str]
    ) -> Awaitable[CommandResult]:
        self.submitted.append(command)
        self.actors.append(actor)
        self.environments.append(environment)
        self.log.actor = actor
        future: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        match command:
            case CreateProject():
                self._create_project(command, future)
            case CreateThread():
                self._create_thread(command, future)
            case CreateCheckpoint():
                self._operations.append((future, command))
                self._append_operation(command)
            case StartTurn(thread_id=thread_id) | DeleteThread(thread_id=thread_id):
                future.set_exception(CommandRejected(ThreadNotFound(thread_id)))
            case CommitChanges():
                refusal = ExternalFailure("git", "the hook said no", code="git.hookFailed")
                future.set_exception(refusal)
            case PushChanges():
                future.set_exception(Unavailable("git", "it is not installed", "Install git."))
            case ConfigureProject():
                future.set_exception(StoreFailure("the disk is full"))
            case _:
                raise RuntimeError("a secret nobody may see")
        return future

    def offer_agents(self, tables: Mapping[str, JsonValue]) -> tuple[str, ...]:
        self.offered.update(tables)
        return ("agent 'bad' is bad",) if "bad" in tables else ()

    def query_at_once(self, query: object) -> object | None:
        match query:
            case ListCheckpoints():
                return CheckpointList(checkpoints=())
            case _:
                return None

    def query(self, query: object, *, environment: Mapping[str, str]) -> Awaitable[object]:
        match query:
            case ReadServerStatus():
                return self._status()
            case ListThreads():
                return self._slowly(ThreadList(threads=(), sequence=self.log.durable))
            case _:
                return self._slowly(ProjectList(projects=(), sequence=self.log.durable))

    def read_thread(
        self, query: ReadThread, seen: Callable[[TurnView], object]
    ) -> Awaitable[ThreadReading]:
        return self._unknown(query.thread_id)

    async def _unknown(self, thread_id: ThreadId) -> ThreadReading:
        raise CommandRejected(ThreadNotFound(thread_id))

    async def read_events(
        self, after: int, limit: int, thread_id: ThreadId | None
    ) -> tuple[list[bytes], int]:
        if after > self.log.durable:
            raise Stale(f"This log ends at {self.log.durable}.")
        lines = [
            line
            for line in self.log.lines[after:]
            if thread_id is None or line.thread_id == thread_id
        ]
        return [line.body for line in lines[:limit]], self.log.durable

    def release(self) -> None:
        """Make everything durable, then answer what waited for it."""
        self.log.harden()
        waiting, self._waiting = self._waiting, []
        for future, result in waiting:
            if not future.done():
                future.set_result(result)

    def finish_operations(self) -> None:
        """Let every checkpoint be taken."""
        operations, self._operations = self._operations, []
        for future, command in operations:
            sequence = self._append_operation(command)
            checkpoint = CheckpointResult(
                sequence=sequence,
                thread_id=command.thread_id,
                operation_id=OperationId("operation-1"),
                checkpoint_id=CheckpointId("checkpoint-1"),
            )
            self._answer(future, checkpoint)

    def write(self, count: int, *, thread: str = "thread-1", title: str = "t") -> None:
        """Put so many events of a thread at the end of the log, durably."""
        for _ in range(count):
            self._append_thread(ThreadId(thread), title)
        self.log.harden()

    def say(
        self, offset: int, text: str, *, thread: str = "thread-1", item: str = "item-1"
    ) -> None:
        """Let an agent say something that is not in the log yet."""
        self.log.tell_delta(
            TurnDelta(
                thread_id=ThreadId(thread),
                turn_id=TurnId("turn-1"),
                item_id=ItemId(item),
                kind=ItemKind.MESSAGE,
                offset=offset,
                end=offset + len(text),
                text=text,
            )
        )

    def _create_project(
        self, command: CreateProject, future: "asyncio.Future[CommandResult]"
    ) -> None:
        project_id = command.project_id or ProjectId(f"project-{len(self._projects) + 1}")
        if project_id in self._projects:
            future.set_exception(CommandRejected(ProjectIdUsed(project_id)))
            return
        self._projects.add(project_id)
        event = ProjectCreated(project_id=project_id, root=command.root, title=command.title or "")
        sequence = self.log.append(event, stream=project_id, thread=None)
        self._answer(future, ProjectResult(sequence=sequence, project_id=project_id))

    def _create_thread(
        self, command: CreateThread, future: "asyncio.Future[CommandResult]"
    ) -> None:
        thread_id = command.thread_id or ThreadId(f"thread-{len(self._threads) + 1}")
        self._threads.add(thread_id)
        sequence = self._append_thread(thread_id, command.title or "")
        self._answer(future, ThreadResult(sequence=sequence, thread_id=thread_id))

    def _append_thread(self, thread_id: ThreadId, title: str) -> int:
        event = ThreadCreated(
            thread_id=thread_id,
            project_id=ProjectId("project-1"),
            title=title,
            title_source=TitleSource.USER,
            provider="script",
        )
        return self.log.append(event, stream=thread_id, thread=thread_id)

    def _append_operation(self, command: CreateCheckpoint) -> int:
        event = OperationRequested(
            thread_id=command.thread_id,
            operation_id=OperationId("operation-1"),
            operation=CheckpointOperation(CheckpointId("checkpoint-1"), command.description),
        )
        sequence = self.log.append(event, stream=command.thread_id, thread=command.thread_id)
        if not self.held:
            asyncio.get_running_loop().call_soon(self.release)
        return sequence

    def _answer(self, future: "asyncio.Future[CommandResult]", result: CommandResult) -> None:
        self._waiting.append((future, result))
        if not self.held:
            asyncio.get_running_loop().call_soon(self.release)

    async def _status(self) -> ServerStatus:
        return ServerStatus(
            health="ok",
            message=None,
            version="0.0.0",
            log_id=self.log.log_id,
            sequence=self.log.durable,
            running_turns=0,
            pending_actions=0,
            clients=1,
        )

    async def _slowly(self, result: object) -> object:
        try:
            await self.slow_query.wait()
        except asyncio.CancelledError:
            self.cancelled_queries += 1
            raise
        return result

    async def _refuse(self, error: Exception) -> object:
        raise error
