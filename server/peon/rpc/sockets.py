"""Many clients on one socket, each a session of its own over the shared core.

A caller begins with one frame that says what it wants: to attach, to know how the owner is, or to
make it leave. The answer to each is one word, and behind it whatever belongs to it. The folder of
the socket keeps strangers out, and so does a look at who is calling.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import attrs

from peon.attach.systems import uid_of
from peon.rpc.core import Core
from peon.rpc.handlers import make_routes
from peon.rpc.limits import Limits
from peon.rpc.session import Ending, Session
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner
from peon.wire import dumps, unstructure
from peon_protocol.queries import ReadServerStatus
from peon_protocol.values import JsonValue

logger = logging.getLogger(__name__)

_HELLO_SECONDS: Final = 10.0
"""How long a caller may take to say what it wants."""
_BACKLOG: Final = 64
_MOST_CLIENTS: Final = 256
_BREATHER_SECONDS: Final = 0.5
"""How long no caller is taken where the system had no room for the last."""

_FAREWELLS: Final = {Ending.STOPPED: "stopping", Ending.PARENT_DIED: "leave"}
"""What a relay is told of an end that it could take for our death: not to look for another owner
before it is asked for something, or that it is needed no more."""


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
    """Takes callers until it is idle or told to stop. Belongs to the loop.

    Callers that come while it leaves are told so, until `close`.
    """

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._routes = make_routes()
        self._tasks = TaskOwner("sockets")
        self._sessions: set[Session] = set()
        self._expected = True
        """Until the first client is there: whoever had this owner started is on its way."""
        self._stopped = asyncio.Event()
        self._left_alone = asyncio.Event()
        self._left_alone.set()
        self._idle: asyncio.TimerHandle | None = None
        self._listener: socket.socket | None = None

    def open(self, path: Path) -> None:
        """Listen on `path`, where whatever an earlier owner left is removed. Raises OSError.

        Only whoever holds the life lock of the state directory may call this.
        """
        self._listener = _listen(path)
        self._tasks.start(self._accept(self._listener), name="accept")
        self._consider_leaving()

    async def until_stopped(self) -> None:
        """Return when there is no more to do, with every client gone or given up."""
        await self._stopped.wait()
        self._cancel_leaving()
        for session in tuple(self._sessions):
            session.stop()
        deadline = self._hosting.limits.answer_seconds + self._hosting.limits.flush_seconds
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._left_alone.wait(), deadline)

    def stop(self) -> None:
        """Leave in good order: every client is told."""
        self._stopped.set()

    async def close(self) -> None:
        """Hear no more callers. The socket's file stays, for the next owner to remove."""
        await self._tasks.close()
        if self._listener is not None:
            self._listener.close()

    # --- callers -----------------------------------------------------------------------------

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                caller, _ = await loop.sock_accept(listener)
                uid = uid_of(caller)
            except OSError as error:
                logger.warning("a caller was not taken: %s", error)
                await asyncio.sleep(_BREATHER_SECONDS)
                continue
            if uid not in {None, os.geteuid()}:
                logger.warning("user %d was turned away", uid)
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
            await self._answer(session, hello)
        except TimeoutError:
            logger.warning("a caller did not say what it wants")
        finally:
            session.connection.abort()

    async def _answer(self, session: Session, hello: Mapping[str, JsonValue]) -> None:
        match hello.get("peon"):
            case "attach":
                word = self._welcome(hello.get("build"))
                if word == "attached":
                    await self._serve(session, hello)
                else:
                    await self._part(session, {"peon": word})
            case "status":
                await self._part(session, {"peon": "status", **await self._status()})
            case "stop":
                session.queue.put(dumps({"peon": "stopping", **await self._status()}))
                self.stop()
                # Whoever asked waits for the end of the connection, which is our own.
                await session.connection.lost.wait()
            case _:
                await self._part(session, {"peon": "unclear"})

    def _welcome(self, build: JsonValue) -> str:
        """An owner of another build makes room, unless somebody needs it.

        Whoever had it started does, before they could attach: else two builds that come at the same
        time send away each other's owner, again and again.
        """
        if self._stopped.is_set():
            return "leaving"
        if len(self._sessions) >= _MOST_CLIENTS:
            return "full"
        is_needed = self._expected or self._sessions or self._hosting.core.at_work
        if is_needed or build == self._hosting.build:
            return "attached"
        logger.info("making room for %s", build)
        self.stop()
        return "leaving"

    async def _serve(self, session: Session, hello: Mapping[str, JsonValue]) -> None:
        session.use_environment(_environment(hello.get("environment")))
        self._sessions.add(session)
        self._expected = False
        self._left_alone.clear()
        self._cancel_leaving()
        session.queue.put(dumps({"peon": "attached"}))
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            if not self._sessions:
                self._left_alone.set()
                self._consider_leaving()

    async def _part(self, session: Session, reply: dict[str, JsonValue]) -> None:
        session.queue.put(dumps(reply))
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
            farewell=_farewell,
        )

    async def _status(self) -> dict[str, JsonValue]:
        """How the server is doing, and the process it is."""
        hosting = self._hosting
        status = unstructure(await hosting.core.query(ReadServerStatus(), environment={}))
        return {
            **(status if isinstance(status, dict) else {}),
            "pid": os.getpid(),
            "build": hosting.build,
            "clients": len(self._sessions),
            "atWork": hosting.core.at_work,
            "leaving": self._stopped.is_set(),
        }

    # --- leaving -----------------------------------------------------------------------------

    def _consider_leaving(self) -> None:
        self._cancel_leaving()
        if not self._stopped.is_set():
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._hosting.idle_seconds, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        if self._hosting.core.at_work:
            self._consider_leaving()
        elif not self._sessions:
            self.stop()

    def _cancel_leaving(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def _farewell(ending: Ending) -> bytes | None:
    word = _FAREWELLS.get(ending)
    return None if word is None else dumps({"peon": word})


def _listen(path: Path) -> socket.socket:
    """A socket that only its user may connect to, in the place of a stale one."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003 (the socket module has no other way)
    return listener


def _hello(message: object) -> dict[str, JsonValue]:
    """What a caller says first.

    Not read as all else is: an environment may hold bytes that are no Unicode, and keeps them.
    """
    try:
        hello = json.loads(message) if isinstance(message, bytes) else None
    except (ValueError, RecursionError):
        return {}
    return hello if isinstance(hello, dict) else {}


def _environment(raw: JsonValue) -> dict[str, str]:
    if not isinstance(raw, dict):
        return {}
    return {name: value for name, value in raw.items() if isinstance(value, str)}
