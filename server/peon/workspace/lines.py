"""Reads the lines of contents, as far as they matter for what a restore would take away."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import attrs

from peon.workspace.entries import Entry
from peon.workspace.memory import Memory, Remembered
from peon.workspace.moved import Lines, Moves
from peon.workspace.ports import Blobs, Store

_BLANKS = b" \t\r\f\v"
_WORD = re.compile(rb"\w")
_SNIFFED = 8000
_FEW = 8
_LOT = 64
"""So many paths are compared at a time, off the loop."""

Standing = Callable[[bytes, Entry], bytes | None]
"""What stands at a path, if that is surely this; None where the store has to be asked."""


async def lines_that_leave(
    store: Store,
    moves: Moves,
    targets: Mapping[bytes, Entry | None],
    memory: Memory,
    standing: Standing,
) -> Lines:
    """By content id, those of its lines that some path would lose if it went to its target.

    The contents of targets are kept in `memory`, for whoever writes them.
    """
    if not moves.anything_stood:
        return {}
    async with store.blobs() as stored:
        blobs = Remembered(stored, memory)
        leaving = await _leaving(blobs, moves, targets, memory, standing)
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
    blobs: Blobs,
    moves: Moves,
    targets: Mapping[bytes, Entry | None],
    memory: Memory,
    standing: Standing,
) -> frozenset[bytes]:
    pairs = [
        _Pair(path, now, target)
        for path, target in targets.items()
        if (now := moves.now[path]) is not None
    ]
    leaving: set[bytes] = set()
    for place in range(0, len(pairs), _LOT):
        lot = pairs[place : place + _LOT]
        await asyncio.to_thread(_look, lot, standing)
        wanted = [oid for pair in lot for oid in pair.wanted]
        contents = dict([found async for found in blobs.read_all(wanted)])
        for pair in lot:
            if pair.target is not None:
                memory.keep(pair.target.oid, contents[pair.target.oid])
        leaving |= await asyncio.to_thread(_all_lost, lot, contents)
    return frozenset(line for line in leaving if _WORD.search(line))


@attrs.define
class _Pair:
    """What stands at a path, and what shall; and what was found there, if that is sure."""

    path: bytes
    now: Entry
    target: Entry | None
    found: bytes | None = None

    @property
    def wanted(self) -> list[str]:
        """The contents that the store has to be asked for."""
        oids = [self.now.oid] if self.found is None else []
        return [*oids, self.target.oid] if self.target is not None else oids


def _look(lot: Sequence[_Pair], standing: Standing) -> None:
    for pair in lot:
        pair.found = standing(pair.path, pair.now)


def _all_lost(lot: Sequence[_Pair], contents: Mapping[str, bytes]) -> set[bytes]:
    lost: set[bytes] = set()
    for pair in lot:
        now = contents[pair.now.oid] if pair.found is None else pair.found
        lost |= lines_of(now) if pair.target is None else _lost(now, contents[pair.target.oid])
        pair.found = None
    return lost


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
