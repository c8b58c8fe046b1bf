"""Kills a process, by the real signal, at one of the things it does to the world.

Those are the steps that an undo names, files it opens to write, names it makes, changes and takes
away, and programs it starts. They are counted by an audit hook, so that none can be forgotten.
"""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_NAMES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.link": 1}
_CHANGING = re.compile(r"[0-9a-f]{6,}|~\d+~|\d+")
"""What is another in every run: ids and numbers."""


class Countdown:
    """Counts what this process does to the world, and ends it before it does the n-th."""

    def __init__(self, last: int = 0) -> None:
        self._last = last
        self.seen: list[str] = []

    def step(self, name: str) -> None:
        """A step that is about to be taken."""
        self.seen.append(name)
        if len(self.seen) == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(self, file: Path) -> None:
        """Write down what was seen."""
        file.write_text(json.dumps(self.seen))

    def listen(self) -> None:
        """From here on all that this process does is a step too."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if event == "subprocess.Popen":
            self.step(f"run {_verb(args[1])}")
        elif event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _WRITING and path != os.devnull:
                self.step(f"open {_plain(path)}")
        elif event in _NAMES:
            self.step(f"{event.removeprefix('os.')} {_plain(args[_NAMES[event]])}")


def _plain(path: object) -> str:
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    return _CHANGING.sub("*", Path(os.fsdecode(path)).name)


def _verb(argv: object) -> str:
    """The subcommand of git, behind its options."""
    words = iter([os.fsdecode(word) for word in argv] if isinstance(argv, list | tuple) else [])
    next(words, None)
    for word in words:
        if word == "-c":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return "?"


def in_child(work: Callable[[], Coroutine[object, object, None]]) -> int:
    """Do something in a process of its own, forked off this one; how that ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        asyncio.run(work())
        code = 0
    finally:
        os._exit(code)
