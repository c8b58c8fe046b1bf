"""A file to write the next content into.

To make a file, to rename and to remove one cost a file system many times what writing into one
does. So the file that a swap has brought out, and whose content the store is known to have, takes
the content that comes next, and is swapped with the next path from where it lies: if nobody can
tell it from a new one, because it has one name, the same owner, no attributes of its own, and
nobody has it open.
"""

import errno
import fcntl
import os
import signal
import stat
from contextlib import suppress

from peon.workspace.disk import Place, Root, entry_in, exchange, file_entry, move_between
from peon.workspace.entries import EXECUTABLE, LINK, Entry
from peon.workspace.plan import Action
from peon.workspace.progress import SpareNote

_ATTRIBUTES_OF_ANY = frozenset({"security.selinux"})
_AS_IT_IS = getattr(os, "O_NOATIME", 0)
REUSE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""How a file is opened that may take another content."""

Looks = tuple[int, int, int, int]


def looks(status: os.stat_result) -> Looks:
    """What changes about a file when somebody writes to it; not what a new name changes."""
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns


def permissions(old: os.stat_result, target: Entry | None) -> int:
    """The bits of what stood there, but for those that make it a program or not."""
    bits = stat.S_IMODE(old.st_mode) & 0o777
    if target is not None and target.mode == EXECUTABLE:
        return bits | (bits & 0o444) >> 2
    return bits & ~0o111


def write_all(file: int, content: bytes) -> None:
    """Write all of it, from where the file stands."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


class Spare:
    """At most one file, which lies in the root under a name of ours.

    The note says of it, in every moment, that it is ours whatever it holds, or else which path's
    content has come out there.
    """

    def __init__(self, root: Root, name: bytes, note: SpareNote) -> None:
        self._root = root
        self._name = name
        self._note = note
        self._file = -1
        self._status: os.stat_result | None = None
        """Of the file, as long as it lies there and is ours."""

    @property
    def place(self) -> Place:
        """Where it lies, if it does."""
        return self._root.handle, self._name

    def offer(self, file: int, status: os.stat_result, place: Place) -> bool:
        """Take over an opened file that is not needed any more, unless it is no good."""
        if not _as_good_as_new(file, status):
            return False
        self.remove()
        self._note.ours()
        if not move_between(place, self.place):
            return False
        self._file, self._status = file, status
        return True

    def fits(self, old: os.stat_result, action: Action) -> bool:
        """Whether there is one that can stand in for this file, as the target of the action."""
        mine = self._status
        return (
            mine is not None
            and action.expect is not None
            and action.target is not None
            and action.target.mode != LINK
            and stat.S_ISREG(old.st_mode)
            and (mine.st_uid, mine.st_gid, mine.st_dev) == (old.st_uid, old.st_gid, old.st_dev)
        )

    def fill(self, content: bytes, old: os.stat_result, action: Action, number: int) -> Looks:
        """Have it hold this and nothing else, to be put in place of what stood there, for the
        action of this number.
        """
        mode, before = permissions(old, action.target), self._status
        file, self._file = self._file, -1
        try:
            self._note.goes_to(number, before.st_ino if before is not None else 0)
            _overwrite(file, content)
            if before is None or len(content) < before.st_size:
                os.ftruncate(file, len(content))
            if before is None or stat.S_IMODE(before.st_mode) != mode:
                os.fchmod(file, mode)
            return looks(os.fstat(file))
        finally:
            os.close(file)

    def swap(self, place: Place) -> bool:
        """Swap it with what stands at a place; False where two folders' names cannot be swapped.
        From then on it `holds` what was expected, or it is not ours.
        """
        try:
            swapped = exchange(self.place, place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        if swapped:
            self._status = None
        return swapped

    def holds(self, expect: Entry | None) -> bool:
        """Whether what came out is this; then it is kept to be written to, or let go."""
        try:
            file = os.open(self._name, REUSE | _AS_IT_IS, dir_fd=self._root.handle)
        except OSError:  # It may not be written to, or is no file.
            return self._lets_go_of(expect)
        kept = False
        try:
            status = os.fstat(file)
            if file_entry(file, status) != expect:
                return False
            kept = _as_good_as_new(file, status)
        finally:
            if not kept:
                os.close(file)
        if kept:
            self._file, self._status = file, status
        else:
            self._unlink()
        return True

    def _lets_go_of(self, expect: Entry | None) -> bool:
        if entry_in(*self.place) != expect:
            return False
        self._unlink()
        return True

    def remove(self) -> None:
        """Have no file any more."""
        if self._status is not None:
            self._let_lie()
            self._unlink()

    def close(self) -> None:
        """Let go of what is open."""
        self._let_lie()
        self._note.close()

    def _let_lie(self) -> None:
        self._status = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _unlink(self) -> None:
        with suppress(FileNotFoundError):  # Somebody tidies up.
            os.unlink(self._name, dir_fd=self._root.handle)


def _overwrite(file: int, content: bytes) -> None:
    place = os.pwrite(file, content, 0)
    while place < len(content):
        place += os.pwrite(file, content[place:], place)


def _as_good_as_new(file: int, status: os.stat_result) -> bool:
    """Whether nobody could tell it from a file that was just made."""
    return status.st_nlink == 1 and _plain(file) and _nobody_else_has(file)


def _plain(file: int) -> bool:
    """Whether it has no attributes of its own."""
    try:
        return _ATTRIBUTES_OF_ANY.issuperset(os.listxattr(file))
    except OSError as error:
        return error.errno == errno.ENOTSUP


def _nobody_else_has(file: int) -> bool:
    """Whether nobody but us has it open: only then the system grants a lease.

    Whoever opens it from now on waits until it is closed. We would be told by a signal: one that
    does nothing.
    """
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:
        return False
    return True
