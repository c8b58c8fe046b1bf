"""Finding the owner of a state directory, or starting one: bounded, and one of many succeeds."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from peon.attach.frames import bodies, frame
from peon.attach.places import socket_path, spawn_lock_path

START_SECONDS = 30.0
"""How long an owner may take to be there: it may have a long log to read."""

_CONNECT_SECONDS = 5.0
_POLL_SECONDS = 0.02


class NoOwner(Exception):
    """There is no owner and none can be started: the kind, the words and the remedy for it."""

    def __init__(self, kind: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.remedy = remedy


class Client(NamedTuple):
    """Who attaches: what it runs with, and which build of Peon its relay is."""

    state_dir: Path
    environment: Mapping[str, str]
    build: str


def attach(client: Client) -> socket.socket:
    """A connection to the owner, which knows of the client. Raises NoOwner and PlaceRefused."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = connect(client)
        if connection is not None:
            return connection
        with _spawn_lock(client.state_dir) as ours:
            if ours:
                connection = connect(client)
                if connection is not None:
                    return connection
                _spawn(client)
            else:
                time.sleep(_POLL_SECONDS)
    raise NoOwner(
        "unavailable",
        f"The server did not start within {START_SECONDS:.0f} seconds.",
        "Look at its log file; peon doctor says where it is.",
    )


def connect(client: Client) -> socket.socket | None:
    """A connection to an owner that is there and takes us; None where there is none."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_CONNECT_SECONDS)
    try:
        connection.connect(str(socket_path(client.state_dir)))
        hello = {
            "peon": "attach",
            "build": client.build,
            "environment": dict(client.environment),
        }
        connection.sendall(frame(json.dumps(hello).encode()))
        reply = next(bodies(connection.fileno()), None)
    except OSError:
        connection.close()
        return None
    if reply is None or json.loads(reply).get("peon") != "attached":
        # An owner of another build that has nothing to do makes room for ours.
        connection.close()
        return None
    connection.settimeout(None)
    return connection


@contextlib.contextmanager
def _spawn_lock(state_dir: Path) -> Iterator[bool]:
    """Whether it is ours to start an owner; the kernel lets go of the lock if we die."""
    descriptor = os.open(spawn_lock_path(state_dir), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _spawn(client: Client) -> None:
    """Start an owner and wait until it says that it is ready. Raises NoOwner with its own words."""
    reading, writing = os.pipe()
    try:
        subprocess.Popen(
            [sys.executable, "-m", "peon", "own", str(client.state_dir), str(writing)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writing,),
            start_new_session=True,
            env=dict(client.environment),
            cwd="/",
        )
    finally:
        os.close(writing)
    try:
        _wait_until_ready(reading)
    finally:
        os.close(reading)


def _wait_until_ready(reading: int) -> None:
    said = b""
    while data := os.read(reading, 4096):
        said += data
    try:
        words = json.loads(said)
    except ValueError:
        raise NoOwner(
            "unavailable",
            "The server ended while it started.",
            "Look at its log file; peon doctor says where it is.",
        ) from None
    if words.get("peon") != "ready":
        raise NoOwner(str(words["kind"]), str(words["message"]), str(words["remedy"]))
