"""An app at work: a real repository and state folder, an agent that a test leads, and the embedded
one.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import attrs
import psutil

from peon.app import App, AppOptions
from peon.errors import CommandRejected, ExternalFailure
from peon.runtime.clock import Clock, SystemClock
from peon.runtime.settings import Settings
from peon.wire import decode_event
from peon.workspace.steps import Steps, no_steps
from peon.workspace.workspace import Workspace
from peon_protocol.commands import Command, CreateProject, CreateThread, StartTurn
from peon_protocol.events import Event, StoredEvent, TurnCompleted, TurnFailed
from peon_protocol.ids import ProjectId, ThreadId, TurnId
from peon_protocol.notifications import TurnDelta
from peon_protocol.queries import ReadThread
from peon_protocol.rejections import Rejection
from peon_protocol.results import CommandResult, ThreadReading
from peon_protocol.values import Actor, ActorKind, Mode
from peon_protocol.views import ThreadView
from support.clock import FakeClock, give_way
from support.repositories import IDENTITY, Repo, make_repo
from support.tame_agent import TAME, TameProvider

E = TypeVar("E", bound=Event)
R = TypeVar("R")

ADA: Final = Actor(ActorKind.CLIENT, "ada")
GARDEN: Final = ProjectId("garden")
TALK: Final = ThreadId("talk")
OTHER: Final = ThreadId("other")


class House:
    """One app on one state folder, and the folder its threads work in."""

    def __init__(self, place: Path, *, clock: Clock | None = None, steps: Steps = no_steps) -> None:
        self.place = place
        self.environment = {**os.environ, **IDENTITY}
        self.repo = make_repo(place / "garden", self.environment)
        self.settings = attrs.evolve(Settings.at(place / "state"), stop_seconds=0.5)
        self.tame = TameProvider()
        self.options = AppOptions(
            environment=self.environment,
            shipped_agents=False,
            clock=clock or SystemClock(),
            more_providers=(self.tame,),
            steps=steps,
        )
        self._app: App | None = None

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app

    @property
    def workspace(self) -> Workspace:
        """The app's own: only it may hold the folder."""
        found: Workspace = vars(self.app)["_workspace"]
        return found

    async def open(self) -> None:
        """Start the app, on whatever the one before has left."""
        self._app = await App(self.settings, self.options).start()

    async def close(self) -> None:
        if self._app is not None:
            app, self._app = self._app, None
            await app.close()

    # ---- asking --------------------------------------------------------------------------------

    def submit(self, command: Command) -> "asyncio.Future[CommandResult]":
        answer = self.app.submit(command, actor=ADA, environment=self.environment)
        assert isinstance(answer, asyncio.Future)
        return answer

    async def ask(self, command: Command, kind: type[R]) -> R:
        """The result of a command, which is of this kind."""
        result = await self.submit(command)
        assert isinstance(result, kind)
        return result

    async def refusal(self, command: Command) -> Rejection:
        try:
            await self.submit(command)
        except CommandRejected as refused:
            return refused.rejection
        raise AssertionError(f"{command} was accepted")

    async def failure(self, command: Command) -> str:
        """The code with which an operation failed."""
        try:
            await self.submit(command)
        except ExternalFailure as failed:
            return failed.code
        raise AssertionError(f"{command} succeeded")

    async def open_thread(
        self, thread_id: ThreadId = TALK, *, provider: str = TAME, mode: Mode = Mode.ASK
    ) -> None:
        """A thread in the garden, which is made a project first if need be."""
        if thread_id == TALK:
            await self.submit(CreateProject(root=str(self.repo.root), project_id=GARDEN))
        await self.submit(
            CreateThread(project_id=GARDEN, thread_id=thread_id, provider=provider, mode=mode)
        )

    async def start_turn(self, name: str = "one", *, thread_id: ThreadId = TALK) -> None:
        command = StartTurn(thread_id=thread_id, turn_id=TurnId(name), prompt=name)
        await self.submit(command)

    # ---- looking -------------------------------------------------------------------------------

    async def log(self) -> list[StoredEvent]:
        """Every durable event."""
        bodies, _ = await self.app.read_events(0, 1_000_000, None)
        return [decode_event(body) for body in bodies]

    async def events(self, kind: type[E]) -> list[E]:
        return [each.payload for each in await self.log() if isinstance(each.payload, kind)]

    async def types(self, *, after: int = 0) -> list[str]:
        """The types of the events behind a place."""
        return [each.type for each in await self.log() if each.sequence > after]

    async def thread(self, thread_id: ThreadId = TALK) -> ThreadView:
        query = ReadThread(thread_id=thread_id)
        reading = await self.app.query(query, environment=self.environment)
        assert isinstance(reading, ThreadReading)
        return reading.thread

    async def until(self, found: Callable[[list[StoredEvent]], object]) -> None:
        """Wait until the log is as `found` wants it."""
        news = asyncio.Event()
        stop = self.app.feed().on_durable(news.set)
        try:
            while not found(await self.log()):
                await news.wait()
                news.clear()
        finally:
            stop()

    async def until_event(self, kind: type[E], *, times: int = 1) -> list[E]:
        """Wait until there are so many events of a kind."""
        await self.until(lambda log: sum(isinstance(each.payload, kind) for each in log) >= times)
        return await self.events(kind)

    async def until_delta(self) -> TurnDelta:
        """The next fragment of text."""
        deltas: asyncio.Queue[TurnDelta] = asyncio.Queue()
        stop = self.app.feed().on_delta(deltas.put_nowait)
        try:
            return await deltas.get()
        finally:
            stop()

    async def end_of_turn(self, name: str = "one") -> TurnCompleted | TurnFailed:
        """The event that ends a turn, once it is there."""
        ends: list[TurnCompleted | TurnFailed] = []

        def ended(log: list[StoredEvent]) -> bool:
            for each in log:
                event = each.payload
                if isinstance(event, TurnCompleted | TurnFailed) and event.turn_id == name:
                    ends.append(event)
            return bool(ends)

        await self.until(ended)
        return ends[0]

    async def captured(self) -> None:
        """Wait until all that was said has been heard, and the files were looked at for it."""
        await vars(self.app)["_engine"].settled()
        await give_way()
        await vars(vars(self.app)["_reactors"].lanes)["_idle"].wait()

    @asynccontextmanager
    async def busy_folder(self) -> AsyncIterator[None]:
        """Let no capture begin, as when another one takes long."""
        history = await self.workspace.history(self.repo.root)
        async with history.exclusively():
            yield


def add_remote(repo: Repo, place: Path) -> Repo:
    """A repository that `repo` pushes to, as `origin`."""
    place.mkdir()
    remote = Repo(place, repo.environ)
    remote.git("init", "-q", "--bare", "-b", "main")
    repo.git("remote", "add", "origin", str(place))
    return remote


@attrs.frozen
class Leftovers:
    """What lives in this process beside the test: tasks by name, and processes it has started."""

    tasks: frozenset[str]
    processes: frozenset[int]

    @classmethod
    def now(cls) -> "Leftovers":
        others = asyncio.all_tasks() - {asyncio.current_task()}
        tasks = frozenset(task.get_name() for task in others)
        children = psutil.Process().children(recursive=True)
        return cls(tasks, frozenset(child.pid for child in children))


@asynccontextmanager
async def open_house(
    place: Path, *, clock: Clock | None = None, steps: Steps = no_steps
) -> AsyncIterator[House]:
    """A house, which leaves no task and no process behind when it is closed."""
    before = Leftovers.now()
    made = House(place, clock=clock, steps=steps)
    await made.open()
    try:
        yield made
    finally:
        if isinstance(clock, FakeClock):
            clock.go_on()
        await made.close()
    assert Leftovers.now() == before
