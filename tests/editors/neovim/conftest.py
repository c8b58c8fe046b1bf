"""A workspace, a state folder, and Neovims that share it."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors.neovim.driver import Neovim, serving
from support.repositories import Repo
from support.windows import own_state

Start = Callable[..., Neovim]
Report = Callable[[str, float], None]

_LEFT_BY_PYNVIM = "ignore::pytest.PytestUnraisableExceptionWarning"
"""It closes its loop before its pipes, and says so when they are collected, whenever that is."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what pynvim leaves open fail no test of ours."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(_LEFT_BY_PYNVIM))
            item.add_marker(pytest.mark.timeout(240))  # a flow has many steps, each with a deadline


GREET = """\
import sys


def greet(name):
    return f"hello {name}"


if __name__ == "__main__":
    print(greet(sys.argv[1]))
"""


@pytest.fixture
def repo(home: Path) -> Repo:
    """A repository with one committed file, and an identity of its own."""
    place = home / "greeter"
    place.mkdir()
    repo = Repo(place, dict(os.environ))
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.org")
    repo.write("greet.py", GREET)
    repo.commit("Greet by name")
    return repo


@pytest.fixture
def folder(repo: Repo) -> Path:
    return repo.root


@pytest.fixture
def state(home: Path) -> Iterator[Path]:
    """A state folder, whose server is gone when the test is."""
    with own_state(home) as place:
        yield place


@contextlib.contextmanager
def state_of_many() -> Iterator[Path]:
    """A state folder for all tests of a module, which leave every thread at rest."""
    folder = tempfile.TemporaryDirectory(prefix="peon-", ignore_cleanup_errors=True)
    with folder as name, own_state(Path(name).resolve()) as place:
        yield place


@pytest.fixture
def start(folder: Path, state: Path) -> Iterator[Start]:
    """Starts editors on the same state and folder."""
    started: list[Neovim] = []

    def begin(**options: object) -> Neovim:
        options.setdefault("config", serving(state))
        started.append(Neovim(folder, **options))  # type: ignore[arg-type]
        return started[-1]

    yield begin
    for each in started:
        each.close()


@pytest.fixture
def report() -> Report:
    """Tells a figure, which is not judged; `pytest -rP` shows it."""

    def tell(what: str, milliseconds: float) -> None:
        sys.stdout.write(f"{what}: {milliseconds:.1f} ms\n")

    return tell


@pytest.fixture
def nvim(start: Start) -> Neovim:
    """An editor."""
    return start()
