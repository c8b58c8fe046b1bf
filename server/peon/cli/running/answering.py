"""Who answers when an agent asks: the person at the terminal, or nobody."""

import asyncio
import contextlib
import os
import sys
import threading
from typing import Final, Protocol

from peon.cli.running.forms import Answers, fill, unseen
from peon.cli.running.output import Output
from peon_protocol.events import ActionRequested
from peon_protocol.values import ToolKind

_YES: Final = frozenset({"y", "yes"})
_NO: Final = frozenset({"n", "no"})
_READ_BYTES: Final = 4096


class Answerer(Protocol):
    """Says whether an agent may, and answers what it wants to know."""

    async def answer(self, asked: ActionRequested) -> Answers | None:
        """The answers, none of which a mere approval has; None rejects."""
        ...


class Nobody:
    """Allows nothing: there is no terminal at which a person could be asked."""

    def __init__(self, output: Output) -> None:
        self._output = output

    async def answer(self, asked: ActionRequested) -> Answers | None:
        """Nothing is allowed, and nothing answered."""
        remedy = (
            "Run it at a terminal, or in an editor, to answer."
            if asked.kind is ToolKind.QUESTION
            else "--mode edits lets edits in the project pass, --mode full everything."
        )
        self._output.note(f"rejected: {asked.title}. There is no terminal to ask at. {remedy}")
        return None


class Person:
    """Reads y or n from the terminal. What was typed before a question is no answer to it."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._line: asyncio.Future[str] | None = None
        self._left = False
        # A read of a terminal cannot be called off, so nobody may have to wait for it to end.
        threading.Thread(target=self._read, name="reading the terminal", daemon=True).start()

    async def answer(self, asked: ActionRequested) -> Answers | None:
        """None also where the terminal is closed."""
        verb = "Answer" if asked.fields else "Allow"
        answer = ""
        while answer not in _YES | _NO:
            typed = await self._ask(f"{verb} {asked.title.rstrip('?')}? [y/n] ", hidden=False)
            if typed is None:
                return None
            answer = typed.strip().lower()
        if answer in _NO:
            return None
        return await fill(asked.fields, self._field, self._output.note)

    async def _field(self, words: str, hidden: bool) -> str | None:
        typed = await self._ask(words, hidden=hidden)
        return None if typed is None else typed.rstrip("\r\n")

    async def _ask(self, words: str, *, hidden: bool) -> str | None:
        """A line that is typed after it was asked for; None where the terminal is closed."""
        if self._left:
            return None
        try:
            with unseen() if hidden else contextlib.nullcontext():
                self._line = self._loop.create_future()
                self._output.prompt(words)
                typed = await self._line
            self._output.answered()
        finally:
            self._line = None
        return typed or None

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
