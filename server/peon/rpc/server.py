"""Serving clients: one on standard input and output, or many on sockets."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping

from peon.rpc.core import Core
from peon.rpc.handlers import make_routes
from peon.rpc.limits import Limits
from peon.rpc.session import Session
from peon.rpc.transport import open_stdio
from peon.runtime.ids import IdSource


async def serve_stdio(
    core: Core,
    *,
    version: str,
    environment: Mapping[str, str],
    ids: IdSource,
    limits: Limits,
) -> int:
    """Serve the client on standard input and output until it leaves or a signal says to stop.

    Returns the exit code: 0 if the client had asked for `shutdown`, else 1.
    """
    session = Session(
        core, make_routes(), version=version, environment=environment, ids=ids, limits=limits
    )
    await open_stdio(session.connection)
    with _on_signals(session.stop):
        return await session.run()


@contextlib.contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on the loop for SIGINT and SIGTERM."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}
    for number in signals:
        # The loop's own way does not exist on Windows; this one works everywhere.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
