"""`peon own`: the owner of a state directory, which relays start and attach to. Not for people."""

import asyncio
import gc
import json
import os
import signal
import sys
from pathlib import Path

from peon import __version__
from peon.app import App, AppOptions
from peon.attach.places import PlaceRefused, socket_path
from peon.errors import PeonError, Unavailable
from peon.rpc.limits import Limits
from peon.rpc.sockets import Hosting, SocketServer
from peon.runtime.ids import RandomIds
from peon.runtime.logging import logging_to
from peon.runtime.settings import Settings


def own(state_dir: Path, ready: int) -> int:
    """Serve every client of `state_dir` while it is needed; `ready` hears how the start went."""
    try:
        settings = Settings.at(state_dir)
        with logging_to(settings.log_file, stderr=sys.stderr):
            return asyncio.run(_own(settings, ready))
    except PlaceRefused as refused:
        _tell(ready, {"kind": "unavailable", "message": str(refused), "remedy": ""})
    except PeonError as error:
        remedy = error.remedy if isinstance(error, Unavailable) else ""
        _tell(ready, {"kind": "unavailable", "message": str(error), "remedy": remedy})
    return 1


async def _own(settings: Settings, ready: int) -> int:
    ids = RandomIds()
    app = App(settings, AppOptions(environment=dict(os.environ), ids=ids))
    try:
        await app.start()
        gc.collect()
        gc.freeze()
        hosting = Hosting(
            core=app,
            version=__version__,
            build=__version__,
            ids=ids,
            limits=Limits.of(settings),
            idle_seconds=settings.idle_seconds,
        )
        server = SocketServer(hosting)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, server.stop)
        path = socket_path(settings.state_dir)
        await server.serve(path, ready=lambda: _tell(ready, {"peon": "ready"}))
    finally:
        await app.close()
    return 0


def _tell(ready: int, words: dict[str, str]) -> None:
    """The relay that started us waits for this; it may be gone by now."""
    try:
        os.write(ready, json.dumps(words).encode())
        os.close(ready)
    except OSError:
        return
