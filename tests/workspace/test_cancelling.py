"""Stopping git, its hooks and other programs: nothing is left half done, and no process is left."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.branches import BranchWish, begin_branch, create_branch
from peon.workspace.cancelling import Cancellation, Cancelled
from peon.workspace.git import Call, Git
from peon.workspace.restore import RestoreRequest
from peon.workspace.running import nobody_listens
from peon.workspace.worktrees import Wanted
from support.bench import TURN, Bench
from support.houses import add_remote
from support.repositories import IDENTITY, Repo, contents
from support.waiting import Waiting, standing

IMPATIENT = 0.05


@pytest.fixture
def slow(tmp_path: Path) -> Waiting:
    return Waiting.at(tmp_path / "alive")


@pytest.fixture
def garden(bench: Bench) -> Bench:
    """A repository with a commit, something staged since, and something that is not."""
    bench.repo.write("rose", "red\n")
    bench.repo.write("tulip", "red\n")
    bench.repo.commit("Plant")
    bench.repo.write("rose", "white\n")
    bench.repo.git("add", "rose")
    bench.repo.write("rose", "yellow\n")
    bench.repo.write("tulip", "white\n")
    bench.environ.update(IDENTITY)
    return bench


async def stopped(
    work: Coroutine[object, object, object], slow: Waiting, cancellation: Cancellation
) -> Cancelled:
    """What work fails with that is stopped once its program runs, of which nothing is left."""
    task = asyncio.ensure_future(work)
    reader = await slow.begun()
    assert cancellation.ask()
    with pytest.raises(Cancelled) as failed:
        await task
    await slow.gone(reader)
    return failed.value


def commit(
    bench: Bench, cancellation: Cancellation, paths: list[str] | None = None
) -> Coroutine[object, object, object]:
    environ = bench.environ
    return bench.workspace.commit(bench.root, "Paint", paths, environ, cancellation=cancellation)


# ---- what is asked -------------------------------------------------------------------------------


async def test_what_is_asked_for_before_it_begins_is_not_begun(tmp_path: Path):
    cancellation = Cancellation()
    assert cancellation.ask()
    assert cancellation.ask()
    git = Git({"PATH": "/nowhere"})
    with pytest.raises(Cancelled):
        await git.run(Call(("status",), tmp_path, {}, cancellation=cancellation))
    with pytest.raises(Cancelled):
        cancellation.close()


async def test_what_can_only_be_finished_is_not_broken_off():
    cancellation = Cancellation()
    cancellation.close()
    assert not cancellation.ask()
    cancellation.check()
    async with cancellation.breaks_off():
        await asyncio.sleep(0)


async def test_a_task_that_is_cancelled_is_not_taken_for_work_that_is_stopped():
    cancellation, begun = Cancellation(), asyncio.Event()

    async def work() -> None:
        async with cancellation.breaks_off():
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await begun.wait()
    cancellation.ask()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_deadline_inside_is_its_own():
    cancellation = Cancellation()
    with pytest.raises(TimeoutError):
        async with cancellation.breaks_off(), asyncio.timeout(0):
            await asyncio.Event().wait()
    assert cancellation.ask()


# ---- commits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg"])
@pytest.mark.parametrize("paths", [None, ["tulip"]])
async def test_a_commit_whose_hook_waits_leaves_everything_as_it_was(
    garden: Bench, slow: Waiting, name: str, paths: list[str] | None
):
    slow.hook(garden.repo, name)
    before, files = standing(garden.repo), contents(garden.root)
    cancellation = Cancellation()
    failed = await stopped(commit(garden, cancellation, paths), slow, cancellation)

    assert failed.code == "operation.cancelled"
    assert standing(garden.repo) == before
    assert contents(garden.root) == files
    assert list((garden.state / "scratch").iterdir()) == []


async def test_a_hook_that_takes_no_notice_is_killed(garden: Bench, slow: Waiting):
    slow.hook(garden.repo, "pre-commit", slow.stubborn)
    before = standing(garden.repo)
    cancellation = Cancellation(patience=IMPATIENT)
    await stopped(commit(garden, cancellation), slow, cancellation)

    assert standing(garden.repo) == before


async def test_a_hook_may_tidy_up(garden: Bench, slow: Waiting):
    """As one does that has put aside for a while what is not to be committed."""
    tidying = slow.trapping("echo tidied > tidied; exit 1", "INT")
    slow.hook(garden.repo, "pre-commit", tidying)
    cancellation = Cancellation()
    await stopped(commit(garden, cancellation), slow, cancellation)

    assert garden.repo.read("tidied") == "tidied\n"


async def test_a_commit_that_is_made_by_then_is_settled(garden: Bench, slow: Waiting):
    """A hook runs that git starts when the commit is there."""
    slow.hook(garden.repo, "post-commit")
    old = garden.repo.git("rev-parse", "HEAD").strip()
    cancellation = Cancellation()
    task = asyncio.ensure_future(
        garden.workspace.commit(
            garden.root, "Paint", None, garden.environ, cancellation=cancellation
        )
    )
    reader = await slow.begun()
    cancellation.ask()
    made = await task
    await slow.gone(reader)

    assert garden.repo.git("rev-parse", "HEAD", "HEAD~").split() == [made.commit, old]
    assert made.files == ("rose", "tulip")
    assert garden.repo.git("status", "--short") == ""
    assert [name for name in standing(garden.repo) if name.endswith(".lock")] == []


async def test_staging_can_be_stopped(garden: Bench, slow: Waiting):
    """A filter of the user's runs where files are added."""
    garden.repo.write(".gitattributes", "tulip filter=slow\n")
    program = garden.state.parent / "filter"
    program.write_text(f"#!/bin/sh\n{slow.script}")
    program.chmod(0o755)
    garden.repo.git("config", "filter.slow.clean", str(program))
    before = standing(garden.repo)
    cancellation = Cancellation()
    await stopped(commit(garden, cancellation), slow, cancellation)

    assert standing(garden.repo) == before


