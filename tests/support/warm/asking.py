"""Asking the nursery for a process. Imports next to nothing: launchers wait for it."""

import json
import os
import socket
from collections.abc import Mapping, Sequence


class Asked:
    """A process of the nursery's, whose parent tells us when it has ended."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._said = connection.makefile("rb")
        self.pid = int(self._said.readline())
        self._status: int | None = None

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, as `subprocess` has it. Raises TimeoutError."""
        if self._status is None:
            self._connection.settimeout(seconds)
            self._status = int(self._said.readline())
            self.forget()
        return os.waitstatus_to_exitcode(self._status)

    @property
    def connection(self) -> socket.socket:
        """Readable when the process has ended."""
        return self._connection

    def forget(self) -> None:
        """Leave the process to itself."""
        self._said.close()
        self._connection.close()


def ask(
    address: str,
    argv: Sequence[str],
    descriptors: Mapping[int, int],
    environment: Mapping[str, str],
    *,
    cwd: str,
) -> Asked:
    """A process with these arguments and variables, and with our descriptors under its numbers."""
    request = json.dumps(
        {
            "argv": list(argv),
            "cwd": cwd,
            "descriptors": list(descriptors),
            "environment": dict(environment),
        }
    ).encode("utf-8", "surrogateescape")
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        socket.send_fds(connection, [b"%8d" % len(request)], list(descriptors.values()))
        connection.sendall(request)
        return Asked(connection)
    except BaseException:
        connection.close()
        raise
