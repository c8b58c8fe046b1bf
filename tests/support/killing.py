"""Kills a process, by the real signal, at one of the things it does to the world.

Those are the steps that an undo names, files it opens to write, names it makes, changes and takes
away, and programs it starts. They are heard by an audit hook, so that none can be forgotten.
"""

import asyncio
import json
import os
import re
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path

import attrs

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_NAMES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.link": 1}
_CHANGING = re.compile(r"^[0-9a-f]{2}$|[0-9a-f]{6,}|~\d+~|\d+")
"""What is another in every run: ids and numbers."""


class Fate:
    """Ends this process before it does a thing of a kind that is not among those `tried`.

    With `every`, the first and the second time that a life does it are kinds of their own, and so
    on. What it dies of is said on `told`.
    """

    def __init__(self, tried: Collection[str], told: int, *, every: bool) -> None:
        self._tried = tried
        self._told = told
        self.every = every
        self._seen: Counter[str] = Counter()
        self._phase: str | None = None

    def step(self, name: str) -> None:
        """A step that is about to be taken."""
        if self._phase is None:
            return
        kind = f"{self._phase}: {name}"
        self._seen[kind] += 1
        if self.every:
            kind = f"{kind} {self._seen[kind]}"
        if kind not in self._tried:
            os.write(self._told, json.dumps(["killed", kind]).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def during(self, phase: str | None) -> None:
        """What is done from here on belongs to a phase; outside of any, nothing is deadly."""
        self._phase = phase

    def complain(self, problem: str) -> None:
        """Say that something is not as it should be."""
        os.write(self._told, json.dumps(["problem", problem]).encode() + b"\n")

    def listen(self) -> None:
        """From here on all that this process does is a step too."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if event == "subprocess.Popen":
            self.step(f"run {_verb(args[1])}")
        elif event == "open":
            path, _, flags = args
            named = not isinstance(path, int) and path != os.devnull
            if named and isinstance(flags, int) and flags & _WRITING:
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


@attrs.frozen
class Life:
    """How a process ended: the kind of step it was killed at, if it was, and what was wrong."""

    killed_at: str | None
    problems: tuple[str, ...]


def live(
    work: Callable[[Fate], Coroutine[object, object, None]], tried: Collection[str], *, every: bool
) -> Life:
    """Do something in a process of its own, which is killed at the first kind of step that is
    new.
    """
    reading, writing = os.pipe()

    async def begin() -> None:
        fate = Fate(tried, writing, every=every)
        fate.listen()
        await work(fate)

    pid = _forked(begin)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = [json.loads(line) for line in told]
    code = _ended(pid)
    killed = next((what for kind, what in said if kind == "killed"), None)
    problems = [what for kind, what in said if kind == "problem"]
    if code != (0 if killed is None else -signal.SIGKILL):
        problems.append(f"it ended with {code}")
    return Life(killed, tuple(problems))


def in_child(work: Callable[[], Coroutine[object, object, None]]) -> int:
    """Do something in a process of its own, forked off this one; how that ended."""
    return _ended(_forked(work))


def _forked(work: Callable[[], Coroutine[object, object, None]]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        asyncio.run(work())
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
