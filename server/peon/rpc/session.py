"""One connection is one session: its life from `initialize` to the last byte.

All sessions share the core and the routes; what is here belongs to one client.
"""

import asyncio
import contextlib
import enum
import logging
from collections.abc import Callable, Mapping

from lsprotocol import types

from peon.errors import StoreFailure
from peon.rpc.caller import Caller
from peon.rpc.connection import Connection
from peon.rpc.core import Core
from peon.rpc.dispatch import Routes
from peon.rpc.endpoint import Endpoint
from peon.rpc.failures import Boundary
from peon.rpc.life_cycle import LifeCycle, Phase
from peon.rpc.limits import Limits
from peon.rpc.messages import notification_body
from peon.rpc.options import PROVIDERS, read_options
from peon.rpc.parents import ParentWatch
from peon.rpc.plain.editor import EditorParts, PlainEditor
from peon.rpc.protocol import PeonLanguageServer
from peon.rpc.responder import Responder
from peon.rpc.send_queue import SendQueue
from peon.rpc.subscriptions import Subscriptions
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon.wire import ParamsInvalid
from peon_protocol import ADDED_PARAMS, PROTOCOL_VERSION
from peon_protocol.methods import METHODS, Direction
from peon_protocol.notifications import ServerStatusChanged
from peon_protocol.values import JsonValue

logger = logging.getLogger(__name__)

_MESSAGES_PER_TURN = 32
"""After so many messages the loop is given to others, and the journal is asked for room."""


class Ending(enum.Enum):
    """Why a session ends."""

    EXIT = "the client sent exit"
    INPUT_ENDED = "the client sends no more"
    STOPPED = "the server stops"
    PARENT_DIED = "the client's process is gone"
    LOST = "the client cannot be written to"
    OVERFLOWED = "the client does not take its answers"


_WAITS_FOR_ANSWERS = frozenset({Ending.INPUT_ENDED, Ending.STOPPED})


