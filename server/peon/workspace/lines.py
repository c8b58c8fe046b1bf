"""Reads the lines of contents, as far as they matter for what a restore would take away."""

import hashlib
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from peon.workspace.entries import Entry
from peon.workspace.memory import Memory, Remembered
from peon.workspace.moved import Lines, Moves
from peon.workspace.ports import Blobs, Store

_BLANKS = b" \t\r\f\v"
_WORD = re.compile(rb"\w")
_SNIFFED = 8000
_FEW = 8


async def lines_that_leave(
    store: Store, moves: Moves, targets: Mapping[bytes, Entry | None], memory: Memory
) -> Lines:
    """By content id, those of its lines that some path would lose if it went to its target.

    The contents of targets are kept in `memory`, for whoever writes them.
    """
    if not moves.anything_stood:
        return {}
    async with store.blobs() as stored:
        blobs = Remembered(stored, memory)
        leaving = await _leaving(blobs, moves, targets, memory)
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
    return {oid: _found(wanted, content) async for oid, content in blobs.read_all(order)}


async def _leaving(
    blobs: Blobs, moves: Moves, targets: Mapping[bytes, Entry | None], memory: Memory
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
            if target is None:
                leaving |= lines_of(content)
            else:
                oid, wanted = await anext(contents)
                memory.keep(oid, wanted)
                leaving |= _lost(content, wanted)
    return frozenset(line for line in leaving if _WORD.search(line))


def _lost(now: bytes, target: bytes) -> frozenset[bytes]:
    """The lines of one content that another does not have. Mostly they have much in common."""
    if _is_binary(now) or _is_binary(target):
        return lines_of(now) - lines_of(target)
    start = now.rfind(b"\n", 0, _common(now, target)) + 1
    lost = lines_of(now[start:]) - lines_of(target[start:])
    return lost - _found(lost, target)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two contents begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _found(wanted: frozenset[bytes], content: bytes) -> frozenset[bytes]:
    """Those of some lines that a content has. A few are sought for one by one."""
    if len(wanted) > _FEW or _is_binary(content):
        return wanted & lines_of(content)
    lines = b"\n" + content.translate(None, _BLANKS) + b"\n"
    return frozenset(line for line in wanted if b"\n" + line + b"\n" in lines)


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:_SNIFFED]


def lines_of(content: bytes) -> frozenset[bytes]:
    """The lines of a text without their blanks, so that indenting moved lines does not hide them.

    Binary content counts as one line.
    """
    if _is_binary(content):
        return frozenset([b"binary " + hashlib.sha256(content).hexdigest().encode()])
    return frozenset(content.translate(None, _BLANKS).split(b"\n"))
