"""Keeps a store small: packs what is loose, lets old captures go, and stays within a quota."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import attrs

from peon.workspace.chain import Chain
from peon.workspace.folder import Folder
from peon.workspace.store import CheckpointStore, storing
from peon.workspace.waiting import to_the_end

PACK_FROM = 2000
"""Loose objects from which packing is worth its time."""

GROWN_FROM = 256 * 1024 * 1024
"""Bytes stored since the last look from which another is worth its time."""

PACKS = 8
"""Packs from which they are made one: similar contents share space only within a pack."""

SHARE = 0.1
"""Of what is packed, how much may lie outside the largest pack before they are made one."""

KEPT_AT_LEAST = 20
"""The newest captures are let go for the sake of the quota only if nothing else helps."""

_SECONDS = 600.0
_FAN_OUT = 256
_SAMPLE = "17"
"""One of the folders that loose objects are spread over evenly: git itself estimates so."""


@attrs.frozen
class Upkeep:
    """What was done: bytes before and after, and the references of the captures that are gone."""

    bytes_before: int
    bytes_after: int
    expired: tuple[str, ...]


@attrs.frozen
class Retention:
    """Which captures may go: those made before a moment, and the oldest beyond a quota of bytes.

    What was captured from `needed` on is not let go for the quota: a turn may want it back.
    """

    before: datetime | None = None
    quota: int | None = None
    needed: int | None = None


def loose_objects(store: CheckpointStore) -> int:
    """About how many objects are not packed."""
    try:
        return len(os.listdir(store.objects / "objects" / _SAMPLE)) * _FAN_OUT
    except FileNotFoundError:
        return 0


def note_upkeep(store: CheckpointStore, moment: datetime) -> None:
    """Keep when the store was last looked after."""
    (store.folder / "upkeep").write_text(moment.isoformat())


def last_upkeep(store: CheckpointStore) -> datetime:
    """When the store was last looked after; one that never was, when it was made."""
    try:
        return datetime.fromisoformat((store.folder / "upkeep").read_text())
    except (FileNotFoundError, ValueError):
        return datetime.fromtimestamp((store.objects / "HEAD").stat().st_mtime, UTC)


async def pack(store: CheckpointStore) -> None:
    """Pack what is loose, if it is much, and many packs into one. Captures may go on meanwhile.

    What no capture holds (yet) is kept too: the index of one under way may name it.
    """
    counted = await store.git("count-objects", "-v")
    facts = dict(line.split(b": ", 1) for line in counted.out.splitlines())
    sizes = await asyncio.to_thread(_pack_sizes, store)
    if len(sizes) >= PACKS or sum(sizes[:-1]) > SHARE * sum(sizes):
        await store.git("repack", "-A", "-d", "-q", seconds=_SECONDS)
    elif int(facts[b"count"]) >= PACK_FROM:
        await store.git("repack", "-d", "-q", seconds=_SECONDS)


def _pack_sizes(store: CheckpointStore) -> list[int]:
    packs = (store.objects / "objects" / "pack").glob("*.pack")
    return sorted(pack.stat().st_size for pack in packs)


async def let_go(folder: Folder, store: CheckpointStore, retention: Retention) -> Upkeep:
    """Let go of the captures that retention allows. Nothing else may use the store meanwhile.

    It may be cancelled: what was to be let go then still takes room until the next time.
    """
    size = await store.room.measure()
    await asyncio.to_thread(store.clear_left_behind)
    expired: list[str] = []
    if (first := _first_kept(folder.chain, retention)) > folder.chain.first:
        expired += await _cut(folder, store, first)
    elif _is_cut(store):
        await _sweep(store)  # The one before may have been cancelled.
    left = await store.room.measure()
    while retention.quota is not None and left > retention.quota:
        place = _beyond_quota(folder.chain, retention.needed)
        if place is None:
            break
        expired += await _cut(folder, store, place)
        left = await store.room.measure()
    return Upkeep(size, left, tuple(expired))


def _first_kept(chain: Chain, retention: Retention) -> int:
    """The first capture that is young enough; the newest always is."""
    if retention.before is None:
        return chain.first
    young = (number for number in chain.numbers if chain.segment(number).at >= retention.before)
    return next(young, chain.last)


def _beyond_quota(chain: Chain, needed: int | None) -> int | None:
    """Where the chain is to begin when it takes too much room; None where nothing more may go."""
    numbers = chain.numbers
    least = KEPT_AT_LEAST if len(numbers) > KEPT_AT_LEAST else 1
    place = max(1, min(len(numbers) // 2, len(numbers) - least))
    if place >= len(numbers) or (needed is not None and numbers[place] > needed):
        return None
    return numbers[place]


async def _cut(folder: Folder, store: CheckpointStore, first: int) -> list[str]:
    """Make `first` the beginning of the chain and delete what only older captures held."""
    chain = folder.chain
    gone = [chain.ref(number) for number in chain.numbers if number < first]
    kept = [number for number in chain.numbers if number >= first]
    edges = {chain.ref(first)}
    # A restore keeps the state it went back to.
    sources = {one.checkpoint for number in kept if (one := chain.segment(number).restore)}
    edges |= sources.difference(chain.ref(number) for number in kept)
    with storing():
        await to_the_end(_writing(store.objects / "shallow", sorted(edges)))
    await folder.reread()
    await _sweep(store)
    return gone


async def _sweep(store: CheckpointStore) -> None:
    await store.git("repack", "-a", "-d", "-q", seconds=_SECONDS)
    await store.git("prune", "--expire=now", seconds=_SECONDS)


def _is_cut(store: CheckpointStore) -> bool:
    """Whether the chain was cut and the sweep after it did not come to its end."""
    shallow, packs = store.objects / "shallow", store.objects / "objects" / "pack"
    with contextlib.suppress(FileNotFoundError):
        cut = shallow.stat().st_mtime_ns
        return all(file.stat().st_mtime_ns < cut for file in packs.glob("*.pack"))
    return False


def _writing(file: Path, refs: list[str]) -> Callable[[Callable[[], bool]], None]:
    def write(_stop: Callable[[], bool]) -> None:
        draft = file.with_name("shallow.draft")
        draft.write_text("".join(f"{ref}\n" for ref in refs))
        os.replace(draft, file)

    return write
