"""One process of an agent: what it says is heard in order, and it ends with all that it started.

It leads a session of its own. It is ended by closing its input, then TERM, then KILL, each with a
deadline; whatever belongs to it is killed when it is gone, however it went.
"""

import asyncio
import signal
from collections.abc import Callable, Mapping
from typing import Protocol, cast

import attrs

from peon.errors import ExternalFailure
from peon.providers import guardian
from peon.providers.guardian import Tracked
from peon.providers.port import AgentFault
from peon.runtime.tasks import TaskOwner

STDERR_KEPT = 24 * 1024
"""How many bytes of an agent's last words are kept: more than are shown, so that no secret that is
shown has lost its beginning, by which it would be known."""
STDERR_SHOWN = 8 * 1024
WRITE_LIMIT = 64 * 1024 * 1024
"""How many bytes may wait for an agent that does not read."""
READ_AT_ONCE = 16 * 1024
"""How many bytes of one agent are heard before others have their turn: the agents, and clients with
their requests. A pipe holds four times as much, and fifty agents may have filled theirs."""
_SWEEPS = 5
"""How often leftovers are looked for: one may start another while it is being killed."""


@attrs.frozen(kw_only=True)
class Deadlines:
    """How long an ending agent gets for each step, in seconds."""

    close: float = 2.0
    """To leave after its input was closed."""
    terminate: float = 2.0
    """To leave after TERM."""
    drain: float = 0.5
    """To have its last output read, if somebody else still holds the pipe once it is gone."""


@attrs.frozen(kw_only=True)
class Command:
    """What to start, where, and with which environment. There is no shell in between."""

    argv: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str] = attrs.field(repr=False)


@attrs.frozen
class Exit:
    """How an agent ended: its code (negative for a signal) and the tail of its stderr.

    What is shown of the tail is shorter, and clean of secrets: see `last_words`.
    """

    code: int
    stderr: str

    def __str__(self) -> str:
        if self.code >= 0:
            return f"exited with code {self.code}"
        known = {number.value: number.name for number in signal.Signals}
        return f"was ended by {known.get(-self.code, f'signal {-self.code}')}"


class Running(Protocol):
    """An agent that was started."""

    @property
    def running(self) -> bool:
        """Whether it can still be spoken to."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data` as soon as it reads. Raises ExternalFailure if it is gone or too slow."""
        ...

    async def drain(self) -> None:
        """Wait until the agent has taken most of what was written."""
        ...

    async def end(self) -> Exit:
        """End it and everything it started; how it went. May be called again, and while it ends."""
        ...

    def end_soon(self) -> None:
        """Begin to end it, without waiting."""
        ...


