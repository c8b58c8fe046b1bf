"""What stands in the way is named with its remedy, and the folder is as it was: one test for each.

Disks that are full and folders that may not be written to are real: whoever meets them is a process
of its own, with a limit on the size of files, or without the right to write.
"""

import asyncio
import ctypes
import os
import resource
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace import spare
from peon.workspace.branches import list_branches
from peon.workspace.git import Git
from peon.workspace.mounts import mounted_below
from peon.workspace.restore import KeptPath
from peon.workspace.running import nobody_listens
from peon.workspace.take_back import Choice, TakeBackRequest
from peon.workspace.touched import TurnSpan
from peon.workspace.worktrees import Wanted, Worktrees
from support.bench import TURN, Bench, open_workspace
from support.houses import add_remote
from support.killing import in_child
from support.repositories import IDENTITY, contents, fingerprint, make_repo

NOBODY = 65534
SMALL = 16 * 1024
"""No file may become larger, where a disk is as good as full."""
LARGE = os.urandom(4 * SMALL)


async def turn(bench: Bench, before: str | bytes = "before\n") -> str:
    """A turn that changed a file; the checkpoint before it."""
    bench.repo.write("file", before)
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    return ref


# ---- what can be asked of a folder ---------------------------------------------------------------


async def _branches(bench: Bench, _: str) -> object:
    return await list_branches(await bench.workspace.repository(bench.root), 10)


def _reject(bench: Bench, ref: str) -> Awaitable[object]:
    request = TakeBackRequest(TurnSpan(TURN, ref), Choice(None, None), "reject")
    return bench.workspace.take_back(bench.root, request)


def _worktree(bench: Bench, _: str) -> Awaitable[object]:
    wish = Wanted(branch="topic", base=None, setup=(), copy=(), name="one")
    return bench.workspace.make_worktree(bench.root, wish, bench.environ, nobody_listens)


ASKED: dict[str, Callable[[Bench, str], Awaitable[object]]] = {
    "capture": lambda bench, _: bench.workspace.capture(bench.root),
    "preview": lambda bench, ref: bench.workspace.preview(bench.root, bench.request(ref)),
    "restore": lambda bench, ref: bench.restore(ref),
    "reject": _reject,
    "status": lambda bench, _: bench.workspace.status(bench.root),
    "diff": lambda bench, _: bench.workspace.diff(bench.root),
    "commit": lambda bench, _: bench.workspace.commit(bench.root, "work", None, bench.environ),
    "push": lambda bench, _: bench.workspace.push(bench.root, None, None, bench.environ),
    "branches": _branches,
    "worktree": _worktree,
}


@pytest.mark.parametrize("obstacle", ["no folder", "vanished"])
@pytest.mark.parametrize("asked", ASKED)
async def test_a_folder_that_is_none(bench: Bench, tmp_path: Path, asked: str, obstacle: str):
    ref = await turn(bench)
    bench.repo.commit()
    elsewhere = tmp_path / "elsewhere"
    bench.root.rename(elsewhere)
    if obstacle == "no folder":
        bench.root.write_text("a file\n")
    before = fingerprint(elsewhere)
    with pytest.raises(ExternalFailure) as failed:
        await ASKED[asked](bench, ref)

    assert failed.value.code == "workspace.notAFolder"
    assert failed.value.remedy
    assert fingerprint(elsewhere) == before


# ---- what may not be written ---------------------------------------------------------------------


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that everybody may look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="peon-common-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _bench(place: Path, *, state: Path | None = None, path: str | None = None) -> Bench:
    """A workspace that is opened by whoever asks for it."""
    environ = {"PATH": path or os.environ["PATH"], "HOME": str(place / "home"), **IDENTITY}
    repo = make_repo(place / "repo", environ)
    where = state or place / "state"
    return Bench(open_workspace(where, environ), repo, where, environ)


