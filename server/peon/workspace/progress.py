"""Which actions of a restore have come to the point of putting a file where nothing stood.

After a crash, a file that is not there may not have been made yet, or have been made and then
deleted by somebody, who must not get it back. The difference is told by this note, made when the
file was complete beside its place: it was put there unless it still lies beside.
"""

import os
from pathlib import Path


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
