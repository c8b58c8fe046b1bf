"""A real process on a real disk, killed at any moment: what it was told to be durable is there."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from peon.journal.store import SegmentStore, StoreOptions
from support import appending
from support.journal import FINGERPRINT, events

CYCLES = 6


@pytest.mark.timeout(1800)  # The nightly run takes its time.
async def test_what_a_killed_process_was_promised_is_found(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(7)
    promised = 0
    for _ in range(200 if request.config.getoption("--nightly") else CYCLES):
        promised = live_and_die(tmp_path, lines=chance.randint(1, 400))
        store, recovered = SegmentStore.open(
            tmp_path,
            fingerprint=FINGERPRINT,
            options=StoreOptions(segment_bytes=appending.SEGMENT_BYTES),
        )
        assert promised <= store.head
        assert list(recovered.events) == events(recovered.sequence + 1, store.head)
        assert await read_all(store) == events(1, store.head)
        await store.close()
    assert promised > 0


def live_and_die(directory: Path, *, lines: int) -> int:
    """Let a process append until it has told so many promises, and kill it; the last promise."""
    program = Path(appending.__file__)
    roots = [*sys.path, str(program.parent.parent)]
    process = subprocess.Popen(
        [sys.executable, str(program), str(directory)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
    )
    assert process.stdout is not None
    told = b""
    for _ in range(lines):
        told = process.stdout.readline()
        assert told, "the process has ended by itself"
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.stdout.close()
    process.wait()
    whole = [line for line in (told + rest).split(b"\n")[:-1] if line]
    return int(whole[-1].split()[0])


async def read_all(store: SegmentStore) -> list[bytes]:
    found: list[bytes] = []
    while page := await store.read(len(found), 1000):
        found.extend(page)
    return found
