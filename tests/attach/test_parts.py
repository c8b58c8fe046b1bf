"""The parts of a relay that need no other process: places, locks, builds, arguments, patience."""

import os
import socket
import stat
import struct
import sys
from importlib import metadata
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from peon import __version__
from peon.attach.arguments import Owning, Serving, owning, serving
from peon.attach.backoff import Backoff
from peon.attach.build import build_id
from peon.attach.locks import is_owned, start_lock
from peon.attach.peeking import Sort, sent
from peon.attach.places import (
    LONGEST,
    PROTOCOL_MAJOR,
    PlaceRefused,
    prepare_socket_folder,
    refuse_untrusted,
    socket_path,
)
from peon.attach.systems import default_state_dir, shares_owners, uid_of
from peon.journal.filesystem import LocalFileSystem
from peon.journal.lock import LifeLock
from peon_protocol import PROTOCOL_VERSION

# --- places --------------------------------------------------------------------------------------


def test_the_socket_lies_in_the_state_folder_and_tells_the_protocols_version():
    assert socket_path("/state/peon") == f"/state/peon/owner-{PROTOCOL_VERSION}.sock"
    assert PROTOCOL_MAJOR == PROTOCOL_VERSION


def test_a_path_too_long_for_a_socket_has_another_that_is_its_own():
    long = "/state/" + "x" * LONGEST
    path = socket_path(long)
    assert len(path) <= LONGEST
    assert path == socket_path(long)
    assert path != socket_path(long + "y")


