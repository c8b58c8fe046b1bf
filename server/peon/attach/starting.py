"""Starting an owner where there is none: bounded, and one of many succeeds."""

import enum
import json
import os
import select
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from peon.attach.locks import start_lock
from peon.attach.owner import Absence, Client, Link, connect
from peon.attach.places import PlaceRefused
from peon.attach.saying import Refusal

START_SECONDS = 30.0
"""How long an owner may say nothing before it is there: an earlier one may still be busy ending its
agents."""

_POLL_SECONDS = 0.02
_KEPT_OUT = frozenset({"PEON_AGENT_MARKER"})
"""What marks the descendants of an agent: an owner serves others too, and must not end with it."""

_SAYS_NOTHING = Refusal(
    "unavailable",
    "The server ended while it started.",
    "Its log file, logs/peon.log in the state folder, says why.",
)
_TOO_SLOW = Refusal(
    "unavailable",
    f"The server has not started, and said nothing for {START_SECONDS:.0f} seconds.",
    "Its log file, logs/peon.log in the state folder, says how far it came.",
)
_SILENT = Refusal(
    "unavailable",
    "The server does not answer.",
    "See what it does with peon status; end its process if it does nothing.",
)
_FULL = Refusal(
    "unavailable", "The server has as many clients as it can serve.", "Close another window."
)


class Reading(NamedTuple):
    """How far an owner has read a long log while it starts."""

    sequence: int
    head: int


class NoOwner(Exception):
    """There is no owner and none can be started; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class _Wait(enum.Enum):
    """Why there is no connection yet."""

    FOR_NOBODY = enum.auto()
    FOR_WHOEVER_STARTS_ONE = enum.auto()
    """Who gives up by itself, if the owner does not get on."""


def attach(client: Client, leaving: Callable[[], bool], reading: Callable[[Reading], None]) -> Link:
    """A connection to the owner, whoever starts it. Raises NoOwner.

    Given up when `leaving` says so. An owner that reads a long log is waited for as long as it gets
    on, and `reading` is told how far it is.
    """
    deadline = time.monotonic() + START_SECONDS
    try:
        while not leaving():
            found = _connect_or_start(client, deadline, reading)
            if isinstance(found, Link):
                return found
            if found is _Wait.FOR_WHOEVER_STARTS_ONE:
                deadline = time.monotonic() + START_SECONDS
            elif time.monotonic() >= deadline:
                raise NoOwner(_TOO_SLOW)
            time.sleep(_POLL_SECONDS)
    except PlaceRefused as refused:
        remedy = "Or serve this client alone, with peon serve --standalone."
        raise NoOwner(Refusal("unavailable", str(refused), remedy)) from None
    raise NoOwner(_SAYS_NOTHING)


def _connect_or_start(
    client: Client, deadline: float, reading: Callable[[Reading], None]
) -> Link | _Wait:
    found = connect(client)
    if isinstance(found, Link):
        return found
    match found:
        case Absence.SILENT:
            raise NoOwner(_SILENT)
        case Absence.FULL:
            raise NoOwner(_FULL)
        case Absence.LEAVING:
            return _Wait.FOR_NOBODY
        case Absence.NOBODY:
            with start_lock(client.state_dir) as ours:
                return _start(client, deadline, reading) if ours else _Wait.FOR_WHOEVER_STARTS_ONE


def _start(client: Client, deadline: float, reading: Callable[[Reading], None]) -> Link | _Wait:
    """Start an owner, unless there is one by now, and attach to it."""
    found = connect(client)
    if found is Absence.NOBODY:
        refusal = _wait_until_ready(*_spawn(client), deadline, reading)
        found = connect(client)
        if refusal is not None and not isinstance(found, Link):
            raise NoOwner(refusal)
    return found if isinstance(found, Link) else _Wait.FOR_NOBODY


def _spawn(client: Client) -> tuple[int, int]:
    """A process that becomes the owner, and the pipe on which it says how that went.

    The interpreter is told to look at nothing that a folder or a variable of a workspace could put
    in the place of its modules.
    """
    reading, writing = os.pipe()
    try:
        os.set_inheritable(writing, True)  # noqa: FBT003 (the os module has no other way)
        words = ["own", client.state_dir, str(writing), client.build]
        program = [sys.executable, "-E", "-P", "-m", "peon", *words]
        kept = {k: v for k, v in client.environment.items() if k not in _KEPT_OUT}
        pid = os.posix_spawn(
            sys.executable,
            program,
            kept,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=(),
        )
    except OSError as error:
        os.close(reading)
        why = f"The server cannot be started: {error.strerror}."
        raise NoOwner(Refusal("unavailable", why, "Look at the system's limits.")) from error
    finally:
        os.close(writing)
    return pid, reading


def _wait_until_ready(
    pid: int, pipe: int, deadline: float, reading: Callable[[Reading], None]
) -> Refusal | None:
    """Wait until the owner listens; what it says instead if it will not."""
    try:
        said = _last_words(pipe, deadline, reading)
    finally:
        os.close(pipe)
    # What was started has left by now, if it got so far: the owner is its child, and none of ours.
    os.waitpid(pid, os.WNOHANG if said is None else 0)
    if said is None:
        return _TOO_SLOW
    try:
        words = json.loads(said)
    except ValueError:
        return _SAYS_NOTHING
    if words["peon"] == "ready":
        return None
    kind, message, remedy = words["kind"], words["message"], words["remedy"]
    return Refusal(kind, message, remedy, code=words["code"], retryable=False)


def _last_words(pipe: int, deadline: float, reading: Callable[[Reading], None]) -> bytes | None:
    """What is said at the end, without a line feed; None if that does not come in time.

    Every line before tells how far the owner is, and that it may be waited for.
    """
    said = b""
    while select.select([pipe], [], [], max(deadline - time.monotonic(), 0.0))[0]:
        data = os.read(pipe, 4096)
        if not data:
            return said
        *lines, said = (said + data).split(b"\n")
        for line in lines:
            words = json.loads(line)
            reading(Reading(words["sequence"], words["head"]))
            deadline = time.monotonic() + START_SECONDS
    return None
