"""A state folder on a network file system is recognised by what is mounted, and refused."""

from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.runtime.mounts import (
    Mount,
    is_network_path,
    mounts_here,
    mounts_of_linux,
    mounts_of_macos,
    network_mount,
    refuse_network,
)
from peon.runtime.settings import prepare_state_dir

LINUX = mounts_of_linux(
    r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:45 / /srv rw,relatime shared:5 - autofs systemd-1 rw
41 40 0:46 / /srv rw,relatime shared:6 master:2 - nfs4 server:/srv rw,vers=4.2
42 41 254:1 / /srv/local rw,relatime - xfs /dev/vdb rw
43 27 0:47 / /mnt/with\040blank rw,relatime - fuse.sshfs me@there: rw
44 27 0:48 / /mnt/vault rw - fuse.gocryptfs /vault rw
"""
)
MACOS = mounts_of_macos(
    """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//me@server/share on /Volumes/share (on tape) (smbfs, nodev, nosuid, mounted by me)
map auto_home on /System/Volumes/Data/srv (autofs, automounted, nobrowse)
"""
)


@pytest.mark.parametrize(
    "folder, kind",
    [
        ("/srv/me/.local/state/peon", "nfs4"),
        ("/srv/local/peon", None),
        ("/homework", None),
        ("/mnt/with blank/peon", "fuse.sshfs"),
        ("/mnt/vault/peon", None),
        ("/var/peon", None),
    ],
)
def test_the_mount_that_hides_all_others_decides(folder: str, kind: str | None):
    found = network_mount(Path(folder), LINUX)
    assert (found and found.kind) == kind


def test_a_share_of_macos_is_recognised():
    assert network_mount(Path("/Volumes/share (on tape)/peon"), MACOS) == MACOS[2]
    assert network_mount(Path("/System/Volumes/Data/peon"), MACOS) is None


@pytest.mark.parametrize("kind", ["nfs", "cifs", "smb3", "fuse.rclone", "lustre", "ceph"])
def test_these_are_network_file_systems(kind: str):
    assert network_mount(Path("/x/y"), [Mount(Path("/"), kind)])


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "tmpfs", "overlay", "9p", "apfs", "fuse.encfs"])
def test_these_are_not(kind: str):
    assert network_mount(Path("/x/y"), [Mount(Path("/"), kind)]) is None


def test_a_share_of_windows_is_recognised_by_its_path():
    assert is_network_path(r"\\server\share\peon")
    assert not is_network_path(r"C:\Users\me\peon")
    assert not is_network_path(r"\\?\C:\Users\me\peon")


def test_a_state_folder_on_the_network_is_refused_and_not_made(tmp_path: Path):
    mounts = [Mount(tmp_path.resolve(), "nfs4")]
    with pytest.raises(Unavailable) as caught:
        prepare_state_dir(tmp_path / "state", lambda: mounts)
    assert "network file system (nfs4 at " in caught.value.why
    assert "--state-dir" in caught.value.remedy
    assert not (tmp_path / "state").exists()


def test_a_network_path_is_refused_whatever_is_mounted():
    with pytest.raises(Unavailable, match="a network share"):
        refuse_network(Path(r"\\server\share"), [])


def test_what_is_mounted_here_is_known_and_elsewhere_nothing_is_claimed():
    assert mounts_here("plan9") == ()
    assert all(mount.place.is_absolute() for mount in mounts_here())
