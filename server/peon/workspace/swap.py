"""Puts one content in place of another in an opened folder, so that no foreign byte is ever
displaced for good.

The new content is written beside the path and then swapped with it; only what comes out and is
exactly what was expected is let go. At any instant a crash leaves the old or the new content under
the path, and `tidy` knows from the contents alone what the other one is.
"""

import os
import stat
from collections.abc import Callable

from peon.workspace.disk import Place, entry_in, exchange, file_entry, move
from peon.workspace.entries import EXECUTABLE, LINK, Entry
from peon.workspace.plan import Action
from peon.workspace.put_back import drop, put_back_or_drop
from peon.workspace.spare import REUSE, Looks, Spare, looks, permissions, write_all
from peon.workspace.steps import Steps

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Swap:
    """One action in the opened folder of its path."""

    def __init__(
        self,
        place: Place,
        action: Action,
        scratch: tuple[bytes, bytes, bytes],
        steps: Steps,
        spare: Spare,
        placing: Callable[[], None],
    ) -> None:
        self._handle = place[0]
        self._place = place
        self._action = action
        self._expect = action.expect
        self._target = action.target
        self._part, self._ready, self._aside = ((place[0], name) for name in scratch)
        self._steps = steps
        self._spare = spare
        self._placing = placing
        self.left: Looks | None = None
        """How the file looked when it was written, once it was."""

    def do(self, content: bytes, old: os.stat_result | None) -> bool:
        """Put the target in place of what was seen there; afterwards nothing of ours is left
        beside it.
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
            move(self._part, self._ready)
            return self._swap_in()
        self._placing()
        move(self._part, self._place)
        return True

    def _prepare(self, target: Entry, content: bytes, old: os.stat_result | None) -> None:
        self._steps("part")
        if target.mode == LINK:
            os.symlink(content, self._part[1], dir_fd=self._handle)
            return
        mode = 0o777 if target.mode == EXECUTABLE else 0o666
        file = os.open(self._part[1], _WRITE, mode, dir_fd=self._handle)
        try:
            self._steps("write")
            write_all(file, content)
            if old is not None and stat.S_ISREG(old.st_mode):
                os.fchmod(file, permissions(old, target))
            self.left = looks(os.fstat(file))
        finally:
            os.close(file)

    def _swap_in(self) -> bool:
        self._steps("swap")
        if not exchange(self._ready, self._place):
            return self._swap_slowly()
        self._steps("verify")
        return self._came_out()  # If not, somebody wrote in between; `tidy` gives it back.

    def _came_out(self) -> bool:
        """Whether what was expected came out; then it is let go, or kept to be written to."""
        try:
            file = os.open(self._ready[1], REUSE, dir_fd=self._handle)
        except OSError:  # It may not be written to, or is no file.
            return self._let_go(self._ready)
        kept = False
        try:
            status = os.fstat(file)
            if file_entry(file, status) != self._expect:
                return False
            self._steps("keep")
            kept = self._spare.offer(file, status, self._ready)
        finally:
            if not kept:
                os.close(file)
        if not kept:
            self._steps("unlink")
            drop(self._ready)
        return True

    def _let_go(self, scratch: Place) -> bool:
        if entry_in(*scratch) != self._expect:
            return False
        self._steps("unlink")
        drop(scratch)
        return True

    def _swap_slowly(self) -> bool:
        """Where two names cannot be exchanged at once: for a moment nothing stands at the path."""
        if not self._take_aside():
            return False
        self._steps("place")
        move(self._ready, self._place)
        self._steps("unlink")
        drop(self._aside)
        return True

    def _take_away(self) -> bool:
        self._steps("take")
        move(self._place, self._aside)
        self._steps("verify")
        return self._let_go(self._aside)

    def _take_aside(self) -> bool:
        self._steps("take")
        move(self._place, self._aside)
        self._steps("verify")
        return entry_in(*self._aside) == self._expect

    def tidy(self) -> None:
        """Leave under the path what belongs there, and nothing beside it."""
        if entry_in(*self._part) is not None:
            self._steps("tidy")
            drop(self._part)
        put_back_or_drop(self._ready, self._place, self._action, self._steps)
        put_back_or_drop(self._aside, self._place, self._action, self._steps, exchanged=False)
