"""A file to write the next content into.

To make a file and to remove one costs a file system many times what writing into one does. So the
file that a swap has brought out, and whose content the store is known to have, takes the content
that comes next, if nobody can tell it from a new one: it has one name, the same owner, no
attributes of its own, and nobody has it open.
"""

import errno
import fcntl
import os
import signal
from contextlib import suppress

from peon.workspace.disk import move_between

_ATTRIBUTES_OF_ANY = frozenset({"security.selinux"})


class Spare:
    """At most one file, which lies in an opened folder under a name of ours."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._folder = -1
        self._name = b""
        self._owner = (-1, -1)

    def offer(self, file: int, status: os.stat_result, folder: int, name: bytes) -> bool:
        """Take over an opened file that is not needed any more, unless it is no good."""
        if status.st_nlink != 1 or not _plain(file) or not _nobody_else_has(file):
            return False
        self.remove()
        self._folder = os.dup(folder)
        self._file, self._name = file, name
        self._owner = (status.st_uid, status.st_gid)
        return True

    def take(self, folder: int, name: bytes, size: int, owner: os.stat_result) -> int | None:
        """The file under a new name in a folder, to be written to from its start to `size`, if
        there is one that belongs to the same owner.
        """
        file = self._file
        if file is None:
            return None
        fits = self._owner == (owner.st_uid, owner.st_gid)
        if not fits or not move_between(self._folder, self._name, folder, name):
            self.remove()
            return None
        os.close(self._folder)
        self._file = None
        try:
            os.lseek(file, 0, os.SEEK_SET)
            os.ftruncate(file, size)
        except OSError:
            os.close(file)
            raise
        return file

    def remove(self) -> None:
        """Have no file any more."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            os.unlink(self._name, dir_fd=self._folder)
        except FileNotFoundError:
            pass  # Somebody tidies up.
        finally:
            os.close(file)
            os.close(self._folder)

    def forget(self) -> None:
        """Let it lie."""
        if self._file is not None:
            os.close(self._file)
            os.close(self._folder)
            self._file = None


def _plain(file: int) -> bool:
    """Whether it has no attributes of its own."""
    try:
        return _ATTRIBUTES_OF_ANY.issuperset(os.listxattr(file))
    except OSError as error:
        return error.errno == errno.ENOTSUP


def _nobody_else_has(file: int) -> bool:
    """Whether nobody but us has it open: only then the system grants a lease.

    Where somebody opens it in this very moment, we would be told by a signal: one that does
    nothing.
    """
    with suppress(OSError):
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return True
    return False
