"""Who answers when an agent asks: the person at the terminal, or nobody."""

import asyncio
import contextlib
import os
import sys
import threading
from typing import Final, Protocol

from peon.cli.running.output import Output
from peon_protocol.events import ActionRequested

_YES: Final = frozenset({"y", "yes"})
_NO: Final = frozenset({"n", "no"})
_READ_BYTES: Final = 4096


class Answerer(Protocol):
    """Says whether an agent may."""

    async def answer(self, asked: ActionRequested) -> bool: ...


class Nobody:
    """Allows nothing: there is no terminal at which a person could be asked."""

    def __init__(self, output: Output) -> None:
        self._output = output

    async def answer(self, asked: ActionRequested) -> bool:
        self._output.note(
            f"rejected: {asked.title}. There is no terminal to ask at; --mode edits lets edits in "
            "the project pass, --mode full everything."
        )
        return False


class Person:
    """Reads y or n from the terminal. What was typed before a question is no answer to it."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._line: asyncio.Future[str] | None = None
        self._left = False
        # A read of a terminal cannot be called off, so nobody may have to wait for it to end.
        threading.Thread(target=self._read, name="reading the terminal", daemon=True).start()

    async def answer(self, asked: ActionRequested) -> bool:
        """False where the terminal is closed."""
        while not self._left:
            self._output.prompt(f"Allow {asked.title}? [y/n] ")
            self._line = self._loop.create_future()
            try:
                answer = (await self._line).strip().lower()
                self._output.answered()
            finally:
                self._line = None
            if answer in _YES | _NO:
                return answer in _YES
        return False

    def _read(self) -> None:
        """Lines from descriptor 0 itself: a buffer's lock would be held while the process ends."""
        line = b"begin"
        # The loop is closed where the turn ended while nothing was typed.
        with contextlib.suppress(RuntimeError):
            while line:
                try:
                    line = os.read(sys.stdin.fileno(), _READ_BYTES)
                except OSError:
                    line = b""
                self._loop.call_soon_threadsafe(self._typed, line.decode(errors="replace"))

    def _typed(self, line: str) -> None:
        self._left = not line
        if self._line is not None and not self._line.done():
            self._line.set_result(line)
