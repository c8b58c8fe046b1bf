"""What a turn changed, path by path, as the chain of captures tells it."""

from collections.abc import Sequence

import attrs

from peon.workspace.chain import Chain
from peon.workspace.entries import LINK, Change, Entry, Owner
from peon.workspace.hunks import Side
from peon.workspace.line_edits import EMPTY, renames
from peon.workspace.paths import under
from peon.workspace.store import CheckpointStore


@attrs.frozen
class TurnSpan:
    """A turn as the chain knows it: whose changes, and the capture before the first of them."""

    owner: Owner
    before_ref: str


@attrs.frozen
class Touched:
    """A path that a turn changed: from `base`, as it stood after segment `back_to`, to `end`."""

    path: bytes
    base: Entry | None
    end: Entry | None
    back_to: int
    steps: tuple[tuple[Side, Change], ...]

    @property
    def shared(self) -> bool:
        """Whether somebody else had, or may have had, a hand in it meanwhile."""
        return any(side != "turn" for side, _ in self.steps)


def touched_paths(chain: Chain, span: TurnSpan) -> list[Touched]:
    """What the turn changed, from before its first change of a path to after its last."""
    after = chain.number(span.before_ref)
    found = (
        _touched(path, chain.changes(path, after), span.owner)
        for path in chain.changed_by(frozenset([span.owner]), after)
    )
    return [each for each in found if each.base != each.end]


def _touched(path: bytes, changes: Sequence[tuple[int, Change]], owner: Owner) -> Touched:
    own = [place for place, (_, change) in enumerate(changes) if owner in change.owners]
    steps = changes[own[0] : own[-1] + 1]
    return Touched(
        path=path,
        base=steps[0][1].before,
        end=steps[-1][1].after,
        back_to=steps[0][0] - 1,
        steps=tuple((_side(change, owner), change) for _, change in steps),
    )


def _side(change: Change, owner: Owner) -> Side:
    if owner not in change.owners:
        return "others"
    return "turn" if len(change.owners) == 1 else "both"


# ---- renames -------------------------------------------------------------------------------------


@attrs.frozen
class Moved:
    """A touched path, and the one it was renamed from, if it was."""

    touched: Touched
    old: Touched | None

    def concerns(self, paths: Sequence[bytes] | None) -> bool:
        """Whether it is one of these, or lies below one."""
        mine = [self.touched.path, *([self.old.path] if self.old is not None else [])]
        return paths is None or any(under(path, wanted) for path in mine for wanted in paths)


async def with_renames(store: CheckpointStore, touched: Sequence[Touched]) -> list[Moved]:
    """The touched paths, where one that came and one that went are the same file told as one."""
    gone = {each.path: each for each in touched if is_file(each.base) and each.end is None}
    come = {each.path: each for each in touched if each.base is None and is_file(each.end)}
    found = await renames(
        store,
        {path: content_of(each.base) for path, each in gone.items() if not each.shared},
        {path: content_of(each.end) for path, each in come.items() if not each.shared},
    )
    left = set(found.values())
    return [
        Moved(each, gone[found[each.path]] if each.path in found else None)
        for each in touched
        if each.path not in left
    ]


def is_file(entry: Entry | None) -> bool:
    """Whether it is a plain file, a program or not."""
    return entry is not None and entry.mode != LINK


def content_of(entry: Entry | None) -> str:
    """The id of what stands there; of nothing, that of no content."""
    return EMPTY if entry is None else entry.oid
