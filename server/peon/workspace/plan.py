"""What a restore would do, decided from the chain alone. Pure.

A path goes back while its history belongs to the undone turns and restores alone, and stops at the
first change that is anybody else's or in doubt. What of theirs lies below such a change is a
conflict: kept, and listed. Then whatever cannot be done without touching something that is not
theirs is dropped as well.
"""

from collections.abc import Collection, Mapping
from typing import Literal

import attrs

from peon.workspace.chain import Chain
from peon.workspace.disk import Listing
from peon.workspace.entries import Entry, Owners
from peon.workspace.moved import LastCopies, Lines, Moves, Need
from peon.workspace.order import in_order
from peon.workspace.paths import ancestors, under
from peon.workspace.segments import Unseen

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


NO_STATE = 0
"""Where a path goes back to that is given a content it never had as a whole."""


@attrs.frozen
class Action:
    """Take a path from one entry to another, which is how it stood after segment `back_to`."""

    path: bytes
    expect: Entry | None
    target: Entry | None
    back_to: int
    needs: tuple[Need, ...] = ()
    """What must stand elsewhere before: it holds lines that the undone turn moved here."""


@attrs.frozen
class Plan:
    """Actions in the order in which they are safe; what is kept, and what is taken over others'
    changes, and why.
    """

    actions: tuple[Action, ...]
    conflicts: Mapping[bytes, Reason]
    overwritten: Mapping[bytes, Reason] = attrs.field(factory=dict)


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
class Draft:
    """What the histories alone allow; `overwritten` are conflicts that shall not hold it up."""

    actions: Mapping[bytes, Action]
    conflicts: Mapping[bytes, Reason]
    overwritten: Mapping[bytes, Reason] = attrs.field(factory=dict)

    @property
    def comings(self) -> list[bytes]:
        """The paths where something is to stand afterwards."""
        return [path for path, action in self.actions.items() if action.target is not None]


def draft(chain: Chain, wish: Wish, unseen: Unseen) -> Draft:
    """Walk every concerned path back. `unseen` is what the newest capture does not know."""
    start = Unseen(chain.segment(wish.after).missing)
    actions: dict[bytes, Action] = {}
    conflicts: dict[bytes, Reason] = {}
    overwritten: dict[bytes, Reason] = {}
    for path in filter(wish.concerns, chain.changed_by(wish.undone, wish.after)):
        action, conflict = _walk(chain, wish, path)
        if conflict is not None and wish.overwrite:
            overwritten[path] = conflict
            action, conflict = _overwrite(chain, wish, path)
        elif conflict is None and action is not None and start.covers(path):
            conflict = (
                "notCaptured"  # It goes back as far as it is known, which is not all the way.
            )
        if unseen.covers(path):
            action, conflict = None, "notCaptured"
        if action is not None and action.target != action.expect:
            actions[path] = action
        if conflict is not None:
            conflicts[path] = conflict
    return Draft(actions, conflicts, overwritten)


def _walk(chain: Chain, wish: Wish, path: bytes) -> tuple[Action | None, Reason | None]:
    expect = chain.entry(path, chain.last)
    action: Action | None = None
    broken: Reason | None = None
    for step in chain.steps(path, wish.undone, wish.after):
        if step.number <= wish.after:
            break
        if step.ours and broken is None:
            action = Action(path, expect, step.change.before, step.number - 1)
        elif step.ours or step.change.owners & wish.undone:
            return action, broken or "shared"
        elif broken is None:
            broken = "changedSince"
    return action, None


def _overwrite(chain: Chain, wish: Wish, path: bytes) -> tuple[Action | None, Reason | None]:
    """Go back to the checkpoint itself, over whatever anybody did since."""
    if chain.segment(wish.after).misses(path):
        return None, "notCaptured"
    expect, target = chain.entry(path, chain.last), chain.entry(path, wish.after)
    return Action(path, expect, target, wish.after), None


# ---- settling ------------------------------------------------------------------------------------


@attrs.frozen
class Surroundings:
    """What is on the disk around the paths of a draft: a restore must not stumble over it."""

    files: frozenset[bytes]
    """Folders of the targets that are no folders on the disk."""
    folders: Mapping[bytes, Listing]
    """Targets that are folders on the disk, with all that is below."""


def settle(
    drafted: Draft, around: Surroundings, moves: Moves, lines: Lines, *, overwrite: bool
) -> Plan:
    """Drop actions to a fixed point until the rest can be done together; put them in order.

    With `overwrite`, the last copy of a line may go: the checkpoint of the present has it.
    """
    actions = dict(drafted.actions)
    conflicts = dict(drafted.conflicts)
    overwritten = dict(drafted.overwritten)
    while True:
        copies = LastCopies(moves, {path: one.target for path, one in actions.items()}, lines)
        bad: dict[bytes, Reason] = dict.fromkeys(_blocked(actions, around), "blocked")
        lost: dict[bytes, Reason] = dict.fromkeys(copies.lost(), "lastCopy")
        if overwrite:
            overwritten = {**lost, **overwritten}
        else:
            bad |= lost
        if not bad:
            break
        actions = {path: one for path, one in actions.items() if path not in bad}
        conflicts |= bad
    needs = {path: () if overwrite else copies.needs(path) for path in actions}
    ready = {
        path: attrs.evolve(one, needs=needs[path]) if needs[path] else one
        for path, one in actions.items()
    }
    taken = {path: why for path, why in sorted(overwritten.items()) if path in ready}
    return Plan(_in_order(ready), dict(sorted(conflicts.items())), taken)


def _blocked(actions: Mapping[bytes, Action], around: Surroundings) -> list[bytes]:
    """Targets whose way is barred by something that stays."""
    going = {path for path, action in actions.items() if action.target is None}
    coming = actions.keys() - going
    barred = coming | (around.files - going)
    return [
        path
        for path in coming
        if not barred.isdisjoint(ancestors(path))
        or (path in around.folders and not _clears(path, around.folders[path], going))
    ]


def _clears(path: bytes, listing: Listing, going: Collection[bytes]) -> bool:
    """Whether a folder will be empty, and each folder in it held something that goes."""
    if not listing.files <= set(going):
        return False
    emptied = {folder for file in listing.files for folder in ancestors(file)}
    return {path, *listing.folders} <= emptied


def _in_order(actions: Mapping[bytes, Action]) -> tuple[Action, ...]:
    """First what is written, then what is deleted; but nothing before what it waits for."""
    order = sorted(actions, key=lambda path: (actions[path].target is None, path))
    room = _makes_room(actions)
    needs = {
        path: {need.path for need in action.needs if need.path in actions}
        for path, action in actions.items()
        if action.needs
    }
    return tuple(actions[path] for path in in_order(order, must=room, should=needs))


def _makes_room(actions: Mapping[bytes, Action]) -> dict[bytes, set[bytes]]:
    """By path, the deletions without which nothing can be written there: what is above, or
    below.
    """
    going = {path for path, action in actions.items() if action.target is None}
    room: dict[bytes, set[bytes]] = {}
    if not going:
        return room
    for path in going:
        for folder in ancestors(path):
            room.setdefault(folder, set()).add(path)
    for path in actions.keys() - going:
        room.setdefault(path, set()).update(going.intersection(ancestors(path)))
    return room
