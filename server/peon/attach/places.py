"""Where the owner of a state directory is found: a unix socket that only its user can reach.

It lies in the state directory itself, which is private, so that every client finds it whatever its
environment says, and no cleaner of temporary folders removes it. Only where that path is too long
for a socket is there a folder of ours among the temporary ones. The name has the protocol's major
version in it, so that clients of another never meet.
"""

import os
import stat

PROTOCOL_MAJOR = 1

LONGEST = 100
"""A socket's path has at most 107 bytes on Linux and 103 on macOS."""

_SHORT = "/tmp"  # noqa: S108 (what is made there is checked before it is trusted)


class PlaceRefused(Exception):
    """The folder of the socket cannot be trusted; says why, and what to do."""


def socket_path(state_dir: str) -> str:
    """Where the owner listens, for a state directory without links in its path."""
    name = f"owner-{PROTOCOL_MAJOR}"
    usual = os.path.join(state_dir, f"{name}.sock")
    if len(os.fsencode(usual)) <= LONGEST:
        return usual
    import hashlib

    key = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:16]
    return os.path.join(_SHORT, f"peon-{os.getuid()}", f"{name}-{key}.sock")


def prepare_socket_folder(path: str) -> None:
    """Make the folder of a socket if need be. Raises PlaceRefused and OSError."""
    folder = os.path.dirname(path)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        refuse_untrusted(folder)


def refuse_untrusted(folder: str) -> None:
    """Raises PlaceRefused where somebody else made the folder, or could enter it, and OSError.

    Looks at the folder itself: a link in its place is somebody's trick.
    """
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        raise PlaceRefused(f"{folder} is not a folder. Move it away.")
    if status.st_uid != os.getuid():
        raise PlaceRefused(f"{folder} belongs to user {status.st_uid}. Ask them to remove it.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise PlaceRefused(f"{folder} can be entered by others. Run: chmod 700 {folder}")
