"""Whoever changes the folder while it is captured or restored loses nothing and leads nobody
outside.
"""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from peon.workspace import disk
from peon.workspace.restore import KeptPath
from support.bench import Bench


@pytest.fixture
async def start(bench: Bench) -> str:
    """A turn that changed a file in a folder and made another."""
    bench.repo.write("folder/file", "before\n")
    bench.repo.write("folder/stays", "x\n")
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("folder/file", "by the agent\n")
    bench.repo.write("folder/made", "by the agent\n")
    await bench.close_tool()
    return ref


def at(step: str, do: Callable[[], object]) -> Callable[[str], None]:
    """Does something once, at a certain step."""
    done: list[str] = []

    def steps(name: str) -> None:
        if name == step and not done:
            done.append(name)
            do()

    return steps


@pytest.mark.parametrize("step", ["part", "write", "ready", "swap", "verify"])
async def test_what_is_saved_during_the_swap_is_kept(bench: Bench, start: str, step: str):
    """Editors replace a file by a new one of the same name."""

    def save() -> None:
        bench.repo.write("folder/saving", "by the user\n").rename(bench.root / "folder" / "file")

    bench.reopen(steps=at(step, save))
    done = await bench.restore(start)
    if step == "verify":  # The target was in place already; the user's is the newer.
        assert bench.repo.read("folder/file") == "by the user\n"
    else:
        assert bench.repo.read("folder/file") == "by the user\n"
        assert done.kept == (KeptPath("folder/file", "changedMeanwhile"),)
    assert list(bench.root.rglob(".peon*")) == []


async def test_what_is_written_before_a_restore_is_recorded_is_seen_by_the_next_look(
    bench: Bench, start: str
):
    """Of the same length and with the time put back, so that only its content tells."""
    file = bench.root / "folder" / "file"

    def write() -> None:
        old = file.stat()
        file.write_text("BEFORE\n")
        os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))

    bench.reopen(steps=at("applied", write))
    done = await bench.restore(start)
    held = await bench.held(await bench.capture())
    change = (await bench.folder()).chain.changes(b"folder/file", 0)[-1][1]

    assert (await bench.held(done.checkpoint_ref))[b"folder/file"] == b"before\n"
    assert held[b"folder/file"] == b"BEFORE\n"
    assert change.owners == frozenset()


@pytest.mark.parametrize("step", ["take", "verify"])
async def test_what_is_saved_while_a_file_is_deleted_is_kept(bench: Bench, start: str, step: str):
    def save() -> None:
        bench.repo.write("folder/made", "by the user\n")

    bench.reopen(steps=at(step, save))
    await bench.restore(start, paths=("folder/made",))
    assert bench.repo.read("folder/made") == "by the user\n"
    assert list(bench.root.rglob(".peon*")) == []


@pytest.mark.parametrize("place", ["outside", "inside"])
@pytest.mark.parametrize("step", ["begin", "part", "ready", "swap", "take", "unlink"])
async def test_a_folder_swapped_for_a_link_leads_nobody_elsewhere(
    bench: Bench, start: str, step: str, place: str, tmp_path: Path
):
    """Not even to another folder of the project, which holds files of the same names."""
    outside = (tmp_path if place == "outside" else bench.root) / "elsewhere"
    outside.mkdir()
    (outside / "file").write_text("by the agent\n")
    (outside / "made").write_text("by the agent\n")

    def swap() -> None:
        (bench.root / "folder").rename(bench.root / "aside")
        (bench.root / "folder").symlink_to(os.path.relpath(outside, bench.root))

    bench.reopen(steps=at(step, swap))
    await bench.restore(start)
    assert (outside / "file").read_text() == "by the agent\n"
    assert (outside / "made").read_text() == "by the agent\n"
    assert {file.name for file in outside.iterdir()} == {"file", "made"}


@pytest.mark.parametrize("step", ["begin", "part", "swap"])
async def test_a_folder_far_above_a_file_that_becomes_a_link_leads_nobody_elsewhere(
    bench: Bench, step: str
):
    names = ("top/deep/file", "elsewhere/deep/file")
    for name in names:
        bench.repo.write(name, "before\n")
    start = await bench.capture()
    await bench.open_tool(names[0])
    for name in names:  # The other one, the user changes in just the same way.
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()

    def swap() -> None:
        (bench.root / "top").rename(bench.root / "aside")
        (bench.root / "top").symlink_to("elsewhere")

    bench.reopen(steps=at(step, swap))
    await bench.restore(start)
    assert bench.repo.read(names[1]) == "by the agent\n"


async def test_two_names_can_be_swapped_where_the_system_has_no_exchange(
    bench: Bench, start: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "_libc", object())
    done = await bench.restore(start)
    assert bench.repo.read("folder/file") == "before\n"
    assert not bench.repo.exists("folder/made")
    assert len(done.restored) == 2
    assert list(bench.root.rglob(".peon*")) == []


