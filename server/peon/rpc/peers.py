"""Who is on the other side of a socket: what differs between systems is here."""

import socket
import struct
import sys

_XUCRED_BYTES = 76
"""The size of the answer on macOS: version, user, and the groups."""


def uid_of(caller: socket.socket) -> int | None:
    """The user on the other side; None where the system does not say."""
    if sys.platform == "linux":
        answer = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", answer)[1])
    if sys.platform == "darwin":
        # SOL_LOCAL is 0 and LOCAL_PEERCRED is 1; Python names neither.
        answer = caller.getsockopt(0, 1, _XUCRED_BYTES)
        return int(struct.unpack_from("2I", answer)[1])
    return None
