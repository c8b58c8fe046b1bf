"""What Peon needs of the machine: Python, git, and the agents."""

import asyncio
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, assert_never

from peon import __version__
from peon.cli.doctor.findings import Finding, attention, ok, problem
from peon.providers.catalog import Catalog, CatalogParts
from peon.providers.kinds import make_provider
from peon.providers.port import Available, LoggedOut, Missing, Provider
from peon.providers.programs import Programs
from peon.providers.supervisor import Supervisor
from peon.providers.terms import Terms
from peon.runtime.ids import RandomIds
from peon.runtime.settings import default_agents_file
from peon.runtime.tasks import TaskOwner

_GIT_SECONDS: Final = 10.0
_OLDEST_GIT: Final = (2, 30)


def look_at_python() -> Iterator[Finding]:
    yield ok(f"Peon {__version__} on Python {platform.python_version()} ({sys.executable})")


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
    """Every kind of agent: whether it could be used from here. Of agents none is started."""
    programs = Programs()
    asyncio.run(programs.ask_shell(environment))
    supervisor = Supervisor(state_dir, ids=RandomIds(), tasks=TaskOwner("doctor"))
    catalog = Catalog(
        CatalogParts(
            make=lambda entry: make_provider(
                entry, supervisor=supervisor, terms=Terms(name=entry.name), programs=programs
            ),
            programs=programs,
            user_file=default_agents_file(),
        )
    )
    for trouble in catalog.problems:
        yield attention(trouble, "Correct it; what it is about is left out until then.")
    default = catalog.default(environment)
    for provider_id, provider in catalog.items():
        yield _look_at_agent(provider, environment, is_default=provider_id == default)


def _look_at_agent(
    provider: Provider, environment: Mapping[str, str], *, is_default: bool
) -> Finding:
    found = provider.availability(environment)
    match found:
        case Available(version=version):
            taken = " (taken where none is named)" if is_default else ""
            named = f"{provider.name} {version or ''}".rstrip()
            return ok(f"agent {provider.provider_id}: {named}{taken}")
        case Missing(reason=reason, remedy=remedy) | LoggedOut(reason=reason, remedy=remedy):
            return attention(f"agent {provider.provider_id}: {reason}", remedy)
        case _:
            assert_never(found)


def _version(said: str) -> tuple[int, ...]:
    """The number in `git version 2.43.0.windows.1`."""
    number = said.split()[2] if len(said.split()) > 2 else ""
    return tuple(int(part) for part in number.split(".")[:2] if part.isdigit())