# ---- pushes --------------------------------------------------------------------------------------


def push(bench: Bench, cancellation: Cancellation) -> Coroutine[object, object, object]:
    environ = bench.environ
    return bench.workspace.push(bench.root, None, None, environ, cancellation=cancellation)


@pytest.mark.parametrize("place", ["here", "there"])
async def test_a_push_is_stopped_at_either_end(garden: Bench, slow: Waiting, place: str):
    remote = add_remote(garden.repo, garden.state.parent / "remote.git")
    if place == "here":
        slow.hook(garden.repo, "pre-push")
    else:
        remote.write("hooks/pre-receive", f"#!/bin/sh\n{slow.script}").chmod(0o755)
    before = standing(garden.repo)
    cancellation = Cancellation()
    failed = await stopped(push(garden, cancellation), slow, cancellation)

    assert failed.remedy is None
    assert standing(garden.repo) == before
    assert remote.git("for-each-ref") == ""
    assert list(remote.root.rglob("*.lock")) == []


async def test_a_push_that_has_arrived_is_one(garden: Bench, slow: Waiting):
    remote = add_remote(garden.repo, garden.state.parent / "remote.git")
    remote.write("hooks/post-receive", f"#!/bin/sh\n{slow.script}").chmod(0o755)
    cancellation = Cancellation()
    task = asyncio.ensure_future(push(garden, cancellation))
    reader = await slow.begun()
    cancellation.ask()
    await task
    await slow.gone(reader)

    assert remote.git("rev-parse", "main") == garden.repo.git("rev-parse", "main")


async def test_where_the_remote_cannot_be_asked_that_is_said(garden: Bench, slow: Waiting):
    remote = add_remote(garden.repo, garden.state.parent / "remote.git")
    slow.hook(garden.repo, "pre-push", f"mv '{remote.root}' '{remote.root}.away'\n{slow.script}")
    cancellation = Cancellation()
    failed = await stopped(push(garden, cancellation), slow, cancellation)

    assert failed.remedy == "Whether origin has the commits is not known: `git fetch` tells."


# ---- branches ------------------------------------------------------------------------------------


async def begin(bench: Bench, cancellation: Cancellation, base: str | None = None) -> None:
    repository = await bench.workspace.repository(bench.root)
    wish = BranchWish("topic", base, checkout=True)
    commit = await begin_branch(repository, wish)
    await create_branch(repository, wish, commit, bench.environ, cancellation)


async def test_a_branch_that_is_stopped_before_it_begins_is_not_made(garden: Bench):
    before = standing(garden.repo)
    cancellation = Cancellation()
    cancellation.ask()
    with pytest.raises(Cancelled):
        await begin(garden, cancellation)
    assert standing(garden.repo) == before


async def test_the_files_of_a_branch_are_exchanged_before_its_hook_is_stopped(
    bench: Bench, slow: Waiting
):
    first = bench.repo.commit("Begin")
    bench.repo.write("rose", "red\n")
    bench.repo.commit("Plant a rose")
    slow.hook(bench.repo, "post-checkout")
    cancellation = Cancellation()
    task = asyncio.ensure_future(begin(bench, cancellation, first))
    reader = await slow.begun()
    cancellation.ask()
    await task
    await slow.gone(reader)

    assert bench.repo.git("branch", "--show-current").strip() == "topic"
    assert bench.repo.git("status", "--short") == ""
    assert not bench.repo.exists("rose")


