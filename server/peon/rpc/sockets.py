"""Many clients on one socket, each a session of its own over the shared core.

A client begins with one frame that says what it wants: to attach, to know how the owner is, or to
make it leave. The folder of the socket keeps strangers out, and so does a look at who is calling.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

import attrs

from peon.rpc.core import Core
from peon.rpc.dispatch import Routes
from peon.rpc.handlers import make_routes
from peon.rpc.limits import Limits
from peon.rpc.peers import uid_of
from peon.rpc.session import Session
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon.wire import dumps, loads
from peon_protocol.values import JsonValue

_HELLO_SECONDS: Final = 10.0
"""How long a caller may take to say what it wants."""

_BACKLOG: Final = 64


class SharedCore(Core, Protocol):
    """A core that many clients share, and that says whether it can be left alone."""

    @property
    def at_work(self) -> bool:
        """Whether something goes on that must not be cut off though nobody watches."""
        ...


@attrs.frozen(kw_only=True)
class Hosting:
    """What a socket server is made with. `build` names this build of Peon."""

    core: SharedCore
    version: str
    build: str
    ids: IdSource
    limits: Limits
    idle_seconds: float = 60.0
    """How long the owner stays when nobody is attached and nothing goes on."""


class SocketServer:
    """Takes callers until it is idle or told to stop. Belongs to the loop."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._routes: Routes = make_routes()
        self._tasks = TaskOwner("sockets")
        self._sessions: set[Session] = set()
        self._stopped = asyncio.Event()
        self._left_alone = asyncio.Event()
        self._idle: asyncio.TimerHandle | None = None

    async def serve(self, path: Path, *, ready: Callable[[], None]) -> None:
        """Listen on `path`, which is ours to replace, until there is no more to do.

        Only whoever holds the life lock of the state directory may call this.
        """
        listener = _listen(path)
        self._tasks.start(self._accept(listener), name="accept")
        ready()
        self._consider_leaving()
        try:
            await self._stopped.wait()
        finally:
            os.unlink(path)  # noqa: PTH108 (one call on a local name)
            await self._dismiss()
            await self._tasks.close()
            listener.close()

    def stop(self) -> None:
        """Leave in good order: every client is told."""
        self._stopped.set()

    # --- callers -----------------------------------------------------------------------------

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            caller, _ = await loop.sock_accept(listener)
            if uid_of(caller) not in (None, os.geteuid()):
                caller.close()
                continue
            caller.setblocking(False)  # noqa: FBT003 (the socket module has no other way)
            self._tasks.start(self._attend(caller), name="client")

    async def _attend(self, caller: socket.socket) -> None:
        session = self._session()
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: session.connection, caller)
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                hello = _hello(await session.connection.next_message())
        except TimeoutError:
            hello = None
        match None if hello is None else hello.get("peon"):
            case "attach" if hello is not None and self._takes(hello.get("build")):
                await self._serve(session, hello)
            case "status":
                await self._reply(session, self._status())
            case "stop":
                await self._reply(session, {"peon": "stopping"})
                self.stop()
            case _:
                await self._reply(session, {"peon": "refused"})

    def _takes(self, build: JsonValue) -> bool:
        """An owner of another build makes room, unless somebody needs it."""
        if build == self._hosting.build or self._sessions or self._hosting.core.at_work:
            return True
        self.stop()
        return False

    async def _serve(self, session: Session, hello: Mapping[str, JsonValue]) -> None:
        session.use_environment(_environment(hello.get("environment")))
        self._sessions.add(session)
        self._left_alone.clear()
        self._cancel_leaving()
        session.queue.put(dumps({"peon": "attached", "build": self._hosting.build}))
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self._consider_leaving()
            if not self._sessions:
                self._left_alone.set()

    async def _reply(self, session: Session, reply: Mapping[str, JsonValue]) -> None:
        session.queue.put(dumps(dict(reply)))
        await session.connection.close(self._hosting.limits.flush_seconds)

    def _session(self) -> Session:
        hosting = self._hosting
        return Session(
            hosting.core,
            self._routes,
            version=hosting.version,
            environment={},
            ids=hosting.ids,
            limits=hosting.limits,
        )

    def _status(self) -> dict[str, JsonValue]:
        return {
            "peon": "status",
            "pid": os.getpid(),
            "build": self._hosting.build,
            "clients": len(self._sessions),
            "atWork": self._hosting.core.at_work,
        }

    # --- leaving -----------------------------------------------------------------------------

    async def _dismiss(self) -> None:
        """Tell every client, so that its relay does not start another owner at once."""
        for session in tuple(self._sessions):
            session.queue.put(dumps({"peon": "stopping"}))
            session.stop()
        deadline = self._hosting.limits.answer_seconds + self._hosting.limits.flush_seconds
        if self._sessions:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._left_alone.wait(), deadline)

    def _consider_leaving(self) -> None:
        if not self._sessions:
            self._cancel_leaving()
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._hosting.idle_seconds, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        if self._sessions:
            return
        if self._hosting.core.at_work:
            self._consider_leaving()
            return
        self.stop()

    def _cancel_leaving(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def _listen(path: Path) -> socket.socket:
    """A socket that only its user may connect to; a stale one in its place is removed."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    listener.setblocking(False)  # noqa: FBT003 (the socket module has no other way)
    return listener


def _hello(message: object) -> dict[str, JsonValue] | None:
    if not isinstance(message, bytes):
        return None
    try:
        hello = loads(message)
    except ValueError:
        return None
    return hello if isinstance(hello, dict) else None


def _environment(raw: JsonValue) -> dict[str, str]:
    if not isinstance(raw, dict):
        return {}
    return {name: value for name, value in raw.items() if isinstance(value, str)}
