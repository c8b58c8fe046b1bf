"""One folder and its chain: looks at it, and appends a segment when something differs."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.runtime.clock import Clock
from peon.workspace.chain import Chain
from peon.workspace.deadline import Deadline
from peon.workspace.entries import Change, Entry, Hand, Miss
from peon.workspace.ports import Observation, Observer, Placed, Store
from peon.workspace.segments import Claim, RestoreRecord, Segment, Unseen, decode, encode
from peon.workspace.store import storing

logger = logging.getLogger(__name__)

Attribution = Callable[[bytes, Change], Hand]
"""Says whose a change of a path, which does not say it yet, is."""

_EVERYTHING = Miss(b"", "notReached")


@attrs.frozen
class Written:
    """A capture that stands in the chain: its reference, its segment, and what it misses."""

    ref: str
    segment: Segment
    missing: tuple[Miss, ...]
    fresh: bool
    """Whether this call made it; otherwise nothing had changed since."""


@attrs.frozen
class _Doubt:
    """What the last look did not see. Whatever is seen to change there next is nobody's."""

    unseen: Unseen
    everything: bool

    def covers(self, path: bytes) -> bool:
        return self.everything or self.unseen.covers(path)


_IN_DOUBT = _Doubt(Unseen(()), everything=True)
_CERTAIN = _Doubt(Unseen(()), everything=False)