def _begun(bench: Bench, before: str | bytes = "before\n") -> str:
    ref = asyncio.run(turn(bench, before))
    bench.workspace.close()
    return ref


def _without_rights(folder: Path, writable: Path) -> None:
    """Be nobody in particular: `folder` cannot be written to, `writable` can."""
    for file in (writable, *writable.rglob("*")):
        if os.geteuid() == 0:
            os.chown(file, NOBODY, NOBODY, follow_symlinks=False)
    for file in (folder, *folder.rglob("*")):
        if file.is_dir() and not file.is_symlink():
            file.chmod(0o555)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def test_a_folder_that_is_read_only_keeps_its_files(common: Path):
    bench = _bench(common)
    ref = _begun(bench)
    before = contents(bench.root)

    async def restore() -> None:
        _without_rights(bench.root, bench.state)
        bench.reopen()
        done = await bench.restore(ref)
        assert done.kept == (KeptPath("file", "unwritable"),)
        assert done.restored == ()
        bench.workspace.close()

    assert in_child(restore) == 0
    assert contents(bench.root) == before
    bench.root.chmod(0o755)


def test_a_state_folder_that_is_read_only_is_told_of(common: Path):
    bench = _bench(common)
    ref = _begun(bench)
    (common / "nothing").mkdir()
    bench.repo.write("file", "by the user\n")
    before = contents(bench.root)

    async def ask() -> None:
        _without_rights(bench.state, common / "nothing")
        for asked in ("capture", "restore", "reject"):
            await _refused(lambda: _opened(bench), asked, ref, "checkpoint.notStored")

    assert in_child(ask) == 0
    assert contents(bench.root) == before
    for folder in (bench.state, *bench.state.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o755)


def _opened(bench: Bench) -> Bench:
    bench.reopen()
    return bench


async def _refused(opened: Callable[[], Bench], asked: str, ref: str, code: str) -> None:
    with pytest.raises(ExternalFailure) as failed:
        await ASKED[asked](opened(), ref)
    assert failed.value.code == code
    assert failed.value.remedy


# ---- full ----------------------------------------------------------------------------------------


def _git_that_is_told(place: Path) -> str:
    """A PATH with a git to which a file that is too large is an error, and not its end."""
    git = shutil.which("git")
    (place / "bin").mkdir()
    script = place / "bin" / "git"
    script.write_text(f"#!/bin/sh\ntrap '' XFSZ\nexec {git} \"$@\"\n")
    script.chmod(0o755)
    return f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"


def _fill_the_disk(size: int = SMALL) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_is_full_stores_no_checkpoint(tmp_path: Path):
    bench = _bench(tmp_path, path=_git_that_is_told(tmp_path))
    ref = _begun(bench)
    bench.repo.write("large", LARGE)
    before = fingerprint(bench.root)

    async def ask() -> None:
        bench.reopen()
        _fill_the_disk()
        for asked in ("capture", "restore", "preview", "reject"):
            await _refused(lambda: bench, asked, ref, "checkpoint.notStored")

    assert in_child(ask) == 0
    assert fingerprint(bench.root) == before
    bench.reopen()
    held = asyncio.run(_held_now(bench))
    assert held[b"large"] == LARGE
    bench.workspace.close()


async def _held_now(bench: Bench) -> dict[bytes, bytes]:
    return await bench.held(await bench.capture())


def test_a_disk_that_is_full_leaves_a_file_as_it_was(tmp_path: Path):
    """There is room for the checkpoint, but not for the content that is to come back."""
    bench = _bench(tmp_path, path=_git_that_is_told(tmp_path))
    ref = _begun(bench, LARGE)
    before = contents(bench.root)

    async def restore() -> None:
        bench.reopen()
        _fill_the_disk()
        done = await bench.restore(ref)
        assert done.kept == (KeptPath("file", "unwritable"),)
        bench.workspace.close()

    assert in_child(restore) == 0
    assert contents(bench.root) == before
    assert list(bench.root.rglob(".peon*")) == []


