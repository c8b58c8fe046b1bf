"""A server that is going to be killed: it starts agents, says which, and waits. Run by file path.

Arguments: the state directory, the workspace.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

import psutil

from peon.providers.registry import SCRIPT
from peon_protocol.values import Mode
from support.agents import Agency, rogue


async def main() -> None:
    agents = Agency(Path(sys.argv[1]), Path(sys.argv[2]))
    parent = await agents.open(rogue())
    await parent.turn("have children")
    stubborn = await agents.open(rogue())
    assert stubborn.session is not None
    await stubborn.session.prompt("be stubborn", mode=Mode.ASK, model=None)
    await stubborn.until(lambda recorder: recorder.text())
    await (await agents.open(SCRIPT)).turn("say hi")
    started = [child.pid for child in psutil.Process().children(recursive=True)]
    sys.stdout.write(json.dumps(sorted({*started, *json.loads(parent.text())})) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    # Whoever runs the tests in the background may have had it ignored.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    asyncio.run(main())
