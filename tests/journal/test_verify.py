"""`verify` goes through a whole log, says what is wrong and where, and changes nothing."""

from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.journal.blobs import BlobStore
from peon.journal.inspection import Progress, verify
from peon.journal.snapshot_files import SnapshotRecord
from support.journal import OpenStore, events, write


async def filled(open_store: OpenStore, state: Path) -> None:
    """A log of sixty events in many segments, some compressed, two snapshots and a value."""
    store, _ = open_store()
    await write(store, 1, 60)
    for sequence in (20, 30):
        await store.write_snapshot(sequence, [SnapshotRecord("a", sequence, b"{}")])
    assert await store.compress() > 0
    await store.close()
    blobs = BlobStore.open(state)
    await blobs.put(b"a value")
    await blobs.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def contents(state: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}


def segment(state: Path, number: int) -> Path:
    return sorted((state / "journal").iterdir())[number]


async def test_a_sound_log_is_sound(open_store: OpenStore, state: Path) -> None:
    await filled(open_store, state)
    before = contents(state)
    told: list[Progress] = []
    found = verify(state, progress=told.append)
    assert found.sound
    assert (found.base, found.head, found.snapshots, found.values) == (0, 60, 2, 1)
    assert found.segments == len(list((state / "journal").iterdir()))
    assert found.unfinished == 0
    assert told[-1].done == told[-1].total
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert contents(state) == before


async def test_a_log_that_is_being_written_can_be_verified(
    open_store: OpenStore, state: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 20)
    assert verify(state).sound
    with segment(state, -1).open("ab") as file:
        file.write(b"1234abcd [")
    found = verify(state)
    assert (found.sound, found.unfinished, found.head) == (True, 10, 20)


def test_a_folder_without_a_log_has_nothing_wrong(tmp_path: Path) -> None:
    found = verify(tmp_path)
    assert (found.sound, found.log_id, found.head) == (True, None, 0)


async def test_every_damaged_place_is_named(open_store: OpenStore, state: Path) -> None:
    await filled(open_store, state)
    plain = [path for path in sorted((state / "journal").iterdir()) if path.suffix == ".jsonl"]
    one, other = plain[0], plain[2]
    for path in (one, other):
        path.write_bytes(path.read_bytes().replace(b"text of ", b"test of ", 1))
    value = next((state / "blobs").iterdir())
    value.write_bytes(b"another value")
    snapshot = max((state / "snapshots").iterdir())
    snapshot.write_bytes(snapshot.read_bytes().replace(b"{}", b"[]"))
    found = verify(state)
    assert {problem.path for problem in found.problems} == {one, other, value, snapshot}
    assert found.problems[0].byte == one.read_bytes().index(b"\n") + 1
    assert found.problems[0].why == "the checksum does not fit"


async def test_a_missing_segment_is_named(open_store: OpenStore, state: Path) -> None:
    await filled(open_store, state)
    segment(state, 3).unlink()
    (problem,) = verify(state).problems[:1]
    assert problem.path == segment(state, 3)
    assert "are missing before it" in problem.why


async def test_an_event_that_claims_another_place_is_named(
    open_store: OpenStore, state: Path
) -> None:
    store, _ = open_store()
    store.append([*events(1, 2), b'{"sequence":7}', b'{"other":1}'])
    await store.close()
    (problem,) = verify(state).problems
    assert problem.why == "event 3 says it is event 7"


async def test_a_foreign_file_is_refused(open_store: OpenStore, state: Path) -> None:
    await filled(open_store, state)
    (state / "journal" / "mine.txt").touch()
    with pytest.raises(Unavailable, match=r"mine\.txt"):
        verify(state)