class Starter(Protocol):
    """Starts agents."""

    async def start(
        self,
        command: Command,
        /,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> Running:
        """Start `command`. Raises Unavailable if that cannot be."""
        ...


def last_words(stderr: str) -> str:
    """The end of an agent's stderr, from the beginning of a line where there is more before it."""
    shown = stderr.encode("utf-8", "replace")[-STDERR_SHOWN:].decode(errors="ignore")
    return shown if len(shown) == len(stderr) else shown.partition("\n")[2] or shown


class _ReadPipe(Protocol):
    """What the selector loops let one set of a pipe: how much is read in one turn of the loop."""

    max_size: int


class AgentProcess(asyncio.SubprocessProtocol):
    """A running agent, made by `Supervisor.start`.

    `on_start` is called when it runs, `on_output` with what it writes, piece by piece, and
    `on_exit` once, after the last piece and after everything it started is gone. All are called on
    the loop.
    """

    def __init__(
        self,
        *,
        marker: str,
        on_start: Callable[["AgentProcess"], None],
        on_output: Callable[[bytes], None],
        on_exit: Callable[["AgentProcess", Exit], None],
        tasks: TaskOwner,
        deadlines: Deadlines,
    ) -> None:
        self._marker = marker
        self._on_start = on_start
        self._on_output = on_output
        self._on_exit = on_exit
        self._tasks = tasks
        self._deadlines = deadlines
        self._stderr = bytearray()
        self._writable = asyncio.Event()
        self._writable.set()
        self._drained = asyncio.Event()
        self._gone = asyncio.Event()
        self._exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._ending = False
        self._transport: asyncio.SubprocessTransport | None = None
        self._tracked = Tracked(0, "", marker)

    @property
    def tracked(self) -> Tracked:
        """Which process it is, to those who end it."""
        return self._tracked

    @property
    def pid(self) -> int:
        return self._tracked.pid

    @property
    def running(self) -> bool:
        """Whether it can still be spoken to."""
        return not self._ending and not self._gone.is_set()

    def write(self, data: bytes) -> None:
        """Send `data` as soon as it reads. Raises ExternalFailure if it is gone or too slow."""
        pipe = self._stdin()
        if pipe is None or pipe.is_closing() or self._gone.is_set():
            raise ExternalFailure("agent", "it is not listening any more", code=AgentFault.GONE)
        if pipe.get_write_buffer_size() + len(data) > WRITE_LIMIT:
            raise ExternalFailure(
                "agent", "it does not read what it is told", code=AgentFault.STUCK
            )
        pipe.write(data)

    async def drain(self) -> None:
        """Wait until the agent has taken most of what was written."""
        await self._writable.wait()

    async def end(self) -> Exit:
        """End it and everything it started; how it went. May be called again, and while it ends."""
        self.end_soon()
        return await asyncio.shield(self._exited)

    def end_soon(self) -> None:
        """Begin to end it, without waiting."""
        if not self._ending and not self._gone.is_set():
            self._ending = True
            self._tasks.start(self._end_in_steps(), name=f"end {self.pid}")

    async def _end_in_steps(self) -> None:
        if (pipe := self._stdin()) is not None:
            pipe.close()
        await self._gone_within(self._deadlines.close)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._gone.is_set():
                return
            await asyncio.to_thread(guardian.signal_all, self._tracked, number)
            await self._gone_within(self._deadlines.terminate)

    async def _gone_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            return

    async def _settle(self) -> None:
        """After the exit: read what is left, kill what is left, and say so."""
        try:
            async with asyncio.timeout(self._deadlines.drain):
                await self._drained.wait()
        except TimeoutError:
            pass
        for _ in range(_SWEEPS):
            if not await asyncio.to_thread(guardian.survives, self._tracked):
                break
            await asyncio.to_thread(guardian.signal_all, self._tracked, signal.SIGKILL)
        transport = self._transport
        code = transport.get_returncode() if transport is not None else None
        if transport is not None:
            transport.close()
        outcome = Exit(code if code is not None else -1, self._last_words())
        self._exited.set_result(outcome)
        self._on_exit(self, outcome)

    def _last_words(self) -> str:
        return bytes(self._stderr).decode(errors="replace").strip()

    def _stdin(self) -> asyncio.WriteTransport | None:
        transport = self._transport
        if transport is None:
            return None
        return cast("asyncio.WriteTransport | None", transport.get_pipe_transport(0))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        started = cast("asyncio.SubprocessTransport", transport)
        self._transport = started
        if hasattr(output := started.get_pipe_transport(1), "max_size"):
            cast("_ReadPipe", output).max_size = READ_AT_ONCE
        self._tracked = Tracked(
            started.get_pid(), guardian.start_of(started.get_pid()), self._marker
        )
        self._on_start(self)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self._on_output(data)
        else:
            self._stderr += data
            del self._stderr[:-STDERR_KEPT]

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        if fd == 0:
            self._writable.set()
        elif fd == 1:
            self._drained.set()
            # An agent that has closed its output can say nothing more, not even that it ends.
            self.end_soon()

    def process_exited(self) -> None:
        self._gone.set()
        self._writable.set()
        self._tasks.start(self._settle(), name=f"settle {self.pid}")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()