def test_the_folder_of_a_socket_is_private(tmp_path: Path):
    folder = tmp_path / "sockets"
    prepare_socket_folder(str(folder / "a.sock"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    prepare_socket_folder(str(folder / "a.sock"))


def test_a_folder_that_others_can_enter_is_not_trusted(tmp_path: Path):
    tmp_path.chmod(0o710)
    with pytest.raises(PlaceRefused, match="chmod 700"):
        refuse_untrusted(str(tmp_path))


def test_a_link_in_the_place_of_a_folder_is_not_trusted(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(PlaceRefused, match="is not a folder"):
        refuse_untrusted(str(tmp_path / "link"))


def test_a_folder_of_another_user_is_not_trusted(tmp_path: Path):
    folder = Path("/usr")
    if os.getuid() == 0:
        folder = tmp_path
        os.chown(folder, 12345, -1)
    with pytest.raises(PlaceRefused, match="belongs to user"):
        refuse_untrusted(str(folder))


# --- systems -------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [None, "", "  ", "/elsewhere"])
def test_relay_and_server_agree_where_the_state_is(
    told: str | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("XDG_STATE_HOME")
    if told is not None:
        monkeypatch.setenv("XDG_STATE_HOME", told)
    linux, macos = Unix("peon", appauthor=False), MacOS("peon", appauthor=False)
    assert default_state_dir(platform="linux") == linux.user_state_dir
    assert default_state_dir(platform="darwin") == macos.user_state_dir


def test_a_caller_on_this_machine_is_known_by_its_user():
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert uid_of(here) == (os.getuid() if sys.platform in {"linux", "darwin"} else None)
        assert uid_of(here, "plan9") is None


def test_the_answer_of_macos_about_a_caller_is_read():
    class Answering(socket.socket):
        def getsockopt(self, level: int, option: int, size: int = 0) -> bytes:  # type: ignore[override]
            assert (level, option) == (0, 1)
            return struct.pack("2Ih", 0, 501, 1).ljust(size, b"\0")

    with Answering(socket.AF_UNIX) as caller:
        assert uid_of(caller, "darwin") == 501


def test_owners_are_shared_where_there_are_unix_sockets():
    assert shares_owners("linux")
    assert shares_owners("darwin")
    assert not shares_owners("win32")


# --- locks ---------------------------------------------------------------------------------------


def test_one_of_many_may_start_an_owner(tmp_path: Path):
    with start_lock(str(tmp_path)) as first:
        with start_lock(str(tmp_path)) as second:
            assert (first, second) == (True, False)
        with start_lock(str(tmp_path)) as third:
            assert not third
    with start_lock(str(tmp_path)) as after:
        assert after


def test_a_folder_that_no_owner_wanted_is_gone_again(tmp_path: Path):
    with start_lock(str(tmp_path / "a" / "state")) as ours:
        assert ours
        assert (tmp_path / "a" / "state").is_dir()
    assert not (tmp_path / "a" / "state").exists()


def test_where_no_lock_can_be_had_everybody_may_try():
    with start_lock("/proc/peon") as ours:
        assert ours


def test_whether_a_state_folder_has_an_owner_can_be_told(tmp_path: Path):
    assert not is_owned(str(tmp_path))
    lock = LifeLock.acquire(LocalFileSystem(), tmp_path)
    assert is_owned(str(tmp_path))
    lock.release()
    assert not is_owned(str(tmp_path))


# --- builds --------------------------------------------------------------------------------------


def test_changed_files_are_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    inner = tmp_path / "peon" / "inner"
    inner.mkdir(parents=True)
    for path in (tmp_path / "peon" / "__init__.py", inner / "a.py", inner / "note.txt"):
        path.write_text("1")
    monkeypatch.syspath_prepend(tmp_path)
    before = build_id("1.0")

    (inner / "note.txt").write_text("not ours")
    assert build_id("1.0") == before
    assert build_id("1.1") != before
    (inner / "a.py").write_text("12")
    assert build_id("1.0") != before


def test_both_ways_to_the_version_lead_to_the_same():
    assert __version__ == metadata.version("peon")


# --- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, told",
    [
        ("serve", Serving(None)),
        ("serve --state-dir x", Serving("x")),
        ("serve --state-dir=x", Serving("x")),
        ("serve --state-dir", None),
        ("serve --standalone", Serving(standalone=True)),
        ("serve --state-dir x --standalone", Serving("x", standalone=True)),
        ("serve --help", None),
        ("serve x", None),
        ("status", None),
        ("", None),
    ],
)
def test_how_to_serve_is_understood_without_a_library(line: str, told: Serving | None):
    assert serving(line.split()) == told


def test_only_what_a_relay_says_is_for_an_owner():
    assert owning(["own", "/state", "7", "1.0+x"]) == Owning("/state", 7, "1.0+x")
    assert owning(["own", "/state", "x", "1.0"]) is None
    assert owning(["own"]) is None


# --- patience ------------------------------------------------------------------------------------


def test_an_owner_that_lived_is_replaced_at_once():
    backoff = Backoff()
    for born in range(0, 1000, 100):
        backoff.died(born=born, now=born + 10)
        assert backoff.wait(born + 10) == 0
        assert backoff.unasked


def test_owners_that_die_young_are_waited_for_longer_and_longer():
    backoff, now, waits = Backoff(), 100.0, []
    for _ in range(10):
        backoff.died(born=now, now=now)
        waits.append(backoff.wait(now))
        now += waits[-1]
        assert backoff.wait(now) == 0
    assert waits == [0, 0.25, 1, 2, 4, 8, 16, 30, 30, 30]
    assert not backoff.unasked
    backoff.died(born=now, now=now + 60)
    assert backoff.unasked


def test_a_start_that_failed_may_be_tried_again_soon():
    backoff = Backoff()
    for _ in range(10):
        backoff.failed(now=0)
    assert backoff.wait(0) == 1


# --- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, sort",
    [
        (b'{"id": 1, "method": "a"}', Sort.REQUEST),
        (b'{"id": "x", "method": "a"}', Sort.REQUEST),
        (b'{"method": "a"}', Sort.NOTIFICATION),
        (b'{"id": 1, "result": null}', Sort.RESPONSE),
        (b'{"id": 1, "error": {}}', Sort.RESPONSE),
        (b'{"id": null, "method": "a"}', Sort.UNCLEAR),
        (b'{"id": 1.5, "method": "a"}', Sort.UNCLEAR),
        (b'{"id": true, "method": "a"}', Sort.UNCLEAR),
        (b'{"id": 1, "method": 2}', Sort.UNCLEAR),
        (b"[]", Sort.UNCLEAR),
        (b"{", Sort.UNCLEAR),
        (b"[" * 100_000, Sort.UNCLEAR),
        (b"\xff", Sort.UNCLEAR),
    ],
)
def test_what_a_client_sends_is_told_apart(body: bytes, sort: Sort):
    assert sent(body).sort is sort
