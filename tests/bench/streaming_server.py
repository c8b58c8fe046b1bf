"""The real server with another kind of agent: one that does nothing but speak.

Run as a program, with its state directory as the argument, it serves its standard input and output.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from bench import streaming_agent
from peon import __version__
from peon.app import App, AppOptions
from peon.rpc.limits import Limits
from peon.rpc.server import serve_stdio
from peon.runtime import collector
from peon.runtime.ids import RandomIds
from peon.runtime.settings import Settings
from peon_protocol.ids import ProviderId
from peon_protocol.values import JsonValue

AGENT: Final = (sys.executable, "-I", "-S", streaming_agent.__file__)
PROVIDER: Final = ProviderId("speaker")
_TABLES: Final[dict[str, JsonValue]] = {
    PROVIDER: {"name": "Speaker", "command": AGENT[0], "args": list(AGENT[1:])}
}


def started(state: Path) -> tuple[list[str], dict[str, str]]:
    """How this server is started on a state folder, and with what environment."""
    root = Path(__file__).parents[1]
    paths = [str(root), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return [sys.executable, "-m", "bench.streaming_server", str(state)], environment


async def _serve(state: Path) -> int:
    ids, environment, settings = RandomIds(), dict(os.environ), Settings.at(state)
    app = App(settings, AppOptions(environment=environment, ids=ids, shipped_agents=False))
    app.offer_agents(_TABLES)
    await app.start()
    collector.settle()
    try:
        return await serve_stdio(
            app, version=__version__, environment=environment, ids=ids, limits=Limits.of(settings)
        )
    finally:
        await app.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(_serve(Path(sys.argv[1]))))
