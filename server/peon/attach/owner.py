"""Finding the owner of a state directory: the first words that are exchanged with it."""

import enum
import json
import os
import socket
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from peon.attach.frames import Splitter, frame
from peon.attach.peeking import control
from peon.attach.places import PlaceRefused, refuse_untrusted, socket_path
from peon.attach.systems import uid_of

ANSWER_SECONDS = 5.0
"""How long an owner may take to say its first word."""

_READ = 256 << 10


class Client(NamedTuple):
    """Who attaches: what it runs with, and which build of Peon its relay is.

    The state directory is without links in its path.
    """

    state_dir: str
    environment: Mapping[str, str]
    build: str


class Absence(enum.Enum):
    """Why there is no owner to attach to."""

    NOBODY = "nobody listens"
    LEAVING = "the owner is about to leave"
    FULL = "the owner has too many clients"
    SILENT = "the owner does not answer"


class Link:
    """A connection to an owner, in messages."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._splitter = Splitter()
        self._waiting: deque[bytes] = deque()

    def send(self, data: bytes) -> None:
        """Raises OSError."""
        self._connection.sendall(data)

    def receive(self) -> bytes | None:
        """The next message; None when the owner says no more. Raises OSError."""
        if not self._waiting and not self._fill():
            return None
        return self._waiting.popleft()

    def receive_all(self) -> list[bytes]:
        """The messages that are here by now, but at least one; none when the owner says no more.

        Raises OSError.
        """
        if not self._waiting:
            self._fill()
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def _fill(self) -> bool:
        while not self._waiting:
            data = self._connection.recv(_READ)
            if not data:
                return False
            pieces = self._splitter.feed(data)
            self._waiting.extend(piece.body for piece in pieces if piece.body is not None)
        return True

    def within(self, seconds: float | None) -> None:
        """From now on nothing may take longer; None for as long as it takes."""
        self._connection.settimeout(seconds)

    def say_no_more(self) -> None:
        """Let the owner see that the client is done. It may still answer."""
        self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._connection.close()


def connect(client: Client) -> "Link | Absence":
    """Attach to an owner that is there and takes us. Raises PlaceRefused."""
    hello = {
        "peon": "attach",
        "build": client.build,
        "environment": dict(client.environment),
    }
    link = greet(client.state_dir, hello)
    if isinstance(link, Absence):
        return link
    absence = _welcomed(link)
    if absence is None:
        link.within(None)
        return link
    link.close()
    return absence


def _welcomed(link: Link) -> Absence | None:
    """Why the owner does not take us, if so. One that dies over it is as good as about to leave."""
    try:
        body = link.receive()
    except TimeoutError:
        return Absence.SILENT
    except OSError:
        return Absence.LEAVING
    match None if body is None else control(body):
        case "attached":
            return None
        case "full":
            return Absence.FULL
        case "unclear":
            return Absence.SILENT
        case _:
            return Absence.LEAVING


def greet(state_dir: str, hello: Mapping[str, object]) -> "Link | Absence":
    """A connection to an owner that has been sent `hello`. Raises PlaceRefused."""
    path = socket_path(state_dir)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_SECONDS)
    try:
        connection.connect(path)
        refuse_untrusted(os.path.dirname(path))
        if uid_of(connection) not in {None, os.getuid()}:
            raise PlaceRefused(f"{path} belongs to somebody else's server. Remove it.")
        connection.sendall(frame(json.dumps(hello).encode()))
    except TimeoutError:
        connection.close()
        return Absence.SILENT
    except OSError:
        connection.close()
        return Absence.NOBODY
    except PlaceRefused:
        connection.close()
        raise
    return Link(connection)
