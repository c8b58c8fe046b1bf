"""Which actions of a restore have come to the point of putting a file where nothing stood.

After a crash, a file that is not there may not have been made yet, or have been made and then
deleted by somebody, who must not get it back. The difference is told by this note, made when the
file was complete beside its place: it was put there unless it still lies beside.
"""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

OURS = -1


class Progress:
    """The notes about the intent in a store's folder. A power cut may take the newest."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "restore.placed"
        self._handle: int | None = None

    def read(self) -> frozenset[int]:
        """The numbers of these actions in the plan."""
        try:
            lines = self._file.read_text().split("\n")[:-1]
        except FileNotFoundError:
            return frozenset()
        return frozenset(map(int, lines))

    def note(self, number: int) -> None:
        """Say of an action that it comes to this point."""
        if self._handle is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._handle = os.open(self._file, flags, 0o600)
        os.write(self._handle, b"%d\n" % number)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def forget(self) -> None:
        """Have no notes, before there is another intent."""
        self._file.unlink(missing_ok=True)


class SpareNote:
    """Says whose the file is that lies ready to be written to: ours, or what came out of a path.

    It does so from moment to moment, and is not flushed: after another start of the system it says
    nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "restore.spare"
        self._handle = -1
        self._boot = _boot()
        self._is_ours = self._record(OURS)

    def ours(self) -> None:
        """Whatever the file holds, it may go."""
        self._write(self._is_ours)

    def came_out_of(self, number: int) -> None:
        """From now on the file holds what the action of this number writes, or what came out."""
        self._write(self._record(number))

    def _record(self, number: int) -> bytes:
        return f"{self._boot} {number:10}".encode()

    def read(self) -> int | None:
        """The number of that action, `OURS`, or None where nobody knows."""
        with suppress(FileNotFoundError, ValueError):
            boot, _, number = self._file.read_text().partition(" ")
            if boot == self._boot:
                return int(number)
        return None

    def _write(self, record: bytes) -> None:
        if self._handle < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            self._handle = os.open(self._file, flags, 0o600)
        os.pwrite(self._handle, record, 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def forget(self) -> None:
        """Say nothing, before there is another intent."""
        self._file.unlink(missing_ok=True)


def _boot() -> str:
    """Which start of the system this is; where nobody says, one that never comes again."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return uuid4().hex
