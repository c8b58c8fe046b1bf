"""A few changed files are stored without git and its index, and nobody can tell the difference."""

import os
import random
import shutil
from pathlib import Path

import pytest

from peon.workspace import ahead
from peon.workspace.ahead import FEW
from peon.workspace.entries import EXECUTABLE, FILE, LINK, Entry, blob_id
from peon.workspace.stored import StoredObjects
from peon.workspace.trees import Trees, Unreadable
from support.bench import Bench
from support.repositories import Repo, contents

NAMES = ("a", "b", "dir", "dir/c", "dir/deep/d", "dir/deep/e", "dir.txt", "dir-f", "g\n")


def index(bench: Bench) -> bytes:
    """The index of the folder's store."""
    (file,) = bench.state.glob("checkpoints/*/index-*")
    return file.read_bytes()


async def test_the_index_is_not_written_for_a_few_files(bench: Bench):
    for number in range(80):
        bench.repo.write(f"dir/file {number}", f"{number}\n")
    await bench.capture()
    before = index(bench)
    bench.repo.write("dir/file 7", "changed\n")
    bench.repo.write("new", "new\n")
    (bench.root / "dir/file 8").unlink()
    held = await bench.held(await bench.capture())

    assert index(bench) == before
    assert held[b"dir/file 7"] == b"changed\n"
    assert held[b"new"] == b"new\n"
    assert b"dir/file 8" not in held
    assert len(held) == 80


async def test_with_many_files_the_index_takes_over(bench: Bench):
    bench.repo.write("file", "old\n")
    await bench.capture()
    bench.repo.write("file", "stored without the index\n")
    await bench.capture()
    before = index(bench)
    for number in range(FEW):
        bench.repo.write(f"file {number}", "new\n")
    bench.repo.write("one more", "new\n")
    held = await bench.held(await bench.capture())

    assert index(bench) != before
    assert held[b"file"] == b"stored without the index\n"
    assert len(held) == FEW + 2


async def test_whatever_happens_to_files_and_folders_is_held(bench: Bench):
    """Now and then so much at once that git has to do it."""
    chance = random.Random(7)
    await bench.capture()
    for round_ in range(9):
        for _ in range(chance.randrange(1, 6)):
            disturb(bench.root, chance)
        if round_ % 5 == 2:
            for number in range(FEW + 1):
                bench.repo.write(f"many/{number}", str(chance.random()))
        held = await bench.held(await bench.capture())
        assert held == on_disk(bench.root)


def disturb(root: Path, chance: random.Random) -> None:
    """Put something else under a name: a file, a link, a program, or nothing."""
    file = root / chance.choice(NAMES)
    for above in reversed(file.relative_to(root).parents):
        if (root / above).is_symlink() or (root / above).is_file():
            (root / above).unlink()
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    match chance.randrange(4):
        case 0:
            file.symlink_to(chance.choice(NAMES))
        case 1:
            file.write_text("#!/bin/sh\n")
            file.chmod(0o755)
        case 2:
            file.write_text(chance.choice(["", "x\n", f"{chance.random()}\n"]))
        case _:
            pass


def on_disk(root: Path) -> dict[bytes, bytes]:
    """The files of a folder with their bytes."""
    files = (root / name for name in contents(root))
    return {
        os.fsencode(file.relative_to(root)): (
            os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()
        )
        for file in files
    }


async def test_a_content_of_the_same_length_and_time_is_seen(bench: Bench):
    file = bench.repo.write("file", "first\n")
    await bench.capture()
    for content in ("later\n", "again\n", "other\n"):
        old = file.stat()
        file.write_text(content)
        os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
        assert (await bench.held(await bench.capture()))[b"file"] == content.encode()


async def test_it_is_seen_also_where_the_times_had_settled(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ahead, "_SETTLED", -(10**12))
    file = bench.repo.write("file", "first\n")
    await bench.capture()
    for content in ("second\n", "SECOND\n", "zecond\n"):
        old = file.stat()
        file.write_text(content)
        os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
        assert (await bench.held(await bench.capture()))[b"file"] == content.encode()


async def test_a_file_whose_times_have_settled_is_not_read_again(bench: Bench):
    file = bench.repo.write("file", "first\n")
    await bench.capture()
    file.write_text("second\n")
    ref = await bench.capture()
    assert await bench.capture() == ref
    file.chmod(0o755)
    assert await bench.capture() != ref


async def test_a_new_process_holds_what_the_index_does_not_know(bench: Bench):
    bench.repo.write("file", "old\n")
    await bench.capture()
    bench.repo.write("made/by a turn", "new\n")
    ref = await bench.capture()
    bench.repo.write(".git/info/exclude", "made/\n")
    bench.workspace.close()
    bench.reopen()
    history = await bench.history()

    assert (await history.capture()).checkpoint_ref == ref


@pytest.mark.parametrize("kept", ["loose", "packed"])
def test_a_tree_is_amended_as_git_would(repo: Repo, kept: str):
    for number in range(100):
        repo.write(f"dir/file {number:03}", f"{number}\n")
    repo.write("other/dir/file", "kept\n")
    for name in ("dir-", "dir.txt", "dir0", "link-", "link0"):
        repo.write(name, "beside it\n")
    repo.commit()
    repo.write("dir/file 007", "more\n")
    repo.commit()
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    if kept == "packed":
        repo.git("repack", "-a", "-d", "-f", "-q")
    (repo.root / "dir" / "file 000").unlink()
    shutil.rmtree(repo.root / "other")
    repo.write("dir/sub/now a folder", "new\n").chmod(0o755)
    (repo.root / "link").symlink_to("dir")
    repo.git("add", "-A")
    program = Entry(EXECUTABLE, blob_id(b"new\n"))
    amended = Trees(repo.root / ".git" / "objects").amended(
        tree,
        {
            b"dir/file 000": None,
            b"other/dir/file": None,
            b"never/was": None,
            b"dir/sub/now a folder": program,
            b"link": Entry(LINK, blob_id(b"dir")),
        },
    )
    assert amended == repo.git("write-tree").strip()


def test_a_tree_that_loses_all_is_the_empty_one(repo: Repo):
    repo.write("dir/file", "1\n")
    repo.commit()
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    trees = Trees(repo.root / ".git" / "objects")
    assert trees.amended(tree, {b"dir/file": None}) == repo.git("mktree").strip()


def test_what_does_not_fit_is_left_to_git(repo: Repo):
    repo.write("file", "1\n")
    repo.commit()
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    trees = Trees(repo.root / ".git" / "objects")
    entry = Entry(FILE, blob_id(b"1\n"))
    with pytest.raises(Unreadable):
        trees.amended(tree, {b"a": entry, b"a/b": entry})
    with pytest.raises(Unreadable):
        trees.amended("0" * 40, {b"a": entry})


def test_a_tree_that_is_held_as_a_difference_is_read(repo: Repo):
    for number in range(100):
        repo.write(f"file {number:03}", f"{number}\n")
    repo.commit()
    trees = []
    for number in range(2):
        repo.write(f"file {number:03}", "more\n")
        repo.commit()
        trees.append(repo.git("rev-parse", "HEAD^{tree}").strip())
    repo.git("repack", "-a", "-d", "-f", "-q")
    stored = StoredObjects(repo.root / ".git" / "objects")
    read = [stored.read_tree(tree) for tree in trees]
    stored.close()

    for tree, content in zip(trees, read, strict=True):
        assert content is not None
        rows = repo.git("ls-tree", tree).splitlines()
        assert content.count(b"\0") >= len(rows) == 100
        assert repo.git("hash-object", "-t", "tree", "--stdin", stdin=content).strip() == tree
