"""Lines that an undone turn moved from one path to another must never lose their last copy. Pure.

A line counts as moved here when it stood somewhere else before an undone change, put there by
nobody who is undone. Whole files that were moved and then edited are covered by this, and so is a
move that was made as a deletion and a new file in two tool calls.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

import attrs

from peon.workspace.chain import Chain
from peon.workspace.entries import Entry, Owners

Lines = Mapping[str, frozenset[bytes]]
"""By content id, those of its lines that matter."""


@attrs.frozen
class Need:
    """What must stand at another path before a path may lose the lines that were moved to it."""

    path: bytes
    entry: Entry


@attrs.frozen
class Moves:
    """What stood where before the undone changes, at every path that changed along with them."""

    stood: Mapping[bytes, tuple[Entry, ...]]
    now: Mapping[bytes, Entry | None]

    @classmethod
    def of(cls, chain: Chain, undone: Owners, after: int) -> "Moves":
        """Look at every segment after `after` in which one of the undone had a hand."""
        numbers = chain.segments_of(undone, after)
        paths = sorted({path for number in numbers for path in chain.segment(number).changes})
        return cls(
            {path: tuple(_stood(chain, path, undone, after, numbers)) for path in paths},
            {path: chain.entry(path, chain.last) for path in paths},
        )

    @property
    def anything_stood(self) -> bool:
        """Whether there is anything that can have been moved at all."""
        return any(self.stood.values())

    def contents(self, targets: Mapping[bytes, Entry | None]) -> set[str]:
        """The contents whose lines must be known to judge these targets."""
        entries = {*self.now.values(), *targets.values()}
        oids = {entry.oid for entry in entries if entry is not None}
        return oids | self.contents_before()

    def contents_after(self, targets: Mapping[bytes, Entry | None]) -> set[str]:
        """The contents that stand somewhere once these targets do."""
        entries = {**self.now, **targets}.values()
        return {entry.oid for entry in entries if entry is not None}

    def contents_before(self) -> set[str]:
        """The contents that stood somewhere before."""
        return {entry.oid for entries in self.stood.values() for entry in entries}


def _stood(
    chain: Chain, path: bytes, undone: Owners, after: int, numbers: frozenset[int]
) -> Iterable[Entry]:
    """What others had left at a path when one of these segments came over it."""
    by_others = True
    for number, change in chain.changes(path, after):
        if by_others and number in numbers and change.before is not None:
            yield change.before
        by_others = not change.owners or not change.owners <= undone


class LastCopies:
    """Judges a set of targets: which of them would take away the last copy of a moved line."""

    def __init__(self, moves: Moves, targets: Mapping[bytes, Entry | None], lines: Lines) -> None:
        self._moves = moves
        self._targets = targets
        self._lines = lines

    def lost(self) -> list[bytes]:
        """The targets that would."""
        if not self._lines:
            return []
        return [
            path
            for path in self._targets
            if any(self._final_count[line] == 0 for line in self._leaving(path))
        ]

    def needs(self, path: bytes) -> tuple[Need, ...]:
        """For each moved line that leaves this path, one place where it will stand."""
        wanted = self._leaving(path) if self._lines else set()
        needs: list[Need] = []
        while wanted:
            others = (one for one in self._holders[min(wanted)] if one != path)
            other = next(others, None)
            if other is None:
                break
            final = self._targets.get(other, self._moves.now[other])
            if final is not None:
                needs.append(Need(other, final))
            wanted -= self._final[other]
        return tuple(needs)

    @cached_property
    def _stood(self) -> dict[bytes, frozenset[bytes]]:
        return {path: self._all(entries) for path, entries in self._moves.stood.items()}

    @cached_property
    def _final(self) -> dict[bytes, frozenset[bytes]]:
        now = self._moves.now
        return {path: self._of(self._targets.get(path, now[path])) for path in now}

    @cached_property
    def _stood_count(self) -> Counter[bytes]:
        return Counter(line for stood in self._stood.values() for line in stood)

    @cached_property
    def _final_count(self) -> Counter[bytes]:
        return Counter(line for final in self._final.values() for line in final)

    @cached_property
    def _holders(self) -> dict[bytes, list[bytes]]:
        """By line, two of the paths that will hold it; what stays as it is need not be waited
        for.
        """
        holders: dict[bytes, list[bytes]] = {}
        for path in sorted(self._final, key=lambda name: (name in self._targets, name)):
            for line in self._final[path]:
                known = holders.setdefault(line, [])
                if len(known) < 2:
                    known.append(path)
        return holders

    def _leaving(self, path: bytes) -> set[bytes]:
        """Lines the path would lose, that stood elsewhere before."""
        own = self._stood[path]
        leaving = self._of(self._moves.now[path]) - self._final[path]
        return {line for line in leaving if self._stood_count[line] > (line in own)}

    def _of(self, entry: Entry | None) -> frozenset[bytes]:
        return frozenset() if entry is None else self._lines.get(entry.oid, frozenset())

    def _all(self, entries: Iterable[Entry]) -> frozenset[bytes]:
        return frozenset(line for entry in entries for line in self._of(entry))
