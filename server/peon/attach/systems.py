"""What differs between systems for those who share a state directory: all of it is here."""

import os
import socket
import struct
import sys
from collections.abc import Mapping

XUCRED_BYTES = 76
"""The size of the answer on macOS: version, user, and the groups."""

_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1
"""How macOS calls the question; Python does not name them."""


def shares_owners(platform: str = sys.platform) -> bool:
    """Whether clients attach to one owner here. Windows has neither the locks nor the sockets."""
    return platform != "win32"


def uid_of(caller: socket.socket, platform: str = sys.platform) -> int | None:
    """The user on the other side of a unix socket; None where the system does not say."""
    if platform == "linux":
        size = struct.calcsize("3i")
        return int(struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, 17, size))[1])
    if platform == "darwin":
        answer = caller.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, XUCRED_BYTES)
        return int(struct.unpack_from("2I", answer)[1])
    return None


def default_state_dir(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> str:
    """Where the system keeps this user's state, if it is no Windows."""
    home = os.path.expanduser("~")
    told = environment.get("XDG_STATE_HOME", "")
    if told.strip():
        return os.path.join(told, "peon")
    if platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "peon")
    return os.path.join(home, ".local", "state", "peon")
