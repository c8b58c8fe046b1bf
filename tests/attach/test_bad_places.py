"""A state folder that cannot be used: the client is told why and what to do, nothing is changed."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from peon.journal.folders import SEGMENTS
from peon.journal.store import SegmentStore
from support.journal import FINGERPRINT, events
from support.sources import ROOT
from support.windows import SERVE, window
from support.wire_client import DEADLINE, ErrorAnswer

ALONE = (*SERVE, "--standalone")
BOTH = pytest.mark.parametrize("serve", [SERVE, ALONE], ids=["relay", "standalone"])


async def refusal(state: Path, serve: tuple[str, ...]) -> ErrorAnswer:
    """How the session of a client is refused. Everything it asks then is refused too."""
    async with window(
        state, argv=serve, initialize=False, fresh=serve[0] != sys.executable
    ) as opened:
        error = await opened.client.refusal("initialize", {"capabilities": {}})
        again = await opened.client.refusal("server/status")
        assert again.kind == error.kind
        opened.end_input()
        assert await opened.exit_code() == 1
    assert error.code == (-32603 if error.kind == "store.failed" else -32803)
    assert not error.data["retryable"]
    return error


@BOTH
async def test_a_foreign_file_in_the_log_is_named(state: Path, serve: tuple[str, ...]):
    folder = state / SEGMENTS
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    before = contents(state)

    error = await refusal(state, serve)

    assert error.kind == "unavailable"
    assert "notes.txt" in error.message
    assert "Move that file elsewhere." in error.message
    assert before.items() <= contents(state).items()


async def test_what_was_in_the_way_is_gone_and_the_same_window_goes_on(state: Path):
    folder = state / SEGMENTS
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    async with window(state, initialize=False) as opened:
        await opened.client.refusal("initialize", {"capabilities": {}})
        (folder / "notes.txt").unlink()
        await opened.client.initialize()
        assert (await opened.client.request("server/status"))["health"] == "ok"


@BOTH
async def test_a_log_of_a_newer_version_is_left_to_it(state: Path, serve: tuple[str, ...]):
    await begin_log(state)
    for path in (state / SEGMENTS).iterdir():
        path.write_bytes(path.read_bytes().replace(b"PEON-JNL1 ", b"PEON-JNL2 "))
    before = contents(state)

    error = await refusal(state, serve)

    assert "was written by a newer version of Peon" in error.message
    assert "Update Peon" in error.message
    assert before.items() <= contents(state).items()


@BOTH
async def test_an_event_of_a_newer_version_is_left_to_it(state: Path, serve: tuple[str, ...]):
    example = ROOT / "protocol/examples/events/project.created.1.json"
    event = {**json.loads(example.read_bytes()), "sequence": 1, "schema": 99}
    await begin_log(state, [json.dumps(event, separators=(",", ":")).encode()])
    before = contents(state)

    error = await refusal(state, serve)

    assert error.kind == "unavailable"
    assert "project.created" in error.message
    assert "--state-dir" in error.message
    assert before.items() <= contents(state).items()


@BOTH
async def test_a_damaged_log_is_named_with_the_byte(state: Path, serve: tuple[str, ...]):
    await begin_log(state)
    path = max((state / SEGMENTS).iterdir())
    bytes_ = bytearray(path.read_bytes())
    bytes_[len(bytes_) // 3] ^= 1
    path.write_bytes(bytes_)
    before = contents(state)

    error = await refusal(state, serve)

    assert error.kind == "store.failed"
    assert f"{path.name} is damaged at byte" in error.message
    assert "Restore the file from a backup" in error.message
    assert before.items() <= contents(state).items()


@BOTH
async def test_a_folder_of_another_user_is_left_to_them(home: Path, serve: tuple[str, ...]):
    folder = Path("/usr")
    if os.getuid() == 0:
        folder = home / "theirs"
        folder.mkdir()
        os.chown(folder, 12345, -1)

    error = await refusal(folder, serve)

    assert "owns it" in error.message
    assert not {"LOCK", "logs", "journal"} & set(names(folder))


@BOTH
async def test_a_folder_that_cannot_be_written_to_is_refused(state: Path, serve: tuple[str, ...]):
    make(state)
    error = await refusal(state, (*_unwritable(state), *serve))
    assert error.kind == "unavailable"
    assert "written to" in error.message or "read-only" in error.message
    assert names(state) == []


@BOTH
@pytest.mark.parametrize("how", ["quota", "disk"])
async def test_a_full_disk_is_told_of(state: Path, serve: tuple[str, ...], how: str):
    make(state)
    error = await refusal(state, (*_full(state, how), *serve))
    assert error.kind == "unavailable"
    assert any(why in error.message.lower() for why in ("too large", "no space", "disk is full"))


async def begin_log(state: Path, written: Sequence[bytes] = ()) -> None:
    """A log with something in it, whose owner is gone."""
    make(state)
    store, _ = SegmentStore.open(state, fingerprint=FINGERPRINT)
    for event in written or events(1, 20):
        store.append([event])
        await store.wait_durable(store.head)
    await store.close()


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What is in a folder, but for what says how a start went."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes())
        for path in folder.rglob("*")
        if stat.S_ISREG(path.lstat().st_mode) and path.name not in {"LOCK", "peon.log"}
    }


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def make(folder: Path) -> None:
    folder.mkdir(mode=0o700)


def _unwritable(state: Path) -> tuple[str, ...]:
    """What to start a server with to which the folder cannot be written."""
    if os.getuid() == 0:
        return _mounted(state, "ro")
    state.chmod(0o500)
    return ()


def _full(state: Path, how: str) -> tuple[str, ...]:
    """What to start a server with for which there is no room in the folder."""
    if how == "disk":
        return _mounted(state, "size=4k")
    return ("/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh")


def _mounted(state: Path, options: str) -> tuple[str, ...]:
    """What to start a server with that sees a small file system of its own at the folder."""
    argv = ("unshare", "--mount", "/bin/sh", "-c", _MOUNT, "sh", str(state), f"mode=700,{options}")
    tried = subprocess.run((*argv, "true"), capture_output=True, timeout=DEADLINE, check=False)
    if tried.returncode != 0:
        pytest.skip("this user may not mount anything")
    return argv


_MOUNT = 'mount -t tmpfs -o "$2" tmpfs "$1" && shift 2 && exec "$@"'
