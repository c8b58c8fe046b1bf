"""The report: every look, in order, and what came of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from peon.cli.doctor.findings import Finding, Level, many, problem
from peon.cli.doctor.history import look_at_history
from peon.cli.doctor.machine import look_at_agents, look_at_git, look_at_python
from peon.cli.doctor.state import look_at_folder, look_at_log, look_at_owner
from peon.cli.doctor.threads import look_at_projects, look_at_threads
from peon.cli.reading import owner_of, standing_log, state_folder
from peon.errors import StoreFailure, Unavailable
from peon.wire import EventInvalid, UnknownEvent

_SIGNS: Final = {
    Level.OK: ("ok       ", "green"),
    Level.ATTENTION: ("attention", "yellow"),
    Level.PROBLEM: ("problem  ", "bold red"),
}


def diagnose(state_dir: Path | None) -> int:
    """Print the report; the exit code is 1 if there is a problem."""
    console = Console(highlight=False)
    counts = dict.fromkeys(Level, 0)
    for finding in _look(state_folder(state_dir)):
        counts[finding.level] += 1
        _print(console, finding)
    if counts[Level.PROBLEM]:
        console.print(f"{many(counts[Level.PROBLEM], 'problem')} found.", style="bold red")
        return 1
    if counts[Level.ATTENTION]:
        console.print("Peon works here; what asks for attention can wait.", style="bold")
    else:
        console.print("Everything is in order.", style="bold green")
    return 0


def _look(folder: Path) -> Iterator[Finding]:
    environment = dict(os.environ)
    yield from look_at_python()
    yield from look_at_git(environment)
    yield from look_at_agents(folder, environment)
    yield from look_at_folder(folder)
    try:
        yield from _look_inside(folder)
    except Unavailable as error:
        yield problem(f"{error.what}: {error.why}", error.remedy)
    except (StoreFailure, UnknownEvent, EventInvalid) as error:
        yield problem(str(error), "See what peon log --verify says.")


def _look_inside(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return
    yield from look_at_owner(folder)
    log = standing_log(folder)
    yield from look_at_log(folder, log)
    if log is not None:
        model = log.model()
        yield from look_at_history(log, model)
        yield from look_at_projects(model)
        yield from look_at_threads(model, is_served=owner_of(folder) is not None)


def _print(console: Console, finding: Finding) -> None:
    sign, style = _SIGNS[finding.level]
    console.print(Text.assemble((sign, style), "  ", finding.what), soft_wrap=True)
    if finding.remedy is not None:
        console.print(Text(f"{' ' * len(sign)}  → {finding.remedy}", style), soft_wrap=True)
