"""Running a command of the user's in a folder: argv only, its output told as it comes."""

import asyncio
import codecs
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal

import attrs

from peon.errors import ExternalFailure
from peon.runtime.tasks import TaskOwner
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.groups import end_group, stop_group

Stream = Literal["stdout", "stderr"]
Said = Callable[[Stream, str], None]
"""Told what a program says, as text, while it runs."""

_CHUNK = 4096
_TAIL = 20
"""So many of the last pieces of output are kept to say why it failed."""
_GRACE = 1.0
_LONGEST_WORD = 128 * 1024 - 1
"""Bytes of one word that a program can be given, where that is least."""


def unspeakable(argv: Sequence[str | bytes]) -> str | None:
    """Why no program can be told these words, if none can."""
    words = [os.fsencode(word) for word in argv]
    if any(b"\0" in word for word in words):
        return "a name or text holds a NUL character"
    return "a name or text is too long" if max(map(len, words)) > _LONGEST_WORD else None


def nobody_listens(stream: Stream, text: str) -> None:
    """Let it be said to nobody."""


@attrs.frozen
class Running:
    """A command: what to run, where, in which environment, and how long it may take.

    `code` and `remedy` are told where it cannot be started, or takes too long.
    """

    argv: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    seconds: float
    code: str
    remedy: str
    cancellation: Cancellation = NEVER


@attrs.frozen
class Ran:
    """How it ended: the exit code, and the end of what it said."""

    code: int
    last: str


async def run_command(running: Running, said: Said) -> Ran:
    """Run it to its end. No process of its group survives it, whatever happens.

    Raises ExternalFailure where it cannot be started, or takes too long; Cancelled.
    """
    running.cancellation.check()
    program = _program(running)
    if (why := unspeakable(running.argv)) is not None:
        raise _failed(running, why)
    tail: deque[str] = deque(maxlen=_TAIL)
    async with AsyncExitStack() as pipes:
        stdout = await pipes.enter_async_context(_listening("stdout", said, tail))
        stderr = await pipes.enter_async_context(_listening("stderr", said, tail))
        process = await asyncio.create_subprocess_exec(
            program,
            *running.argv[1:],
            cwd=running.folder,
            env=dict(running.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(running.seconds), running.cancellation.breaks_off():
                code = await process.wait()
        except TimeoutError:
            raise _failed(running, f"it did not end within {running.seconds:g} s") from None
        except Cancelled:
            await stop_group(process.pid, running.cancellation.patience)
            raise
        finally:
            await end_group(process.pid)
            await process.wait()
    return Ran(code, "".join(tail).strip()[-2000:])


@asynccontextmanager
async def _listening(stream: Stream, said: Said, tail: deque[str]) -> AsyncIterator[int]:
    """A pipe to write to, whose other end is read until all has come, or nobody writes any more.

    It is ours, and not asyncio's: with that, a process has not ended while what it started still
    holds its pipes.
    """
    reading, writing = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb", 0)
    )
    tasks = TaskOwner("running")
    listening = tasks.start(_listen(reader, stream, said, tail), name=stream)
    try:
        yield writing
    finally:
        os.close(writing)
        await asyncio.wait([listening], timeout=_GRACE)
        await tasks.close()
        transport.close()


async def _listen(
    reader: asyncio.StreamReader, stream: Stream, said: Said, tail: deque[str]
) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := await reader.read(_CHUNK):
        text = decoder.decode(data)
        tail.append(text)
        said(stream, text)


def _program(running: Running) -> str:
    """A name is looked up in `PATH`, without its relative entries; a path is one in the folder."""
    name = running.argv[0]
    if "/" in name:
        found = str(running.folder / name)
        return found if os.access(found, os.X_OK) else _raise(running)
    path = running.environ.get("PATH", os.defpath)
    absolute = os.pathsep.join(part for part in path.split(os.pathsep) if os.path.isabs(part))
    return shutil.which(name, path=absolute) or _raise(running)


def _raise(running: Running) -> str:
    raise _failed(running, "there is no such program")


def _failed(running: Running, why: str) -> ExternalFailure:
    return ExternalFailure(
        "command", f"{running.argv[0]}: {why}", code=running.code, remedy=running.remedy
    )
