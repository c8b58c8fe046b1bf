"""A process of the nursery's, held as asyncio holds its own."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.warm.asking import Asked
from support.warm.worker import start


class WarmStreams:
    """The part of `asyncio.subprocess.Process` that tests use, with three pipes."""

    def __init__(
        self,
        asked: Asked,
        stdin: asyncio.StreamWriter,
        stdout: asyncio.StreamReader,
        stderr: asyncio.StreamReader,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.pid = asked.pid
        self.returncode: int | None = None
        self._asked = asked
        self._ended = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()
        loop.add_reader(asked.connection, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._asked.connection)
        self.returncode = self._asked.wait()
        self.stdin.close()
        self._ended.set_result(self.returncode)

    async def wait(self) -> int:
        """Its exit code."""
        code: int = await asyncio.shield(self._ended)
        return code

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError, if it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Raises ProcessLookupError, if it has ended."""
        self.send_signal(signal.SIGKILL)


async def start_streams(
    argv: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
) -> WarmStreams:
    """Start `python` with these arguments (`-m`, a module, ...)."""
    loop = asyncio.get_running_loop()
    theirs_in, our_in = os.pipe()
    our_out, theirs_out = os.pipe()
    our_err, theirs_err = os.pipe()
    asked = start(argv, {0: theirs_in, 1: theirs_out, 2: theirs_err}, env, cwd=cwd)
    for descriptor in (theirs_in, theirs_out, theirs_err):
        os.close(descriptor)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(our_in, "wb")
    )
    stdin = asyncio.StreamWriter(transport, protocol, None, loop)
    return WarmStreams(asked, stdin, await _reader(our_out), await _reader(our_err))


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    return reader
