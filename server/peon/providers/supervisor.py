"""The one place that starts agents, and that sees to it that none outlives us."""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from peon.errors import Unavailable
from peon.providers import guardian
from peon.providers.guardian import MARKER_VARIABLE
from peon.providers.ledger import Ledger
from peon.providers.process import AgentProcess, Command, Deadlines, Exit
from peon.runtime.ids import IdSource
from peon.runtime.tasks import TaskOwner

logger = logging.getLogger(__name__)

LEDGER_NAME = "agents.json"


class Supervisor:
    """Starts agents, enters them in the ledger and with the guardian, and ends them with us.

    The ledger lies in `state_dir`. The guardian is started with the first agent, and again if
    somebody killed it. Agents are ended by `tasks`, its own if none are given.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        ids: IdSource,
        tasks: TaskOwner | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._ledger = Ledger(state_dir / LEDGER_NAME)
        self._ids = ids
        self._tasks = tasks or TaskOwner("agents")
        self._closed = False
        self._deadlines = deadlines or Deadlines()
        self._guardian: subprocess.Popen[bytes] | None = None
        self._running: dict[str, AgentProcess] = {}

    async def reap(self) -> int:
        """End what an earlier server of this state directory left running; how many that were."""
        return len(await asyncio.to_thread(self._ledger.reap))

    async def start(
        self,
        command: Command,
        *,
        on_output: Callable[[bytes], None],
        on_exit: Callable[[Exit], None],
    ) -> AgentProcess:
        """Start `command`. Raises Unavailable if the system will not, or we are about to leave."""
        if self._closed:
            raise Unavailable(command.argv[0], "the server is leaving", "Start the server again.")
        marker = self._ids.fresh()

        def ended(process: AgentProcess, outcome: Exit) -> None:
            self._leave(process)
            on_exit(outcome)

        try:
            _, process = await asyncio.get_running_loop().subprocess_exec(
                lambda: AgentProcess(
                    marker=marker,
                    on_start=self._enter,
                    on_output=on_output,
                    on_exit=ended,
                    tasks=self._tasks,
                    deadlines=self._deadlines,
                ),
                *command.argv,
                cwd=command.cwd,
                env={**command.environment, MARKER_VARIABLE: marker},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise Unavailable(
                command.argv[0],
                f"it cannot be started: {error}",
                "Check that the program and the folder exist.",
            ) from error
        return process

    async def close(self) -> None:
        """End every agent that still runs, all at once, then the guardian. None starts afterwards.

        Whoever owns the tasks that agents are ended by closes them later than this.
        """
        self._closed = True
        await asyncio.gather(*(process.end() for process in list(self._running.values())))
        await asyncio.to_thread(self._dismiss_guardian)

    @property
    def running(self) -> int:
        """How many agents have not ended yet."""
        return len(self._running)

    def _enter(self, process: AgentProcess) -> None:
        self._running[process.tracked.marker] = process
        self._ledger.enter(process.tracked)
        self._tell_guardian(["enter", *process.tracked])

    def _leave(self, process: AgentProcess) -> None:
        self._running.pop(process.tracked.marker, None)
        self._ledger.leave(process.tracked)
        self._tell_guardian(["leave", process.tracked.marker])

    def _tell_guardian(self, line: list[str | int]) -> None:
        """Write `line`; a guardian that is new, or that had died, is told of everybody."""
        if self._guardian is not None and self._guardian.poll() is None:
            self._write_to_guardian([line])
            return
        if line[0] == "enter":
            self._dismiss_guardian()
            self._guardian = _start_guardian()
            self._write_to_guardian([["enter", *entry] for entry in self._ledger.entries()])

    def _dismiss_guardian(self) -> None:
        """Close its pipe, which it takes as the end, and wait until it is gone."""
        if self._guardian is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.communicate()
            self._guardian = None

    def _write_to_guardian(self, lines: list[list[str | int]]) -> None:
        if self._guardian is None or self._guardian.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):  # It is started again with the next agent.
            self._guardian.stdin.write(
                b"".join(json.dumps(line).encode() + b"\n" for line in lines)
            )
            self._guardian.stdin.flush()


def _start_guardian() -> subprocess.Popen[bytes]:
    """Start the guardian apart from us: nothing that ends our group may end it."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", guardian.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
