"""Old events: erased for good where they must not be kept, let go only behind a base snapshot."""

import asyncio
import io
import json
from pathlib import Path

import pytest
import zstandard

from peon.errors import Stale
from peon.journal.failures import JournalDamaged
from peon.journal.folders import SEGMENTS
from peon.journal.inspection import verify
from peon.journal.salvage import salvage
from peon.journal.snapshot_files import SnapshotRecord
from peon.journal.store import SegmentStore
from peon.journal.transfer import export_log, import_log
from support.journal import FINGERPRINT, OpenStore, event, events, write

LAST = 60
RECORD = SnapshotRecord("all", LAST, b'{"all":60}')


def blank(sequence: int) -> bytes:
    return b'{"sequence":%d,"erased":true}' % sequence


def replace(old: bytes) -> bytes | None:
    """Every fifth event is to be erased."""
    sequence: int = json.loads(old)["sequence"]
    return blank(sequence) if sequence % 5 == 0 else None


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def covered_log(open_store: OpenStore) -> SegmentStore:
    """A log of sixty events in many segments, all but the last sealed, with two snapshots."""
    store, _ = open_store()
    await write(store, 1, LAST)
    for sequence in (LAST - 1, LAST):
        await store.write_snapshot(sequence, [RECORD])
    return store


def expected(upto: int) -> list[bytes]:
    return [
        blank(sequence) if sequence <= upto and sequence % 5 == 0 else event(sequence)
        for sequence in range(1, LAST + 1)
    ]


def sealed_upto(state: Path) -> int:
    return max(int(path.name[:20]) for path in (state / SEGMENTS).iterdir()) - 1


async def test_erased_events_are_gone_and_the_chain_still_holds(
    open_store: OpenStore, state: Path
) -> None:
    store = await covered_log(open_store)
    assert await store.erase(replace, upto=LAST) > 2
    upto = sealed_upto(state)
    assert await store.read(0, 100, 1 << 20) == expected(upto)
    assert verify(state).sound
    text = b"".join(
        zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
        for path in (state / SEGMENTS).glob("*.zst")
    )
    assert b"text of 10 " not in text
    assert b"text of 11 " in text
    await write(store, LAST + 1, LAST + 2)
    await store.close()
    again, recovered = open_store(fingerprint="another-model")
    assert list(recovered.events) == [*expected(upto), *events(LAST + 1, LAST + 2)]
    assert verify(state).sound
    await again.close()


async def test_erasing_twice_erases_what_has_come_to_be_covered(
    open_store: OpenStore, state: Path
) -> None:
    store = await covered_log(open_store)
    assert await store.erase(replace, upto=20) > 0
    assert await store.erase(replace, upto=LAST) > 0
    assert await store.erase(replace, upto=LAST) == 0
    assert await store.read(0, 100, 1 << 20) == expected(sealed_upto(state))
    assert verify(state).sound


async def test_nothing_is_erased_that_a_snapshot_does_not_cover(open_store: OpenStore) -> None:
    store, _ = open_store()
    await write(store, 1, LAST)
    assert await store.erase(replace, upto=LAST) == 0
    assert await store.read(0, 100, 1 << 20) == events(1, LAST)


async def test_a_replacement_that_is_no_event_is_refused(open_store: OpenStore) -> None:
    store = await covered_log(open_store)
    with pytest.raises(ValueError, match="one JSON object"):
        await store.erase(lambda _: b"nothing", upto=LAST)
    assert await store.read(0, 100, 1 << 20) == events(1, LAST)


async def test_sealing_lets_the_next_commit_begin_a_segment(
    open_store: OpenStore, state: Path
) -> None:
    store, _ = open_store()
    store.seal()
    await write(store, 1, 1)
    assert len(list((state / SEGMENTS).iterdir())) == 1, "an empty segment is as good as a new one"
    store.seal()
    await write(store, 2, 3)
    assert [path.name[:20] for path in sorted((state / SEGMENTS).iterdir())] == [
        f"{1:020d}",
        f"{2:020d}",
    ]


