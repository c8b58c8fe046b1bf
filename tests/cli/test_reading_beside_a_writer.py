"""A log is read while its server writes, mends and compresses it, and nothing of that is damage."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from peon.cli import reading
from peon.cli.logbook import growing
from peon.cli.logbook.growing import GrowingLog
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import LocalFileSystem
from peon.journal.store import SegmentStore, StoreOptions
from support.journal import FINGERPRINT, events, write


class BusyFiles(LocalFileSystem):
    """The machine's files, to which something happens just after one of them was read."""

    def __init__(self, happens: Callable[[], None], *, at: int) -> None:
        self._happens = happens
        self._ends = at

    def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
        data = super().read_at(descriptor, size, offset)
        # The end of the file has been seen: whoever looks for it again sees another.
        self._ends -= not data
        if not data and self._ends == 0:
            self._happens()
        return data


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SegmentStore]:
    options = StoreOptions(segment_bytes=2000)
    store, _ = SegmentStore.open(tmp_path, fingerprint=FINGERPRINT, options=options)
    yield store
    await store.close()


def half_written(tmp_path: Path) -> Callable[[], None]:
    """The last line as it is while it is written; what is returned writes the rest and more."""
    last = max((tmp_path / "journal").glob("*.jsonl"))
    whole = last.read_bytes()
    one_less = whole[: whole[:-1].rindex(b"\n") + 1]
    two_less = one_less[: one_less[:-1].rindex(b"\n") + 1]
    last.write_bytes(whole[: len(two_less) + 20])

    def go_on() -> None:
        last.write_bytes(whole)

    return go_on


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_line_that_is_being_written_when_the_log_is_opened_is_no_damage(
    store: SegmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
):
    await write(store, 1, 7)
    monkeypatch.setattr(reading, "_FILES", BusyFiles(half_written(tmp_path), at=at))
    log = reading.standing_log(tmp_path)
    assert log is not None
    assert list(log.events(0)) == events(1, log.end.head)
    assert log.end.head >= 5


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_line_that_is_being_written_when_the_log_is_followed_is_no_damage(
    store: SegmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
):
    await write(store, 1, 7)
    monkeypatch.setattr(growing, "_FILES", BusyFiles(half_written(tmp_path), at=at))
    log = GrowingLog(tmp_path, 0)
    seen = [*log.news(), *log.news(), *log.news()]
    assert seen == events(1, 7)


async def test_what_is_damaged_is_still_refused(store: SegmentStore, tmp_path: Path):
    await write(store, 1, 7)
    last = max((tmp_path / "journal").glob("*.jsonl"))
    last.write_bytes(last.read_bytes().replace(b"text of", b"test of", 1))
    with pytest.raises(JournalDamaged):
        reading.standing_log(tmp_path)


async def test_segments_may_be_compressed_while_they_are_read(store: SegmentStore, tmp_path: Path):
    await write(store, 1, 90)
    log = reading.standing_log(tmp_path)
    assert log is not None
    bodies = log.events(0)
    seen = [next(bodies)]
    await store.write_snapshot(89, [])
    await store.write_snapshot(90, [])
    assert await store.compress() > 1
    seen += bodies
    assert seen == events(1, 90)


async def test_what_is_gone_for_good_is_said_to_be(store: SegmentStore, tmp_path: Path):
    await write(store, 1, 90)
    log = reading.standing_log(tmp_path)
    assert log is not None
    bodies = log.events(0)
    next(bodies)
    for segment in sorted((tmp_path / "journal").glob("*.jsonl"))[1:3]:
        segment.unlink()
    with pytest.raises((FileNotFoundError, JournalDamaged)):
        list(bodies)
