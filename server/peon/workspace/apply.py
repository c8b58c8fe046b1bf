"""Carries out one action of a plan on the disk, so that no foreign byte is ever displaced for good.

The new content is written beside the path and then swapped with it; only what comes out and is
exactly what was expected is let go. At any instant a crash leaves the old or the new content under
the path, and `tidy` knows from the contents alone what the other one is.
"""

import errno
import os
import stat
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from peon.workspace.disk import (
    Special,
    entry_in,
    exchange,
    file_entry,
    make_folder,
    move,
    parent_of,
    standing,
    status_in,
    untouched,
)
from peon.workspace.entries import EXECUTABLE, LINK, Entry
from peon.workspace.paths import ancestors
from peon.workspace.plan import Action, Reason
from peon.workspace.progress import Progress
from peon.workspace.spare import Spare
from peon.workspace.store import SCRATCH

Steps = Callable[[str], None]
"""Told the name of each step before it is taken; a test may end the process there."""


def no_steps(step: str) -> None:
    """Let every step pass."""


_MOVED = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENOTEMPTY)
"""Failures which mean that somebody put something else there in between."""

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""Failures which mean that nothing can stand at a path: its folder is missing, or a link."""

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_REUSE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


Looks = tuple[int, int, int, int]


def _looks(status: os.stat_result) -> Looks:
    """What changes about a file when somebody writes to it; not what a new name changes."""
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns


class Applier:
    """Applies the actions of one restore. `tag` makes its scratch names its own.

    A file that nobody touched since the moment `captured_at` (in nanoseconds of the file system) is
    as it was captured, and need not be read before it is swapped; after it, it is in any case.
    """

    def __init__(
        self, root: Path, tag: str, steps: Steps, progress: Progress, *, captured_at: int = 0
    ) -> None:
        self._root = root
        self._progress = progress
        self._tag = tag.encode()
        self._steps = steps
        self._captured_at = captured_at
        self._spare = Spare()
        self._left: dict[bytes, Looks] = {}

    def finish(self) -> None:
        """Leave nothing of ours behind, when all is done."""
        self._steps("unlink")
        self._spare.remove()

    def close(self) -> None:
        """Let go of what is open, whatever happened."""
        self._spare.forget()
        self._progress.close()

    def apply(self, action: Action, number: int, content: bytes) -> Reason | None:
        """Make the path stand as the target, whose bytes are `content`; or say why it stays.

        Nothing is done where the path is not as expected, before or at the very swap.
        """
        try:
            if action.expect is None:
                self._make_room(action)
            with parent_of(self._root, action.path) as (handle, name):
                status = status_in(handle, name)
                now = self._now(handle, name, action.expect, status)
                if _is(now, action.target):
                    return None
                swap = self._swap(handle, name, action, number)
                done = now == action.expect and swap.do(content, status)
                if done and swap.left is not None:
                    self._left[action.path] = swap.left
        except OSError as error:
            if action.target is None and error.errno in _ABSENT:
                return None
            return "changedMeanwhile" if error.errno in _MOVED else "unwritable"
        return None if done else "changedMeanwhile"

    def _make_room(self, action: Action) -> None:
        """Where nothing stood, folders may be missing, or one of ours may be left."""
        if standing(self._root, action.path) == "folder":
            self._prune(action.path)
        if action.target is not None:
            self._make_way(action.path)

    def _now(
        self, handle: int, name: bytes, expect: Entry | None, status: os.stat_result | None
    ) -> Entry | Special | None:
        """What stands there. One that is surely as it was captured is not read."""
        if expect is None or status is None or not untouched(status, expect, self._captured_at):
            return entry_in(handle, name)
        return expect

    def _swap(self, handle: int, name: bytes, action: Action, number: int) -> "_Swap":
        names = self._names(number)

        def placing() -> None:
            self._progress.note(number)
            self._steps("place")

        return _Swap(handle, name, action, names, self._steps, self._spare, placing)

    def stands(self, path: bytes, entry: Entry | None) -> bool:
        """Whether a path stands exactly so."""
        return _is(standing(self._root, path), entry)

    def is_as_left(self, path: bytes, entry: Entry | None) -> bool:
        """Whether nobody seems to have been at a path since it was made to stand so.

        Somebody who puts the times back is not seen: that is for the next look at the folder.
        """
        try:
            status = os.lstat(os.path.join(os.fsencode(self._root), path))
        except OSError:
            return entry is None
        if path in self._left and entry is not None:
            return self._left[path] == _looks(status)
        return self.stands(path, entry)

    def taken_away(self, actions: Sequence[Action]) -> frozenset[int]:
        """The numbers of the actions that had made a file before a crash, which somebody has
        deleted since. To be asked before anything is tidied.
        """
        return frozenset(
            number
            for number in self._progress.read()
            if number < len(actions) and self._is_taken_away(actions[number].path, number)
        )

    def _is_taken_away(self, path: bytes, number: int) -> bool:
        folder = path.rpartition(b"/")[0]
        part, _, _ = self._names(number)
        beside = folder + b"/" + part if folder else part
        return standing(self._root, path) is None and standing(self._root, beside) is None

    def tidy(self, action: Action, number: int) -> None:
        """Clear what an interrupted `apply` of this action left; a foreign content is given
        back.
        """
        try:
            with parent_of(self._root, action.path) as (handle, name):
                self._swap(handle, name, action, number).tidy()
        except OSError as error:
            if error.errno not in _MOVED:
                raise
            # The folder itself is not there (any more), so nothing of ours is in it.

    def remove_empty_folders(self, path: bytes, kept: Collection[bytes]) -> None:
        """Remove the folders above a deleted path that are empty now and not in `kept`."""
        for folder in reversed(ancestors(path)):
            if folder in kept:
                return
            try:
                with parent_of(self._root, folder) as (handle, name):
                    self._steps("rmdir")
                    os.rmdir(name, dir_fd=handle)
            except OSError:
                return  # It holds something, or is no folder: it stays.

    def _make_way(self, path: bytes) -> None:
        for folder in ancestors(path):
            self._steps("mkdir")
            make_folder(self._root, folder)

    def _prune(self, path: bytes) -> None:
        """Remove a folder whose files have all been deleted by this restore; others stay."""
        top = os.path.join(os.fsencode(self._root), path)
        folders = [found for found, _, _ in os.walk(top)]
        for folder in reversed(folders):
            try:
                with parent_of(self._root, os.path.relpath(folder, os.fsencode(self._root))) as (
                    handle,
                    name,
                ):
                    self._steps("rmdir")
                    os.rmdir(name, dir_fd=handle)
            except OSError:
                return

    def _names(self, number: int) -> tuple[bytes, bytes, bytes]:
        stem = SCRATCH + self._tag + b"~%d~" % number
        return stem + b"part", stem + b"ready", stem + b"aside"


def _is(now: Entry | Special | None, entry: Entry | None) -> bool:
    """Whether this is it. Where nothing is wanted, a folder is as good: it is no file."""
    return now == entry or (entry is None and now == "folder")


def _write(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def _permissions(old: os.stat_result, target: Entry) -> int:
    """The bits of what stood there, but for those that make it a program or not."""
    bits = stat.S_IMODE(old.st_mode) & 0o777
    if target.mode == EXECUTABLE:
        return bits | (bits & 0o444) >> 2
    return bits & ~0o111


class _Swap:
    """One action in the opened folder of its path."""

    def __init__(
        self,
        handle: int,
        name: bytes,
        action: Action,
        scratch: tuple[bytes, bytes, bytes],
        steps: Steps,
        spare: Spare,
        placing: Callable[[], None],
    ) -> None:
        self._handle = handle
        self._name = name
        self._expect = action.expect
        self._target = action.target
        self._part, self._ready, self._aside = scratch
        self._steps = steps
        self._spare = spare
        self._placing = placing
        self.left: Looks | None = None
        """How the file looked when it was written, once it was."""

    def do(self, content: bytes, old: os.stat_result | None) -> bool:
        """Put the target in place of what was seen there; afterwards nothing of ours is left
        beside it, but for a file that may take the next content.
        """
        try:
            done = self._attempt(content, old)
        except OSError:
            self.tidy()
            raise
        if not done:
            self.tidy()
        return done

    def _attempt(self, content: bytes, old: os.stat_result | None) -> bool:
        if self._target is None:
            return self._take_away()
        self._prepare(self._target, content, old)
        self._steps("ready")
        if self._expect is not None:
            move(self._handle, self._part, self._ready)
            return self._swap_in()
        self._placing()
        move(self._handle, self._part, self._name)
        return True

    def _prepare(self, target: Entry, content: bytes, old: os.stat_result | None) -> None:
        self._steps("part")
        if target.mode == LINK:
            os.symlink(content, self._part, dir_fd=self._handle)
            return
        if old is not None and not stat.S_ISREG(old.st_mode):
            old = None
        file = None
        if old is not None:
            file = self._spare.take(self._handle, self._part, len(content), old)
        if file is None:
            mode = 0o777 if target.mode == EXECUTABLE else 0o666
            file = os.open(self._part, _WRITE, mode, dir_fd=self._handle)
        try:
            self._steps("write")
            _write(file, content)
            if old is not None:
                os.fchmod(file, _permissions(old, target))
            self.left = _looks(os.fstat(file))
        finally:
            os.close(file)

    def _swap_in(self) -> bool:
        self._steps("swap")
        if not exchange(self._handle, self._ready, self._name):
            return self._swap_slowly()
        self._steps("verify")
        return self._came_out()  # If not, somebody wrote in between; `tidy` gives it back.

    def _came_out(self) -> bool:
        """Whether what was expected came out; then it is let go, or kept to be written to."""
        try:
            file = os.open(self._ready, _REUSE, dir_fd=self._handle)
        except OSError:  # It may not be written to, or is no file.
            return self._let_go(self._ready)
        kept = False
        try:
            status = os.fstat(file)
            if file_entry(file, status) != self._expect:
                return False
            kept = self._spare.offer(file, status, self._handle, self._ready)
        finally:
            if not kept:
                os.close(file)
        if not kept:
            self._steps("unlink")
            os.unlink(self._ready, dir_fd=self._handle)
        return True

    def _let_go(self, scratch: bytes) -> bool:
        if entry_in(self._handle, scratch) != self._expect:
            return False
        self._steps("unlink")
        os.unlink(scratch, dir_fd=self._handle)
        return True

    def _swap_slowly(self) -> bool:
        """Where two names cannot be exchanged at once: for a moment nothing stands at the path."""
        if not self._take_aside():
            return False
        self._steps("place")
        move(self._handle, self._ready, self._name)
        self._steps("unlink")
        os.unlink(self._aside, dir_fd=self._handle)
        return True

    def _take_away(self) -> bool:
        self._steps("take")
        move(self._handle, self._name, self._aside)
        self._steps("verify")
        return self._let_go(self._aside)

    def _take_aside(self) -> bool:
        self._steps("take")
        move(self._handle, self._name, self._aside)
        self._steps("verify")
        return entry_in(self._handle, self._aside) == self._expect

    def tidy(self) -> None:
        """Leave under the path what belongs there, and nothing beside it.

        What was displaced is let go only when it is known to be in the store: the expected content
        once the target is in place, or a target that was not needed. Anything else goes back to the
        path, or, where something newer stands by now, is kept beside it under a name people see.
        """
        if entry_in(self._handle, self._part) is not None:
            self._steps("tidy")
            os.unlink(self._part, dir_fd=self._handle)
        for scratch in (self._ready, self._aside):
            out = entry_in(self._handle, scratch)
            if out is not None:
                self._steps("tidy")
                self._put_back_or_drop(scratch, out)

    def _put_back_or_drop(self, scratch: bytes, out: Entry | Special) -> None:
        now = entry_in(self._handle, self._name)
        # What was expected can only have come under this name by the swap itself; whoever has
        # deleted what stood there since does not get the old content back.
        if scratch == self._ready and out in (self._target, self._expect):
            os.unlink(scratch, dir_fd=self._handle)
        elif now is None:
            move(self._handle, scratch, self._name)
        elif out == self._expect:
            os.unlink(scratch, dir_fd=self._handle)
        else:
            self._give_back(scratch, now)

    def _give_back(self, scratch: bytes, now: Entry | Special) -> None:
        if now == self._target and exchange(self._handle, scratch, self._name):
            self._steps("back")
            if entry_in(self._handle, scratch) == self._target:
                os.unlink(scratch, dir_fd=self._handle)
                return
        tag = scratch.removeprefix(SCRATCH).replace(b"~", b"-")
        move(self._handle, scratch, self._name + b".peon-kept-" + tag)
