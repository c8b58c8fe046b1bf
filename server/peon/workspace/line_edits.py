"""Which lines differ between contents of a store, for many pairs at once, and what was renamed.

git compares trees, so the pairs are put into two trees that exist for nothing else: one process,
however many pairs there are.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence

from peon.workspace.entries import blob_id
from peon.workspace.hunks import Edit
from peon.workspace.loose import entries_tree, write_object
from peon.workspace.store import CheckpointStore, storing

Pair = tuple[str, str]
"""The ids of two contents."""

EMPTY = blob_id(b"")
"""The id of no content: what stands for a file that is not there."""

_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_SECONDS = 60.0


async def line_edits(store: CheckpointStore, pairs: Sequence[Pair]) -> dict[Pair, list[Edit]]:
    """What leads from the first content of each pair to the second, line by line."""
    wanted = sorted({pair for pair in pairs if pair[0] != pair[1]})
    found: dict[Pair, list[Edit]] = {pair: [] for pair in pairs}
    with storing():
        await asyncio.to_thread(write_object, store.objects / "objects", "blob", b"")
    if wanted:
        old, new = await _trees(store, wanted)
        told = await store.git(
            "diff-tree", "-r", "-p", "-U0", "-a", "--no-renames", "--no-color", "--no-prefix",
            "--full-index", old, new, seconds=_SECONDS,
        )  # fmt: skip
        found |= dict(_read(told.out))
    return found


async def renames(
    store: CheckpointStore, gone: Mapping[bytes, str], come: Mapping[bytes, str]
) -> dict[bytes, bytes]:
    """By the name of a file that came, the one that went and is so like it that it moved."""
    if not gone or not come:
        return {}
    went, came = sorted(gone), sorted(come)
    with storing():
        old = await asyncio.to_thread(_tree, store, [(b"o", gone[path]) for path in went])
        new = await asyncio.to_thread(_tree, store, [(b"n", come[path]) for path in came])
    told = await store.git(
        "diff-tree", "-r", "-z", "--raw", "-M", "-l1000", "--diff-filter=R", old, new,
        seconds=_SECONDS,
    )  # fmt: skip
    words = iter(told.records)
    return {
        came[int(new_name[1:])]: went[int(old_name[1:])]
        for _, old_name, new_name in zip(words, words, words, strict=True)
    }


async def _trees(store: CheckpointStore, pairs: Sequence[Pair]) -> tuple[str, str]:
    with storing():
        old = await asyncio.to_thread(_tree, store, [(b"", before) for before, _ in pairs])
        new = await asyncio.to_thread(_tree, store, [(b"", after) for _, after in pairs])
    return old, new


def _tree(store: CheckpointStore, contents: Sequence[tuple[bytes, str]]) -> str:
    """A tree whose files are called by their place, behind a prefix."""
    rows = [(b"%b%08d" % (prefix, place), oid) for place, (prefix, oid) in enumerate(contents)]
    return write_object(store.objects / "objects", "tree", entries_tree(rows))


def _read(told: bytes) -> Iterator[tuple[Pair, list[Edit]]]:
    """Sections of a patch: what is compared, then the heads of its hunks among their lines."""
    edits: list[Edit] = []
    for line in told.split(b"\n"):
        if line.startswith(b"index "):
            ids, _, _ = line.removeprefix(b"index ").partition(b" ")
            before, _, after = ids.decode().partition("..")
            edits = []
            yield (before, after), edits
        elif (head := _HEAD.match(line)) is not None:
            edits.append(_edit(head))


def _edit(head: re.Match[bytes]) -> Edit:
    old_start, old_lines, new_start, new_lines = (
        int(number) if number is not None else 1 for number in head.groups()
    )
    # No lines stand behind the line that is named, all others from it on.
    old = old_start - 1 if old_lines else old_start
    new = new_start - 1 if new_lines else new_start
    return Edit(old, old + old_lines, new, new + new_lines)
