"""Running a turn as a command: its server, Ctrl-C, and the exit code."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from peon.cli.client import RequestFailed
from peon.cli.complaints import complain
from peon.cli.following import Following
from peon.cli.running.answering import Nobody, Person
from peon.cli.running.output import JsonOutput, Output, PeopleOutput, Stdout
from peon.cli.running.turn import Ending, Errand, RunningTurn
from peon.cli.spawning import spawned_server
from peon.errors import PeonError
from peon.runtime.tasks import TaskOwner

_OF_THE_ARGUMENTS: Final = frozenset(
    {"provider.unknown", "project.rootUnusable", "prompt.empty", "mode.notSupported"}
)
"""Refusals that no other day and no other state would spare: the command line does not fit."""


def run_turn(errand: Errand, *, state_dir: Path | None, as_json: bool) -> int:
    """Run one turn; the exit code says how it ended."""
    try:
        return asyncio.run(_run(errand, state_dir, as_json=as_json)).value
    except RequestFailed as error:
        complain(error)
        return Ending.USAGE if error.content.kind in _OF_THE_ARGUMENTS else Ending.FAILED
    except PeonError as error:
        complain(error)
        return Ending.FAILED


async def _run(errand: Errand, state_dir: Path | None, *, as_json: bool) -> Ending:
    tasks, stdout = TaskOwner("run"), Stdout()
    output: Output = JsonOutput(stdout) if as_json else PeopleOutput(stdout, errand.project)
    is_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    turn = RunningTurn(output, Person(output) if is_terminal else Nobody(output), tasks)
    following = Following(event=turn.event, delta=output.delta, resync=turn.resync)
    stdout.on_lost = lambda: _stop(turn, output)
    try:
        with _on_interrupt(lambda: _stop(turn, output)):
            async with spawned_server(
                state_dir, name="peon run", on_notification=following.notification
            ) as client:
                ending = await turn.see_through(client, errand)
                output.close()
                return ending
    finally:
        output.close()
        await tasks.close()


def _stop(turn: RunningTurn, output: Output) -> None:
    if turn.interrupt():
        output.note("stopping the turn; press Ctrl-C again to leave at once")
    else:
        _leave(output)


def _leave(output: Output) -> None:
    """Without waiting for anything: the server sees us gone, ends the turn and leaves too."""
    output.close()
    sys.stderr.flush()
    os._exit(Ending.INTERRUPTED)


@contextlib.contextmanager
def _on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on the loop for the first Ctrl-C; a second one is a KeyboardInterrupt."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def interrupted(*_: object) -> None:
        signal.signal(signal.SIGINT, lambda *_: os._exit(Ending.INTERRUPTED))
        loop.call_soon_threadsafe(stop)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