class Folder:
    """The store, the chain and the observer of one folder. Not to be used by two tasks at once."""

    def __init__(self, *, store: Store, observer: Observer, root: Path, clock: Clock) -> None:
        self.root = root
        self.store = store
        self.chain = Chain()
        self.clock = clock
        self._observer = observer
        self._trees: dict[bytes, str] = {}
        self._tree: str | None = None
        """The tree of the newest capture, where this process has made it."""
        self._doubt = _IN_DOUBT
        self._missing: tuple[Miss, ...] = ()
        self.seen_at = 0
        """When the last look began, in nanoseconds of the file system."""

    async def load(self) -> None:
        """Read the chain from the store. The time since its last capture is in doubt."""
        await self.reread()
        chain = self.chain
        self._trees = await self.store.units(chain.head) if chain.head is not None else {}
        self.lose_sight()

    async def reread(self) -> None:
        """Read the chain anew, after its oldest captures were let go."""
        chain = Chain()
        for ref, message in await self.store.messages():
            segment, unlisted = decode(message)
            if unlisted and chain.head is not None:
                segment = await self._complete(segment, chain.head, ref)
            chain.append(ref, segment)
        self.chain = chain

    async def _complete(self, segment: Segment, before: str, after: str) -> Segment:
        """A segment with the changes that it does not list, which are nobody's."""
        found = await self.store.differences(before, after)
        unlisted = {path: Change(*pair) for path, pair in found.items()}
        return attrs.evolve(segment, changes={**unlisted, **segment.changes})

    def lose_sight(self) -> None:
        """Trust no earlier look: what changed since the last capture is nobody's."""
        self._observer.forget()
        self._doubt = _IN_DOUBT

    def learn_rules_anew(self) -> None:
        """Read what is ignored again at the next look."""
        self._observer.forget()

    async def record(
        self,
        attribution: Attribution,
        deadline: Deadline,
        *,
        restore: "RestoreMade | None" = None,
    ) -> Written:
        """Capture the folder as it is now; whose each change is says `attribution`.

        When not even a listing was possible in time, the capture says that it misses everything.
        """
        doubt, self._doubt = self._doubt, _IN_DOUBT
        with storing():
            seen_at = await asyncio.to_thread(_moment, self.store.folder)
        try:
            look = await self._look(deadline, restore)
        except ExternalFailure as error:
            if error.code not in ("git.timedOut", "git.failed") or restore is not None:
                raise
            logger.warning("the files of %s could not be listed: %s", self.root, error)
            look = Observation(self._trees, (_EVERYTHING,))
        tree = await self.store.compose(look.trees)
        certain = restore is not None
        changes = await self._changes(tree, attribution, _CERTAIN if certain else doubt)
        written = await self._write(tree, changes, look, restore)
        self._trees = dict(look.trees)
        self._doubt = _Doubt(Unseen(look.missing), everything=_EVERYTHING in look.missing)
        self._missing = look.missing
        if restore is None:
            self.seen_at = seen_at
        return written

    async def _look(self, deadline: Deadline, restore: "RestoreMade | None") -> Observation:
        """Everything; after a restore, what that has put in place: the look before it was a moment
        ago, and whatever has happened since is for the next one to see.
        """
        if restore is None:
            return await self._observer.observe(deadline, self._trees)
        look = await self._observer.observe(deadline, self._trees, restore.placed)
        return attrs.evolve(look, missing=(*self._missing, *look.missing))

    async def _changes(
        self, tree: str, attribution: Attribution, doubt: _Doubt
    ) -> dict[bytes, Change]:
        head = self.chain.head
        if head is None or tree == self._tree:
            return {}
        found = await self.store.differences(self._tree or head, tree)
        exposed = await asyncio.to_thread(self._exposed, found)
        changes = {}
        for path, (before, after) in found.items():
            known = path not in exposed and not doubt.covers(path)
            hand = attribution(path, Change(before, after)) if known else Hand()
            changes[path] = Change(before, after, hand.owners, hand.tools)
        return changes

    def _exposed(self, found: Mapping[bytes, tuple[Entry | None, Entry | None]]) -> set[bytes]:
        """Files that only came into sight because a rule that ignored them went away.

        They look as if they had been made just now. But nobody touched them since the last look,
        and their content did not move here from a place that was in sight: to undo them would
        delete what the user had ignored.
        """
        if not any(path.rsplit(b"/", 1)[-1] == b".gitignore" for path in found):
            return set()
        moved = {before for before, _ in found.values() if before is not None}
        added = {path for path, pair in found.items() if pair[0] is None and pair[1] not in moved}
        return {path for path in added if self._untouched(path)}

    def _untouched(self, path: bytes) -> bool:
        try:
            return os.lstat(os.path.join(os.fsencode(self.root), path)).st_ctime_ns < self.seen_at
        except OSError:
            return True

    async def _write(
        self,
        tree: str,
        changes: Mapping[bytes, Change],
        look: Observation,
        restore: "RestoreMade | None",
    ) -> Written:
        segment = Segment(
            number=self.chain.last + 1,
            at=self.clock.now(),
            changes=changes,
            missing=look.missing,
            cut_short=look.cut_short,
            restore=restore.record(changes) if restore is not None else None,
        )
        head, newest = self.chain.head, self.chain.newest
        if head is not None and newest is not None and _says_nothing_new(segment, newest):
            return Written(head, newest, look.missing, fresh=False)
        source = [restore.checkpoint] if restore is not None else []
        ref = await self._append(tree, segment, source)
        return Written(ref, segment, look.missing, fresh=True)

    async def note(self, claims: tuple[Claim, ...]) -> Written:
        """Append claims to the chain, without looking at the folder."""
        newest = self.chain.segment(self.chain.last)
        segment = attrs.evolve(
            newest,
            number=newest.number + 1,
            at=self.clock.now(),
            changes={},
            claims=claims,
            restore=None,
        )
        ref = await self._append(await self.store.compose(self._trees), segment, [])
        return Written(ref, segment, segment.missing, fresh=True)

    async def _append(self, tree: str, segment: Segment, more_parents: list[str]) -> str:
        head = self.chain.head
        parents = [*([head] if head is not None else []), *more_parents]
        when = int(segment.at.timestamp())
        ref = await self.store.append(tree, parents, encode(segment), when)
        self._tree = tree
        self.chain.append(ref, segment)
        return ref


@attrs.frozen
class RestoreMade:
    """A restore whose files are in place; what remains is to say so in the chain."""

    checkpoint: str
    placed: Placed
    record: Callable[[Mapping[bytes, Change]], RestoreRecord]
    """Makes the record, once it is known which of the changes are the restore's."""


def _says_nothing_new(segment: Segment, newest: Segment) -> bool:
    return (
        not segment.changes
        and segment.restore is None
        and segment.missing == newest.missing
        and segment.cut_short == newest.cut_short
    )


def _moment(folder: Path) -> int:
    """This moment in nanoseconds, as the file system tells it."""
    stamp = folder / "stamp"
    stamp.write_bytes(b"")
    return stamp.stat().st_mtime_ns
