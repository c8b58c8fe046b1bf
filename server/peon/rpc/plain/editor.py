"""One editor that need know nothing of Peon."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import attrs
from lsprotocol import types
from pygls.uris import to_fs_path

from peon.errors import PeonError
from peon.rpc.caller import Caller
from peon.rpc.core import Feed
from peon.rpc.plain.approvals import Approvals
from peon.rpc.plain.bars import Bars
from peon.rpc.plain.desk import Desk
from peon.rpc.plain.following import Following
from peon.rpc.plain.orders import ORDERS, Order, read_order
from peon.rpc.plain.showing import Showing
from peon.rpc.plain.window import Questions, Window
from peon.rpc.send_queue import SendQueue
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon_protocol.commands import InterruptTurn
from peon_protocol.events import Event
from peon_protocol.values import JsonValue

COMMANDS: Final = tuple(ORDERS)


class CommandRegistry(Protocol):
    """Where commands of the editor are registered."""

    def command(self, command_name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...


@attrs.frozen(kw_only=True)
class EditorParts:
    """What an editor's side is made with."""

    caller: Caller
    feed: Feed
    queue: SendQueue
    ids: IdSource
    tasks: TaskOwner


class PlainEditor:
    """Belongs to the loop. Nothing is shown to an editor that shows all by itself."""

    def __init__(self, parts: EditorParts, questions: Questions) -> None:
        self._parts = parts
        self._window = Window(questions, parts.queue)
        self._bars = Bars(self._window, ids=parts.ids, tasks=parts.tasks)
        approvals = Approvals(self._window, parts.caller, parts.tasks)
        self._showing = Showing(self._window, self._bars, approvals)
        self._following = Following(parts.feed, self._show, parts.tasks)
        self._desk = Desk(parts.caller)
        self._is_announced = False

    def offer(self, registry: CommandRegistry) -> None:
        """Let the editor execute our commands."""
        for name, kind in ORDERS.items():
            registry.command(name)(self._execution(kind))

    def meet(self, params: types.InitializeParams) -> None:
        """Learn what the editor can do and which folder it has open."""
        experimental = params.capabilities.experimental
        announced = experimental.get("peon") if isinstance(experimental, dict) else None
        self._is_announced = announced is not None and announced is not False
        window = params.capabilities.window
        self._window.shows_progress = bool(window and window.work_done_progress)
        self._desk.root = _root(params)

    def begin(self) -> None:
        """Take up what goes on in the editor's folder: it may have been closed in between."""
        if not self._is_announced and self._desk.root is not None:
            self._parts.tasks.start(self._take_up(), name="taking up turns")

    def cancel(self, token: object) -> None:
        """The user wants a turn that is shown to stop."""
        bar = self._bars.of(token)
        if bar is not None:
            command = InterruptTurn(thread_id=bar.thread_id, turn_id=bar.turn_id)
            self._parts.tasks.start(self._attempt(command), name=f"interrupt {bar.turn_id}")

    def close(self) -> None:
        """Show nothing more."""
        self._following.close()

    @property
    def _shows(self) -> bool:
        """Whether it is for us to show what happens. Who reads the events does so."""
        return not self._is_announced and not self._parts.caller.subscriptions.is_any_open

    def _execution(self, kind: type[Order]) -> Callable[..., Awaitable[dict[str, JsonValue]]]:
        # pygls wants a class for an annotation here; what arrives is any JSON.
        async def execute(*arguments: Any) -> dict[str, JsonValue]:
            command = await self._desk.prepare(read_order(kind, arguments))
            if self._shows and self._desk.thread_id is not None:
                self._following.follow(self._desk.thread_id)
            return await self._desk.submit(command)

        return execute

    async def _take_up(self) -> None:
        try:
            found = await self._desk.threads_here()
        except PeonError as error:
            self._window.log(types.MessageType.Warning, f"Peon: {error}")
            return
        for reading in found:
            thread_id = reading.thread.thread_id
            if self._shows and not self._following.follows(thread_id):
                self._desk.thread_id = self._desk.thread_id or thread_id
                self._showing.take_up(reading.thread)
                self._following.follow(thread_id, after=reading.sequence)

    async def _attempt(self, command: InterruptTurn) -> None:
        try:
            await self._desk.submit(command)
        except PeonError as error:
            self._window.log(types.MessageType.Warning, f"Peon: {error}")

    def _show(self, event: Event) -> None:
        if self._shows:
            self._showing.event(event)


def _root(params: types.InitializeParams) -> str | None:
    """The first folder that the editor has open, if it is one of this machine's."""
    folders = params.workspace_folders or ()
    uris = [folder.uri for folder in folders] or [params.root_uri or ""]
    if urlsplit(uris[0]).scheme == "file":
        return to_fs_path(uris[0])
    return params.root_path or None
