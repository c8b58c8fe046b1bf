"""The embedded agent in threads of this process: fifty of them cost no fifty processes."""

import asyncio
import os
import threading
from collections.abc import Callable

from peon.providers.process import Command, Exit
from peon.providers.script.agent import serve


class ThreadedAgent(asyncio.Protocol):
    """One agent, at the other end of two pipes. See `peon.providers.process.Running`."""

    def __init__(
        self, *, on_output: Callable[[bytes], None], on_exit: Callable[[Exit], None]
    ) -> None:
        self._on_output = on_output
        self._on_exit = on_exit
        self._ended = asyncio.Event()
        heard, self._tells = os.pipe()
        self._hears, told = os.pipe()
        self._thread = threading.Thread(target=self._serve, args=(heard, told), daemon=True)

    async def begin(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: self, os.fdopen(self._hears, "rb", buffering=0))
        self._thread.start()

    @staticmethod
    def _serve(heard: int, told: int) -> None:
        with os.fdopen(heard, "rb") as source:
            serve(source, told)
        os.close(told)

    @property
    def running(self) -> bool:
        return not self._ended.is_set() and self._tells >= 0

    def write(self, data: bytes) -> None:
        os.write(self._tells, data)

    async def drain(self) -> None:
        """It takes whatever it is told."""

    def end_soon(self) -> None:
        if self._tells >= 0:
            os.close(self._tells)
            self._tells = -1

    async def end(self) -> Exit:
        self.end_soon()
        await self._ended.wait()
        await asyncio.to_thread(self._thread.join)
        return Exit(0, "")

    def data_received(self, data: bytes) -> None:
        self._on_output(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self._ended.set()
        self._on_exit(Exit(0, ""))


class ThreadedAgents:
    """Starts them. See `peon.providers.process.Starter`."""

    async def start(
        self,
        _command: Command,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> ThreadedAgent:
        agent = ThreadedAgent(on_output=on_output, on_exit=on_exit)
        await agent.begin()
        return agent
