"""Which folders lie on a network file system, as the system lists what is mounted.

A lock held there may not be seen by another machine, and a flush may not reach the disk: nothing
that is promised of a log can be kept.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs

from peon.errors import Unavailable

_NETWORK: Final = re.compile(
    r"(fuse\.)?("
    r"acfs|afpfs|afs|beegfs|ceph(-fuse)?|cifs|coda|curlftpfs|davfs2?|gcsfuse|gfs2?|(mount\.)?glusterfs"
    r"|goofys|gpfs|lustre|ncpfs|nfs[34]?|ocfs2|orangefs|panfs|pvfs2|rclone|s3fs|smb[23]?|smbfs"
    r"|smbnetfs|sshfs|webdav)"
)
"""File systems that several machines write to, or that are another machine's."""

_MOUNTINFO: Final = Path("/proc/self/mountinfo")
_MOUNT: Final = "/sbin/mount"
_SECONDS: Final = 5.0
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_LISTED: Final = re.compile(r"^.* on (?P<place>/.*) \((?P<kind>[^,)]+)[^()]*\)$")


@attrs.frozen
class Mount:
    """A file system of a kind at a place."""

    place: Path
    kind: str


def network_mount(folder: Path, mounts: Iterable[Mount]) -> Mount | None:
    """The network file system that `folder` lies on, if it does. The folder need not be there yet.

    Of two mounts at the same place the later one hides the other.
    """
    found: Mount | None = None
    for mount in mounts:
        holds = folder.is_relative_to(mount.place)
        if holds and (found is None or mount.place.is_relative_to(found.place)):
            found = mount
    return found if found is not None and _NETWORK.fullmatch(found.kind) else None


def mounts_here(platform: str = sys.platform) -> tuple[Mount, ...]:
    """What is mounted on this machine; nothing where the system does not say."""
    try:
        if platform == "linux":
            return mounts_of_linux(_MOUNTINFO.read_text(errors="surrogateescape"))
        if platform == "darwin":
            return mounts_of_macos(_list_mounts())
    except (OSError, subprocess.SubprocessError):
        return ()
    return ()


def mounts_of_linux(text: str) -> tuple[Mount, ...]:
    """Read `/proc/self/mountinfo`."""
    lines = (line.split(" ") for line in text.splitlines())
    return tuple(
        Mount(Path(_unescape(words[4])), words[words.index("-") + 1])
        for words in lines
        if "-" in words
    )


def mounts_of_macos(text: str) -> tuple[Mount, ...]:
    """Read what `mount` prints."""
    lines = (_LISTED.match(line) for line in text.splitlines())
    return tuple(Mount(Path(found["place"]), found["kind"]) for found in lines if found)


def is_network_path(path: str) -> bool:
    """Whether a path, as Windows writes it, names another machine."""
    return path.startswith("\\\\") and not path.startswith(("\\\\?\\", "\\\\.\\"))


def refuse_network(folder: Path, mounts: Iterable[Mount]) -> None:
    """Raises Unavailable where `folder` lies on a network file system."""
    kind = "a network share" if is_network_path(str(folder)) else None
    if (mount := network_mount(folder, mounts)) is not None:
        kind = f"a network file system ({mount.kind} at {mount.place})"
    if kind is not None:
        raise Unavailable(
            f"the state folder {folder}",
            f"it is on {kind}, where neither locks nor flushes can be relied upon",
            "Choose a folder on a disk of this machine with --state-dir.",
        )


def _list_mounts() -> str:
    told = subprocess.run(
        [_MOUNT], capture_output=True, check=True, text=True, errors="replace", timeout=_SECONDS
    )
    return told.stdout


def _unescape(field: str) -> str:
    """A blank or a tab in a path is written as its octal number."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), field)