def test_a_commit_on_a_full_disk_leaves_what_is_staged(tmp_path: Path):
    bench = _bench(tmp_path, path=_git_that_is_told(tmp_path))
    _begun(bench)
    bench.repo.git("add", "file")
    bench.repo.write("large", LARGE)
    before = (bench.repo.git("ls-files", "-s"), contents(bench.root))

    async def commit() -> None:
        bench.reopen()
        _fill_the_disk()
        with pytest.raises(ExternalFailure) as failed:
            await ASKED["commit"](bench, "")
        assert failed.value.detail

    assert in_child(commit) == 0
    assert (bench.repo.git("ls-files", "-s"), contents(bench.root)) == before
    assert bench.repo.git("log", "--all", "--format=%s") == ""


# ---- elsewhere -----------------------------------------------------------------------------------


@pytest.fixture
def other_device(tmp_path: Path) -> Iterator[Path]:
    """A folder on another device, where there is one that anybody may write to."""
    here = tmp_path.stat().st_dev
    places = [Path(place) for place in ("/dev/shm", "/run/lock", "/var/tmp", "/run")]
    others = [each for each in places if each.is_dir() and os.access(each, os.W_OK)]
    found = next((each for each in others if each.stat().st_dev != here), tmp_path)
    with tempfile.TemporaryDirectory(prefix="peon-", dir=found) as name:
        yield Path(name)


@pytest.mark.parametrize("elsewhere", ["folder", "state"])
async def test_a_folder_on_another_device_than_the_state(
    tmp_path: Path, other_device: Path, elsewhere: str
):
    """Nothing is moved from one to the other, so nothing is refused: it is captured, undone, and
    has worktrees.
    """
    folder, state = (other_device, tmp_path) if elsewhere == "folder" else (tmp_path, other_device)
    bench = _bench(folder, state=state / "state")
    bench.repo.write("kept", "kept\n")
    bench.repo.write(".gitignore", ".env\n")
    bench.repo.commit()
    bench.repo.write(".env", "KEY=1\n")
    ref = await turn(bench)
    done = await bench.restore(ref)
    assert [each.path for each in done.restored] == ["file"]
    assert bench.repo.read("file") == "before\n"

    wish = Wanted(branch="topic", base=None, setup=(), copy=(".env",), name="one")
    made = await bench.workspace.make_worktree(bench.root, wish, bench.environ, nobody_listens)
    await bench.workspace.remove_worktree(bench.root, made.path, "gone", bench.environ)
    await bench.workspace.restore_worktree(bench.root, made.path, "topic", "gone", bench.environ)
    assert (made.folder / ".env").read_text() == "KEY=1\n"
    bench.workspace.close()


def _mount(place: Path) -> bool:
    """Mount a device of its own there, which only this process can see; whether that is allowed."""
    libc = ctypes.CDLL(None)
    namespace, private = 0x00020000, 0x00044000
    failed = (
        libc.unshare(namespace)
        or libc.mount(b"none", b"/", None, ctypes.c_ulong(private), None)
        or libc.mount(b"none", bytes(place), b"tmpfs", ctypes.c_ulong(0), None)
    )
    return not failed


@pytest.mark.parametrize("what", ["mounted", "no moves between folders"])
def test_a_folder_with_another_device_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    """It is captured and undone as a whole: no file is ever moved out of its folder.

    Where nothing may be mounted, moving between folders fails all the same.
    """
    bench = _bench(tmp_path)
    (bench.root / "mounted").mkdir()
    names = ["a", "mounted/a", "mounted/b", "z"]
    if what != "mounted":
        monkeypatch.setattr(spare, "move_between", lambda *_: False)

    async def undo() -> None:
        if what == "mounted":
            _mount(bench.root / "mounted")
        for name in names:
            bench.repo.write(name, f"before {name}\n")
        before = contents(bench.root)
        ref = await bench.capture()
        await bench.open_tool()
        for name in names:
            bench.repo.write(name, "by the agent\n")
        bench.repo.write("mounted/new", "by the agent\n")
        (bench.root / "mounted" / "b").unlink()
        await bench.close_tool()
        after = contents(bench.root)
        done = await bench.restore(ref)
        assert (len(done.restored), done.kept) == (5, ())
        assert contents(bench.root) == before
        await bench.restore(done.before_ref, "undo of undo")
        assert contents(bench.root) == after
        assert list(bench.root.rglob(".peon*")) == []
        bench.workspace.close()

    assert in_child(undo) == 0


