"""What Peon needs of the machine: Python, git, and the agents."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final, assert_never

from peon.app import AppOptions
from peon.cli.doctor.findings import Finding, attention, ok, problem
from peon.providers.acp.provider import AcpProvider
from peon.providers.port import Available, Missing
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon.runtime.ids import RandomIds
from peon.runtime.tasks import TaskOwner

_GIT_SECONDS: Final = 10.0
_OLDEST_GIT: Final = (2, 30)


def look_at_python() -> Iterator[Finding]:
    yield ok(
        f"Peon {installed_version('peon')} on Python {platform.python_version()} ({sys.executable})"
    )


def look_at_git(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Checkpoints, diffs and commits are all made with git."""
    remedy = "Install git 2.30 or later and see that it is on the PATH."
    program = shutil.which("git", path=environment.get("PATH"))
    if program is None:
        yield problem("git is not installed", remedy)
        return
    try:
        said = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        yield problem(f"{program} does not run: {error}", remedy)
        return
    if _version(said) < _OLDEST_GIT:
        yield problem(f"{said} is too old ({program})", remedy)
    else:
        yield ok(f"{said} ({program})")


def look_at_agents(state_dir: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Every kind of agent: whether it could be started from here."""
    # Nothing is started, so nothing of this is ever written to.
    supervisor = Supervisor(state_dir, ids=RandomIds(), tasks=TaskOwner("doctor"))
    terms = Terms(name="Peon", our_version=installed_version("peon"))
    for entry in AppOptions(environment=environment).agents:
        provider = AcpProvider(entry, supervisor=supervisor, terms=terms)
        found = provider.availability(environment)
        match found:
            case Available(version=version):
                yield ok(f"agent {entry.provider_id}: {entry.name} {version or ''}".rstrip())
            case Missing(reason=reason, remedy=remedy):
                yield attention(f"agent {entry.provider_id}: {reason}", remedy)
            case _:
                assert_never(found)


def _version(said: str) -> tuple[int, ...]:
    """The number in `git version 2.43.0.windows.1`."""
    number = said.split()[2] if len(said.split()) > 2 else ""
    return tuple(int(part) for part in number.split(".")[:2] if part.isdigit())
