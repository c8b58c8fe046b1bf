"""Keeps a store small: packs what is loose, lets old captures go, and stays within a quota."""

import asyncio
from datetime import datetime
from pathlib import Path

import attrs

from peon.workspace.chain import Chain
from peon.workspace.store import CheckpointStore

PACK_FROM = 2000
"""Loose objects from which packing is worth its time."""

PACKS = 8
"""Packs from which they are made one: similar contents share space only within a pack."""

KEPT_AT_LEAST = 20
"""The newest captures are never let go for the sake of the quota."""

_SECONDS = 600.0


@attrs.frozen
class Upkeep:
    """What was done: bytes before and after, and the references of the captures that are gone."""

    bytes_before: int
    bytes_after: int
    expired: tuple[str, ...]


@attrs.frozen
class Retention:
    """Which captures may go: those made before a moment, and the oldest beyond a quota of bytes."""

    before: datetime | None = None
    quota: int | None = None


async def pack(store: CheckpointStore) -> None:
    """Pack what is loose, if it is much, and many packs into one. Captures may go on meanwhile.

    What no capture holds (yet) is kept too: the index of one under way may name it.
    """
    counted = await store.git("count-objects", "-v")
    facts = dict(line.split(b": ", 1) for line in counted.out.splitlines())
    if int(facts[b"packs"]) >= PACKS:
        await store.git("repack", "-A", "-d", "-q", seconds=_SECONDS)
    elif int(facts[b"count"]) >= PACK_FROM:
        await store.git("repack", "-d", "-q", seconds=_SECONDS)


async def let_go(store: CheckpointStore, chain: Chain, retention: Retention) -> Upkeep:
    """Let go of the captures that retention allows. Nothing else may use the store meanwhile."""
    size = await asyncio.to_thread(_size, store.folder)
    expired: list[str] = []
    if (first := _first_kept(chain, retention)) > chain.first:
        expired += await _cut(store, chain, first)
    left = await asyncio.to_thread(_size, store.folder)
    while retention.quota is not None and left > retention.quota:
        numbers = [number for number in chain.numbers if chain.ref(number) not in expired]
        if len(numbers) <= KEPT_AT_LEAST:
            break
        cut = max(1, min(len(numbers) // 2, len(numbers) - KEPT_AT_LEAST))
        expired += await _cut(store, chain, numbers[cut])
        left = await asyncio.to_thread(_size, store.folder)
    return Upkeep(size, left, tuple(dict.fromkeys(expired)))


def _first_kept(chain: Chain, retention: Retention) -> int:
    """The first capture that is young enough; the newest always is."""
    if retention.before is None:
        return chain.first
    young = (number for number in chain.numbers if chain.segment(number).at >= retention.before)
    return next(young, chain.last)


async def _cut(store: CheckpointStore, chain: Chain, first: int) -> list[str]:
    """Make `first` the beginning of the chain and delete what only older captures held."""
    gone = [chain.ref(number) for number in chain.numbers if number < first]
    edges = {chain.ref(first)}
    for number in chain.numbers:
        record = chain.segment(number).restore
        if number >= first and record is not None and record.checkpoint in gone:
            edges.add(record.checkpoint)  # A restore keeps the state it went back to.
    shallow = store.objects / "shallow"
    await asyncio.to_thread(shallow.write_text, "".join(f"{ref}\n" for ref in sorted(edges)))
    await store.git("repack", "-a", "-d", "-q", seconds=_SECONDS)
    await store.git("prune", "--expire=now", seconds=_SECONDS)
    return gone


def _size(folder: Path) -> int:
    """Bytes that the files of a store hold."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
