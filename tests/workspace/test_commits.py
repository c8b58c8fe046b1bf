"""Commits and pushes are the user's own, and their staging area survives whatever happens."""

from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from support.bench import Bench
from support.repositories import IDENTITY, Repo, fingerprint


@pytest.fixture
def user(environ: dict[str, str]) -> dict[str, str]:
    """The environment of a client whose user git knows."""
    return {**environ, **IDENTITY}


def hook(repo: Repo, name: str, script: str) -> None:
    """Give the repository a hook of the user's."""
    repo.write(f".git/hooks/{name}", f"#!/bin/sh\n{script}\n").chmod(0o755)


def staged(repo: Repo) -> str:
    """The staging area, entry by entry."""
    return repo.git("ls-files", "-s")


async def refusal(bench: Bench, user: dict[str, str], paths: list[str] | None = None) -> str:
    """Why a commit is refused; the staging area is as it was, and there is a remedy."""
    before = staged(bench.repo)
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.commit(bench.root, "message", paths, user)
    assert staged(bench.repo) == before
    assert refused.value.remedy
    return refused.value.code


async def test_every_change_that_is_not_ignored_is_committed(bench: Bench, user: dict[str, str]):
    bench.repo.write("changed", "1")
    bench.repo.write("deleted", "1")
    bench.repo.write(".gitignore", "ignored")
    old = bench.repo.commit()
    bench.repo.write("changed", "2")
    (bench.root / "deleted").unlink()
    bench.repo.write("new/file", "x")
    bench.repo.write("ignored", "x")
    made = await bench.workspace.commit(bench.root, "a message\n\nwith a body", None, user)
    assert made.branch == "main"
    assert made.commit == bench.repo.git("rev-parse", "HEAD").strip()
    assert bench.repo.git("rev-parse", "HEAD~").strip() == old
    assert made.files == ("changed", "deleted", "new/file")
    assert bench.repo.git("log", "-1", "--format=%B").strip() == "a message\n\nwith a body"
    assert bench.repo.git("status", "--short") == ""


