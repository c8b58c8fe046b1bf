"""Worktrees: made ready or not at all, never taken away with work in them, and had again."""

import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from peon.errors import ExternalFailure
from peon.workspace.git import Git
from peon.workspace.running import nobody_listens
from peon.workspace.worktrees import Made, Wanted, Worktrees
from support.bench import Bench
from support.repositories import contents, fingerprint, make_repo


def wanted(
    branch: str = "topic",
    *,
    base: str | None = None,
    setup: tuple[tuple[str, ...], ...] = (),
    copy: tuple[str, ...] = (),
    name: str = "one",
) -> Wanted:
    return Wanted(branch=branch, base=base, setup=setup, copy=copy, name=name)


async def make(bench: Bench, wish: Wanted, root: Path | None = None) -> Made:
    return await bench.workspace.make_worktree(
        root or bench.root, wish, bench.environ, nobody_listens
    )


async def failing(bench: Bench, wish: Wanted) -> str:
    """Why it fails; nothing of it is left."""
    before = bench.repo.git("worktree", "list"), bench.repo.git("branch", "--list")
    with pytest.raises(ExternalFailure) as failed:
        await make(bench, wish)
    assert (bench.repo.git("worktree", "list"), bench.repo.git("branch", "--list")) == before
    assert list((bench.state / "worktrees").glob("*/*")) == []
    assert failed.value.remedy
    return failed.value.code


@pytest.fixture
def project(bench: Bench) -> Bench:
    """A repository with a commit, and files that git ignores."""
    bench.repo.write("file", "one\n")
    bench.repo.write(".gitignore", ".env\nnode_modules\n")
    bench.repo.write("inner/deep", "deep\n")
    bench.repo.commit()
    bench.repo.write(".env", "KEY=1\n")
    bench.repo.write("node_modules/a/b", "b\n")
    return bench


# ---- making --------------------------------------------------------------------------------------


async def test_a_new_branch_with_its_files_and_set_up(project: Bench):
    said: list[tuple[str, str]] = []
    wish = wanted(
        setup=(("sh", "-c", "echo ready > ready.txt; echo told; echo so >&2"),),
        copy=(".env", "node_modules"),
    )
    made = await project.workspace.make_worktree(
        project.root, wish, project.environ, lambda stream, text: said.append((stream, text))
    )

    assert contents(made.folder).keys() == {
        "file",
        ".gitignore",
        "inner/deep",
        ".env",
        "node_modules/a/b",
        "ready.txt",
    }
    assert (made.branch, project.workspace.made_worktree(made.path)) == ("topic", True)
    assert sorted(said) == [("stderr", "so\n"), ("stdout", "told\n")]
    assert project.repo.git("branch", "--show-current").strip() == "main"
    assert not project.repo.exists("ready.txt")


async def test_a_base_and_a_branch_that_is_there(project: Bench):
    first = project.repo.git("rev-parse", "HEAD").strip()
    project.repo.write("file", "two\n")
    project.repo.commit()
    old = await make(project, wanted("old", base=first))
    project.repo.git("branch", "there")
    there = await make(project, wanted("there"))

    assert (old.folder / "file").read_text() == "one\n"
    assert (there.folder / "file").read_text() == "two\n"
    with pytest.raises(ExternalFailure) as failed:
        await make(project, wanted("there", base=first, name="other"))
    assert failed.value.code == "worktree.branchExists"


async def test_a_project_in_a_folder_of_its_repository(project: Bench):
    made = await make(project, wanted(), project.root / "inner")

    assert made.folder == made.path / "inner"
    assert (made.folder / "deep").exists()


async def test_asked_again_it_goes_on(project: Bench):
    wish = wanted(copy=(".env",))
    first = await make(project, wish)
    (first.folder / ".env").unlink()
    again = await make(project, wish)

    assert again == first
    assert (again.folder / ".env").exists()


@pytest.mark.parametrize(
    "branch",
    [
        "-x",
        "--force",
        "a..b",
        "a b",
        "a~1",
        ".a",
        "a.lock",
        "a\\b",
        "HEAD",
        "a@{b",
        "",
        "/",
        "$(a b)",
    ],
    ids=repr,
)
async def test_what_is_no_name_of_a_branch_is_refused(project: Bench, branch: str):
    assert await failing(project, wanted(branch)) == "git.badBranch"


async def test_names_of_branches_that_look_like_shell(project: Bench, tmp_path: Path):
    made = await make(project, wanted("$(touch${IFS}canary);x"))

    assert made.branch == "$(touch${IFS}canary);x"
    assert "canary" not in {name for _, _, files in os.walk(tmp_path) for name in files}


@pytest.mark.parametrize(
    "base", ["none", "--output=canary", "-x", "HEAD:file", "main..main", ""], ids=repr
)
async def test_a_base_is_a_commit(project: Bench, base: str):
    if base:
        assert await failing(project, wanted(base=base)) == "git.noSuchCommit"
    assert not project.repo.exists("canary")


