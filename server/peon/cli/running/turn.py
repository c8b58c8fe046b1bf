"""One turn, from a folder and a prompt to its end."""

import asyncio
import enum
from pathlib import Path
from typing import Final

import attrs

from peon.cli.client import Client, JsonObject, RequestFailed, ServerGone
from peon.cli.running.answering import Answerer
from peon.cli.running.forms import Answers
from peon.cli.running.output import Output
from peon.cli.telling import one_line
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import (
    ApprovePendingAction,
    CreateProject,
    CreateThread,
    InterruptTurn,
    RejectPendingAction,
    StartTurn,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    StoredEvent,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.ids import ActionId, ProjectId, ThreadId, TurnId
from peon_protocol.notifications import EventsResync
from peon_protocol.queries import SubscribeEvents
from peon_protocol.queue_results import ActionResult
from peon_protocol.results import (
    ProjectResult,
    SubscribeResult,
    ThreadResult,
    TurnResult,
)
from peon_protocol.values import Mode, StopReason

_LONGEST_TITLE: Final = 60


class Ending(enum.IntEnum):
    """How a run ends; the number is the exit code."""

    COMPLETED = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 3


@attrs.frozen(kw_only=True)
class Errand:
    """What is wanted of whom. What is None, the project or the server decides."""

    prompt: str
    project: Path
    provider: str | None
    mode: Mode | None
    model: str | None


class RunningTurn:
    """Starts a turn and sees it through. Belongs to the loop."""

    def __init__(self, output: Output, answerer: Answerer, tasks: TaskOwner) -> None:
        self._output = output
        self._answerer = answerer
        self._tasks = tasks
        self._client: Client | None = None
        self._thread_id: ThreadId | None = None
        self._turn_id: TurnId | None = None
        self._waiting: dict[ActionId, ActionRequested] = {}
        self._asking: asyncio.Task[None] | None = None
        self._asked: ActionId | None = None
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def see_through(self, client: Client, errand: Errand) -> Ending:
        """Do the errand. Raises RequestFailed where it is refused, and ServerGone."""
        self._client = client
        project_id = await _project(client, errand.project)
        created = await client.ask(
            CreateThread(
                project_id=project_id,
                title=one_line(errand.prompt)[:_LONGEST_TITLE] or None,
                provider=errand.provider,
                model=errand.model,
                mode=errand.mode,
            ),
            ThreadResult,
        )
        self._thread_id = created.thread_id
        await self._subscribe(after=created.sequence - 1)
        command = StartTurn(thread_id=created.thread_id, prompt=errand.prompt)
        self._turn_id = (await client.ask(command, TurnResult)).turn_id
        self._tasks.start(self._notice_loss(client), name="noticing the server's end")
        return await self._ended

    def interrupt(self) -> bool:
        """Ask the turn to stop; whether there is one that can be asked."""
        if self._client is None or self._thread_id is None or self._turn_id is None:
            return False
        command = InterruptTurn(thread_id=self._thread_id, turn_id=self._turn_id)
        self._tasks.start(self._ask_to_stop(self._client, command), name="interrupting")
        return True

    # --- what the feed brings ----------------------------------------------------------------

    def event(self, event: StoredEvent, raw: JsonObject) -> None:
        """Take in an event of the thread."""
        self._output.event(event, raw)
        match event.payload:
            case ActionRequested() as asked:
                self._waiting[asked.action_id] = asked
                self._ask_next()
            case ActionResolved(action_id=action_id):
                self._settled(action_id)
            case TurnCompleted(stop_reason=StopReason.CANCELLED | StopReason.INTERRUPTED):
                self._end(Ending.INTERRUPTED)
            case TurnCompleted():
                self._end(Ending.COMPLETED)
            case TurnFailed():
                self._end(Ending.FAILED)
            case _:
                return

    def resync(self, cut: EventsResync) -> None:
        """We were too slow: go on from where we were cut off."""
        self._tasks.start(self._subscribe(after=cut.after), name="subscribing again")

    # --- questions ---------------------------------------------------------------------------

    def _ask_next(self) -> None:
        """One question at a time: a person has one keyboard."""
        if self._asking is None and self._waiting:
            asked = next(iter(self._waiting.values()))
            self._asked = asked.action_id
            self._asking = self._tasks.start(self._ask(asked), name="asking")

    async def _ask(self, asked: ActionRequested) -> None:
        self._output.question(asked)
        answers = await self._answerer.answer(asked)
        # From here on nobody calls the question off: the answer is on its way.
        self._asked = None
        await self._tell(asked, answers)
        self._waiting.pop(asked.action_id, None)
        self._asking = None
        self._ask_next()

    def _settled(self, action_id: ActionId) -> None:
        """Somebody else has answered, or the mode, or the end of the turn."""
        self._waiting.pop(action_id, None)
        if self._asked == action_id and self._asking is not None:
            self._asking.cancel()
            self._asking = self._asked = None
            self._ask_next()

    async def _tell(self, asked: ActionRequested, answers: Answers | None) -> None:
        if self._client is None:
            raise ValueError("nobody to tell")
        command: ApprovePendingAction | RejectPendingAction
        if answers is None:
            command = RejectPendingAction(thread_id=asked.thread_id, action_id=asked.action_id)
        else:
            command = ApprovePendingAction(
                thread_id=asked.thread_id, action_id=asked.action_id, answers=answers or None
            )
        try:
            await self._client.ask(command, ActionResult)
        except RequestFailed as error:
            # Somebody was quicker, or the turn is over: the feed says so too.
            self._output.note(str(error))

    # --- the rest ----------------------------------------------------------------------------

    async def _subscribe(self, *, after: int) -> None:
        if self._client is None or self._thread_id is None:
            raise ValueError("there is no thread yet")
        wanted = SubscribeEvents(
            after=after, thread_ids=(self._thread_id,), deltas=self._output.wants_deltas
        )
        await self._client.ask(wanted, SubscribeResult)

    async def _ask_to_stop(self, client: Client, command: InterruptTurn) -> None:
        try:
            await client.ask(command, TurnResult)
        except RequestFailed as error:
            self._output.note(str(error))

    async def _notice_loss(self, client: Client) -> None:
        await client.gone.wait()
        if not self._ended.done():
            self._ended.set_exception(ServerGone())

    def _end(self, ending: Ending) -> None:
        if not self._ended.done():
            self._ended.set_result(ending)


async def _project(client: Client, folder: Path) -> ProjectId:
    """The project of the folder, made if there is none."""
    try:
        created = await client.ask(CreateProject(root=str(folder)), ProjectResult)
    except RequestFailed as error:
        match error.content.details:
            case {"projectId": str() as existing} if error.content.kind == "project.rootInUse":
                return ProjectId(existing)
            case _:
                raise
    return created.project_id