async def test_the_first_commit_is_possible(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    made = await bench.workspace.commit(bench.root, "first", None, user)
    assert made.files == ("file",)
    assert bench.repo.git("status", "--short") == ""


async def test_only_the_chosen_paths_are_committed_and_the_rest_stays_staged(
    bench: Bench, user: dict[str, str]
):
    for name in ("one", "two", "three"):
        bench.repo.write(name, "1\n")
    bench.repo.commit()
    bench.repo.write("one", "2\n")
    bench.repo.write("two", "2\n")
    bench.repo.git("add", "two")
    bench.repo.write("two", "3\n")
    bench.repo.write("new", "x\n")
    made = await bench.workspace.commit(bench.root, "some", ["one", "new"], user)
    assert made.files == ("new", "one")
    assert bench.repo.git("status", "--short") == "MM two\n"
    assert bench.repo.git("show", ":two") == "2\n"


async def test_a_chosen_folder_stands_for_all_below_it(bench: Bench, user: dict[str, str]):
    bench.repo.write("in/one", "1")
    bench.repo.write("in/two", "1")
    bench.repo.write("out", "1")
    made = await bench.workspace.commit(bench.root, "some", ["in"], user)
    assert made.files == ("in/one", "in/two")


@pytest.mark.parametrize("name", [b"\xff\xfe", b"new\nline", b"*", b":(top)x", b"-a", b'"'])
async def test_a_chosen_path_may_have_any_name(bench: Bench, user: dict[str, str], name: bytes):
    bench.repo.write(name, "1")
    bench.repo.write("other", "1")
    (shown,) = [
        file.path
        for file in (await bench.workspace.status(bench.root)).files
        if file.path != "other"
    ]
    made = await bench.workspace.commit(bench.root, "odd", [shown], user)
    assert made.files == (shown,)


async def test_a_project_in_a_subfolder_commits_only_what_is_its_own(
    bench: Bench, user: dict[str, str]
):
    bench.repo.write("inner/file", "1")
    bench.repo.write("outer", "1")
    bench.repo.git("add", "outer")
    made = await bench.workspace.commit(bench.root / "inner", "inner", None, user)
    assert made.files == ("file",)
    assert bench.repo.git("status", "--short") == "A  outer\n"


async def test_hooks_run_and_may_change_what_is_committed(bench: Bench, user: dict[str, str]):
    hook(bench.repo, "pre-commit", "echo formatted > file && git add file")
    hook(bench.repo, "commit-msg", 'echo "Reviewed-by: hook" >> "$1"')
    hook(bench.repo, "post-commit", "touch committed")
    bench.repo.write("file", "unformatted\n")
    made = await bench.workspace.commit(bench.root, "message", None, user)
    assert made.files == ("file",)
    assert bench.repo.git("show", "HEAD:file") == "formatted\n"
    assert "Reviewed-by: hook" in bench.repo.git("log", "-1", "--format=%B")
    assert bench.repo.git("status", "--short") == "?? committed\n"


async def test_a_client_lends_its_environment_to_hooks(bench: Bench, user: dict[str, str]):
    hook(bench.repo, "pre-commit", 'test "$TOKEN" = given && test -z "$GIT_DIR_LEAK"')
    bench.repo.write("file", "1")
    assert await refusal(bench, user) == "git.hookFailed"
    await bench.workspace.commit(bench.root, "message", None, {**user, "TOKEN": "given"})


async def test_a_clients_environment_cannot_point_git_elsewhere(
    bench: Bench, user: dict[str, str], tmp_path: Path
):
    bench.repo.write("file", "1")
    elsewhere = {"GIT_DIR": str(tmp_path / "x"), "GIT_INDEX_FILE": "x", "GIT_WORK_TREE": "/"}
    made = await bench.workspace.commit(bench.root, "message", None, {**user, **elsewhere})
    assert made.files == ("file",)


async def test_the_users_filters_apply(bench: Bench, user: dict[str, str]):
    bench.repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    bench.repo.write(".gitattributes", "file filter=upper\n")
    bench.repo.write("file", "text\n")
    await bench.workspace.commit(bench.root, "message", None, user)
    assert bench.repo.git("show", "HEAD:file") == "TEXT\n"
    assert bench.repo.read("file") == "text\n"


# ---- what is refused ---------------------------------------------------------------------------


async def test_a_hook_that_refuses_leaves_the_staging_area_alone(
    bench: Bench, user: dict[str, str]
):
    bench.repo.write("file", "1")
    bench.repo.commit()
    bench.repo.write("file", "2")
    bench.repo.git("add", "file")
    bench.repo.write("file", "3")
    bench.repo.write("new", "x")
    hook(bench.repo, "pre-commit", "echo not like this >&2; exit 1")
    index = (bench.root / ".git" / "index").read_bytes()
    with pytest.raises(ExternalFailure, match="not like this") as refused:
        await bench.workspace.commit(bench.root, "message", None, user)
    assert refused.value.code == "git.hookFailed"
    assert (bench.root / ".git" / "index").read_bytes() == index


async def test_nothing_to_commit_is_said_so(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.commit()
    assert await refusal(bench, user) == "git.nothingToCommit"
    assert await refusal(bench, user, ["file"]) == "git.nothingToCommit"


async def test_nothing_to_commit_in_an_empty_repository_is_said_so(
    bench: Bench, user: dict[str, str]
):
    assert await refusal(bench, user) == "git.nothingToCommit"


async def test_a_path_that_is_not_there_is_said_so(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    assert await refusal(bench, user, ["missing"]) == "git.noSuchPath"


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../outside"])
async def test_a_path_outside_is_refused(bench: Bench, user: dict[str, str], path: str):
    bench.repo.write("file", "1")
    bench.repo.write("../outside", "1")
    assert await refusal(bench, user, [path]) == "git.noSuchPath"


async def test_a_user_without_a_name_is_told_how_to_get_one(bench: Bench, environ: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.git("config", "user.useConfigOnly", "true")
    assert await refusal(bench, environ) == "git.noIdentity"


async def test_a_lock_of_another_git_is_respected(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    lock = bench.repo.write(".git/index.lock", "")
    assert await refusal(bench, user) == "git.locked"
    assert lock.exists()


async def test_unresolved_conflicts_are_not_committed(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "base\n")
    bench.repo.commit()
    bench.repo.git("checkout", "-q", "-b", "side")
    bench.repo.write("file", "side\n")
    bench.repo.commit()
    bench.repo.git("checkout", "-q", "main")
    bench.repo.write("file", "main\n")
    bench.repo.commit()
    bench.repo.git("merge", "side", check=False)
    assert await refusal(bench, user) == "git.unmerged"


async def test_a_folder_without_git_is_told_so(bench: Bench, user: dict[str, str], tmp_path: Path):
    plain = tmp_path / "plain"
    plain.mkdir()
    for asking in (
        bench.workspace.status(plain),
        bench.workspace.diff(plain),
        bench.workspace.head(plain),
        bench.workspace.commit(plain, "m", None, user),
        bench.workspace.push(plain, None, None, user),
    ):
        with pytest.raises(ExternalFailure) as refused:
            await asking
        assert refused.value.code == "git.notARepository"
        assert refused.value.remedy


async def test_a_signature_that_fails_is_told_so(bench: Bench, user: dict[str, str]):
    bench.repo.git("config", "commit.gpgSign", "true")
    bench.repo.git("config", "gpg.program", "false")
    bench.repo.write("file", "1")
    assert await refusal(bench, user) == "git.signingFailed"


async def test_what_the_user_stages_during_a_commit_stays_staged(
    bench: Bench, user: dict[str, str]
):
    bench.repo.write("file", "1\n")
    bench.repo.commit()
    bench.repo.write("file", "2\n")
    hook(
        bench.repo,
        "pre-commit",
        "unset GIT_INDEX_FILE; echo staged > file; git add file; echo other > o; git add o",
    )
    await bench.workspace.commit(bench.root, "message", None, user)
    assert bench.repo.git("show", "HEAD:file") == "2\n"
    assert bench.repo.git("show", ":file") == "staged\n"
    assert bench.repo.git("show", ":o") == "other\n"


# ---- after a crash -----------------------------------------------------------------------------


async def test_a_commit_that_was_made_is_found_again(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.commit()
    bench.repo.write("file", "2")
    expected = await bench.workspace.commit_expectation(bench.root, None, user)
    assert await bench.workspace.find_commit(bench.root, expected, "message") is None
    made = await bench.workspace.commit(bench.root, "message", None, user)
    bench.repo.write("file", "3")
    bench.repo.commit("the user's next")
    assert await bench.workspace.find_commit(bench.root, expected, "message") == made


async def test_a_first_commit_that_was_made_is_found_again(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    expected = await bench.workspace.commit_expectation(bench.root, ["file"], user)
    assert expected.head is None
    made = await bench.workspace.commit(bench.root, "message", ["file"], user)
    assert await bench.workspace.find_commit(bench.root, expected, "message") == made


async def test_a_commit_that_a_hook_changed_is_found_by_its_message(
    bench: Bench, user: dict[str, str]
):
    bench.repo.write("file", "1")
    hook(bench.repo, "pre-commit", "echo formatted > file && git add file")
    expected = await bench.workspace.commit_expectation(bench.root, None, user)
    made = await bench.workspace.commit(bench.root, "message", None, user)
    assert await bench.workspace.find_commit(bench.root, expected, "message") == made


async def test_somebody_elses_commit_is_not_taken_for_ours(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.commit()
    bench.repo.write("file", "2")
    expected = await bench.workspace.commit_expectation(bench.root, None, user)
    bench.repo.write("file", "something else")
    bench.repo.commit("by the user")
    assert await bench.workspace.find_commit(bench.root, expected, "message") is None


async def test_an_expectation_leaves_the_repository_untouched(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.commit()
    bench.repo.write("new", "content nobody has yet")
    before = fingerprint(bench.root)
    await bench.workspace.commit_expectation(bench.root, None, user)
    after = fingerprint(bench.root)
    assert after.keys() == before.keys()
    # Objects that are there already are marked as used just now, which keeps them from pruning.
    assert {
        name for name in after if after[name] != before[name] and "objects" not in name
    } == set()


# ---- pushing -----------------------------------------------------------------------------------


@pytest.fixture
def remote(repo: Repo, tmp_path: Path) -> Repo:
    """A bare repository that `origin` names."""
    bare = Repo(tmp_path / "remote.git", repo.environ)
    bare.root.mkdir()
    bare.git("init", "-q", "--bare", "-b", "main")
    repo.git("remote", "add", "origin", str(bare.root))
    repo.write("file", "1")
    repo.commit()
    return bare


async def push_refusal(bench: Bench, user: dict[str, str], *names: str | None) -> str:
    """Why a push is refused."""
    remote, branch = (*names, None, None)[:2]
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.push(bench.root, remote, branch, user)
    assert refused.value.remedy
    return refused.value.code


async def test_the_current_branch_is_pushed(bench: Bench, remote: Repo, user: dict[str, str]):
    done = await bench.workspace.push(bench.root, None, None, user)
    assert (done.remote, done.branch) == ("origin", "main")
    assert remote.git("rev-parse", "main").strip() == done.commit


async def test_pushing_again_succeeds_and_changes_nothing(
    bench: Bench, remote: Repo, user: dict[str, str]
):
    first = await bench.workspace.push(bench.root, None, None, user)
    assert await bench.workspace.push(bench.root, None, None, user) == first


async def test_another_branch_can_be_named(bench: Bench, remote: Repo, user: dict[str, str]):
    bench.repo.git("branch", "side")
    done = await bench.workspace.push(bench.root, "origin", "side", user)
    assert remote.git("rev-parse", "side").strip() == done.commit


async def test_a_remote_that_is_ahead_rejects(bench: Bench, remote: Repo, user: dict[str, str]):
    await bench.workspace.push(bench.root, None, None, user)
    bench.repo.git("commit", "-q", "--amend", "-m", "another")
    assert await push_refusal(bench, user) == "git.rejected"


async def test_a_pre_push_hook_may_refuse(bench: Bench, remote: Repo, user: dict[str, str]):
    hook(bench.repo, "pre-push", "echo not now >&2; exit 1")
    assert await push_refusal(bench, user) == "git.pushFailed"


async def test_a_remote_that_is_not_configured_is_refused(bench: Bench, user: dict[str, str]):
    bench.repo.write("file", "1")
    bench.repo.commit()
    assert await push_refusal(bench, user) == "git.noRemote"


@pytest.mark.parametrize(
    "name", ["other", "ext::sh -c touch% fired", "--receive-pack=touch fired", "../elsewhere"]
)
async def test_only_a_configured_remote_can_be_named(
    bench: Bench, remote: Repo, user: dict[str, str], name: str
):
    assert await push_refusal(bench, user, name) == "git.noRemote"
    assert list(bench.root.parent.rglob("fired")) == []


@pytest.mark.parametrize("branch", ["missing", "--delete", "+main", "main:other", "HEAD", ""])
async def test_only_a_branch_can_be_pushed(
    bench: Bench, remote: Repo, user: dict[str, str], branch: str
):
    expected = "main" if branch == "" else None
    if expected:
        assert (await bench.workspace.push(bench.root, None, branch, user)).branch == expected
    else:
        assert await push_refusal(bench, user, None, branch) == "git.noBranch"


async def test_a_repository_without_a_commit_has_nothing_to_push(
    bench: Bench, user: dict[str, str]
):
    assert await push_refusal(bench, user) == "git.noBranch"


async def test_a_change_within_the_same_second_is_seen(bench: Bench, user: dict[str, str]):
    """Same size, same second as the last commit: only the index's own time tells."""
    bench.repo.write("file", "1")
    bench.repo.commit()
    for content in "2345":
        bench.repo.write("file", content)
        (seen,) = (await bench.workspace.diff(bench.root)).files
        assert seen.hunks[0].lines[2] == f"+{content}"
        await bench.workspace.commit(bench.root, content, None, user)
        assert bench.repo.git("show", "HEAD:file") == content
