"""The life lock: one owner per state folder, held through the kernel, which lets go when we die."""

import os
from pathlib import Path

import attrs

from peon.errors import Unavailable
from peon.journal.filesystem import FileSystem

LOCK_NAME = "LOCK"
_LONGEST_REMARK = 200


@attrs.frozen
class Holder:
    """Who wrote itself into the lock file last: a remark for people, true while it is held."""

    pid: int
    boot_id: str

    def encoded(self) -> bytes:
        return f"{self.pid} {self.boot_id}\n".encode("ascii")


def this_process() -> Holder:
    """The process that runs this code, in the words of the lock file."""
    return Holder(os.getpid(), boot_id())


def boot_id() -> str:
    """What tells this run of the machine from the one before; `unknown` where the system has no
    such id.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return "unknown"


def read_holder(path: Path) -> Holder | None:
    """Who holds the lock file at `path`, as far as it says so."""
    try:
        with path.open("rb") as file:
            words = file.read(_LONGEST_REMARK).decode("ascii").split()
        return Holder(int(words[0]), words[1])
    except (OSError, ValueError, IndexError):
        return None


class StateInUse(Unavailable):
    """A living process owns the folder."""


class LifeLock:
    """Sole ownership of a folder for as long as this object, or the process, lives."""

    def __init__(self, filesystem: FileSystem, descriptor: int) -> None:
        self._filesystem = filesystem
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, filesystem: FileSystem, folder: Path) -> "LifeLock":
        """Own `folder`. Raises StateInUse, which names who does."""
        path = folder / LOCK_NAME
        try:
            descriptor = filesystem.lock(path)
        except BlockingIOError as error:
            raise _held_by_another(folder, read_holder(path)) from error
        try:
            filesystem.replace_text(descriptor, this_process().encoded())
        except OSError:
            filesystem.close(descriptor)
            raise
        return cls(filesystem, descriptor)

    def release(self) -> None:
        """Let the next owner in. Harmless when repeated."""
        if self._descriptor is not None:
            self._filesystem.close(self._descriptor)
            self._descriptor = None


def _held_by_another(folder: Path, holder: Holder | None) -> StateInUse:
    who = f"process {holder.pid}" if holder else "another process"
    return StateInUse(
        f"the state folder {folder}",
        f"it is in use by {who}",
        "One server at a time uses it: close the editor window that runs this one, or choose"
        " another --state-dir.",
    )
