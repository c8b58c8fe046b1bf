"""`peon own`: the owner of a state directory, which relays start and attach to. Not for people."""

import asyncio
import contextlib
import json
import logging
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from peon import __version__
from peon.app import App, AppOptions
from peon.attach.arguments import Owning
from peon.attach.places import PlaceRefused, prepare_socket_folder, socket_path
from peon.cli.opening import log_bug, open_app
from peon.errors import StoreFailure, Unavailable
from peon.journal.lock import StateInUse
from peon.rpc.limits import Limits
from peon.rpc.sockets import Hosting, SocketServer
from peon.runtime import class_code, collector
from peon.runtime.ids import RandomIds
from peon.runtime.logging import logging_to
from peon.runtime.settings import Settings
from peon_protocol.failures import ErrorCode, FailureKind

logger = logging.getLogger(__name__)

IDLE_VARIABLE: Final = "PEON_IDLE_SECONDS"
"""Where users say how long an owner stays when nobody is attached and nothing goes on."""
_PREDECESSOR_SECONDS: Final = 2.0
"""How long an owner that hears nobody any more may take to let go of the state."""
_POLL_SECONDS: Final = 0.05
_SAY_SECONDS: Final = 0.5
"""How often whoever waits is told how far a long start is."""


class Starter:
    """The relay that started us, which waits to hear how that went. It may be gone by now."""

    def __init__(self, descriptor: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._descriptor: int | None = descriptor
        self._clock = clock
        self._again = clock() + _SAY_SECONDS

    def tell_reading(self, sequence: int, head: int) -> None:
        """Say how far the log was read: whoever waits knows that we are alive, and can show it."""
        if self._descriptor is None or (now := self._clock()) < self._again:
            return
        self._again = now + _SAY_SECONDS
        words = {"peon": "reading", "sequence": sequence, "head": head}
        with contextlib.suppress(OSError):
            os.write(self._descriptor, json.dumps(words).encode() + b"\n")

    def tell(self, words: Mapping[str, str | int]) -> None:
        """Say it, once."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            os.write(self._descriptor, json.dumps(words).encode())
        self.leave()

    def tell_refusal(self, error: Unavailable | StoreFailure | PlaceRefused | OSError) -> None:
        """Say why there will be no owner."""
        logger.error("%s", error)
        remedy = error.remedy if isinstance(error, Unavailable) else ""
        is_store = isinstance(error, StoreFailure)
        self.tell(
            {
                "peon": "refused",
                "kind": FailureKind.STORE_FAILED if is_store else FailureKind.UNAVAILABLE,
                "code": ErrorCode.INTERNAL_ERROR if is_store else ErrorCode.REQUEST_FAILED,
                "message": str(error).removesuffix(remedy).strip(),
                "remedy": remedy,
            }
        )

    def leave(self) -> None:
        """Say nothing more."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def own(told: Owning) -> int:
    """Serve every client of the state directory while there is need; the exit code."""
    starter = Starter(told.ready)
    os.set_inheritable(told.ready, False)
    with contextlib.ExitStack() as stack:
        stack.callback(starter.leave)
        try:
            settings = Settings.configured(Path(told.state_dir))
            stack.enter_context(logging_to(settings.log_file, stderr=sys.stderr))
            stack.push(log_bug)
            settings = attrs.evolve(settings, idle_seconds=_idle_seconds(settings, os.environ))
            return asyncio.run(_own(settings, starter, told.build))
        except (Unavailable, StoreFailure, PlaceRefused, OSError) as error:
            starter.tell_refusal(error)
            return 1


def _idle_seconds(settings: Settings, environment: Mapping[str, str]) -> float:
    """How long to stay when nobody is attached, as the user has it."""
    told = environment.get(IDLE_VARIABLE, "")
    try:
        seconds = float(told or settings.idle_seconds)
    except ValueError:
        seconds = math.nan
    if 0 <= seconds < math.inf:
        return seconds
    logger.warning("%s is not a number of seconds: %s", IDLE_VARIABLE, told)
    return settings.idle_seconds


async def _own(settings: Settings, starter: Starter, build: str) -> int:
    ids = RandomIds()
    environment = dict(os.environ)
    options = AppOptions(environment=environment, ids=ids, reading=starter.tell_reading)
    app = await _open(settings, options)
    try:
        path = socket_path(str(settings.state_dir))
        prepare_socket_folder(path)
        await app.start()
        collector.settle()
        hosting = Hosting(
            core=app,
            version=__version__,
            build=build,
            ids=ids,
            limits=Limits.of(settings),
            idle_seconds=settings.idle_seconds,
        )
        server = SocketServer(hosting)
        server.open(Path(path))
        starter.tell({"peon": "ready"})
        logger.info("serving on %s as %s", path, build)
        with _on_signals(server):
            await server.until_stopped()
    finally:
        await app.close()
        class_code.keep()
    await server.close()
    return 0


async def _open(settings: Settings, options: AppOptions) -> App:
    """Raises Unavailable and StoreFailure. An owner that is on its way out is waited for."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PREDECESSOR_SECONDS
    while True:
        try:
            return open_app(settings, options)
        except StateInUse:
            if loop.time() >= deadline:
                raise
        await asyncio.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def _on_signals(server: SocketServer) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, server.stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
