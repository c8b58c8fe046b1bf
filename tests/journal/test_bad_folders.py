"""State folders that cannot be used: a clear refusal with the remedy, and nothing changed."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from peon.errors import Unavailable
from peon.journal.lock import LOCK_NAME, LifeLock, read_holder, this_process
from peon.journal.mounts import is_over_a_network, kind_in, kind_of
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, OpenStore
from support.simfs import SimulatedFiles

STATE = Path("/state")
TABLE = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:26 / /home rw,nosuid - nfs4 server:/export/home rw,vers=4.2
31 30 0:27 / /home/me/with\040space rw - tmpfs tmpfs rw
32 22 0:28 / /mnt/box rw - fuse.sshfs me@box: rw
33 22 0:29 / /twice rw - ext4 /dev/sdb1 rw
34 33 0:30 / /twice rw - cifs //server/share rw
a line of another kind
"""


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/var/lib/peon", "ext4"),
        ("/home/me/state", "nfs4"),
        ("/home", "nfs4"),
        ("/homeless", "ext4"),
        ("/home/me/with space/state", "tmpfs"),
        ("/mnt/box/x", "fuse.sshfs"),
        ("/twice/x", "cifs"),
    ],
)
def test_the_innermost_mount_says_the_kind(path: str, kind: str) -> None:
    assert kind_in(TABLE, Path(path)) == kind


def test_an_unknown_table_says_nothing() -> None:
    assert kind_in("", Path("/x")) is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs"])
def test_a_network_file_system_is_refused(kind: str) -> None:
    files = SimulatedFiles(chance=Random(0))
    files.reported_kind = kind
    with pytest.raises(Unavailable, match="network file system") as refusal:
        open_on(files)
    assert "local disk" in refusal.value.remedy
    assert files.changes == 0


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "apfs", "overlay", "tmpfs", "9p"])
def test_a_local_file_system_is_not(kind: str) -> None:
    assert not is_over_a_network(kind)


def test_this_machine_says_what_it_is_on(tmp_path: Path) -> None:
    kind = kind_of(tmp_path / "not" / "there")
    assert kind is None or not is_over_a_network(kind)


@pytest.mark.parametrize(
    "code, why, remedy",
    [
        (errno.ENOSPC, "the disk is full", "Free some space"),
        (errno.EROFS, "read-only", "Mount it writable"),
        (errno.EACCES, "access is refused", "ownership"),
        (errno.EIO, "Input/output error", "Look at the folder"),
    ],
)
@pytest.mark.parametrize("verb", ["lock", "create", "names"])
def test_a_folder_that_cannot_be_used_is_refused_in_plain_words(
    code: int, why: str, remedy: str, verb: str
) -> None:
    files = SimulatedFiles(chance=Random(0))

    def refuse(call: str, path: Path) -> None:
        if call == verb:
            raise OSError(code, os.strerror(code), str(path))

    files.fault = refuse
    with pytest.raises(Unavailable) as refusal:
        open_on(files)
    assert why in refusal.value.why
    assert remedy in refusal.value.remedy
    assert str(STATE) in refusal.value.what
    files.fault = None
    LifeLock.acquire(files, STATE).release()


def open_on(files: SimulatedFiles) -> None:
    SegmentStore.open(STATE, fingerprint=FINGERPRINT, options=StoreOptions(filesystem=files))


async def test_the_lock_file_says_who_holds_it(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    holder = read_holder(tmp_path / "state" / LOCK_NAME)
    assert holder == this_process()
    assert holder is not None
    assert holder.pid == os.getpid()
    await store.close()


@pytest.mark.parametrize("text", [b"", b"x y", b"12", b"\xff\xff 1"])
def test_a_lock_file_that_says_nothing_names_nobody(tmp_path: Path, text: bytes) -> None:
    (tmp_path / LOCK_NAME).write_bytes(text)
    assert read_holder(tmp_path / LOCK_NAME) is None


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    yield folder
    folder.chmod(0o700)


def test_a_folder_of_somebody_else_is_refused(unwritable: Path) -> None:
    """In a child that is not root, who may write anywhere."""
    child = os.fork()
    if child == 0:
        os._exit(_refused_without_rights(unwritable / "state"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == REFUSED


REFUSED = 17
NOBODY = 65534


def _refused_without_rights(folder: Path) -> int:
    if os.geteuid() == 0:
        os.setuid(NOBODY)

    async def opened() -> None:
        SegmentStore.open(folder, fingerprint=FINGERPRINT)

    try:
        asyncio.run(opened())
    except Unavailable as refusal:
        return REFUSED if "access is refused" in str(refusal) else 1
    return 0