class Session:
    """Made for a connection; `run` is its life. Belongs to the loop.

    `farewell` says what, if anything, goes out when the session ends as it does.
    """

    def __init__(
        self,
        core: Core,
        routes: Routes,
        *,
        version: str,
        environment: Mapping[str, str],
        ids: IdSource,
        limits: Limits,
        farewell: Callable[[Ending], bytes | None] = lambda _: None,
    ) -> None:
        self.limits = limits
        self.name = ids.fresh()
        self._farewell = farewell
        self._feed = core.feed()
        self._core = core
        self._tasks = TaskOwner("session")
        self._life_cycle = LifeCycle()
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.boundary = Boundary(ids)
        self.queue = SendQueue(limits, on_overflow=self._overflowed)
        self.connection = Connection(limits, self.queue)
        self._subscriptions = Subscriptions(
            self._feed, self.queue, ids=ids, tasks=self._tasks, limits=limits
        )
        self._caller = Caller(core, environment, self._subscriptions)
        self.responder = Responder(
            self.queue, self._subscriptions, boundary=self.boundary, limits=limits
        )
        self.language = PeonLanguageServer(self, version=version)
        self._editor = self._make_editor(ids)
        self._endpoint = self._make_endpoint(routes)
        self._parent = ParentWatch(lambda: self._end(Ending.PARENT_DIED))
        self.queue.on_room(self._subscriptions.pump)

    def _make_editor(self, ids: IdSource) -> PlainEditor:
        parts = EditorParts(
            caller=self._caller, feed=self._feed, queue=self.queue, ids=ids, tasks=self._tasks
        )
        editor = PlainEditor(parts, self.language.protocol)
        editor.offer(self.language)
        return editor

    def _make_endpoint(self, routes: Routes) -> Endpoint:
        return Endpoint(
            routes,
            self._caller,
            self.responder,
            self.language.protocol,
            life_cycle=self._life_cycle,
            boundary=self.boundary,
            tasks=self._tasks,
        )

    async def run(self) -> int:
        """Serve the client until the session ends; the exit code for a process of its own."""
        unregister = self._feed.on_health(self._report_health)
        reading = self._tasks.start(self._read(), name="reading")
        losing = self._tasks.start(self._notice_loss(), name="noticing loss")
        try:
            ending = await self._ending
            logger.info("a session ends: %s", ending.value)
            reading.cancel()
            self.connection.stop_reading()
            last_word = self._farewell(ending)
            if last_word is not None:
                self.queue.put(last_word)
            if ending in _WAITS_FOR_ANSWERS:
                await self._wait_for_answers(losing)
        finally:
            unregister()
            await self._close()
        return self._life_cycle.exit_code

    def use_environment(self, environment: Mapping[str, str]) -> None:
        """What the client starts runs with this. Called before `run`."""
        self._caller.environment = environment

    def stop(self) -> None:
        """End in good order: what is under way is answered, what was sent is delivered."""
        self._end(Ending.STOPPED)

    # --- for the language side ---------------------------------------------------------------

    def initialize(self, params: types.InitializeParams) -> dict[str, JsonValue]:
        """Begin, and say what this server does. Raises ParamsInvalid and Unavailable."""
        options = read_options(params.initialization_options)
        if problems := self._core.offer_agents(options.providers):
            raise ParamsInvalid([f"{problem} @ {PROVIDERS}" for problem in problems])
        self._caller.environment = {**self._caller.environment, **options.environment}
        if params.client_info is not None:
            self._caller.introduce(params.client_info.name)
        if params.process_id is not None:
            self._parent.watch(params.process_id)
        self._editor.meet(params)
        self._life_cycle.started()
        return {
            "protocolVersion": PROTOCOL_VERSION,
            "methods": [each.name for each in METHODS if each.direction is Direction.REQUEST],
            "notifications": [
                each.name for each in METHODS if each.direction is Direction.NOTIFICATION
            ],
            "addedParams": {name: list(added) for name, added in ADDED_PARAMS},
            "logId": self._feed.log_id,
        }

    def initialized(self) -> None:
        """The client knows that it may begin."""
        self._editor.begin()

    def cancel_progress(self, token: types.ProgressToken) -> None:
        """The user wants something that is shown to stop."""
        self._editor.cancel(token)

    def shut_down(self) -> None:
        """Take no more requests."""
        self._life_cycle.shut_down()

    def exit(self) -> None:
        """End without waiting for anything but the wire."""
        self._end(Ending.EXIT)

    # --- the life of the session -------------------------------------------------------------

    async def _read(self) -> None:
        """Handle message after message, as fast as the journal and the client allow."""
        handled = 0
        here, receive = self.connection.message_here, self._endpoint.receive
        queue, in_flight = self.queue, self.responder.in_flight
        try:
            while True:
                message = here()
                if message is None:
                    message = await self.connection.next_message()
                    if message is None:
                        break
                receive(message)
                handled += 1
                if handled % _MESSAGES_PER_TURN == 0:
                    await asyncio.sleep(0)
                    # After a failed write nothing is taken in any more, and reads are served.
                    with contextlib.suppress(StoreFailure):
                        await self._core.wait_capacity()
                if not queue.has_room:
                    await queue.room()
                if not in_flight.has_room:
                    await in_flight.room()
        finally:
            self._end(Ending.INPUT_ENDED)

    async def _notice_loss(self) -> None:
        await self.connection.lost.wait()
        self._end(Ending.LOST)

    async def _wait_for_answers(self, losing: "asyncio.Task[None]") -> None:
        answered = self._tasks.start(self.responder.in_flight.empty(), name="last answers")
        await asyncio.wait(
            {answered, losing},
            timeout=self.limits.answer_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def _close(self) -> None:
        self._parent.close()
        self.responder.fail_remaining()
        self._subscriptions.close()
        self._editor.close()
        self.language.protocol.close()
        await self.connection.close(self.limits.flush_seconds)
        # A turn of the loop, so that no task is cancelled before it has begun.
        await asyncio.sleep(0)
        await self._tasks.close()

    def _end(self, ending: Ending) -> None:
        if not self._ending.done():
            self._ending.set_result(ending)

    def _overflowed(self) -> None:
        self._end(Ending.OVERFLOWED)
        self.connection.abort()

    def _report_health(self, status: ServerStatusChanged) -> None:
        if self._life_cycle.phase is Phase.RUNNING:
            self.queue.put(notification_body("server/statusChanged", status))
