"""Where the owner of a state directory is found: a socket in a folder that only its user can enter.

The name of the socket is made from the state directory and the protocol's major version, so that
clients of another version never meet.
"""

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

PROTOCOL_MAJOR = 1

_LONGEST = 100
"""A socket's path is at most 108 bytes on Linux and 104 on macOS."""


class PlaceRefused(Exception):
    """The folder for sockets cannot be trusted; says why, and what to do."""


def default_state_dir() -> Path:
    """Where the system keeps this user's state; the same that the server itself would choose."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "peon"
    base = os.environ.get("XDG_STATE_HOME", "").strip()
    return Path(base or Path.home() / ".local" / "state") / "peon"


def runtime_folder() -> Path:
    """A private folder for sockets and start-up locks, made if need be.

    Raises PlaceRefused where somebody else could enter or has made it.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base, "peon") if base else Path(tempfile.gettempdir(), f"peon-{os.getuid()}")
    if len(os.fsencode(folder)) > _LONGEST - 24:
        folder = Path("/tmp", f"peon-{os.getuid()}")  # noqa: S108 (checked below like any other)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    _refuse_untrusted(folder)
    return folder


def socket_path(state_dir: Path) -> Path:
    """The owner's socket for a state directory. Raises PlaceRefused."""
    return runtime_folder() / f"{_key(state_dir)}.sock"


def spawn_lock_path(state_dir: Path) -> Path:
    """Held by whoever is starting an owner. Raises PlaceRefused."""
    return runtime_folder() / f"{_key(state_dir)}.starting"


def _key(state_dir: Path) -> str:
    text = f"{PROTOCOL_MAJOR}:{os.path.realpath(state_dir)}"
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


def _refuse_untrusted(folder: Path) -> None:
    """Looks at the folder itself: a link in its place is somebody's trick."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise PlaceRefused(f"{folder} is not a folder. Move it away.")
    if status.st_uid != os.getuid():
        raise PlaceRefused(f"{folder} belongs to user {status.st_uid}. Ask them to remove it.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise PlaceRefused(f"{folder} can be entered by others. Run: chmod 700 {folder}")
