"""The one place that runs git: argv only, an environment built from nothing, a deadline, bounded
output.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import attrs

from peon.errors import ExternalFailure, Unavailable

T = TypeVar("T")

MIB = 1024 * 1024

_OUTPUT_LIMIT = 256 * MIB
_WORDS_LIMIT = 64 * 1024
_CHUNK = 256 * 1024
_PIPE_GRACE = 1.0
"""Seconds we keep reading after git has ended, while something it started still holds the pipe."""

Argument = str | bytes


@attrs.frozen
class GitResult:
    """What git answered: exit code, standard output as bytes, its words as text."""

    code: int
    out: bytes
    err: str

    @property
    def line(self) -> bytes:
        """The output without its last newline."""
        return self.out.removesuffix(b"\n")

    @property
    def records(self) -> list[bytes]:
        """The NUL-terminated records of the output."""
        return self.out.split(b"\0")[:-1]


@attrs.frozen
class Call:
    """One call of git: what to run, where, and in which environment (nothing is inherited)."""

    argv: Sequence[Argument]
    cwd: Path
    env: Mapping[str, str]
    stdin: bytes = b""
    seconds: float = 60.0
    accept: Collection[int] = (0,)


class Git:
    """Runs git. `environ` is where `PATH` and the user's home are taken from; nothing else
    leaks.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self.path = _absolute_path(environ.get("PATH", os.defpath))

    async def run(self, call: Call) -> GitResult:
        """Run one call to its end.

        Raises Unavailable when git is missing, ExternalFailure when it fails, takes longer than
        `call.seconds` or says too much. Whatever happens, no process of the call's group survives
        it.
        """
        process = await self._spawn(call)
        talk = _Conversation(process)
        try:
            async with asyncio.timeout(call.seconds):
                await talk.hold(call.stdin)
        except TimeoutError:
            raise _failure(call, f"no answer within {call.seconds:.1f} s", "git.timedOut") from None
        finally:
            await _end(process)
        if talk.overflowed:
            raise _failure(
                call, f"more than {_OUTPUT_LIMIT // MIB} MiB of output", "git.tooMuchOutput"
            )
        code = process.returncode if process.returncode is not None else -signal.SIGKILL
        words = bytes(talk.err).decode("utf-8", "replace").strip()
        if code not in call.accept:
            raise _failure(call, words or f"exit code {code}", "git.failed")
        return GitResult(code=code, out=bytes(talk.out), err=words)

    async def start(self, call: Call) -> asyncio.subprocess.Process:
        """Start a call whose pipes the caller serves; it must `stop` it."""
        return await self._spawn(call)

    async def stop(self, process: asyncio.subprocess.Process) -> None:
        """End a process that `start` began."""
        await _end(process)

    async def _spawn(self, call: Call) -> asyncio.subprocess.Process:
        program = shutil.which("git", path=self.path)
        if program is None:
            raise Unavailable(
                "git", "it is not on PATH", "Install git 2.31 or newer and start the server again."
            )
        try:
            return await asyncio.create_subprocess_exec(
                program,
                *call.argv,
                cwd=call.cwd,
                env=call.env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            raise ExternalFailure(
                "workspace",
                f"the folder {call.cwd} cannot be entered: {error.strerror}",
                code="workspace.notAFolder",
                remedy="Check that the folder still exists and that you may read it.",
            ) from error


class _Conversation:
    """Feeds a process and gathers what it says, within bounds."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.out = bytearray()
        self.err = bytearray()
        self.overflowed = False

    async def hold(self, stdin: bytes) -> None:
        """Return when the process has ended and its pipes are read."""
        async with asyncio.TaskGroup() as group:
            pipes = {
                group.create_task(self._feed(stdin), name="git/stdin"),
                group.create_task(self._take_out(), name="git/stdout"),
                group.create_task(self._take_err(), name="git/stderr"),
            }
            await self._process.wait()
            _, waiting = await asyncio.wait(pipes, timeout=_PIPE_GRACE)
            for task in waiting:
                task.cancel()

    async def _feed(self, stdin: bytes) -> None:
        pipe = piped(self._process.stdin)
        try:
            for start in range(0, len(stdin), _CHUNK):
                pipe.write(stdin[start : start + _CHUNK])
                await pipe.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # It ended without reading everything; its exit code says why.
        finally:
            pipe.close()

    async def _take_out(self) -> None:
        pipe = piped(self._process.stdout)
        while chunk := await pipe.read(_CHUNK):
            if len(self.out) + len(chunk) > _OUTPUT_LIMIT:
                self.overflowed = True
                _kill(self._process)
                return
            self.out += chunk

    async def _take_err(self) -> None:
        pipe = piped(self._process.stderr)
        while chunk := await pipe.read(_CHUNK):
            self.err += chunk[: _WORDS_LIMIT - len(self.err)]


def piped(pipe: T | None) -> T:
    """One of the three pipes that every process is started with."""
    if pipe is None:
        raise RuntimeError("the process was started without pipes")
    return pipe


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):  # It may end by itself in this very moment.
            os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        _kill(process)
        await process.wait()


def _failure(call: Call, detail: str, code: str) -> ExternalFailure:
    return ExternalFailure("git", f"{_verb(call.argv)}: {detail}", code=code)


def _verb(argv: Sequence[Argument]) -> str:
    """The subcommand of an argv, behind the global options."""
    words = iter(os.fsdecode(word) for word in argv)
    for word in words:
        if word == "-c":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return "git"


def _absolute_path(path: str) -> str:
    """`PATH` without relative entries: a folder must not bring its own git along."""
    return os.pathsep.join(part for part in path.split(os.pathsep) if os.path.isabs(part))
