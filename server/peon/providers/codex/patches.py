"""Changes of files as Codex tells them: a whole new file, or the parts of one that change."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from peon.providers.content import absolute
from peon.providers.jsonrpc import raw
from peon_protocol.values import FileEdit, JsonValue

_HEAD: Final = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")


def edits(changes: Iterable[JsonValue], root: str) -> tuple[FileEdit, ...]:
    """The edits of a `fileChange`; of a file that is changed, one for each part of its diff."""
    return tuple(edit for change in changes for edit in _edits(change, root))


def paths(changes: Iterable[JsonValue], root: str) -> tuple[str, ...]:
    """Every file that is touched, also where one is moved to."""
    named = (
        path
        for change in changes
        for path in (raw.text(change, "path"), raw.text(change, "kind", "move_path"))
    )
    return tuple(dict.fromkeys(absolute(path, root) for path in named if path))


def only_deletes(changes: list[JsonValue]) -> bool:
    return bool(changes) and all(raw.text(each, "kind", "type") == "delete" for each in changes)


def _edits(change: JsonValue, root: str) -> Iterator[FileEdit]:
    path, diff = raw.text(change, "path"), raw.text(change, "diff") or ""
    if not path:
        return
    place = absolute(raw.text(change, "kind", "move_path") or path, root)
    match raw.text(change, "kind", "type"):
        case "add":
            yield FileEdit(place, diff)
        case "delete":
            yield FileEdit(place, "", diff)
        case _:
            for old, new in _parts(diff):
                yield FileEdit(place, new, old)


def _parts(diff: str) -> Iterator[tuple[str, str]]:
    """What each part of a unified diff had and will have."""
    old: list[str] = []
    new: list[str] = []
    touched: tuple[list[str], ...] = ()
    for line in diff.removesuffix("\n").split("\n"):
        if _HEAD.match(line):
            if old or new:
                yield _text(old), _text(new)
            old, new = [], []
            continue
        if line.startswith("\\"):  # No newline at the end of what stands above.
            for side in touched:
                side[-1] = side[-1].removesuffix("\n")
            continue
        touched = {"-": (old,), "+": (new,), " ": (old, new)}.get(line[:1], ())
        for side in touched:
            side.append(f"{line[1:]}\n")
    if old or new:
        yield _text(old), _text(new)


def _text(lines: list[str]) -> str:
    return "".join(lines)
