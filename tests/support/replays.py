"""What an agent once wrote, byte for byte, and an agent that is nothing but that.

A course is kept as two files: `NAME.said` holds the bytes that the agent wrote, all of them and
nothing else; `NAME.course.json` tells how they were cut when they were heard, and what the agent
was told in between.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from peon.providers.process import Command, Exit, Running, Starter
from peon.providers.registry import Speech

Heard: TypeAlias = bytes
Cutting: TypeAlias = Callable[[bytes], Iterable[bytes]]
"""Cuts what an agent wrote without being told anything in between."""


@attrs.frozen
class Told:
    """One message that the agent was told."""

    message: dict[str, Any]

    @classmethod
    def by(cls, line: bytes) -> "Told":
        return cls(json.loads(line))

    def is_like(self, other: "Told") -> bool:
        """Whether an agent that answers one answers the other: method and id are the same."""
        return all(self.message.get(key) == other.message.get(key) for key in ("method", "id"))

    def __str__(self) -> str:
        return f"{self.message.get('method', 'an answer')} ({self.message.get('id', 'no id')})"


Step: TypeAlias = Heard | Told


@attrs.frozen(kw_only=True)
class Course:
    """All that happened between us and an agent, in the turns that are named, in order."""

    agent: str
    speech: Speech
    turns: tuple[str, ...]
    steps: tuple[Step, ...]

    @classmethod
    def read(cls, path: Path) -> "Course":
        """From `NAME.course.json`, and the file with the agent's bytes beside it."""
        kept = json.loads(path.read_text())
        said = said_beside(path).read_bytes()
        steps: list[Step] = []
        for entry in kept["course"]:
            if "told" in entry:
                steps.append(Told(entry["told"]))
            else:
                steps.append(said[: entry["said"]])
                said = said[entry["said"] :]
        assert said == b"", f"{path} does not tell of all that was said"
        return cls(
            agent=kept["agent"],
            speech=Speech(kept["speech"]),
            turns=tuple(kept["turns"]),
            steps=tuple(steps),
        )

    @property
    def said(self) -> bytes:
        return b"".join(step for step in self.steps if isinstance(step, bytes))

    def write(self, path: Path) -> None:
        said_beside(path).write_bytes(self.said)
        course = [
            {"said": len(step)} if isinstance(step, bytes) else {"told": step.message}
            for step in self.steps
        ]
        head = {"agent": self.agent, "speech": self.speech.value, "turns": self.turns}
        entries = ",\n".join(f"  {json.dumps(entry)}" for entry in course)
        path.write_text(f'{json.dumps(head)[:-1]}, "course": [\n{entries}\n]}}\n')

    def cut(self, cutting: Cutting) -> "Course":
        """The same bytes, cut otherwise."""
        return attrs.evolve(self, steps=tuple(_recut(self.steps, cutting)))


def said_beside(path: Path) -> Path:
    """The file with the bytes, beside `NAME.course.json`."""
    return path.with_name(path.name.removesuffix(".course.json") + ".said")


def _recut(steps: Iterable[Step], cutting: Cutting) -> Iterator[Step]:
    run = b""
    for step in steps:
        if isinstance(step, bytes):
            run += step
            continue
        yield from cutting(run)
        run = b""
        yield step
    yield from cutting(run)


def whole(said: bytes) -> Iterator[bytes]:
    """In one piece."""
    if said:
        yield said


def by(size: int) -> Cutting:
    """In pieces of so many bytes, which end in the middle of lines and of characters."""
    return lambda said: (said[start : start + size] for start in range(0, len(said), size))


def before_each_end(said: bytes) -> Iterator[bytes]:
    """The end of each line comes with the beginning of the next."""
    for place, line in enumerate(said.split(b"\n")):
        piece = b"\n" + line if place else line
        if piece:
            yield piece


class Tee:
    """Starts agents with another starter, and keeps all that is written on both sides."""

    def __init__(self, starter: Starter) -> None:
        self._starter = starter
        self.steps: list[Step] = []
        self.news = asyncio.Event()
        """Set with everything that the agent writes."""

    async def start(
        self,
        command: Command,
        /,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> Running:
        def heard(data: bytes) -> None:
            self.steps.append(data)
            self.news.set()
            on_output(data)

        running = await self._starter.start(command, on_output=heard, on_exit=on_exit)
        return _Overheard(running, self.steps)


class _Overheard:
    """An agent, whose listener keeps what it is told."""

    def __init__(self, running: Running, steps: list[Step]) -> None:
        self._running = running
        self._steps = steps

    @property
    def running(self) -> bool:
        return self._running.running

    def write(self, data: bytes) -> None:
        self._steps.extend(Told.by(line) for line in data.splitlines())
        self._running.write(data)

    async def drain(self) -> None:
        await self._running.drain()

    async def end(self) -> Exit:
        return await self._running.end()

    def end_soon(self) -> None:
        self._running.end_soon()


LEFT: Final = Exit(0, "")


class Replay:
    """Starts no process: what is heard is what an agent wrote, as soon as it is told the like."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._running: _Replayed | None = None

    async def start(
        self,
        _command: Command,
        /,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> Running:
        self._running = _Replayed(self._course.steps, on_output, on_exit)
        return self._running

    async def said_all(self) -> None:
        """Wait until nothing more is said before it is told something."""
        assert self._running is not None
        await self._running.silent.wait()


class _Replayed:
    """One agent that is replayed. It leaves where it is told something else than then."""

    def __init__(
        self,
        steps: Iterable[Step],
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> None:
        self._steps = steps
        self._on_output = on_output
        self._on_exit = on_exit
        self._told: asyncio.Queue[Told | None] = asyncio.Queue()
        self._exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._playing = asyncio.create_task(self._play(), name="replay")
        self.silent = asyncio.Event()

    @property
    def running(self) -> bool:
        return not self._exited.done()

    def write(self, data: bytes) -> None:
        self.silent.clear()
        for line in data.splitlines():
            self._told.put_nowait(Told.by(line))

    async def drain(self) -> None:
        """It reads at once."""

    async def end(self) -> Exit:
        self.end_soon()
        return await asyncio.shield(self._exited)

    def end_soon(self) -> None:
        self._told.put_nowait(None)

    async def _play(self) -> None:
        outcome = await self._say()
        self.silent.set()
        self._exited.set_result(outcome)
        self._on_exit(outcome)

    async def _say(self) -> Exit:
        """Say everything in its place; how it ended."""
        for step in self._steps:
            if isinstance(step, bytes):
                self._on_output(step)
                continue
            now = await self._next()
            if now is None:
                return LEFT
            if not now.is_like(step):
                return Exit(1, f"it was told {now} where it had been told {step}: record it again")
        while await self._next() is not None:
            pass
        return LEFT

    async def _next(self) -> Told | None:
        if self._told.empty():
            self.silent.set()
        return await self._told.get()
