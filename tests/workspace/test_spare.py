"""The file that a swap brings out takes the next content, and only where nobody can tell."""

import errno
import os
from pathlib import Path

import pytest

from support.bench import Bench


@pytest.fixture
async def start(bench: Bench) -> str:
    """A turn that changed two files in two folders."""
    for name in ("a/file", "b/file"):
        bench.repo.write(name, f"before, in {name}\n")
    ref = await bench.capture()
    await bench.open_tool()
    for name in ("a/file", "b/file"):
        bench.repo.write(name, f"by the agent, and longer than before, in {name}\n")
    await bench.close_tool()
    return ref


def inode(bench: Bench, name: str) -> int:
    return (bench.root / name).stat().st_ino


def undone(bench: Bench) -> bool:
    return all(bench.repo.read(name) == f"before, in {name}\n" for name in ("a/file", "b/file"))


async def test_it_is_written_into_again(bench: Bench, start: str):
    old = inode(bench, "a/file")
    await bench.restore(start)
    assert undone(bench)
    assert inode(bench, "b/file") == old
    assert list(bench.root.rglob(".peon*")) == []


@pytest.mark.parametrize("mode", ["a", "r"])
async def test_not_where_somebody_has_it_open(bench: Bench, start: str, mode: str):
    with (bench.root / "a" / "file").open(mode) as held:
        old = inode(bench, "a/file")
        await bench.restore(start)
        assert inode(bench, "b/file") != old
        if mode == "a":
            held.write("a line of its log\n")
    assert undone(bench)


async def test_not_where_it_has_another_name(bench: Bench, start: str, tmp_path: Path):
    os.link(bench.root / "a" / "file", tmp_path / "other")
    await bench.restore(start)
    assert undone(bench)
    assert (tmp_path / "other").read_text().startswith("by the agent")


async def test_not_where_it_has_attributes_of_its_own(bench: Bench, start: str):
    try:
        os.setxattr(bench.root / "a" / "file", "user.peon", b"private")
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.fail("give the tests a TMPDIR on a file system that keeps attributes, as ext4 does")
    await bench.restore(start)
    assert undone(bench)
    assert os.listxattr(bench.root / "b" / "file") == []


async def test_not_where_it_may_not_be_written_to(bench: Bench, start: str):
    (bench.root / "a" / "file").chmod(0o444)
    await bench.restore(start)
    assert undone(bench)
    assert (bench.root / "a" / "file").stat().st_mode & 0o777 == 0o444
    assert (bench.root / "b" / "file").stat().st_mode & 0o200


async def test_a_longer_content_in_a_shorter_file(bench: Bench, start: str):
    done = await bench.restore(start)
    await bench.restore(done.before_ref, "undo of undo")
    for name in ("a/file", "b/file"):
        assert bench.repo.read(name) == f"by the agent, and longer than before, in {name}\n"
