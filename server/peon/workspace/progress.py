"""Which actions of a restore have come to the point of putting a file where nothing stood.

After a crash, a file that is not there may not have been made yet, or have been made and then
deleted by somebody, who must not get it back. The difference is told by this note, made when the
file was complete beside its place: it was put there unless it still lies beside.
"""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import attrs

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

    def ours(self) -> None:
        """Whatever the file holds, it may go."""
        self._write(OURS, 0)

    def goes_to(self, number: int, inode: int) -> None:
        """The file of this inode is written for this action, and then swapped with what it
        replaces: from that moment on, which nothing has to be written for, another one lies here.
        """
        self._write(number, inode)

    def read(self) -> "SpareNoted | None":
        """What it says; None where nobody knows."""
        with suppress(FileNotFoundError, ValueError):
            boot, number, inode = self._file.read_bytes().split()
            if boot == self._boot:
                return SpareNoted(int(number), int(inode))
        return None

    def _write(self, number: int, inode: int) -> None:
        if self._handle < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            self._handle = os.open(self._file, flags, 0o600)
        os.pwrite(self._handle, b"%s %10d %20d" % (self._boot, number, inode), 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def forget(self) -> None:
        """Say nothing, before there is another intent."""
        self._file.unlink(missing_ok=True)


@attrs.frozen
class SpareNoted:
    """The action that the spare file is for, or was swapped for, and its inode before that."""

    number: int
    inode: int

    def is_ours(self, inode: int) -> bool:
        """Whether the file that lies there is ours, whatever it holds."""
        return self.number == OURS or inode == self.inode


def _boot() -> bytes:
    """Which start of the system this is; where nobody says, one that never comes again."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return uuid4().hex.encode()
