"""Branches: listed as they are, made under safe names, gone to without overwriting anything."""

from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.branches import (
    Branch,
    Branches,
    BranchWish,
    begin_branch,
    create_branch,
    list_branches,
)
from support.bench import Bench
from support.houses import add_remote
from support.repositories import contents, fingerprint


@pytest.fixture
def garden(bench: Bench) -> Bench:
    """A repository with a commit."""
    bench.repo.write("rose", "red\n")
    bench.repo.write(".gitignore", "ignored\n")
    bench.repo.commit("Plant a rose")
    return bench


async def listed(bench: Bench, limit: int = 100) -> Branches:
    return await list_branches(await bench.workspace.repository(bench.root), limit)


async def by_name(bench: Bench) -> dict[str, Branch]:
    return {each.name: each for each in (await listed(bench)).listed}


async def make(bench: Bench, name: str, base: str | None = None, *, checkout: bool = True) -> str:
    repository = await bench.workspace.repository(bench.root)
    wish = BranchWish(name, base, checkout)
    commit = await begin_branch(repository, wish)
    await create_branch(repository, wish, commit, bench.environ)
    return commit


async def refused(bench: Bench, name: str, base: str | None = None) -> str:
    """Why it is; the repository and the files are as they were."""
    before = fingerprint(bench.root / ".git" / "refs"), contents(bench.root)
    head = (bench.root / ".git" / "HEAD").read_text()
    with pytest.raises(ExternalFailure) as failed:
        await make(bench, name, base)
    assert failed.value.remedy
    assert (fingerprint(bench.root / ".git" / "refs"), contents(bench.root)) == before
    assert (bench.root / ".git" / "HEAD").read_text() == head
    return failed.value.code


# ---- listing -------------------------------------------------------------------------------------


async def test_what_is_told_of_a_branch(garden: Bench, tmp_path: Path):
    add_remote(garden.repo, tmp_path / "remote")
    garden.repo.git("push", "-q", "-u", "origin", "main")
    garden.repo.git("branch", "topic/one")
    garden.repo.commit("Water it; \"well\", 'well' | %(refname)")
    garden.repo.git("worktree", "add", "-q", "-b", "aside", str(tmp_path / "aside"))
    found = await by_name(garden)
    main, topic = found["main"], found["topic/one"]

    assert next(iter(found)) == "main"
    assert (main.current, main.upstream, main.ahead, main.behind) == (True, "origin/main", 1, 0)
    assert main.commit == garden.repo.git("rev-parse", "HEAD").strip()
    assert main.subject == "Water it; \"well\", 'well' | %(refname)"
    assert main.at == garden.repo.git("log", "-1", "--format=%cI").strip()
    assert main.worktree == str(garden.root)
    assert (topic.current, topic.upstream, topic.worktree) == (False, None, None)
    assert found["aside"].worktree == str(tmp_path / "aside")


async def test_behind_and_gone(garden: Bench, tmp_path: Path):
    add_remote(garden.repo, tmp_path / "remote")
    garden.repo.commit("Water it")
    garden.repo.git("push", "-q", "-u", "origin", "main")
    garden.repo.git("push", "-q", "origin", "main:refs/heads/old")
    garden.repo.git("branch", "old", "origin/old")
    garden.repo.git("reset", "-q", "--hard", "HEAD~1")
    garden.repo.git("update-ref", "-d", "refs/remotes/origin/old")
    found = await by_name(garden)

    assert (found["main"].ahead, found["main"].behind) == (0, 1)
    assert (found["old"].upstream, found["old"].gone, found["old"].ahead) == ("origin/old", True, 0)


async def test_only_so_many(garden: Bench):
    for name in ("a", "b", "c"):
        garden.repo.git("branch", name)
    few = await listed(garden, 2)

    assert (few.listed[0].name, len(few.listed), few.total) == ("main", 2, 4)
    assert (await listed(garden, 0)).listed == ()


async def test_on_no_branch_and_before_the_first_commit(bench: Bench):
    assert await listed(bench) == Branches("main", (), 0)
    bench.repo.commit()
    bench.repo.git("checkout", "-q", "--detach")

    assert (await listed(bench)).current is None
    assert [each.current for each in (await listed(bench)).listed] == [False]


async def test_looking_changes_nothing(garden: Bench):
    before = fingerprint(garden.root)
    await listed(garden)

    assert fingerprint(garden.root) == before


# ---- making --------------------------------------------------------------------------------------


