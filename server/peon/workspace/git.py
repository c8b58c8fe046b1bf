"""The one place that runs git: argv only, an environment built from nothing, a deadline, bounded
output.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

import attrs

from peon.errors import ExternalFailure, Unavailable
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.groups import stop_group
from peon.workspace.running import Said, unspeakable

MIB = 1024 * 1024

_OUTPUT_LIMIT = 256 * MIB
_WORDS_LIMIT = 64 * 1024
_PIPE_GRACE = 1.0
"""Seconds we keep reading after git has ended, while something it started still holds the pipe."""
_PAUSE = 0.02

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
    said: Said | None = None
    """Told what git, and the hooks it runs, say."""
    cancellation: Cancellation = NEVER
    whole: Callable[[], Awaitable[bool]] | None = None
    """Says whether what the call does is whole by now; it is not stopped before."""


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
        `call.seconds` or says too much, Cancelled. Whatever happens, no process of the call's group
        survives it.
        """
        call.cancellation.check()
        talk = _Conversation(call.said)
        if (why := unspeakable(call.argv)) is not None:
            raise _failure(
                call, why, "git.failed", remedy="Choose another name, or a shorter text."
            )
        with _explained(call):
            transport = await self._begin(call, talk)
        try:
            async with asyncio.timeout(call.seconds):
                try:
                    async with call.cancellation.breaks_off():
                        await talk.hold(transport, call.stdin)
                except Cancelled:
                    if not await talk.ends_before(call.whole):
                        await stop_group(transport.get_pid(), call.cancellation.patience)
                        raise
        except TimeoutError:
            raise _failure(call, f"no answer within {call.seconds:.1f} s", "git.timedOut") from None
        finally:
            await talk.end(transport)
        return _result(call, talk, transport.get_returncode())

    async def _begin(self, call: Call, talk: "_Conversation") -> asyncio.SubprocessTransport:
        """Start the process. Cancelled meanwhile, it is ended with its group as soon as it is
        there.

        Left to itself, asyncio would end the process alone, and not what that has started.
        """
        loop = asyncio.get_running_loop()
        starting = loop.subprocess_exec(
            lambda: talk, self._program(), *call.argv, **_settings(call)
        )
        try:
            transport, _ = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await talk.abandon()
            raise
        return transport

    async def start(self, call: Call, *, stdin: int, stdout: int) -> asyncio.subprocess.Process:
        """Start a call that reads from and writes to these pipes; the caller must `stop` it."""
        with _explained(call):
            return await asyncio.create_subprocess_exec(
                self._program(), *call.argv, stdin=stdin, stdout=stdout, **_settings(call)
            )

    async def stop(self, process: asyncio.subprocess.Process) -> None:
        """End a process that `start` began."""
        if process.returncode is None:
            _kill(process.pid)
            await process.wait()

    def _program(self) -> str:
        program = shutil.which("git", path=self.path)
        if program is None:
            raise Unavailable(
                "git", "it is not on PATH", "Install git 2.31 or newer and start the server again."
            )
        return program


class _Settings(TypedDict):
    cwd: Path
    env: Mapping[str, str]
    stderr: int
    start_new_session: bool


def _settings(call: Call) -> _Settings:
    return _Settings(
        cwd=call.cwd, env=call.env, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )


@contextmanager
def _explained(call: Call) -> Iterator[None]:
    """Say what it means when a process cannot even be started in its folder."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise ExternalFailure(
            "workspace",
            f"the folder {call.cwd} cannot be entered: {error.strerror}",
            code="workspace.notAFolder",
            remedy="Check that the folder still exists and that you may read it.",
        ) from error


class _Conversation(asyncio.SubprocessProtocol):
    """Feeds a process and gathers what it says, within bounds."""

    def __init__(self, said: Said | None) -> None:
        self._said = said
        self.out = bytearray()
        self.err = bytearray()
        self.overflowed = False
        self._exited = asyncio.Event()
        self._silent = asyncio.Event()
        self._speaking = {1, 2}
        self._pid = 0
        self._abandoned = False
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.SubprocessTransport):
            self._pid = transport.get_pid()
            self._transport = transport
            if self._abandoned:
                self._kill()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if self._said is not None:
            self._said("stderr" if fd == 2 else "stdout", data.decode("utf-8", "replace"))
        if fd == 2:
            self.err += data[: _WORDS_LIMIT - len(self.err)]
        elif len(self.out) + len(data) <= _OUTPUT_LIMIT:
            self.out += data
        elif not self.overflowed:
            self.overflowed = True
            self._kill()

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        self._speaking.discard(fd)
        if not self._speaking:
            self._silent.set()

    def process_exited(self) -> None:
        self._exited.set()

    async def hold(self, transport: asyncio.SubprocessTransport, stdin: bytes) -> None:
        """Return when the process has ended and its pipes are read.

        What it started may hold the pipes longer, as a server that a hook leaves behind.
        """
        pipe = transport.get_pipe_transport(0)
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(stdin)
            pipe.write_eof()
        await self._exited.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PIPE_GRACE):
                await self._silent.wait()

    async def ends_before(self, whole: Callable[[], Awaitable[bool]] | None) -> bool:
        """Wait until what the process does is whole; whether it has come to its end before."""
        while whole is not None and not await whole():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._exited.wait()
                return True
        return False

    async def abandon(self) -> None:
        """End a process that may not even have begun; bounded, for it may never begin."""
        self._abandoned = True
        if self._pid:
            self._kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PIPE_GRACE):
                await self._exited.wait()
        if self._transport is not None:
            self._transport.close()

    async def end(self, transport: asyncio.SubprocessTransport) -> None:
        """Make sure that it has ended, with all it started in its group."""
        if not self._exited.is_set():
            self._kill()
            await self._exited.wait()
        transport.close()

    def _kill(self) -> None:
        if not self._exited.is_set():
            _kill(self._pid)


def _result(call: Call, talk: _Conversation, code: int | None) -> GitResult:
    if talk.overflowed:
        raise _failure(call, f"more than {_OUTPUT_LIMIT // MIB} MiB of output", "git.tooMuchOutput")
    words = talk.err.decode("utf-8", "replace").strip()
    if code is None or code not in call.accept:
        raise _failure(call, words or f"exit code {code}", "git.failed")
    return GitResult(code=code, out=bytes(talk.out), err=words)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):  # It may end by itself in this very moment.
        os.killpg(group, signal.SIGKILL)


def _failure(call: Call, detail: str, code: str, *, remedy: str | None = None) -> ExternalFailure:
    return ExternalFailure("git", f"{_verb(call.argv)}: {detail}", code=code, remedy=remedy)


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
