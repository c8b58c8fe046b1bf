"""Reads the lines of contents, as far as they matter for what a restore would take away."""

import hashlib
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from peon.workspace.entries import Entry
from peon.workspace.moved import Lines, Moves
from peon.workspace.ports import Blobs, Store

_BLANKS = b" \t\r\f\v"
_WORD = re.compile(rb"\w")
_SNIFFED = 8000


async def lines_that_leave(
    store: Store, moves: Moves, targets: Mapping[bytes, Entry | None]
) -> Lines:
    """By content id, those of its lines that some path would lose if it went to its target."""
    if not moves.anything_stood:
        return {}
    async with store.blobs() as blobs:
        leaving = await _leaving(blobs, moves, targets)
        if not leaving:
            return {}
        before = await _with_lines(blobs, moves.contents_before(), leaving)
        moved = frozenset(line for lines in before.values() for line in lines)
        if not moved:
            return {}
        others = moves.contents(targets) - before.keys()
        return {**before, **await _with_lines(blobs, others, moved)}


async def _with_lines(
    blobs: Blobs, oids: AbstractSet[str], wanted: frozenset[bytes]
) -> dict[str, frozenset[bytes]]:
    """By content id, those of the wanted lines that it holds."""
    order = sorted(oids)
    return {oid: wanted & lines_of(content) async for oid, content in blobs.read_all(order)}


async def _leaving(
    blobs: Blobs, moves: Moves, targets: Mapping[bytes, Entry | None]
) -> frozenset[bytes]:
    pairs = [(moves.now[path], target) for path, target in targets.items()]
    order = [
        entry.oid for now, target in pairs if now is not None for entry in (now, target) if entry
    ]
    contents = blobs.read_all(order)
    leaving: set[bytes] = set()
    for now, target in pairs:
        if now is not None:
            _, content = await anext(contents)
            lost = lines_of(content)
            if target is not None:
                _, content = await anext(contents)
                lost -= lines_of(content)
            leaving |= lost
    return frozenset(line for line in leaving if _WORD.search(line))


def lines_of(content: bytes) -> frozenset[bytes]:
    """The lines of a text without their blanks, so that indenting moved lines does not hide them.

    Binary content counts as one line.
    """
    if b"\0" in content[:_SNIFFED]:
        return frozenset([b"binary " + hashlib.sha256(content).hexdigest().encode()])
    return frozenset(content.translate(None, _BLANKS).split(b"\n"))
