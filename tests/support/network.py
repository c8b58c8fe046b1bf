"""A guard against tests that reach beyond this machine.

Python tells an audit hook of every socket before it connects; a hook cannot be taken out again, so
one is put in for the life of the process and asked what it saw.
"""

import ipaddress
import socket
import sys


class NetworkGuard:
    """Refuses what leaves the machine and remembers it, in case the refusal is swallowed."""

    def __init__(self) -> None:
        self._attempts: list[str] = []

    def install(self) -> None:
        """Watch this process from now on."""
        sys.addaudithook(self.judge)

    def taken(self) -> list[str]:
        """What was attempted since the last time this was asked."""
        attempts, self._attempts = self._attempts, []
        return attempts

    def judge(self, event: str, arguments: tuple[object, ...]) -> None:
        """Refuse the audited `event` if it concerns another machine."""
        host = _host_named_by(event, arguments)
        if not _is_local(host):
            self._attempts.append(f"{event} {host!r}")
            raise PermissionError(f"a test must not leave this machine: {event} {host!r}")


def _host_named_by(event: str, arguments: tuple[object, ...]) -> object:
    """The host that the event is about; None if it concerns no network."""
    match event, arguments:
        case "socket.getaddrinfo", (host, *_):
            return host
        case (
            "socket.connect" | "socket.bind" | "socket.sendto" | "socket.sendmsg",
            (socket.socket(family=socket.AF_INET | socket.AF_INET6), (host, *_), *_),
        ):
            return host
        case _:
            return None


def _is_local(host: object) -> bool:
    text = host.decode(errors="replace") if isinstance(host, bytes) else host
    if text in {"localhost", None}:
        return True
    try:
        return ipaddress.ip_address(str(text)).is_loopback
    except ValueError:
        return False