async def test_dropped_history_is_stale_and_the_rest_is_kept(
    open_store: OpenStore, state: Path
) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    base = store.base
    assert 10 < base <= 30
    with pytest.raises(Stale):
        await store.read(base - 1, 10)
    assert await store.read(base, 100, 1 << 20) == events(base + 1, LAST)
    found = verify(state)
    assert found.sound
    assert (found.base, found.head) == (base, LAST)
    await store.close()
    again, recovered = open_store()
    assert (again.base, recovered.sequence, recovered.upcast_from) == (base, LAST, None)
    assert tuple(recovered.records or ()) == (RECORD,)
    await again.close()


async def test_without_a_snapshot_no_history_is_dropped(open_store: OpenStore) -> None:
    store, _ = open_store()
    await write(store, 1, LAST)
    await store.drop_history(upto=30)
    assert store.base == 0


async def test_the_base_is_used_whatever_model_classes_made_it(open_store: OpenStore) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    await write(store, LAST + 1, LAST + 2)
    await store.close()
    again, recovered = open_store(fingerprint="another-model")
    assert recovered.upcast_from == FINGERPRINT
    assert (recovered.sequence, tuple(recovered.records or ())) == (LAST, (RECORD,))
    assert list(recovered.events) == events(LAST + 1, LAST + 2)
    await again.close()


async def test_a_base_that_is_needed_and_damaged_is_refused(
    open_store: OpenStore, state: Path
) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    await store.close()
    (base,) = (state / "snapshots").glob("*.base")
    whole = base.read_bytes()
    base.write_bytes(whole[:-1])
    await open_store()[0].close()
    with pytest.raises(JournalDamaged, match=r"\.base"):
        open_store(fingerprint="another-model")
    base.unlink()
    with pytest.raises(JournalDamaged, match="there is no base snapshot"):
        open_store(fingerprint="another-model")


async def test_only_the_newest_base_is_kept(open_store: OpenStore, state: Path) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    await write(store, LAST + 1, LAST + 20)
    await store.write_snapshot(LAST + 20, [RECORD])
    await store.drop_history(upto=LAST)
    (base,) = (state / "snapshots").glob("*.base")
    assert int(base.name[:20]) == LAST + 20
    assert 30 < store.base <= LAST


async def test_a_reader_of_history_that_goes_meanwhile_is_told_so(open_store: OpenStore) -> None:
    store = await covered_log(open_store)
    store.append([event(LAST + 1)])
    await store.wait_durable(LAST + 1)
    reading = asyncio.gather(
        *(store.read(after, 2) for after in range(0, 30, 2)), return_exceptions=True
    )
    await store.drop_history(upto=50)
    for after, found in zip(range(0, 30, 2), await reading, strict=True):
        assert isinstance(found, Stale) or found == events(after + 1, after + 2)


async def test_a_log_behind_a_base_can_be_carried_over(
    open_store: OpenStore, state: Path, tmp_path: Path
) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    await write(store, LAST + 1, LAST + 2)
    await store.close()
    export, again = io.BytesIO(), io.BytesIO()
    export_log(state, export)
    import_log(tmp_path / "copy", io.BytesIO(export.getvalue()))
    assert verify(tmp_path / "copy").sound
    export_log(tmp_path / "copy", again)
    assert again.getvalue() == export.getvalue()
    copy, recovered = SegmentStore.open(tmp_path / "copy", fingerprint="another-model")
    assert (copy.base, recovered.sequence, tuple(recovered.records or ())) == (
        store.base,
        LAST,
        (RECORD,),
    )
    assert recovered.upcast_from == FINGERPRINT
    assert list(recovered.events) == events(LAST + 1, LAST + 2)
    await copy.close()


async def test_a_log_behind_a_base_can_be_salvaged(open_store: OpenStore, state: Path) -> None:
    store = await covered_log(open_store)
    await store.drop_history(upto=30)
    await store.close()
    damaged = max((state / SEGMENTS).iterdir())
    damaged.write_bytes(damaged.read_bytes().replace(b"text of ", b"test of ", 1))
    saved = salvage(state, blank=blank)
    assert len(saved.lost) == 1
    assert saved.lost[0].first > store.base
    found = verify(state)
    assert found.sound
    assert (found.base, found.head) == (store.base, LAST)
