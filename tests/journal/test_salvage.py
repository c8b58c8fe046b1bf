"""Salvage: what a checksum vouches for is kept in its place, the rest is named, nothing deleted."""

import contextlib
from pathlib import Path
from random import Random

import pytest

from peon.errors import Unavailable
from peon.journal.failures import JournalDamaged
from peon.journal.folders import SEGMENTS
from peon.journal.inspection import verify
from peon.journal.salvage import Lost, salvage
from peon.journal.snapshot_files import SnapshotRecord
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, OpenStore, event, events
from support.simfs import SimulatedFiles

LAST = 80


def blank(sequence: int) -> bytes:
    return b'{"sequence":%d,"blank":true}' % sequence


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def filled(open_store: OpenStore, *, compressed: bool = False) -> None:
    """Commits of two events each."""
    store, _ = open_store(options=StoreOptions(segment_bytes=2000))
    for first in range(1, LAST, 2):
        store.append(events(first, first + 1))
        await store.wait_durable(first + 1)
    if compressed:
        for sequence in (60, 61):
            await store.write_snapshot(sequence, [SnapshotRecord("a", 70, b"{}")])
        assert await store.compress() > 0
    await store.close()


def damage(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def contents(state: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}


def holding(state: Path, sequence: int) -> Path:
    """The plain segment that holds an event."""
    return max(
        path for path in (state / SEGMENTS).glob("*.jsonl") if int(path.name[:20]) <= sequence
    )


async def found_after(open_store: OpenStore) -> list[bytes]:
    store, recovered = open_store()
    found = list(recovered.events)
    await store.close()
    return found


async def test_a_damaged_line_is_blanked_and_everything_else_is_kept(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store)
    damage(holding(state, 11), event(11)[:16], b'{"sequence":11,!')
    before = {path.name: path.read_bytes() for path in (state / SEGMENTS).iterdir()}
    saved = salvage(state, blank=blank)
    assert saved.lost == (Lost(11, 12),)
    assert (saved.head, saved.kept) == (LAST, LAST - 2)
    assert {path.name: path.read_bytes() for path in saved.aside.iterdir()} == before
    assert verify(state).sound
    assert await found_after(open_store) == [
        *events(1, 10),
        blank(11),
        blank(12),
        *events(13, LAST),
    ]


async def test_a_damaged_checksum_costs_its_own_line_only(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store)
    path = holding(state, 5)
    lines = path.read_bytes().split(b"\n")
    lines[3] = b"00000000" + lines[3][8:]
    path.write_bytes(b"\n".join(lines))
    assert salvage(state, blank=blank).lost == (Lost(5, 6),)


async def test_a_damaged_header_costs_nothing(open_store: OpenStore, state: Path) -> None:
    await filled(open_store)
    path = sorted((state / SEGMENTS).iterdir())[1]
    damage(path, b"PEON-JNL1", b"PEON-JNLx")
    saved = salvage(state, blank=blank)
    assert (saved.lost, saved.kept) == ((), LAST)


async def test_a_lost_segment_is_blanked(open_store: OpenStore, state: Path) -> None:
    await filled(open_store)
    paths = sorted((state / SEGMENTS).iterdir())
    first, behind = int(paths[1].name[:20]), int(paths[2].name[:20])
    paths[1].unlink()
    assert salvage(state, blank=blank).lost == (Lost(first, behind - 1),)


async def test_without_blanks_the_log_ends_before_the_damage(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store, compressed=True)
    damage(holding(state, 71), b'"sequence":71', b'"sequence":17')
    saved = salvage(state, blank=None)
    assert (saved.head, saved.lost) == (70, (Lost(71, 72),))
    store, recovered = open_store()
    assert recovered.sequence == 61
    assert store.head == 70
    await store.close()


async def test_a_snapshot_that_goes_further_than_what_is_left_is_kept_behind_blanks(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store, compressed=True)
    for path in (state / SEGMENTS).glob("*.jsonl"):
        path.unlink()
    head = verify(state).head
    saved = salvage(state, blank=blank)
    assert saved.lost == (Lost(head + 1, 70),)
    store, recovered = open_store()
    assert tuple(recovered.records or ()) == (SnapshotRecord("a", 70, b"{}"),)
    assert list(recovered.events) == [blank(sequence) for sequence in range(62, 71)]
    await store.close()


async def test_without_blanks_such_a_snapshot_is_moved_aside_too(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store, compressed=True)
    for path in (state / SEGMENTS).glob("*.jsonl"):
        path.unlink()
    saved = salvage(state, blank=None)
    assert len(list(saved.aside.glob("*.snap"))) == 2
    assert await found_after(open_store) == events(1, saved.head)


async def test_a_damaged_frame_of_a_compressed_segment_costs_that_frame(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store, compressed=True)
    first = min((state / SEGMENTS).glob("*.zst"))
    behind = sorted((state / SEGMENTS).iterdir())[1]
    first.write_bytes(first.read_bytes()[:-9] + b"123456789")
    saved = salvage(state, blank=blank)
    assert saved.lost == (Lost(1, int(behind.name[:20]) - 1),)


async def test_a_sound_log_is_kept_whole(open_store: OpenStore, state: Path) -> None:
    await filled(open_store, compressed=True)
    saved = salvage(state, blank=blank)
    assert (saved.kept, saved.lost) == (LAST, ())
    assert verify(state).sound


async def test_a_folder_that_is_in_use_is_left_alone(open_store: OpenStore, state: Path) -> None:
    open_store()
    with pytest.raises(Unavailable, match="in use"):
        salvage(state, blank=blank)


async def test_a_salvage_that_is_interrupted_can_be_done_again(
    open_store: OpenStore, state: Path
) -> None:
    await filled(open_store)
    damage(holding(state, 11), b"text of 11 ", b"test of 11 ")
    damaged = contents(state)
    expected = [*events(1, 10), blank(11), blank(12), *events(13, LAST)]
    for number in range(1, 80, 3):
        files = SimulatedFiles(chance=Random(number), dies_at=number)
        for path, content in damaged.items():
            files.put(path, content)
        files.make_folder(state / "snapshots")
        with contextlib.suppress(OSError, Unavailable):
            salvage(state, blank=blank, filesystem=files)
        files = files.without_power() if number % 2 else files.killed()
        options = StoreOptions(filesystem=files)
        with contextlib.suppress(Unavailable, JournalDamaged):
            store, recovered = SegmentStore.open(state, fingerprint=FINGERPRINT, options=options)
            with contextlib.suppress(JournalDamaged):
                assert list(recovered.events) == expected
            await store.close()
        assert salvage(state, blank=blank, filesystem=files).head == LAST
        store, recovered = SegmentStore.open(state, fingerprint=FINGERPRINT, options=options)
        assert list(recovered.events) == expected
        await store.close()
