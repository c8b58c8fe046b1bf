"""The single changes a turn made to a text, and taking some of them back. Pure.

A change is one contiguous run of lines. It can be taken back where its lines still stand as they
were left, wherever they have moved to; nothing but those lines is touched.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

import attrs

CONTEXT = 3
"""Lines that are shown around a change."""

Side = Literal["turn", "others", "both"]
"""Whose a change is: the turn's alone, somebody else's alone, or that of both."""

Standing = Literal["inPlace", "undone", "changed"]
"""Whether a change stands as it was left, is not there any more, or was changed again."""


@attrs.frozen
class Edit:
    """Lines `old_start` to `old_end` became lines `new_start` to `new_end`; both count from 0."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    side: Side = "turn"


def split_lines(content: bytes) -> list[bytes]:
    """The lines with their ends; only a newline ends one, as for git."""
    lines = content.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def digest(*parts: bytes) -> str:
    """A short name of these bytes, taken one after the other."""
    made = hashlib.sha256()
    for part in parts:
        made.update(b"%d:" % len(part))
        made.update(part)
    return made.hexdigest()[:20]


def names(
    path: bytes, old: Sequence[bytes], new: Sequence[bytes], edits: Iterable[Edit]
) -> list[str]:
    """A name for each change, by what it takes and gives: it lasts while lines above move.

    Changes that are alike are told apart by their order.
    """
    seen: dict[str, int] = {}
    found = []
    for edit in edits:
        removed = b"".join(old[edit.old_start : edit.old_end])
        added = b"".join(new[edit.new_start : edit.new_end])
        name = digest(path, removed, added)
        count = seen[name] = seen.get(name, 0) + 1
        found.append(name if count == 1 else f"{name}-{count}")
    return found


def patch_of(old: Sequence[bytes], new: Sequence[bytes], edit: Edit) -> str:
    """The change as a unified hunk with a few lines around it, as they stand in the new text."""
    before = new[max(0, edit.new_start - CONTEXT) : edit.new_start]
    after = new[edit.new_end : edit.new_end + CONTEXT]
    removed = old[edit.old_start : edit.old_end]
    added = new[edit.new_start : edit.new_end]
    around = len(before) + len(after)
    was = _range(edit.old_start - len(before), len(removed) + around)
    became = _range(edit.new_start - len(before), len(added) + around)
    head = f"@@ -{was} +{became} @@\n"
    marked = ((" ", before), ("-", removed), ("+", added), (" ", after))
    return head + "".join(_shown(mark, line) for mark, lines in marked for line in lines)


def _range(start: int, count: int) -> str:
    """Where lines stand, as in a patch: no lines stand behind the one before them."""
    first = start + 1 if count else start
    return f"{first}" if count == 1 else f"{first},{count}"


def _shown(mark: str, line: bytes) -> str:
    text = mark + line.decode("utf-8", "replace")
    return text if text.endswith("\n") else text + "\n\\ No newline at end of file\n"


# ---- whose it is ---------------------------------------------------------------------------------


@attrs.define
class _Line:
    """A line on its way through the states of a text: whose it is, and where it stood at first."""

    side: Side
    first: int | None


def composed(lines: int, steps: Iterable[tuple[Side, Sequence[Edit]]]) -> list[Edit]:
    """The changes that several steps make together to a text of so many lines.

    A change is the turn's only where no line that goes or comes in it is anybody else's.
    """
    now = [_Line("turn", number) for number in range(lines)]
    removed: dict[int, Side] = {}
    for side, edits in steps:
        for edit in reversed(edits):
            for line in now[edit.old_start : edit.old_end]:
                if line.first is not None:
                    removed[line.first] = side
            fresh = [_Line(side, None) for _ in range(edit.new_end - edit.new_start)]
            now[edit.old_start : edit.old_end] = fresh
    return list(_runs(lines, now, removed))


def _runs(lines: int, now: Sequence[_Line], removed: dict[int, Side]) -> Iterator[Edit]:
    """What stands between lines that were there from the first."""
    old = new = 0
    for place, line in enumerate([*now, _Line("turn", lines)]):
        if line.first is None:
            continue
        if line.first > old or place > new:
            sides = {removed[number] for number in range(old, line.first)}
            sides |= {each.side for each in now[new:place]}
            side: Side = sides.pop() if len(sides) == 1 else "both"
            yield Edit(old, line.first, new, place, side)
        old, new = line.first + 1, place + 1


# ---- taking back ---------------------------------------------------------------------------------


def standing_of(
    edit: Edit, old: Sequence[bytes], now: Sequence[bytes], since: Sequence[Edit]
) -> Standing:
    """How a change stands after the edits made `since`, which led to the lines `now`."""
    touching = [later for later in since if _touches(later, edit)]
    if not touching:
        return "inPlace"
    first, last = touching[0], touching[-1]
    if first.old_start >= edit.new_start and last.old_end <= edit.new_end:
        start = first.new_start - (first.old_start - edit.new_start)
        end = last.new_end + (edit.new_end - last.old_end)
        if list(now[start:end]) == list(old[edit.old_start : edit.old_end]):
            return "undone"
    return "changed"


def _touches(later: Edit, edit: Edit) -> bool:
    """Whether a later edit took one of the lines, or came between them; beside them it may."""
    place = edit.new_start
    if place == edit.new_end:
        return later.old_start == later.old_end == place or later.old_start < place < later.old_end
    if later.old_start == later.old_end:
        return place < later.old_start < edit.new_end
    return later.old_start < edit.new_end and edit.new_start < later.old_end


def taken_back(
    old: Sequence[bytes], now: Sequence[bytes], since: Sequence[Edit], edits: Collection[Edit]
) -> bytes:
    """The text `now` without these changes, each of which must be in place."""
    lines = list(now)
    for edit in sorted(edits, key=lambda each: each.new_start, reverse=True):
        shift = sum(
            (later.new_end - later.new_start) - (later.old_end - later.old_start)
            for later in since
            if later.old_end <= edit.new_start
        )
        place = slice(edit.new_start + shift, edit.new_end + shift)
        lines[place] = old[edit.old_start : edit.old_end]
    ended = (line if line.endswith(b"\n") else line + b"\n" for line in lines[:-1])
    return b"".join([*ended, *lines[-1:]])
