"""A workspace with a state folder and a home of its own, and a repository to work in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from peon.workspace.unit import CaptureLimits
from support.bench import Bench, open_workspace
from support.repositories import Repo, make_repo


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """What a person's shell would have."""
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


@pytest.fixture
def repo(tmp_path: Path, environ: dict[str, str]) -> Repo:
    """An empty repository."""
    return make_repo(tmp_path / "repo", environ)


@pytest.fixture
def bench(tmp_path: Path, repo: Repo, environ: dict[str, str]) -> Iterator[Bench]:
    """A workspace with the repository; files over 100,000 bytes are not captured."""
    state = tmp_path / "state"
    limits = CaptureLimits(file_bytes=100_000)
    made = Bench(open_workspace(state, environ, limits=limits), repo, state, environ)
    yield made
    made.workspace.close()