@pytest.mark.parametrize("path", ["none", "../outside", ".git/config", "link/x", "out"], ids=repr)
async def test_only_files_of_the_project_are_copied(project: Bench, tmp_path: Path, path: str):
    (tmp_path / "outside").write_text("secret")
    (project.root / "link").symlink_to(tmp_path)
    (project.root / "out").symlink_to(tmp_path / "outside")

    assert await failing(project, wanted(copy=(path,))) == "worktree.copyFailed"


async def test_nothing_is_copied_through_a_link_of_the_branch(project: Bench, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    project.repo.git("checkout", "-q", "-b", "hostile")
    (project.root / "conf").symlink_to(outside)
    project.repo.commit()
    project.repo.git("checkout", "-q", "main")
    project.repo.write("conf/key", "secret\n")
    with pytest.raises(ExternalFailure) as failed:
        await make(project, wanted("hostile", copy=("conf/key",)))

    assert failed.value.code == "worktree.copyFailed"
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "argv", [("sh", "-c", "echo no >&2; exit 3"), ("no-such-program",), ("./file",)], ids=repr
)
async def test_a_set_up_that_fails_leaves_nothing(project: Bench, argv: tuple[str, ...]):
    assert await failing(project, wanted(setup=(argv,))) == "worktree.setupFailed"


async def test_a_branch_that_was_there_outlives_a_set_up_that_fails(project: Bench):
    project.repo.git("branch", "there")
    wish = wanted("there", setup=(("false",),))

    assert await failing(project, wish) == "worktree.setupFailed"


async def test_a_set_up_finds_nothing_of_ours_in_its_environment(project: Bench):
    environ = {**project.environ, "GIT_DIR": "/nowhere", "KEY": "1"}
    wish = wanted(setup=(("sh", "-c", "env > seen; git rev-parse --show-toplevel > top"),))
    made = await project.workspace.make_worktree(project.root, wish, environ, nobody_listens)
    seen = (made.folder / "seen").read_text().splitlines()

    assert "KEY=1" in seen
    assert not any(line.startswith("GIT_") for line in seen)
    assert (made.folder / "top").read_text() == f"{made.path}\n"


async def test_words_of_a_set_up_are_no_shell(project: Bench, tmp_path: Path):
    made = await make(project, wanted(setup=(("echo", "$(touch canary)", "; touch canary"),)))

    assert not (made.folder / "canary").exists()


async def test_what_a_set_up_leaves_behind_is_ended(project: Bench):
    """Not only told to end: many at once, so that some are still at it when they were told."""
    script = "for n in 1 2 3 4 5 6 7 8; do sleep 300 & echo $! >> pids; done"
    made = await make(project, wanted(setup=(("sh", "-c", script),)))
    pids = [int(line) for line in (made.folder / "pids").read_text().split()]

    assert len(pids) == 8
    assert [pid for pid in pids if _runs(pid)] == []


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False


async def test_outside_of_a_repository_there_are_no_worktrees(bench: Bench, tmp_path: Path):
    folder = tmp_path / "plain"
    folder.mkdir()
    with pytest.raises(ExternalFailure) as failed:
        await make(bench, wanted(), folder)
    assert failed.value.code == "git.notARepository"


async def test_before_the_first_commit_there_is_nothing_to_begin_from(bench: Bench):
    assert await failing(bench, wanted()) == "git.noSuchCommit"


# ---- finding -------------------------------------------------------------------------------------


async def test_one_that_is_there_is_found(project: Bench, tmp_path: Path):
    place = tmp_path / "mine"
    project.repo.git("worktree", "add", "-q", "-b", "mine", str(place))
    made = await project.workspace.adopt_worktree(project.root, place)
    listed = await project.workspace.list_worktrees(project.root)

    assert (made.path, made.branch) == (place, "mine")
    assert not project.workspace.made_worktree(place)
    assert [each.branch for each in listed] == ["main", "mine"]


async def test_what_is_none_of_the_repository_is_refused(project: Bench, tmp_path: Path):
    for path in (tmp_path, project.root / "inner", tmp_path / "none"):
        with pytest.raises(ExternalFailure) as failed:
            await project.workspace.adopt_worktree(project.root, path)
        assert failed.value.code == "worktree.notFound"


# ---- taking away and bringing back ---------------------------------------------------------------


async def remove(bench: Bench, made: Made, name: str = "gone") -> None:
    await bench.workspace.remove_worktree(bench.root, made.path, name, bench.environ)


async def restore(bench: Bench, made: Made, name: str = "gone") -> None:
    await bench.workspace.restore_worktree(
        bench.root, made.path, made.branch or "", name, bench.environ
    )


