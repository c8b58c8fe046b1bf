"""What a restore would do, decided from the chain alone. Pure.

A path goes back while its history belongs to the undone turns and restores alone, and stops at the
first change that is anybody else's or in doubt. What of theirs lies below such a change is a
conflict: kept, and listed. Then whatever cannot be done without touching something that is not
theirs is dropped as well.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal

import attrs

from peon.workspace.chain import Chain
from peon.workspace.disk import Listing
from peon.workspace.entries import Entry, Owners
from peon.workspace.paths import ancestors, under

Reason = Literal[
    "changedSince",
    "shared",
    "notCaptured",
    "blocked",
    "lastCopy",
    "changedMeanwhile",
    "unwritable",
]
"""Why a path is kept: somebody changed it after the undone turns; somebody else may have changed it
at the same time; its content is not in a checkpoint; a file or folder that stays is in the way; it
holds the only copy of lines that the turn moved there; it changed while the restore ran; or the
system refused to write there."""

Lines = Mapping[str, frozenset[int]]
"""By content id, a hash of each line worth keeping; of binary content, one of the whole."""


@attrs.frozen
class Action:
    """Take a path from one entry to another, which is how it stood after segment `back_to`."""

    path: bytes
    expect: Entry | None
    target: Entry | None
    back_to: int
    needs: tuple[bytes, ...] = ()
    """Paths that must be back in place before: they hold lines that the undone turn moved here."""


@attrs.frozen
class Plan:
    """Actions in the order in which they are safe, and what is kept and why."""

    actions: tuple[Action, ...]
    conflicts: Mapping[bytes, Reason]


@attrs.frozen
class Wish:
    """What is asked for: undo `undone` after segment `after`, at `only` these paths (None: all)."""

    undone: Owners
    after: int
    only: tuple[bytes, ...] | None
    overwrite: bool

    def concerns(self, path: bytes) -> bool:
        """Whether the path is among those asked for."""
        return self.only is None or any(under(path, chosen) for chosen in self.only)


@attrs.frozen
class _Choice:
    """An action, and the segments it takes back."""

    action: Action
    run: tuple[int, ...]


@attrs.frozen
class Draft:
    """What the histories alone allow."""

    choices: Mapping[bytes, _Choice]
    conflicts: Mapping[bytes, Reason]

    @property
    def targets(self) -> list[bytes]:
        """The paths where something is to stand afterwards."""
        return [path for path, choice in self.choices.items() if choice.action.target is not None]


def draft(chain: Chain, wish: Wish, missing: Callable[[bytes], bool]) -> Draft:
    """Walk every concerned path back. `missing` tells what the newest capture does not know."""
    choices: dict[bytes, _Choice] = {}
    conflicts: dict[bytes, Reason] = {}
    for path in filter(wish.concerns, chain.changed_by(wish.undone, wish.after)):
        choice, conflict = _walk(chain, wish, path)
        if conflict is not None and wish.overwrite:
            choice, conflict = _overwrite(chain, wish, path)
        if missing(path):
            choice, conflict = None, "notCaptured"
        if choice is not None and choice.action.target != choice.action.expect:
            choices[path] = choice
        if conflict is not None:
            conflicts[path] = conflict
    return Draft(choices, conflicts)


def _walk(chain: Chain, wish: Wish, path: bytes) -> tuple[_Choice | None, Reason | None]:
    expect = target = chain.entry(path, chain.last)
    run: list[int] = []
    broken: Reason | None = None
    conflict: Reason | None = None
    for step in chain.steps(path, wish.undone, wish.after):
        if step.number <= wish.after:
            break
        if step.ours and broken is None:
            target = step.change.before
            run.append(step.number)
        elif step.ours or step.change.owners & wish.undone:
            conflict = broken or "shared"
            break
        elif broken is None:
            broken = "changedSince"
    if not run:
        return None, conflict
    return _Choice(Action(path, expect, target, run[-1] - 1), tuple(run)), conflict


def _overwrite(chain: Chain, wish: Wish, path: bytes) -> tuple[_Choice | None, Reason | None]:
    """Go back to the checkpoint itself, over whatever anybody did since."""
    if chain.segment(wish.after).misses(path):
        return None, "notCaptured"
    expect, target = chain.entry(path, chain.last), chain.entry(path, wish.after)
    run = tuple(
        number
        for number in range(wish.after + 1, chain.last + 1)
        if path in chain.segment(number).changes
    )
    return _Choice(Action(path, expect, target, wish.after), run), None


# ---- settling ------------------------------------------------------------------------------------


@attrs.frozen
class Surroundings:
    """What is on the disk around the paths of a draft: a restore must not stumble over it."""

    files: frozenset[bytes]
    """Folders of the targets that are no folders on the disk."""
    folders: Mapping[bytes, Listing]
    """Targets that are folders on the disk, with all that is below."""


def contents_needed(chain: Chain, drafted: Draft) -> set[str]:
    """The contents whose lines decide whether a path holds the last copy of something moved."""
    needed: set[str] = set()
    for path, choice in drafted.choices.items():
        for number in choice.run:
            changes = chain.segment(number).changes
            others = [change for other, change in changes.items() if other != path]
            if choice.action.expect is None or not any(change.before for change in others):
                continue
            entries = [choice.action.expect, choice.action.target]
            entries += [change.before for change in changes.values()]
            entries += [_final(chain, drafted.choices, other) for other in changes]
            entries += [chain.entry(other, chain.last) for other in changes]
            needed |= {entry.oid for entry in entries if entry is not None}
    return needed


def settle(chain: Chain, drafted: Draft, around: Surroundings, lines: Lines) -> Plan:
    """Drop actions to a fixed point until the rest can be done together; put them in order."""
    choices = dict(drafted.choices)
    conflicts = dict(drafted.conflicts)
    while True:
        moved = _Moved(chain, choices, lines)
        bad: dict[bytes, Reason] = dict.fromkeys(_blocked(choices, around), "blocked")
        for path in choices.keys() - bad.keys():
            if moved.without_home(path):
                bad[path] = "lastCopy"
        if not bad:
            break
        for path in bad:
            del choices[path]
        conflicts |= bad
    actions = [
        attrs.evolve(choice.action, needs=moved.needs(path)) for path, choice in choices.items()
    ]
    return Plan(_in_order(actions), dict(sorted(conflicts.items())))


def _blocked(choices: Mapping[bytes, _Choice], around: Surroundings) -> list[bytes]:
    """Targets whose way is barred by something that stays."""
    going = {path for path, choice in choices.items() if choice.action.target is None}
    coming = choices.keys() - going
    return [
        path
        for path in coming
        if any(
            folder in coming or (folder in around.files and folder not in going)
            for folder in ancestors(path)
        )
        or (path in around.folders and not _clears(path, around.folders[path], going))
    ]


def _clears(path: bytes, listing: Listing, going: Collection[bytes]) -> bool:
    """Whether a folder will be empty, and each folder in it held something that goes."""
    if not listing.files <= set(going):
        return False
    emptied = {folder for file in listing.files for folder in ancestors(file)}
    return {path, *listing.folders} <= emptied


def _final(chain: Chain, choices: Mapping[bytes, _Choice], path: bytes) -> Entry | None:
    choice = choices.get(path)
    return choice.action.target if choice is not None else chain.entry(path, chain.last)


class _Moved:
    """Lines that stood in one path before a segment and in another after it: the turn moved
    them.
    """

    def __init__(self, chain: Chain, choices: Mapping[bytes, _Choice], lines: Lines) -> None:
        self._chain = chain
        self._choices = choices
        self._lines = lines
        self._before: dict[int, Counter[int]] = {}
        self._after: dict[int, Counter[int]] = {}

    def without_home(self, path: bytes) -> bool:
        """Whether the path holds moved lines that would stand nowhere any more."""
        final = self._of(_final(self._chain, self._choices, path))
        return any(
            self._counted_after(number)[line] - (line in final) <= 0
            for number in self._choices[path].run
            for line in self._leaving(path, number)
        )

    def needs(self, path: bytes) -> tuple[bytes, ...]:
        """Which other paths bring the lines home that leave this one."""
        found: set[bytes] = set()
        for number in self._choices[path].run:
            leaving = self._leaving(path, number)
            for other in self._chain.segment(number).changes if leaving else ():
                if other != path and other in self._choices:
                    target = self._of(self._choices[other].action.target)
                    if leaving & target:
                        found.add(other)
        return tuple(sorted(found))

    def _leaving(self, path: bytes, number: int) -> set[int]:
        """Lines the path would lose that stood elsewhere before the segment."""
        action = self._choices[path].action
        own = self._of(self._chain.segment(number).changes[path].before)
        counted = self._counted_before(number)
        leaving = self._of(action.expect) - self._of(action.target)
        return {line for line in leaving if counted[line] - (line in own) > 0}

    def _of(self, entry: Entry | None) -> frozenset[int]:
        return frozenset() if entry is None else self._lines.get(entry.oid, frozenset())

    def _counted_before(self, number: int) -> Counter[int]:
        if number not in self._before:
            changes = self._chain.segment(number).changes
            self._before[number] = self._count(change.before for change in changes.values())
        return self._before[number]

    def _counted_after(self, number: int) -> Counter[int]:
        if number not in self._after:
            changes = self._chain.segment(number).changes
            self._after[number] = self._count(
                _final(self._chain, self._choices, path) for path in changes
            )
        return self._after[number]

    def _count(self, entries: Iterable[Entry | None]) -> Counter[int]:
        counted: Counter[int] = Counter()
        for entry in entries:
            counted.update(self._of(entry))
        return counted


def _in_order(actions: Collection[Action]) -> tuple[Action, ...]:
    """Deletions that make room first, then all that is written, then the other deletions.

    What brings moved lines home comes before what lets go of them.
    """
    coming = {action.path for action in actions if action.target is not None}
    above = {folder for path in coming for folder in ancestors(path)}

    def rank(action: Action) -> tuple[int, int, bytes]:
        makes_room = action.path in above or any(
            folder in coming for folder in ancestors(action.path)
        )
        place = 1 if action.target is not None else 0 if makes_room else 2
        return place, len(action.needs), action.path

    return tuple(sorted(actions, key=rank))
