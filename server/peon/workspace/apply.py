"""Carries out the actions of a plan on the disk, one at a time."""

import errno
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from peon.workspace.disk import (
    LastFolder,
    Place,
    Root,
    Special,
    entry_in,
    make_folder,
    parent_of,
    standing,
    status_in,
    untouched,
)
from peon.workspace.entries import Entry
from peon.workspace.paths import ancestors
from peon.workspace.plan import Action, Reason
from peon.workspace.progress import Progress, SpareNote
from peon.workspace.put_back import drop, keep_beside, put_back_or_drop
from peon.workspace.spare import Looks, Spare, looks
from peon.workspace.steps import Steps
from peon.workspace.store import SCRATCH
from peon.workspace.swap import Swap

_MOVED = (errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENOTEMPTY)
"""Failures which mean that somebody put something else there in between."""

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""Failures which mean that nothing can stand at a path: its folder is missing, or a link."""


class Applier:
    """Applies the actions of one restore. `tag` makes its scratch names its own.

    A file that nobody touched since the moment `captured_at` (in nanoseconds of the file system) is
    as it was captured, and need not be read before it is swapped; after it, it is in any case.
    """

    def __init__(
        self, root: Path, tag: str, steps: Steps, notes: Path, *, captured_at: int = 0
    ) -> None:
        """In the folder `notes` stands how far the restore has come."""
        self._root = root
        self._top = Root(root)
        self._folder = LastFolder(self._top)
        self._progress = Progress(notes)
        self._tag = tag.encode()
        self._steps = steps
        self._captured_at = captured_at
        self._note = SpareNote(notes)
        self._spare = Spare(self._top, SCRATCH + self._tag + b"~spare", self._note)
        self._left: dict[bytes, Looks] = {}

    def finish(self) -> None:
        """Leave nothing of ours behind, when all is done."""
        self._steps("unlink")
        self._spare.remove()

    def pause(self) -> None:
        """Hold no folder of the user's open while nothing is done."""
        self._folder.close()

    def close(self) -> None:
        """Let go of what is open, whatever happened."""
        self._folder.close()
        self._spare.close()
        self._progress.close()
        self._top.close()

    def apply(self, action: Action, number: int, content: bytes) -> Reason | None:
        """Make the path stand as the target, whose bytes are `content`; or say why it stays.

        Nothing is done where the path is not as expected, before or at the very swap.
        """
        try:
            if action.expect is None:
                self._make_room(action)
            return self._apply_at(self._folder.place(action.path), action, number, content)
        except OSError as error:
            if action.target is None and error.errno in _ABSENT:
                return None
            return "changedMeanwhile" if error.errno in _MOVED else "unwritable"

    def _apply_at(self, place: Place, action: Action, number: int, content: bytes) -> Reason | None:
        status = status_in(*place)
        now = self._now(place, action.expect, status)
        if _is(now, action.target):
            return None
        if now == action.expect and self._put(place, action, number, content, status):
            return None
        return "changedMeanwhile"

    def _put(
        self,
        place: Place,
        action: Action,
        number: int,
        content: bytes,
        old: os.stat_result | None,
    ) -> bool:
        """Put the target in place of what was seen there, if that still stands there."""
        if old is not None and self._spare.fits(old, action):
            done = self._put_spare(place, action, number, content, old)
            if done is not None:
                return done
        swap = self._swap(place, action, number)
        done = swap.do(content, old)
        if done and swap.left is not None:
            self._left[action.path] = swap.left
        return done

    def _put_spare(
        self, place: Place, action: Action, number: int, content: bytes, old: os.stat_result
    ) -> bool | None:
        """The same by the spare file; None where it cannot be swapped with what stands there."""
        try:
            done = self._swap_spare(place, action, number, content, old)
        except OSError:
            self._tidy_spare(place, action)
            raise
        if not done:
            self._tidy_spare(place, action)
        return done

    def _swap_spare(
        self, place: Place, action: Action, number: int, content: bytes, old: os.stat_result
    ) -> bool | None:
        for step in ("part", "write"):
            self._steps(step)
        left = self._spare.fill(content, old, action, number)
        for step in ("ready", "swap"):
            self._steps(step)
        if not self._spare.swap(place):
            return None
        self._steps("verify")
        if not self._spare.holds(action.expect):
            return False  # Somebody wrote in between.
        self._left[action.path] = left
        return True

    def _tidy_spare(self, place: Place, action: Action) -> None:
        self._spare.remove()  # As long as it is ours; else it holds what came out.
        put_back_or_drop(self._spare.place, place, action, self._steps)

    def _make_room(self, action: Action) -> None:
        """Where nothing stood, folders may be missing, or one of ours may be left."""
        if standing(self._root, action.path) == "folder":
            self._prune(action.path)
        if action.target is not None:
            self._make_way(action.path)

    def _now(
        self, place: Place, expect: Entry | None, status: os.stat_result | None
    ) -> Entry | Special | None:
        """What stands there. One that is surely as it was captured is not read."""
        if expect is None or status is None or not untouched(status, expect, self._captured_at):
            return entry_in(*place)
        return expect

    def _swap(self, place: Place, action: Action, number: int) -> Swap:
        names = self._names(number)

        def placing() -> None:
            self._progress.note(number)
            self._steps("place")

        return Swap(place, action, names, self._steps, self._spare, placing)

    def stands(self, path: bytes, entry: Entry | None) -> bool:
        """Whether a path stands exactly so."""
        return _is(standing(self._root, path), entry)

    def is_as_left(self, path: bytes, entry: Entry | None) -> bool:
        """Whether nobody seems to have been at a path since it was made to stand so.

        Somebody who puts the times back is not seen: that is for the next look at the folder.
        """
        try:
            status = os.stat(path, dir_fd=self._top.handle, follow_symlinks=False)
        except OSError:
            return entry is None
        if path in self._left and entry is not None:
            return self._left[path] == looks(status)
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

    def tidy_spare(self, actions: Sequence[Action]) -> None:
        """Clear the file that an interrupted restore wrote into; a foreign content is given back.

        Where the note was lost, as in a power cut, nobody knows which path it came out of.
        """
        with suppress(FileNotFoundError, NotADirectoryError):
            place, noted = self._spare.place, self._note.read()
            status, out = status_in(*place), entry_in(*place)
            if status is None or out is None:
                return
            known = noted.is_ours(status.st_ino) if noted is not None else out in _known(actions)
            if known:
                self._steps("tidy")
                drop(place)
            elif noted is None or not self._gives_back(place, actions[noted.number]):
                keep_beside(place, (place[0], b"found"))

    def _gives_back(self, scratch: Place, action: Action) -> bool:
        """Whether what came out of a path could be given back; its folder may be gone."""
        try:
            with parent_of(self._top, action.path) as place:
                put_back_or_drop(scratch, place, action, self._steps)
        except OSError as error:
            if error.errno not in _MOVED:
                raise
            return False
        return True

    def tidy(self, action: Action, number: int) -> None:
        """Clear what an interrupted `apply` of this action left; a foreign content is given
        back.
        """
        try:
            with parent_of(self._root, action.path) as place:
                self._swap(place, action, number).tidy()
        except OSError as error:
            if error.errno not in _MOVED:
                raise
            # The folder itself is not there (any more), so nothing of ours is in it.

    def remove_empty_folders(self, path: bytes, kept: Collection[bytes]) -> None:
        """Remove the folders above a deleted path that are empty now and not in `kept`."""
        for folder in reversed(ancestors(path)):
            if folder in kept:
                return
            self._folder.close()
            try:
                with parent_of(self._root, folder) as (handle, name):
                    self._steps("rmdir")
                    os.rmdir(name, dir_fd=handle)
            except OSError:
                return  # It holds something, or is no folder: it stays.

    def _make_way(self, path: bytes) -> None:
        self._folder.close()
        for folder in ancestors(path):
            self._steps("mkdir")
            make_folder(self._root, folder)

    def _prune(self, path: bytes) -> None:
        """Remove a folder whose files have all been deleted by this restore; others stay."""
        self._folder.close()
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


def _known(actions: Sequence[Action]) -> frozenset[Entry | None]:
    """What the store has of these paths."""
    return frozenset(entry for action in actions for entry in (action.expect, action.target))


def _is(now: Entry | Special | None, entry: Entry | None) -> bool:
    """Whether this is it. Where nothing is wanted, a folder is as good: it is no file."""
    return now == entry or (entry is None and now == "folder")
