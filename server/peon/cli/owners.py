"""`peon status` and `peon stop`: asking the owner of a state directory without being its client."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from peon.attach.arguments import real_path
from peon.attach.locks import is_owned
from peon.attach.owner import Absence, Link, greet
from peon.attach.places import PlaceRefused
from peon.journal.lock import LOCK_NAME, read_holder
from peon.runtime.settings import default_state_dir
from peon.wire import loads
from peon_protocol.values import JsonValue

STOP_SECONDS: Final = 30.0
"""How long an owner may take to end its agents and to write down what it knows."""

DONE: Final = 0
FAILED: Final = 1
NOT_RUNNING: Final = 3


@attrs.frozen
class OwnerStatus:
    """How an owner is, as it says itself: what we need of it, and all of it."""

    pid: int
    clients: int
    running_turns: int
    facts: dict[str, JsonValue]


class NotReached(Exception):
    """Nobody answers; says why, with the exit code that tells it to programs."""

    def __init__(self, why: str, code: int) -> None:
        super().__init__(why)
        self.code = code


def tell_status(wanted: Path | None, *, as_json: bool) -> int:
    """Print how the owner is; the exit code."""
    state_dir = _state_dir(wanted)
    try:
        with _asked(state_dir, "status") as (status, _):
            _print(_as_json(state_dir, status.facts) if as_json else _in_words(status))
    except NotReached as reason:
        if as_json:
            _print(_as_json(state_dir, {"message": str(reason)}, is_running=False))
        else:
            _complain(str(reason))
        return reason.code
    return DONE


def stop_owner(wanted: Path | None) -> int:
    """Make the owner leave, and wait until it has; the exit code."""
    try:
        with _asked(_state_dir(wanted), "stop") as (status, link):
            if not _ends(link):
                _complain(
                    f"Process {status.pid} was told to stop and is still there after "
                    f"{STOP_SECONDS:.0f} s. Its log file says what it does; end it by its number."
                )
                return FAILED
            _print(_what_was_stopped(status))
    except NotReached as reason:
        _complain(str(reason))
        return DONE if reason.code == NOT_RUNNING else reason.code
    return DONE


@contextlib.contextmanager
def _asked(state_dir: str, question: str) -> Iterator[tuple[OwnerStatus, Link]]:
    """The owner's answer, and the connection it came by. Raises NotReached."""
    try:
        found = greet(state_dir, {"peon": question})
    except PlaceRefused as refused:
        raise NotReached(str(refused), FAILED) from None
    if isinstance(found, Absence):
        raise _not_reached(state_dir, found)
    with contextlib.closing(found):
        yield _status(state_dir, found), found


def _status(state_dir: str, link: Link) -> OwnerStatus:
    try:
        body = link.receive()
    except OSError:
        body = None
    if body is None:
        raise _not_reached(state_dir, Absence.SILENT)
    facts = loads(body)
    if isinstance(facts, dict):
        match facts.pop("peon", None), facts:
            case _, {"pid": int(pid), "clients": int(clients), "runningTurns": int(turns)}:
                return OwnerStatus(pid, clients, turns, facts)
            case _:
                pass
    why = "The server is of another version. Close every window that uses it."
    raise NotReached(why, FAILED)


def _not_reached(state_dir: str, absence: Absence) -> NotReached:
    if not is_owned(state_dir):
        return NotReached(f"No server runs for {state_dir}.", NOT_RUNNING)
    holder = read_holder(Path(state_dir, LOCK_NAME))
    who = "A process" if holder is None else f"Process {holder.pid}"
    if absence is Absence.NOBODY:
        why = f"{who} serves one client alone. It ends when that client does."
    else:
        why = f"{who} serves {state_dir} and does not answer. End it by its number."
    return NotReached(why, FAILED)


def _ends(link: Link) -> bool:
    """Whether the connection ends in time: it does with the process."""
    link.within(STOP_SECONDS)
    try:
        while link.receive() is not None:
            continue
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def _in_words(status: OwnerStatus) -> str:
    facts = status.facts
    clients, turns = _many(status.clients, "client"), _many(status.running_turns, "turn")
    lines = [
        f"Process {status.pid}, version {facts.get('version')}, serves {clients}.",
        f"In progress: {turns}. Waiting for approval: {facts.get('pendingActions')}.",
    ]
    if isinstance(message := facts.get("message"), str):
        lines.append(message)
    if facts.get("leaving"):
        lines.append("It is about to leave.")
    return "\n".join(lines)


def _what_was_stopped(status: OwnerStatus) -> str:
    if status.running_turns:
        return f"Stopped process {status.pid}; {_many(status.running_turns, 'turn')} interrupted."
    return f"Stopped process {status.pid}."


def _as_json(state_dir: str, facts: dict[str, JsonValue], *, is_running: bool = True) -> str:
    return json.dumps({"running": is_running, "stateDir": state_dir, **facts})


def _many(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _state_dir(wanted: Path | None) -> str:
    return real_path(os.fspath(wanted or default_state_dir()))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"peon: {text}\n")
