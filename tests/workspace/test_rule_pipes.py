"""A pipe in the place of a file of rules: git waits for it, and a checkpoint does not."""

import os

import pytest

from peon.workspace import rule_pipes
from peon.workspace.branches import BranchWish, begin_branch, create_branch
from peon.workspace.entries import Missing
from support.bench import Bench
from support.repositories import IDENTITY, make_repo

PIPES = [".gitignore", "folder/.gitignore", "folder/deep/.gitignore", "lib/.gitignore"]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a pipe is freed at once."""
    monkeypatch.setattr(rule_pipes, "PATIENCE", 0.02)


async def test_a_checkpoint_is_whole_and_other_rules_hold(bench: Bench, environ: dict[str, str]):
    make_repo(bench.root / "lib", environ)
    for folder in ("", "folder/", "folder/deep/", "lib/", "other/"):
        bench.repo.write(f"{folder}file", "kept")
        bench.repo.write(f"{folder}file.o", "ignored in one folder")
    bench.repo.write("other/.gitignore", "*.o\n")
    for pipe in PIPES:
        os.mkfifo(bench.root / pipe)
    captured = await bench.workspace.capture(bench.root)
    assert captured.missing == ()
    held = await bench.held(captured.checkpoint_ref)
    assert b"other/file.o" not in held
    assert len(held) == 10
    assert all((bench.root / pipe).is_fifo() for pipe in PIPES)


async def test_rules_that_have_become_a_pipe_are_missing(bench: Bench):
    rules = bench.repo.write(".gitignore", "*.o\n")
    bench.repo.write("file", "1\n")
    await bench.capture()
    rules.unlink()
    os.mkfifo(rules)
    bench.repo.write("file", "2\n")
    captured = await bench.workspace.capture(bench.root)
    assert captured.missing == (Missing(".gitignore", "unreadable"),)
    assert (await bench.held(captured.checkpoint_ref))[b"file"] == b"2\n"


@pytest.mark.parametrize("tracked", [True, False])
async def test_one_above_a_folder_does_not_matter_either(bench: Bench, *, tracked: bool):
    bench.repo.write("folder/file", "kept")
    if tracked:
        bench.repo.commit()
    bench.repo.write(".git/info/exclude", "*.o\n")
    bench.repo.write("folder/file.o", "ignored, as is known from above")
    os.mkfifo(bench.root / ".gitignore")
    captured = await bench.workspace.capture(bench.root / "folder")
    assert captured.missing == ()
    assert await bench.held(captured.checkpoint_ref, bench.root / "folder") == {b"file": b"kept"}


@pytest.mark.timeout(30)
async def test_status_diff_and_commit_do_not_wait_for_one(bench: Bench, environ: dict[str, str]):
    user = {**environ, **IDENTITY}
    bench.repo.write("folder/file", "1\n")
    bench.repo.write("folder/file.o", "ignored")
    bench.repo.write(".git/info/exclude", "*.o\n")
    for pipe in (".gitignore", "folder/.gitignore"):
        os.mkfifo(bench.root / pipe)
    folder = bench.root / "folder"
    assert [each.path for each in (await bench.workspace.status(folder)).files] == ["file"]
    assert [each.path for each in (await bench.workspace.diff(folder)).files] == ["file"]
    committed = await bench.workspace.commit(folder, "one", ["file"], user)
    assert committed.files == ("file",)
    bench.repo.write("folder/file", "2\n")
    assert (await bench.workspace.commit(folder, "all", None, user)).files == ("file",)


@pytest.mark.timeout(30)
async def test_the_rules_of_the_repository_may_be_one(bench: Bench, environ: dict[str, str]):
    bench.repo.write("folder/file", "1\n")
    rules = bench.root / ".git/info/exclude"
    rules.unlink(missing_ok=True)
    os.mkfifo(rules)
    assert (await bench.workspace.capture(bench.root)).missing == ()
    folder = bench.root / "folder"
    assert [each.path for each in (await bench.workspace.status(folder)).files] == ["file"]
    assert [each.path for each in (await bench.workspace.diff(folder)).files] == ["file"]
    committed = await bench.workspace.commit(folder, "all", None, {**environ, **IDENTITY})
    assert committed.files == ("file",)
    assert rules.is_fifo()


@pytest.mark.timeout(30)
async def test_so_may_those_that_worktrees_share(bench: Bench, environ: dict[str, str]):
    bench.repo.write("file", "1\n")
    bench.repo.commit()
    aside = bench.root.parent / "aside"
    bench.repo.git("worktree", "add", "--quiet", str(aside))
    rules = bench.root / ".git/info/exclude"
    rules.unlink(missing_ok=True)
    os.mkfifo(rules)
    (aside / "new").write_text("2\n")
    assert (await bench.workspace.capture(aside)).missing == ()
    assert [each.path for each in (await bench.workspace.status(aside)).files] == ["new"]
    assert [each.path for each in (await bench.workspace.diff(aside)).files] == ["new"]
    user = {**environ, **IDENTITY}
    assert (await bench.workspace.commit(aside, "all", None, user)).files == ("new",)
    repository = await bench.workspace.repository(bench.root)
    wish = BranchWish("next", None, checkout=True)
    await create_branch(repository, wish, await begin_branch(repository, wish), user)
    assert bench.repo.git("branch", "--show-current").strip() == "next"


async def test_a_git_file_above_that_names_no_place_does_not_matter(bench: Bench):
    bench.repo.write("file", "kept")
    os.mkfifo(bench.root / ".gitignore")
    (bench.root.parent / ".git").write_bytes(b"gitdir: no\0where\n")
    assert (await bench.workspace.capture(bench.root)).missing == ()


async def test_nothing_is_written_to_it(bench: Bench):
    bench.repo.write("file", "kept")
    pipe = bench.root / ".gitignore"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    await bench.capture()
    assert os.read(reading, 1) == b""
    os.close(reading)