@pytest.mark.parametrize("step", ["take", "verify", "place", "unlink"])
async def test_without_exchange_nothing_is_lost_either(
    bench: Bench, start: str, step: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "_libc", object())

    def save() -> None:
        bench.repo.write("folder/file", "by the user\n")

    bench.reopen(steps=at(step, save))
    await bench.restore(start, paths=("folder/file",))
    assert bench.repo.read("folder/file") == "by the user\n"


async def test_a_folder_that_cannot_be_written_keeps_its_files(bench: Bench, start: str):
    def refuse(name: str) -> None:
        if name in ("part", "take"):
            raise OSError(errno.EROFS, "read-only file system")

    bench.reopen(steps=refuse)
    done = await bench.restore(start)
    assert {one.reason for one in done.kept} == {"unwritable"}
    assert bench.repo.read("folder/file") == "by the agent\n"


async def test_a_folder_in_turmoil_can_be_captured(bench: Bench):
    """Files change, vanish, grow and turn into FIFOs, folders and links while they are read."""
    names = [f"file {number}" for number in range(20)]
    for name in names:
        bench.repo.write(name, "x" * 1000)
    bench.repo.write("calm", "calm\n")
    stop = threading.Event()
    turmoil = threading.Thread(target=_turmoil, args=(bench.root, names, stop))
    turmoil.start()
    try:
        for _ in range(8):
            await bench.workspace.capture(bench.root, seconds=2.0)
    finally:
        stop.set()
        turmoil.join()
    for name in names:
        _remove(bench.root / name)
    captured = await bench.workspace.capture(bench.root)
    assert captured.missing == ()
    assert await bench.held(captured.checkpoint_ref) == {b"calm": b"calm\n"}


def _turmoil(root: Path, names: list[str], stop: threading.Event) -> None:
    count = 0
    while not stop.is_set():
        count += 1
        file = root / names[count % len(names)]
        _remove(file)
        match count % 6:
            case 0:
                os.mkfifo(file)
            case 1:
                file.mkdir()
                (file / "inner").write_text("inner")
            case 2:
                file.symlink_to("calm")
            case 3:
                file.write_bytes(b"y" * count)
            case 4:
                file.mkdir()
                (file / ".git").mkdir()
                (file / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
                (file / ".git" / "objects").mkdir()
                (file / ".git" / "refs").mkdir()
            case _:
                pass


def _remove(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        for inner in file.iterdir():
            _remove(inner)
        file.rmdir()
    else:
        file.unlink(missing_ok=True)


async def test_what_a_restore_holds_for_a_moment_is_in_no_checkpoint(bench: Bench):
    """Where it can neither be put back nor cleared, as on a disk that is read-only by now."""
    bench.repo.write("file", "kept\n")
    bench.repo.write("folder/.peon~7~0~part", "half\n")
    assert await bench.held(await bench.capture()) == {b"file": b"kept\n"}


async def test_what_is_written_right_after_the_swap_is_not_the_restores(bench: Bench, start: str):
    def save() -> None:
        bench.repo.write("folder/file", "by the user\n")

    bench.reopen(steps=at("applied", save))
    done = await bench.restore(start, "one")
    assert [one.path for one in done.restored] == ["folder/made"]
    bench.reopen()
    await bench.restore(done.before_ref, "two")
    assert bench.repo.read("folder/file") == "by the user\n"
    assert bench.repo.read("folder/made") == "by the agent\n"


async def test_a_moved_file_stays_when_its_old_place_is_taken_meanwhile(bench: Bench):
    bench.repo.write("file", "precious\n")
    ref = await bench.capture()
    await bench.open_tool()
    (bench.root / "file").rename(bench.root / "moved")
    await bench.close_tool()

    def take() -> None:
        bench.repo.write("file", "something else\n")

    bench.reopen(steps=at("ready", take))
    done = await bench.restore(ref)
    assert bench.repo.read("moved") == "precious\n"
    assert bench.repo.read("file") == "something else\n"
    assert done.kept == (KeptPath("file", "changedMeanwhile"), KeptPath("moved", "lastCopy"))


async def test_a_line_that_a_file_keeps_waits_for_no_other_file(bench: Bench):
    """It leaves one place of the file, stays in another, and comes back elsewhere too."""
    bench.repo.write("file", "twice\n")
    bench.repo.write("other", "twice\nonce\n")
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "twice\ntwice\n")
    bench.repo.write("other", "once\n")
    await bench.close_tool()

    def take() -> None:
        bench.repo.write("other", "by the user\n")

    bench.reopen(steps=at("begin", take))
    done = await bench.restore(ref)
    assert bench.repo.read("file") == "twice\n"
    assert bench.repo.read("other") == "by the user\n"
    assert done.kept == (KeptPath("other", "changedMeanwhile"),)