async def test_it_is_taken_away_and_had_again_with_what_git_ignores(project: Bench):
    made = await make(project, wanted(copy=(".env", "node_modules")))
    (made.folder / "file").write_text("committed\n")
    project.repo.git("-C", str(made.path), "commit", "-qam", "work")
    before = contents(made.path)
    await remove(project, made)

    assert not made.path.exists()
    assert "topic" in project.repo.git("branch", "--list", "topic")
    assert str(made.path) not in project.repo.git("worktree", "list")
    await restore(project, made)
    assert contents(made.path) == before
    assert project.repo.git("-C", str(made.path), "status", "--porcelain") == ""


@pytest.mark.parametrize("what", ["changed", "new", "staged", "deleted"])
async def test_it_is_never_taken_away_with_work_in_it(project: Bench, what: str):
    made = await make(project, wanted())
    match what:
        case "changed":
            (made.folder / "file").write_text("work\n")
        case "new":
            (made.folder / "new").write_text("work\n")
        case "staged":
            (made.folder / "file").write_text("work\n")
            project.repo.git("-C", str(made.path), "add", "-A")
        case _:
            (made.folder / "file").unlink()
    before = fingerprint(made.path)
    with pytest.raises(ExternalFailure) as failed:
        await remove(project, made)

    assert failed.value.code == "worktree.dirty"
    assert fingerprint(made.path) == before


async def test_what_is_written_while_it_goes_brings_it_back(project: Bench):
    made = await make(project, wanted())

    def write(path: Path) -> list[Path]:
        (path / "late").write_text("work\n")
        return []

    worktrees = Worktrees(Git(project.environ), project.state / "worktrees", mounted=write)
    with pytest.raises(ExternalFailure) as failed:
        await worktrees.remove(project.root, made.path, "gone", project.environ)

    assert failed.value.code == "worktree.dirty"
    assert (made.folder / "late").read_text() == "work\n"
    assert str(made.path) in project.repo.git("worktree", "list")


async def test_work_in_a_submodule_keeps_it_there(project: Bench, tmp_path: Path):
    library = make_repo(tmp_path / "library", project.environ)
    library.write("code", "1\n")
    library.commit()
    allowed = ("-c", "protocol.file.allow=always")
    project.repo.git(*allowed, "submodule", "--quiet", "add", str(library.root), "sub")
    project.repo.commit()
    made = await make(project, wanted())
    inside = ("-C", str(made.path), *allowed, "submodule", "--quiet", "update", "--init")
    project.repo.git(*inside)
    (made.path / "sub" / "code").write_text("work\n")
    with pytest.raises(ExternalFailure) as failed:
        await remove(project, made)

    assert failed.value.code == "worktree.dirty"
    assert (made.path / "sub" / "code").read_text() == "work\n"


async def test_it_is_kept_for_thirty_days_from_when_it_was_taken_away(project: Bench):
    made = await make(project, wanted(copy=(".env",)))
    os.utime(made.path, (1_000_000_000, 1_000_000_000))
    await remove(project, made)
    worktrees = Worktrees(Git(project.environ), project.state / "worktrees")
    now = datetime.now(UTC).timestamp()
    worktrees.forget_old(now + 29 * 86_400)
    await restore(project, made)
    assert (made.folder / ".env").exists()
    await remove(project, made, "again")
    worktrees.forget_old(now + 31 * 86_400)
    assert list((project.state / "worktrees" / "removed").iterdir()) == []


async def test_commits_on_no_branch_keep_it_there(project: Bench):
    made = await make(project, wanted())
    project.repo.git("-C", str(made.path), "checkout", "-q", "--detach")
    with pytest.raises(ExternalFailure) as failed:
        await remove(project, made)

    assert failed.value.code == "worktree.detached"
    assert made.path.exists()


async def test_what_came_to_the_branch_meanwhile_is_there_when_it_is_back(project: Bench):
    made = await make(project, wanted(copy=(".env",)))
    await remove(project, made)
    project.repo.git("checkout", "-q", "topic")
    project.repo.write("file", "newer\n")
    project.repo.git("commit", "-qam", "newer")
    with pytest.raises(ExternalFailure):
        await restore(project, made)
    project.repo.git("checkout", "-q", "main")
    await restore(project, made)

    assert (made.folder / "file").read_text() == "newer\n"
    assert (made.folder / ".env").read_text() == "KEY=1\n"


async def test_taken_away_twice_is_taken_away_once(project: Bench):
    made = await make(project, wanted())
    await remove(project, made)
    await remove(project, made)
    await restore(project, made)
    await restore(project, made)

    assert (made.folder / "file").exists()


async def test_nothing_of_a_hostile_repository_runs_when_it_is_looked_at(project: Bench):
    canary = project.state / "canary"
    made = await make(project, wanted())
    project.repo.git("config", "core.fsmonitor", f"touch {canary}")
    project.repo.git("config", "filter.x.clean", f"touch {canary}")
    (made.folder / ".gitattributes").write_text("* filter=x\n")
    with pytest.raises(ExternalFailure):
        await remove(project, made)
    await project.workspace.list_worktrees(project.root)

    assert not canary.exists()
