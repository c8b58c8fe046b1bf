"""The guardian: a small process that ends our agents when we can no longer do it ourselves.

It is started by file path with the standard library only, in a session of its own. Its input is a
pipe that only we hold; when the pipe closes, for whatever reason, whatever is still entered is
ended. A line is a JSON array: `["enter", pid, start, marker]` or `["leave", marker]`.

The same functions end agents while we live. Agents start commands in groups of their own, so
besides the group its session counts, and (where the system shows environments) a random marker that
every descendant inherits.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

MARKER_VARIABLE = "PEON_AGENT_MARKER"
PROC = Path("/proc")
GRACE = 1.0
"""Seconds an agent gets to leave by itself once we are gone, and again after it was asked to."""
_STATE, _SESSION, _START = 0, 3, 19
"""Places in /proc/PID/stat, counted after the name of the program."""


class Tracked(NamedTuple):
    """A process that leads its session. `start` tells it from a later one of the same number."""

    pid: int
    start: str
    marker: str


def start_of(pid: int) -> str:
    """When process `pid` started, in a form no other process shares; empty if it is not running."""
    if PROC.is_dir():
        fields = _stat_fields(str(pid))
        return f"{_boot()}/{fields[_START]}" if fields and fields[_STATE] not in "ZX" else ""
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        timeout=5,
    )
    return told.stdout.strip()


def survives(tracked: Tracked) -> bool:
    """Whether anything that belongs to `tracked` is still running."""
    return _leads(tracked) or any(True for _ in _descendants(tracked))


def signal_all(tracked: Tracked, number: signal.Signals) -> None:
    """Send a signal to everything that belongs to `tracked`, and to nothing else."""
    if _leads(tracked):
        _deliver(os.killpg, tracked.pid, number)
    for pid in _descendants(tracked):
        _deliver(os.kill, pid, number)


def end_all(tracked: list[Tracked], *, grace: float) -> None:
    """End them: they have `grace` seconds to leave, as many after TERM, then they are killed."""
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL):
        tracked = _wait_until_gone(tracked, grace)
        for each in tracked:
            signal_all(each, number)


def _wait_until_gone(tracked: list[Tracked], grace: float) -> list[Tracked]:
    """Wait at most `grace` seconds; those that are still there."""
    limit = time.monotonic() + grace
    while (left := [each for each in tracked if survives(each)]) and time.monotonic() < limit:
        time.sleep(0.02)
    return left


def _leads(tracked: Tracked) -> bool:
    return tracked.start != "" and start_of(tracked.pid) == tracked.start


def _descendants(tracked: Tracked) -> Iterator[int]:
    """Processes of its session, or that carry its marker. A stranger never matches.

    A session's number can be given out again once nobody is in it, so it counts only as long as its
    leader is the process that we know.
    """
    leads = _leads(tracked)
    entry = f"{MARKER_VARIABLE}={tracked.marker}".encode()
    for name in _process_names():
        fields = _stat_fields(name)
        if not fields or fields[_STATE] in "ZX" or int(name) in {os.getpid(), tracked.pid}:
            continue
        if (leads and fields[_SESSION] == str(tracked.pid)) or entry in _environment(name):
            yield int(name)


def _process_names() -> list[str]:
    if not PROC.is_dir():
        return []
    return [entry.name for entry in PROC.iterdir() if entry.name.isdecimal()]


def _stat_fields(name: str) -> list[str]:
    """The fields of /proc/PID/stat after the program's name, which may itself hold spaces."""
    try:
        return (PROC / name / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _environment(name: str) -> list[bytes]:
    """The variables `name` was started with; none where they are somebody else's to read."""
    try:
        return (PROC / name / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _boot() -> str:
    """Which boot this is: the numbers and times of processes repeat after the next."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _deliver(send: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    """Send, unless it has gone in the meantime."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(target, number)


def watch(pipe: BinaryIO) -> None:
    """Keep the list until the pipe closes, then end what is on it."""
    entered: dict[str, Tracked] = {}
    for line in pipe:
        match json.loads(line):
            case ["enter", int(pid), str(start), str(marker)]:
                entered[marker] = Tracked(pid, start, marker)
            case ["leave", str(marker)]:
                entered.pop(marker, None)
            case _:
                continue
    end_all(list(entered.values()), grace=GRACE)


if __name__ == "__main__":
    # Whoever ends us by a signal to the terminal's processes must not end the guardian with us.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    os.chdir("/")
    watch(sys.stdin.buffer)
