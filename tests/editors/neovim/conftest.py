"""A workspace, a state folder, and Neovims that share it."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors.neovim.driver import Neovim, serving
from editors.spoken import Refused, Spoken
from support.repositories import Repo
from support.windows import own_state

Start = Callable[..., Neovim]

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


@contextlib.contextmanager
def state_of_many() -> Iterator[Path]:
    """A state folder that outlives a test."""
    folder = tempfile.TemporaryDirectory(prefix="peon-", ignore_cleanup_errors=True)
    with folder as name, own_state(Path(name).resolve()) as place:
        yield place


@pytest.fixture(scope="session")
def lasting() -> Iterator[tuple[Path, Spoken]]:
    """A server that stays while tests come and go, because somebody is connected with it: to start
    one, and to take its first turn, is most of what a test would cost.
    """
    with state_of_many() as place, Spoken(place, shared=True) as server:
        server.ask("events/subscribe", after=0)
        yield place, server


@pytest.fixture
def state(lasting: tuple[Path, Spoken]) -> Iterator[Path]:
    """The state folder of a server that knows of no project, and forgets those of the test."""
    place, server = lasting
    yield place
    for project in server.ask("project/list")["projects"]:
        _delete(server, project["projectId"])


def _delete(server: Spoken, project: str) -> None:
    """Delete a project, whatever goes on in it."""
    while True:
        try:
            server.ask("project/delete", projectId=project)
        except Refused as refused:
            if refused.kind != "project.hasRunningThreads":
                raise
            _calm(server)
        else:
            return


def _calm(server: Spoken) -> None:
    """Tell threads at work to stop, and wait until something is heard of one."""
    listed = server.ask("thread/list")
    at_work = [each for each in listed["threads"] if each["status"] != "idle" or each["operation"]]
    for thread in at_work:
        for message in thread["queue"]:
            with contextlib.suppress(Refused):
                server.ask(
                    "message/remove", threadId=thread["threadId"], messageId=message["messageId"]
                )
        with contextlib.suppress(Refused):  # it has ended by itself
            server.ask("turn/interrupt", threadId=thread["threadId"])
    names = {each["threadId"] for each in at_work}
    if names:
        server.wait_for(lambda event: event["streamId"] in names, after=listed["sequence"])


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
def nvim(start: Start) -> Neovim:
    """An editor."""
    return start()
