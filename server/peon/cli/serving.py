"""`peon serve`: the server, on standard input and output, for the client that spawned it."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
from pathlib import Path
from types import TracebackType

from peon.app import VERSION, App, AppOptions
from peon.cli.refusing import refuse_client
from peon.errors import StoreFailure, Unavailable
from peon.rpc.limits import Limits
from peon.rpc.server import serve_stdio
from peon.runtime.ids import RandomIds
from peon.runtime.logging import logging_to, reference
from peon.runtime.settings import Settings
from peon.wire import EventInvalid, UnknownEvent

logger = logging.getLogger(__name__)

_BY_HAND = (
    "peon serve speaks JSON-RPC on standard input and output, for an editor that starts it.\n"
    "Press Ctrl-C to leave. To see Peon at work, run peon demo.\n"
)


def serve(state_dir: Path | None) -> int:
    """Serve one client until it leaves; the exit code as the Language Server Protocol has it."""
    ids = RandomIds()
    if sys.stdin.isatty():
        sys.stderr.write(_BY_HAND)
    with contextlib.ExitStack() as stack:
        try:
            settings = Settings.at(state_dir)
            stack.enter_context(logging_to(settings.log_file, stderr=sys.stderr))
        except Unavailable as error:
            sys.stderr.write(f"peon: error: {error}\n")
            return asyncio.run(refuse_client(error, ids))
        stack.push(_log_bug)
        return asyncio.run(_serve(settings, ids))


async def _serve(settings: Settings, ids: RandomIds) -> int:
    environment = dict(os.environ)
    try:
        app = _open(settings, AppOptions(environment=environment, ids=ids))
    except (Unavailable, StoreFailure) as error:
        logger.error("%s", error)  # noqa: TRY400 (the words are for people, and say it all)
        return await refuse_client(error, ids)
    try:
        await app.start()
        # What is here now stays for good: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        return await serve_stdio(
            app, version=VERSION, environment=environment, ids=ids, limits=Limits.of(settings)
        )
    finally:
        await app.close()


def _open(settings: Settings, options: AppOptions) -> App:
    """Raises Unavailable or StoreFailure where the state cannot be used."""
    place = f"the log in {settings.state_dir}"
    try:
        return App(settings, options)
    except UnknownEvent as error:
        raise Unavailable(place, str(error), "Or choose another with --state-dir.") from error
    except EventInvalid as error:
        raise Unavailable(place, str(error), "Restore it from a backup.") from error


def _log_bug(
    kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
) -> None:
    """What nobody expected ends the process; the log file keeps how it came about."""
    if isinstance(error, Exception) and kind is not None:
        reference(error, ids=RandomIds(), during="serving")