def test_what_is_mounted_below_a_folder_is_known(tmp_path: Path):
    place = tmp_path / "with a blank" / "inner"
    place.mkdir(parents=True)

    async def look() -> None:
        expected = [place] if _mount(place) else []
        assert mounted_below(tmp_path) == expected
        assert mounted_below(place) == []

    assert in_child(look) == 0


async def test_a_worktree_with_something_mounted_in_it_stays(bench: Bench):
    bench.repo.write("kept", "kept\n")
    bench.repo.commit()
    home = bench.state / "worktrees"
    wish = Wanted(branch="topic", base=None, setup=(), copy=(), name="one")
    made = await bench.workspace.make_worktree(bench.root, wish, bench.environ, nobody_listens)
    before = fingerprint(made.path)
    mounted = Worktrees(Git(bench.environ), home, mounted=lambda path: [path / "data"])
    with pytest.raises(ExternalFailure) as failed:
        await mounted.remove(bench.root, made.path, "gone", bench.environ)

    assert failed.value.code == "worktree.mounted"
    assert failed.value.remedy
    assert fingerprint(made.path) == before
    await Worktrees(Git(bench.environ), home).remove(bench.root, made.path, "gone", bench.environ)
    assert not made.path.exists()


@pytest.mark.parametrize("asked", ["preview", "restore", "reject"])
async def test_a_checkpoint_of_another_project(bench: Bench, tmp_path: Path, asked: str):
    await turn(bench)
    other = make_repo(tmp_path / "other", bench.environ)
    other.write("file", "of the other\n")
    foreign = (await bench.workspace.capture(other.root)).checkpoint_ref
    before = fingerprint(bench.root), fingerprint(other.root)
    with pytest.raises(ExternalFailure) as failed:
        await ASKED[asked](bench, foreign)

    assert failed.value.code == "checkpoint.expired"
    assert failed.value.remedy
    assert (fingerprint(bench.root), fingerprint(other.root)) == before


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "folder/../../outside", ".."])
async def test_a_path_outside_is_none_of_the_paths(bench: Bench, tmp_path: Path, path: str):
    """The rules refuse it by name; below them it leads nowhere."""
    (tmp_path / "outside").write_text("outside\n")
    ref = await turn(bench)
    before = fingerprint(bench.root)
    done = await bench.restore(ref, paths=(path,))

    assert done.restored == ()
    assert fingerprint(bench.root) == before
    assert (tmp_path / "outside").read_text() == "outside\n"


# ---- locked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock", "config.lock"])
async def test_a_lock_of_the_users_git_is_respected_and_hinders_no_undo(
    bench: Bench, tmp_path: Path, lock: str
):
    add_remote(bench.repo, tmp_path / "remote")
    bench.repo.commit()
    ref = await turn(bench)
    held = bench.root / ".git" / lock
    held.touch()
    git = fingerprint(bench.root / ".git")
    done = await bench.restore(ref)

    assert [each.path for each in done.restored] == ["file"]
    assert fingerprint(bench.root / ".git") == git
    if lock == "index.lock":
        with pytest.raises(ExternalFailure) as failed:
            await ASKED["commit"](bench, ref)
        assert failed.value.code == "git.locked"
        assert failed.value.remedy
        assert fingerprint(bench.root / ".git") == git