async def test_from_here_with_what_is_not_committed(garden: Bench):
    garden.repo.write("rose", "white\n")
    garden.repo.git("add", "rose")
    garden.repo.write("ignored", "mine\n")
    commit = await make(garden, "topic/white")

    assert garden.repo.git("branch", "--show-current").strip() == "topic/white"
    assert garden.repo.git("rev-parse", "topic/white").strip() == commit
    assert garden.repo.git("status", "--porcelain") == "M  rose\n"
    assert garden.repo.read("ignored") == "mine\n"


async def test_from_a_base_without_going_there(garden: Bench):
    first = garden.repo.git("rev-parse", "HEAD").strip()
    garden.repo.git("tag", "first")
    garden.repo.write("rose", "white\n")
    garden.repo.commit()
    assert await make(garden, "old", "first", checkout=False) == first

    assert garden.repo.git("branch", "--show-current").strip() == "main"
    assert garden.repo.git("rev-parse", "old").strip() == first
    assert garden.repo.read("rose") == "white\n"


async def test_a_branch_of_a_remote_is_a_base_and_not_followed(garden: Bench, tmp_path: Path):
    add_remote(garden.repo, tmp_path / "remote")
    garden.repo.git("push", "-q", "origin", "main")
    await make(garden, "topic", "origin/main")

    assert (await by_name(garden))["topic"].upstream is None


@pytest.mark.parametrize(
    "name", ["-x", "--force", "a..b", "a b", "HEAD", "a.lock", "", "@{-1}", "a\nb"], ids=repr
)
async def test_what_is_no_name_is_refused(garden: Bench, name: str):
    assert await refused(garden, name) == "git.badBranch"


async def test_a_name_that_looks_like_shell_is_a_name(garden: Bench):
    await make(garden, "$(touch${IFS}canary);x")

    assert garden.repo.git("branch", "--show-current").strip() == "$(touch${IFS}canary);x"
    assert not garden.repo.exists("canary")


async def test_one_that_is_there_is_not_made(garden: Bench):
    garden.repo.git("branch", "there")

    assert await refused(garden, "there") == "git.branchExists"


@pytest.mark.parametrize("base", ["none", "--output=canary", "HEAD:rose", "main..main"], ids=repr)
async def test_a_base_is_a_commit(garden: Bench, base: str):
    assert await refused(garden, "topic", base) == "git.noSuchCommit"
    assert not garden.repo.exists("canary")


async def test_before_the_first_commit_there_is_no_base(bench: Bench):
    assert await refused(bench, "topic") == "git.noSuchCommit"


@pytest.mark.parametrize("name", ["rose", "new", "ignored"])
async def test_nothing_is_overwritten(garden: Bench, name: str):
    """Neither a change, nor a new file, nor one that git ignores."""
    garden.repo.git("checkout", "-q", "-b", "other")
    garden.repo.write(name, "theirs\n")
    garden.repo.git("add", "-f", name)
    garden.repo.commit()
    garden.repo.git("checkout", "-q", "main")
    garden.repo.write(name, "mine\n")

    assert await refused(garden, "topic", "other") == "git.wouldOverwrite"
    assert garden.repo.read(name) == "mine\n"


async def test_a_lock_of_the_users_own_git_is_waited_for_by_the_user(garden: Bench):
    garden.repo.git("checkout", "-q", "-b", "other")
    garden.repo.write("rose", "white\n")
    garden.repo.commit()
    garden.repo.git("checkout", "-q", "main")
    lock = garden.root / ".git" / "index.lock"
    lock.touch()

    assert await refused(garden, "topic", "other") == "git.locked"
    assert lock.exists()


async def test_a_hook_that_fails_is_told_of(garden: Bench):
    hook = garden.repo.write(".git/hooks/post-checkout", "#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ExternalFailure) as failed:
        await make(garden, "topic")

    assert failed.value.code == "git.hookFailed"
    assert garden.repo.git("branch", "--show-current").strip() == "topic"


async def test_after_a_crash_ours_is_gone_on_with(garden: Bench):
    """Made, but not yet gone to; gone to, but not yet told of; and another's of that name."""
    repository = await garden.workspace.repository(garden.root)
    commit = await begin_branch(repository, BranchWish("topic", None, checkout=True))
    again = BranchWish("topic", None, checkout=True, begun=commit)
    garden.repo.git("branch", "topic")
    for _ in range(2):
        assert await begin_branch(repository, again) == commit
        await create_branch(repository, again, commit, garden.environ)
        assert garden.repo.git("branch", "--show-current").strip() == "topic"
    garden.repo.commit("another's")
    with pytest.raises(ExternalFailure):
        await begin_branch(repository, again)
