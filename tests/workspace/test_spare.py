"""The file that a swap brings out takes the next content, and only where nobody can tell."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from peon.workspace.restore import KeptPath
from peon.workspace.steps import Steps
from support.bench import Bench
from support.undo_lab import Crash


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


def hidden(bench: Bench) -> list[Path]:
    """What restores leave lying about."""
    return list(bench.root.rglob(".peon*"))


def undone(bench: Bench) -> bool:
    return all(bench.repo.read(name) == f"before, in {name}\n" for name in ("a/file", "b/file"))


async def test_it_is_written_into_again(bench: Bench, start: str):
    old = inode(bench, "a/file")
    await bench.restore(start)
    assert undone(bench)
    assert inode(bench, "b/file") == old
    assert hidden(bench) == []


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


@pytest.mark.parametrize("owners", [1, 2])
async def test_not_for_a_file_of_another_owner(bench: Bench, start: str, owners: int):
    """Where we may give files away; else both are ours, and it is written into."""
    another = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(bench.root / "a" / "file", another, -1)
    if owners == 1:
        os.chown(bench.root / "b" / "file", another, -1)
    mine = (bench.root / "b" / "file").stat().st_uid
    old = inode(bench, "a/file")
    await bench.restore(start)
    assert undone(bench)
    assert (bench.root / "b" / "file").stat().st_uid in (mine, os.geteuid())
    assert (inode(bench, "b/file") == old) == (owners == 1 or another == os.geteuid())


async def test_a_longer_content_in_a_shorter_file(bench: Bench, start: str):
    done = await bench.restore(start)
    await bench.restore(done.before_ref, "undo of undo")
    for name in ("a/file", "b/file"):
        assert bench.repo.read(name) == f"by the agent, and longer than before, in {name}\n"


async def test_a_folder_that_is_moved_away_takes_its_files_along(bench: Bench):
    names = ("one", "two")
    for name in names:
        bench.repo.write(f"a/{name}", f"before, in {name}\n")
    ref = await bench.capture()
    await bench.open_tool()
    for name in names:
        bench.repo.write(f"a/{name}", "by the agent\n")
    await bench.close_tool()

    def move() -> None:
        (bench.root / "a").rename(bench.root / "moved")
        bench.repo.write("a/two", "by the user\n")

    bench.reopen(steps=at_the_second("part", move))
    done = await bench.restore(ref)
    assert bench.repo.read("a/two") == "by the user\n"
    assert [bench.repo.read(f"moved/{name}") for name in names] == [
        f"before, in {name}\n" for name in names
    ]
    assert done.restored == ()
    assert hidden(bench) == []


# ---- interrupted ---------------------------------------------------------------------------------


def at_the_second(step: str, do: Callable[[], object]) -> Steps:
    """Does something when a step is taken for the second time: with the spare file, that is."""
    seen: list[str] = []

    def steps(name: str) -> None:
        seen.append(name)
        if name == step and seen.count(name) == 2:
            do()

    return steps


def crash() -> None:
    raise Crash


@pytest.fixture
async def cut_off(bench: Bench, start: str) -> None:
    """A restore that ended in the moment after a user's file came out."""

    def save() -> None:
        bench.repo.write("saving", "by the user\n").rename(bench.root / "b" / "file")

    swap, verify = at_the_second("swap", save), at_the_second("verify", crash)

    def steps(name: str) -> None:
        swap(name)
        verify(name)

    bench.reopen(steps=steps)
    with pytest.raises(Crash):
        await bench.restore(start)
    (lies,) = bench.root.rglob(".peon*")
    assert lies.read_text() == "by the user\n"
    bench.reopen()


@pytest.mark.parametrize("step", ["part", "ready", "swap", "verify"])
async def test_what_is_saved_meanwhile_is_kept(bench: Bench, start: str, step: str):
    def save() -> None:
        bench.repo.write("saving", "by the user\n").rename(bench.root / "b" / "file")

    bench.reopen(steps=at_the_second(step, save))
    done = await bench.restore(start)
    assert bench.repo.read("b/file") == "by the user\n"
    if step != "verify":  # Then the target was in place already; the user's is the newer.
        assert done.kept == (KeptPath("b/file", "changedMeanwhile"),)
    assert hidden(bench) == []


@pytest.mark.usefixtures("cut_off")
async def test_what_came_out_of_a_path_is_given_back_after_a_crash(bench: Bench):
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is not None
    assert recovered.outcome.kept == (KeptPath("b/file", "changedMeanwhile"),)
    assert bench.repo.read("b/file") == "by the user\n"
    assert hidden(bench) == []


@pytest.mark.usefixtures("cut_off")
async def test_where_its_folder_is_gone_it_is_kept_where_people_see_it(bench: Bench):
    (bench.root / "b").rename(bench.root / "c")
    await bench.workspace.recover()
    (kept,) = bench.root.glob("found.peon-kept-*")
    assert kept.read_text() == "by the user\n"
    assert hidden(bench) == []


@pytest.mark.usefixtures("cut_off")
async def test_and_so_is_what_came_out_before_a_power_cut(bench: Bench):
    """The note of what lies there did not come to the disk, or is from before the cut."""
    (note,) = bench.state.rglob("restore.spare")
    note.write_text(f"{'0' * 36} {-1:10} {0:20}")
    await bench.workspace.recover()
    (kept,) = bench.root.glob("found.peon-kept-*")
    assert kept.read_text() == "by the user\n"
    assert hidden(bench) == []


@pytest.mark.parametrize("after", ["a kill", "a power cut"])
async def test_what_the_store_has_is_let_go(bench: Bench, start: str, after: str):
    bench.reopen(steps=at_the_second("verify", crash))
    with pytest.raises(Crash):
        await bench.restore(start)
    bench.reopen()
    if after == "a power cut":
        next(bench.state.rglob("restore.spare")).unlink()
    (recovered,) = await bench.workspace.recover()
    assert undone(bench)
    assert recovered.outcome is not None
    assert recovered.outcome.kept == ()
    assert list(bench.root.rglob("*.peon*")) == []


async def test_a_half_written_one_is_let_go(bench: Bench, start: str):
    bench.reopen(steps=at_the_second("ready", crash))
    with pytest.raises(Crash):
        await bench.restore(start)
    (lies,) = bench.root.rglob(".peon*")
    lies.write_text("before, in")
    bench.reopen()
    await bench.workspace.recover()
    assert undone(bench)
    assert list(bench.root.rglob("*.peon*")) == []