async def test_files_that_are_being_exchanged_are_not_left_half_done(bench: Bench, tmp_path: Path):
    """A filter of the user's takes its time for each file; asked to stop, it goes on."""
    bench.repo.write("rose", "red\n")
    bench.repo.write(".gitattributes", "rose filter=slow\n")
    red = bench.repo.commit("Plant")
    bench.repo.write("rose", "white\n")
    bench.repo.commit("Paint")
    begun, go = Waiting.at(tmp_path / "begun"), Waiting.at(tmp_path / "go")
    bench.repo.git("config", "filter.slow.smudge", f"echo > '{begun.pipe}'; cat '{go.pipe}' - ")
    cancellation = Cancellation()
    task = asyncio.ensure_future(begin(bench, cancellation, red))
    assert await asyncio.to_thread(begun.pipe.read_text) == "\n"
    cancellation.ask()
    await asyncio.to_thread(go.pipe.write_text, "")
    await task

    assert bench.repo.read("rose") == "red\n"
    assert bench.repo.git("status", "--short") == ""
    assert bench.repo.git("branch", "--show-current").strip() == "topic"


# ---- worktrees -----------------------------------------------------------------------------------


def make(
    bench: Bench, cancellation: Cancellation, *setup: str, base: str | None = None
) -> Coroutine[object, object, object]:
    wish = Wanted("topic", base, tuple(("sh", "-c", each) for each in setup), (), "one")
    return bench.workspace.make_worktree(
        bench.root, wish, bench.environ, nobody_listens, cancellation
    )


def places(repo: Repo) -> tuple[str, str]:
    return repo.git("worktree", "list"), repo.git("branch", "--list")


@pytest.mark.parametrize("where", ["set-up", "hook"])
@pytest.mark.parametrize("base", [None, "elsewhere"])
async def test_a_worktree_that_is_stopped_is_taken_away_again(
    garden: Bench, slow: Waiting, where: str, base: str | None
):
    garden.repo.git(
        "branch", "elsewhere", garden.repo.git("commit-tree", "HEAD^{tree}", "-m", "x").strip()
    )
    if where == "hook":
        slow.hook(garden.repo, "post-checkout")
    before = places(garden.repo)
    cancellation = Cancellation()
    await stopped(make(garden, cancellation, "true", slow.script, base=base), slow, cancellation)

    assert places(garden.repo) == before
    assert list((garden.state / "worktrees").glob("*/*")) == []


async def test_a_worktree_that_is_brought_back_stays_put_aside(garden: Bench, slow: Waiting):
    made = await garden.workspace.make_worktree(
        garden.root, Wanted("topic", None, (), (), "one"), garden.environ, nobody_listens
    )
    await garden.workspace.remove_worktree(garden.root, made.path, "away", garden.environ)
    slow.hook(garden.repo, "post-checkout")
    before = places(garden.repo)
    cancellation = Cancellation()

    def back(cancellation: Cancellation) -> Coroutine[object, object, object]:
        return garden.workspace.restore_worktree(
            garden.root, made.path, "topic", "away", garden.environ, cancellation
        )

    await stopped(back(cancellation), slow, cancellation)
    assert places(garden.repo) == before
    assert not made.path.exists()
    (garden.root / ".git" / "hooks" / "post-checkout").unlink()
    await back(Cancellation())
    assert (made.path / "rose").read_text() == "red\n"


async def test_a_worktree_is_not_taken_away_once_that_is_stopped(garden: Bench):
    made = await garden.workspace.make_worktree(
        garden.root, Wanted("topic", None, (), (), "one"), garden.environ, nobody_listens
    )
    before = places(garden.repo)
    cancellation = Cancellation()
    cancellation.ask()
    with pytest.raises(Cancelled):
        await garden.workspace.remove_worktree(
            garden.root, made.path, "away", garden.environ, cancellation
        )
    assert places(garden.repo) == before
    assert made.path.exists()


# ---- restores ------------------------------------------------------------------------------------


async def test_a_restore_is_stopped_until_its_plan_is_made(bench: Bench):
    before = await bench.capture()
    await bench.open_tool()
    bench.repo.write("rose", "white\n")
    await bench.close_tool()
    request = RestoreRequest(
        thread_id=TURN.thread_id, checkpoint_ref=before, paths=None, conflicts="keep"
    )
    cancellation = Cancellation()
    cancellation.ask()
    with pytest.raises(ExternalFailure) as failed:
        await bench.workspace.restore(
            bench.root, request, restore_id="one", cancellation=cancellation
        )
    assert failed.value.code == "operation.cancelled"
    assert bench.repo.read("rose") == "white\n"
    done = await bench.workspace.restore(bench.root, request, restore_id="one")
    assert [each.path for each in done.restored] == ["rose"]
    again = await bench.workspace.restore(
        bench.root, request, restore_id="one", cancellation=cancellation
    )
    assert again == done
