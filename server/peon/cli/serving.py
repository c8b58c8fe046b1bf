"""`peon serve`: the server, on standard input and output, for the client that spawned it."""

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path

from peon import __version__
from peon.app import AppOptions
from peon.cli.opening import log_bug, open_app
from peon.cli.refusing import refuse_client
from peon.errors import StoreFailure, Unavailable
from peon.rpc.limits import Limits
from peon.rpc.server import serve_stdio
from peon.runtime import class_code, collector
from peon.runtime.ids import RandomIds
from peon.runtime.logging import logging_to
from peon.runtime.settings import Settings

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
            settings = Settings.configured(state_dir)
            stack.enter_context(logging_to(settings.log_file, stderr=sys.stderr))
        except Unavailable as error:
            sys.stderr.write(f"peon: error: {error}\n")
            return asyncio.run(refuse_client(error, ids))
        stack.push(log_bug)
        return asyncio.run(_serve(settings, ids))


async def _serve(settings: Settings, ids: RandomIds) -> int:
    environment = dict(os.environ)
    try:
        app = open_app(settings, AppOptions(environment=environment, ids=ids))
    except (Unavailable, StoreFailure) as error:
        logger.error("%s", error)  # noqa: TRY400 (the words are for people, and say it all)
        return await refuse_client(error, ids)
    try:
        await app.start()
        collector.settle()
        return await serve_stdio(
            app, version=__version__, environment=environment, ids=ids, limits=Limits.of(settings)
        )
    finally:
        await app.close()
        class_code.keep()
