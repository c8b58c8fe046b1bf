"""Branches and pull requests as any command: recorded, answered, told of, and done once."""

from pathlib import Path

import attrs
import pytest

from peon.domain.effects import PerformOperation
from peon.providers.catalog import Catalog
from peon.reactors.branches import Branches
from peon_protocol.branches import (
    BranchList,
    BranchResult,
    CreateBranch,
    ListBranches,
    OpenPullRequest,
    PullRequestResult,
)
from peon_protocol.events import BranchCreated, PullRequestOpened
from peon_protocol.ids import CommandId, OperationId
from peon_protocol.notifications import OperationProgress
from peon_protocol.values import CreateBranchOperation
from support.forges import Forge
from support.houses import GARDEN, TALK, House, add_remote

TOPIC = CreateBranch(thread_id=TALK, name="topic", command_id=CommandId("make"))
REQUEST = OpenPullRequest(thread_id=TALK, title="Roses", command_id=CommandId("open"))


@pytest.fixture
async def garden(house: House) -> House:
    """A house with a thread, and a rose that was committed."""
    house.repo.write("rose.txt", "red\n")
    house.repo.commit("before")
    await house.open_thread()
    return house


@pytest.fixture
async def forge(garden: House, tmp_path: Path) -> Forge:
    """What only the login shell's path leads to."""
    forge = Forge(tmp_path / "forge")
    forge.install("gh")
    forge.log_in("github.com")
    remote = add_remote(garden.repo, tmp_path / "remote")
    garden.repo.git("config", "remote.origin.url", "https://github.com/ada/garden")
    garden.repo.git("config", "remote.origin.pushurl", str(remote.root))
    shell = tmp_path / "shell"
    shell.write_text(f'#!/bin/sh\nPATH={forge.path}:$PATH exec /bin/sh -c "$2"\n')
    shell.chmod(0o755)
    catalog: Catalog = vars(garden.app)["_catalog"]
    await catalog.programs.ask_shell({**garden.environment, "SHELL": str(shell)})
    return forge


async def test_a_branch_is_made_once(garden: House):
    first = await garden.ask(TOPIC, BranchResult)
    again = await garden.ask(TOPIC, BranchResult)

    assert first == again
    assert garden.repo.git("branch", "--show-current").strip() == "topic"
    assert [each.branch for each in await garden.events(BranchCreated)] == ["topic"]
    other = attrs.evolve(TOPIC, command_id=None)
    assert await garden.failure(other) == "git.branchExists"


async def test_branches_are_listed(garden: House):
    await garden.ask(TOPIC, BranchResult)
    for query in (ListBranches(thread_id=TALK), ListBranches(project_id=GARDEN)):
        listed = await garden.app.query(query, environment={})
        assert isinstance(listed, BranchList)
        assert (listed.current, listed.total) == ("topic", 2)
        assert [each.name for each in listed.branches] == ["topic", "main"]
        assert listed.branches[0].last_commit.subject == "before"
    few = await garden.app.query(ListBranches(project_id=GARDEN, limit=-1), environment={})
    assert isinstance(few, BranchList)
    assert few.branches == ()


async def test_a_pull_request_is_opened_once(garden: House, forge: Forge):
    await garden.ask(TOPIC, BranchResult)
    garden.repo.write("rose.txt", "white\n")
    garden.repo.commit("White")
    heard: list[OperationProgress] = []
    stop = garden.app.feed().on_progress(heard.append)
    first = await garden.ask(REQUEST, PullRequestResult)
    again = await garden.ask(REQUEST, PullRequestResult)
    stop()

    assert first == again
    assert (first.branch, first.title, first.existing) == ("topic", "Roses", False)
    assert [each.url for each in await garden.events(PullRequestOpened)] == [first.url]
    told = "".join(each.text for each in heard if each.operation_id == first.operation_id)
    assert "Creating pull request for topic" in told
    assert "refs/heads/topic" in told  # The push before it.


async def test_without_a_program_it_is_refused_with_the_remedy(garden: House, forge: Forge):
    (Path(forge.path) / "gh").unlink()

    assert await garden.failure(REQUEST) == "pullRequest.noProgram"
    assert (await garden.thread()).operation is None


async def test_a_folder_that_went_away(garden: House):
    garden.repo.root.rename(garden.repo.root.with_name("elsewhere"))

    assert await garden.failure(TOPIC) == "workspace.notAFolder"
    assert await garden.failure(REQUEST) == "workspace.notAFolder"


async def test_a_branch_made_before_a_crash_is_not_taken_for_another_s(garden: House):
    """The work is done, its outcome is lost, and it is asked for again."""
    branches: Branches = vars(garden.app)["_branches"]
    wanted = CreateBranchOperation("topic")
    effect = PerformOperation(
        thread_id=TALK, operation_id=OperationId("work"), operation=wanted, turn_id=None
    )
    root = garden.repo.root
    first = await branches.create(effect, wanted, root, garden.environment)
    again = await branches.create(effect, wanted, root, garden.environment)

    assert first == again
    assert garden.repo.git("branch", "--show-current").strip() == "topic"
