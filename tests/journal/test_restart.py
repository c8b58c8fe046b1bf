"""What a restart finds: every event, the newest usable snapshot, a clear refusal of the rest."""

import stat
from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.journal.failures import JournalDamaged
from peon.journal.snapshot_files import SnapshotRecord, Unchanged
from peon.journal.store import StoreOptions
from support.journal import OpenStore, events, write


def segments(state: Path) -> list[Path]:
    return sorted((state / "journal").glob("*.jsonl*"))


async def test_a_first_start_finds_nothing(open_store: OpenStore) -> None:
    store, recovered = open_store()
    assert (recovered.sequence, recovered.records, list(recovered.events)) == (0, None, [])
    assert store.log_id


async def test_a_restart_finds_every_event_over_many_segments(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 60)
    await store.close()
    assert len(segments(tmp_path / "state")) > 3
    again, recovered = open_store()
    assert list(recovered.events) == events(1, 60)
    assert (again.log_id, again.head, again.durable) == (store.log_id, 60, 60)
    await write(again, 61, 62)
    assert await again.read(57, 100) == events(58, 62)


async def test_everything_made_is_private(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    await write(store, 1, 3)
    await store.write_snapshot(3, [SnapshotRecord("a", 3, b"A")])
    for path in (tmp_path / "state").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


async def test_the_file_is_lines_a_person_can_read(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    store.append([b'{"sequence":1}', b'{"sequence":2}'])
    await store.wait_durable(2)
    header, line, rest = segments(tmp_path / "state")[0].read_bytes().split(b"\n")
    assert header.split()[:2] == [b"PEON-JNL1", store.log_id.encode()]
    assert line[9:] == b'[{"sequence":1},{"sequence":2}]'
    assert rest == b""


async def test_a_restart_takes_the_snapshot_and_reads_on_behind_it(open_store: OpenStore) -> None:
    store, _ = open_store()
    await write(store, 1, 30)
    await store.write_snapshot(20, [SnapshotRecord("a", 25, b"A\n\n"), SnapshotRecord("b", 1, b"")])
    await store.close()
    _, recovered = open_store()
    assert recovered.sequence == 20
    assert tuple(recovered.records or ()) == (
        SnapshotRecord("a", 25, b"A\n\n"),
        SnapshotRecord("b", 20, b""),
    )
    assert list(recovered.events) == events(21, 30)


async def test_a_restart_with_a_snapshot_does_not_read_the_segments_it_covers(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 60)
    await store.write_snapshot(55, [])
    await store.close()
    for path in segments(tmp_path / "state")[:2]:
        path.chmod(0)
        path.write_bytes(b"PEON-JNL1 rotten")
    _, recovered = open_store()
    assert list(recovered.events) == events(56, 60)


async def test_unchanged_records_are_copied_from_the_snapshot_before(
    open_store: OpenStore,
) -> None:
    store, _ = open_store()
    await write(store, 1, 4)
    await store.write_snapshot(2, [SnapshotRecord("a", 2, b"A"), SnapshotRecord("b", 2, b"B")])
    await store.close()
    store, _ = open_store()
    assert store.snapshot_keys == {"a", "b"}
    await store.write_snapshot(4, [SnapshotRecord("b", 4, b"BB"), Unchanged("a")])
    await store.close()
    _, recovered = open_store()
    assert tuple(recovered.records or ()) == (
        SnapshotRecord("b", 4, b"BB"),
        SnapshotRecord("a", 4, b"A"),
    )


async def test_two_snapshots_are_kept(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    await write(store, 1, 9)
    for sequence in (2, 4, 4, 6):
        await store.write_snapshot(sequence, [])
    names = sorted(path.name for path in (tmp_path / "state" / "snapshots").iterdir())
    assert names == [f"{4:020d}.snap", f"{6:020d}.snap"]


async def test_a_snapshot_of_other_model_classes_is_left_aside_and_reported(
    open_store: OpenStore,
) -> None:
    store, _ = open_store()
    await write(store, 1, 5)
    await store.write_snapshot(5, [SnapshotRecord("a", 5, b"A")])
    await store.close()
    again, recovered = open_store(fingerprint="another-model")
    assert (recovered.sequence, recovered.records) == (0, None)
    assert [ignored.why for ignored in recovered.ignored] == ["it was made by other model classes"]
    assert list(recovered.events) == events(1, 5)
    assert again.snapshot_keys == frozenset()


async def test_a_damaged_snapshot_is_left_aside_for_the_one_before_it(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 9)
    await store.write_snapshot(4, [SnapshotRecord("a", 4, b"four")])
    await store.write_snapshot(6, [SnapshotRecord("a", 6, b"sixth")])
    await store.close()
    newest = max((tmp_path / "state" / "snapshots").iterdir())
    newest.write_bytes(newest.read_bytes().replace(b"sixth", b"fifth"))
    _, recovered = open_store()
    assert tuple(recovered.records or ()) == (SnapshotRecord("a", 4, b"four"),)
    assert [ignored.path for ignored in recovered.ignored] == [newest]
    assert list(recovered.events) == events(5, 9)


async def test_behind_a_usable_snapshot_the_older_one_is_only_glanced_at(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 9)
    await store.write_snapshot(4, [SnapshotRecord("a", 4, b"four")])
    await store.write_snapshot(6, [SnapshotRecord("a", 6, b"sixth")])
    await store.close()
    oldest = min((tmp_path / "state" / "snapshots").iterdir())
    whole = oldest.read_bytes()
    oldest.write_bytes(whole.replace(b"four", b"five"))
    again, recovered = open_store()
    assert recovered.ignored == ()
    await again.close()
    oldest.write_bytes(whole[:-1])
    _, recovered = open_store()
    assert tuple(recovered.records or ()) == (SnapshotRecord("a", 6, b"sixth"),)
    assert [(each.path, each.why) for each in recovered.ignored] == [(oldest, "it has no end")]


async def test_a_snapshot_cut_at_any_byte_is_left_aside(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 2)
    await store.write_snapshot(2, [SnapshotRecord("a", 2, b"A\nB"), SnapshotRecord("b", 2, b"")])
    await store.close()
    path = next((tmp_path / "state" / "snapshots").iterdir())
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        again, recovered = open_store()
        await again.close()
        assert (recovered.records, len(recovered.ignored)) == (None, 1), size


async def test_a_log_that_ends_before_its_snapshot_has_lost_something(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 9)
    await store.write_snapshot(9, [])
    await store.close()
    for path in segments(tmp_path / "state"):
        path.unlink()
    with pytest.raises(JournalDamaged, match="the log is missing"):
        open_store()


async def test_a_missing_segment_is_damage(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    await write(store, 1, 60)
    await store.close()
    missing = segments(tmp_path / "state")[2]
    missing.unlink()
    _, recovered = open_store()
    with pytest.raises(JournalDamaged, match=f"from {int(missing.name[:20])} on are missing"):
        list(recovered.events)


async def test_a_log_without_its_beginning_is_damaged(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 60)
    await store.close()
    segments(tmp_path / "state")[0].unlink()
    with pytest.raises(JournalDamaged, match="are missing"):
        open_store()


@pytest.mark.parametrize("name", ["notes.txt", "1.jsonl", f"{0:020d}.jsonl", "old.snap"])
@pytest.mark.parametrize("folder", ["journal", "snapshots"])
async def test_a_foreign_file_is_refused_and_nothing_is_changed(
    open_store: OpenStore, tmp_path: Path, folder: str, name: str
) -> None:
    store, _ = open_store()
    await write(store, 1, 2)
    await store.close()
    foreign = tmp_path / "state" / folder / name
    foreign.write_text("mine")
    before = {path: path.read_bytes() for path in segments(tmp_path / "state")}
    with pytest.raises(Unavailable) as refusal:
        open_store()
    assert name in refusal.value.why
    assert "Move that file elsewhere" in refusal.value.remedy
    assert {path: path.read_bytes() for path in segments(tmp_path / "state")} == before
    foreign.unlink()
    assert list(open_store()[1].events) == events(1, 2)


async def test_what_the_system_leaves_in_every_folder_is_not_foreign(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await store.close()
    (tmp_path / "state" / "journal" / ".DS_Store").touch()
    (tmp_path / "state" / "snapshots" / ".DS_Store").touch()
    open_store()


async def test_a_segment_of_another_log_is_refused(open_store: OpenStore, tmp_path: Path) -> None:
    store, _ = open_store()
    await write(store, 1, 40)
    await store.close()
    state = tmp_path / "state"
    ours = [path.read_bytes() for path in segments(state)]
    for path in segments(state):
        path.unlink()
    store, _ = open_store()
    await write(store, 1, 40)
    await store.close()
    segments(state)[1].write_bytes(ours[1])
    _, recovered = open_store()
    with pytest.raises(Unavailable, match="belongs to the log"):
        list(recovered.events)


async def test_a_newer_format_is_refused_with_the_remedy(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await store.close()
    path = segments(tmp_path / "state")[0]
    newer = path.read_bytes().replace(b"PEON-JNL1 ", b"PEON-JNL2 ")
    path.write_bytes(newer)
    with pytest.raises(Unavailable, match="Update Peon"):
        open_store()
    assert path.read_bytes() == newer


async def test_a_second_owner_learns_who_the_first_is(open_store: OpenStore) -> None:
    store, _ = open_store()
    with pytest.raises(Unavailable, match="in use by process"):
        open_store()
    await store.close()
    open_store()


async def test_a_state_folder_that_is_a_file_is_refused_in_plain_words(
    open_store: OpenStore, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(Unavailable, match="a file and not a folder") as refusal:
        open_store()
    assert refusal.value.remedy


async def test_sealed_segments_behind_the_older_snapshot_are_compressed(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 60)
    assert await store.compress() == 0
    await store.write_snapshot(40, [])
    assert await store.compress() == 0, "the older snapshot is what counts"
    await store.write_snapshot(60, [])
    assert await store.compress() > 2
    state = tmp_path / "state"
    forms = [path.suffix for path in segments(state)]
    assert forms == sorted(forms, reverse=True), "compressed first, then plain"
    assert await store.read(0, 100, 1 << 20) == events(1, 60)
    await store.close()
    for path in (state / "snapshots").iterdir():
        path.unlink()
    again, recovered = open_store()
    assert list(recovered.events) == events(1, 60)
    assert await again.read(5, 10) == events(6, 15)


async def test_an_interrupted_compression_is_done_again(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 30)
    await store.close()
    first = segments(tmp_path / "state")[0]
    copy = first.with_name(first.name + ".zst")
    copy.write_bytes(b"as good as anything: the original is still there")
    unfinished = first.with_name(first.name + ".zst.tmp")
    unfinished.touch()
    _, recovered = open_store()
    assert list(recovered.events) == events(1, 30)
    assert not copy.exists()
    assert not unfinished.exists()


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
async def test_reading_begins_at_a_mark_where_an_earlier_read_left_one(
    open_store: OpenStore, *, compressed: bool
) -> None:
    large = [b'{"n":%d,"text":"%b"}' % (n, b"x" * 40_000) for n in range(200)]
    store, _ = open_store(options=StoreOptions(segment_bytes=3 << 20, tail_bytes=0))
    for one in large:
        store.append([one])
        await store.wait_durable(store.head)
    if compressed:
        await store.write_snapshot(199, [])
        await store.write_snapshot(200, [])
        assert await store.compress() == 2
    for after in (0, 50, 150, 60, 199, 33):
        assert await store.read(after, 3) == large[after : after + 3]
