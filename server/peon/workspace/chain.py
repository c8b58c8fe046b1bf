"""The chain of a folder's captures in memory: each path's history, and walking it back. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

import attrs

from peon.errors import ExternalFailure
from peon.workspace.entries import Change, Entry, Owner, Owners
from peon.workspace.segments import Claim, RestoreRecord, Segment


@attrs.frozen
class Step:
    """One change met on the way back through a path's history."""

    number: int
    change: Change
    ours: bool
    """Whether nobody but those who are undone had a hand in it."""


class Chain:
    """Segments in order. `number` n is the state after segment n; earlier ones may have expired."""

    def __init__(self) -> None:
        self._segments: dict[int, Segment] = {}
        self._numbers: dict[str, int] = {}
        self._refs: dict[int, str] = {}
        self._history: dict[bytes, list[int]] = {}
        self._paths: dict[bytes, bytes] = {}
        self._changes: dict[Change, Change] = {}
        self._restores: dict[Owner, tuple[str, RestoreRecord]] = {}
        self.last = 0

    def append(self, ref: str, segment: Segment) -> None:
        """Add the newest capture and apply its claims to earlier segments."""
        segment = attrs.evolve(segment, changes=self._shared(segment.changes))
        self._segments[segment.number] = segment
        self._numbers[ref] = segment.number
        self._refs[segment.number] = ref
        self.last = segment.number
        for path in segment.changes:
            self._history.setdefault(path, []).append(segment.number)
        for claim in segment.claims:
            self._claim(claim)
        if segment.restore is not None:
            self._restores[segment.restore.owner] = (ref, segment.restore)

    def _shared(self, changes: Mapping[bytes, Change]) -> dict[bytes, Change]:
        """The changes, with what we have already seen kept once: branches go back and forth."""
        return {
            self._paths.setdefault(path, path): self._changes.setdefault(change, change)
            for path, change in changes.items()
        }

    def _claim(self, claim: Claim) -> None:
        segment = self._segments.get(claim.number)
        if segment is not None and claim.path in segment.changes:
            hand = claim.hand
            change = segment.changes[claim.path]
            change = attrs.evolve(change, owners=hand.owners, tools=hand.tools)
            changes = {**segment.changes, claim.path: change}
            self._segments[claim.number] = attrs.evolve(segment, changes=changes)

    @property
    def head(self) -> str | None:
        """The newest capture, if there is one."""
        return self._refs.get(self.last)

    @property
    def newest(self) -> Segment | None:
        """The newest segment, if there is one."""
        return self._segments.get(self.last)

    @property
    def numbers(self) -> list[int]:
        """The numbers of all segments that are kept, oldest first."""
        return list(self._segments)

    @property
    def first(self) -> int:
        """The number of the oldest segment that is kept."""
        return next(iter(self._segments), 0)

    def knows(self, ref: str) -> bool:
        """Whether a capture is in this chain."""
        return ref in self._numbers

    def segment(self, number: int) -> Segment:
        """The segment with this number."""
        return self._segments[number]

    def ref(self, number: int) -> str:
        """The capture that ended segment `number`."""
        return self._refs[number]

    def number(self, ref: str) -> int:
        """The place of a capture. Raises ExternalFailure when it is not (or no longer) in this
        chain.
        """
        if ref not in self._numbers:
            raise ExternalFailure(
                "checkpoints",
                "this folder has no such checkpoint (any more)",
                code="checkpoint.expired",
                remedy="Choose one from the list of checkpoints.",
            )
        return self._numbers[ref]

    def restore_by(self, owner: Owner) -> tuple[str, RestoreRecord] | None:
        """The capture and record of a restore that was done already."""
        return self._restores.get(owner)

    def undone_by(self, thread_id: str, after: int) -> Owners:
        """The turns and restores of a thread that changed something after a state."""
        return frozenset(
            owner
            for number in range(after + 1, self.last + 1)
            for change in self._segments[number].changes.values()
            for owner in change.owners
            if owner.thread_id == thread_id
        )

    def segments_of(self, owners: Owners, after: int) -> frozenset[int]:
        """The numbers of the later segments in which any of these had a hand."""
        return frozenset(
            number
            for number in range(after + 1, self.last + 1)
            if any(change.owners & owners for change in self._segments[number].changes.values())
        )

    def changed_by(self, owners: Owners, after: int) -> list[bytes]:
        """The paths in whose changes any of these had a hand after a state, sorted."""
        return sorted(
            {
                path
                for number in self.segments_of(owners, after)
                for path, change in self._segments[number].changes.items()
                if change.owners & owners
            }
        )

    def entry(self, path: bytes, number: int) -> Entry | None:
        """What stood at a path, that changed at least once, after segment `number`."""
        numbers = self._history[path]
        place = bisect_right(numbers, number)
        if place:
            return self._segments[numbers[place - 1]].changes[path].after
        return self._segments[numbers[0]].changes[path].before

    def has_history(self, path: bytes) -> bool:
        """Whether the path ever changed in this chain."""
        return path in self._history

    def changes(self, path: bytes, after: int) -> list[tuple[int, Change]]:
        """A path's changes after segment `after` with their segments' numbers, oldest first."""
        numbers = self._history.get(path, [])
        later = numbers[bisect_right(numbers, after) :]
        return [(number, self._segments[number].changes[path]) for number in later]

    def steps(self, path: bytes, undone: Owners, after: int) -> Iterator[Step]:
        """A path's changes, newest first. Restores that are not undone are hopped over.

        Such a restore is no change of its own: the path stands again as it stood at the state that
        the restore went back to, and so does its history.
        """
        numbers = self._history.get(path, [])
        position = self.last
        while place := bisect_right(numbers, position):
            number = numbers[place - 1]
            segment = self._segments[number]
            change = segment.changes[path]
            ours = bool(change.owners) and change.owners <= undone and number > after
            jump = segment.restore.jumps.get(path) if segment.restore is not None else None
            if jump is not None and not ours:
                position = jump
                continue
            yield Step(number, change, ours)
            position = number - 1
