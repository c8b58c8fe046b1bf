"""Reads the lines of contents, as far as they matter for what a restore would take away."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial

import attrs

from peon.workspace.entries import Entry
from peon.workspace.memory import Memory, Remembered
from peon.workspace.moved import Lines, Moves
from peon.workspace.ports import Blobs, Store

_BLANKS = b" \t\r\f\v"
_WORD = re.compile(rb"\w")
_SNIFFED = 8000
_FEW = 8
_LOT = 128
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
    """By content id, those of its lines that some path would lose if it went to its target, and
    that might thereby be lost.

    A line that stood in a content which stands somewhere afterwards, and need not come there, is
    safe whatever comes of the restore. The contents of targets are kept in `memory`, for whoever
    writes them.
    """
    if not moves.anything_stood:
        return {}
    async with store.blobs() as stored:
        blobs = Remembered(stored, memory)
        leaving, coming = await _turnover(blobs, moves, targets, memory, standing)
        if not leaving:
            return {}
        away = moves.contents_before() - moves.contents_after(targets)
        new = {one.oid for path, one in targets.items() if one and moves.now[path] is None}
        not_safe = await _with_lines(blobs, away | new, leaving)
        wanted = (leaving & coming).union(*not_safe.values())
        if not wanted:
            return {}
        before = await _with_lines(blobs, moves.contents_before(), wanted)
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


async def _turnover(
    blobs: Blobs,
    moves: Moves,
    targets: Mapping[bytes, Entry | None],
    memory: Memory,
    standing: Standing,
) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The lines that leave any of the paths where something stands, and those that come there."""
    pairs = [
        _Pair(path, now, target)
        for path, target in targets.items()
        if (now := moves.now[path]) is not None and (target is None or now.oid != target.oid)
    ]
    turnover = _Turnover(set(), set())
    for place in range(0, len(pairs), _LOT):
        lot = pairs[place : place + _LOT]
        wanted = [pair.target.oid for pair in lot if pair.target is not None]
        contents = dict([found async for found in blobs.read_all(wanted)])
        for oid, content in contents.items():
            memory.keep(oid, content)
        if unsure := await asyncio.to_thread(turnover.compare, lot, contents, standing):
            stored = [pair.now.oid for pair in unsure]
            contents |= dict([found async for found in blobs.read_all(stored)])
            kept = partial(_kept, contents)
            await asyncio.to_thread(turnover.compare, unsure, contents, kept)
    return turnover.lines()


def _kept(contents: Mapping[str, bytes], _: bytes, entry: Entry) -> bytes:
    return contents[entry.oid]


@attrs.frozen
class _Pair:
    """What stands at a path, and what shall."""

    path: bytes
    now: Entry
    target: Entry | None


@attrs.frozen
class _Turnover:
    """The lines that leave, and those that come; and maybe some of those that both contents have
    elsewhere.
    """

    leaving: set[bytes]
    coming: set[bytes]

    def lines(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Those of them that say something."""
        return frozenset(filter(_WORD.search, self.leaving)), frozenset(self.coming)

    def compare(
        self, lot: Iterable[_Pair], contents: Mapping[str, bytes], standing: Standing
    ) -> list[_Pair]:
        """Add those of some pairs; the pairs of which nobody can say what stands there."""
        unsure: list[_Pair] = []
        for pair in lot:
            now = standing(pair.path, pair.now)
            if now is None:
                unsure.append(pair)
            elif pair.target is None:
                self.leaving.update(lines_of(now))
            else:
                self._add_changed(now, contents[pair.target.oid])
        return unsure

    def _add_changed(self, now: bytes, target: bytes) -> None:
        """Mostly the two have much in common, and then begin alike.

        A line of the rest that also stands in what is alike neither leaves nor comes. To look for
        it there would cost more than to consider it for nothing.
        """
        if _is_binary(now) or _is_binary(target):
            old, new = lines_of(now), lines_of(target)
        else:
            start = now.rfind(b"\n", 0, _common(now, target)) + 1
            old, new = _lines(now[start:]), _lines(target[start:])
        self.leaving.update(old - new)
        self.coming.update(new - old)


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
    if not wanted:
        return wanted
    if len(wanted) > _FEW or _is_binary(content):
        return wanted & lines_of(content)
    lines = b"\n" + content.translate(None, _BLANKS) + b"\n"
    return frozenset(line for line in wanted if b"\n" + line + b"\n" in lines)


def _is_binary(content: bytes) -> bool:
    return content.find(b"\0", 0, _SNIFFED) >= 0


def lines_of(content: bytes) -> frozenset[bytes]:
    """The lines of a text without their blanks, so that indenting moved lines does not hide them.

    Binary content counts as one line.
    """
    if _is_binary(content):
        return frozenset([b"binary " + hashlib.sha256(content).hexdigest().encode()])
    return _lines(content)


def _lines(text: bytes) -> frozenset[bytes]:
    return frozenset(text.translate(None, _BLANKS).split(b"\n"))
