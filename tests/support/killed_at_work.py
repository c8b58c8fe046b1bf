"""A server that is going to be killed while its agent works. Run with a folder.

It prints the ids of the processes that it has started.
"""

import asyncio
import json
import sys
from pathlib import Path

import psutil

from peon_protocol.commands import StartTurn
from support.houses import TALK, House


async def main() -> None:
    house = House(Path(sys.argv[1]))
    await house.open()
    await house.open_thread(provider="script")
    await house.submit(StartTurn(thread_id=TALK, prompt="say hello\nsleep 1000"))
    await house.until_delta()
    children = [child.pid for child in psutil.Process().children(recursive=True)]
    sys.stdout.write(json.dumps(children) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
