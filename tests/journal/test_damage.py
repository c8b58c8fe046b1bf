"""Bytes that change on the disk: cut anywhere, or one bit turned over; never silently wrong."""

from pathlib import Path
from random import Random

import attrs
import pytest

from peon.errors import Unavailable
from peon.journal.compression import compress_covered
from peon.journal.failures import JournalDamaged
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.format import check_line, encode_line, is_torn_write
from peon.journal.opening import OpenedLog, StoreOptions, open_log
from peon.journal.snapshot_files import SnapshotRecord
from peon.runtime.ids import CountingIds
from support.journal import FINGERPRINT, events
from support.simfs import SimulatedFiles

STATE = Path("/state")
LAST = 60
RECORDS = (SnapshotRecord("a", 40, b'{"thread":"a"}'), SnapshotRecord("b", 40, b'{"thread":"b"}'))


@attrs.frozen
class Found:
    """What a start made of a damaged log."""

    events: list[bytes]
    torn: int


def open_on(files: SimulatedFiles) -> OpenedLog:
    for folder in (STATE, STATE / SEGMENTS, STATE / SNAPSHOTS):
        files.make_folder(folder)
    options = StoreOptions(filesystem=files, segment_bytes=900, ids=CountingIds("log"))
    return open_log(STATE, fingerprint=FINGERPRINT, options=options)


def written_log(*, snapshots: bool = False, compressed: bool = False) -> dict[Path, bytes]:
    """A log of 60 events in commits of one to four, over several segments."""
    files = SimulatedFiles(chance=Random(0))
    log = open_on(files)
    first, size = 1, 1
    while first <= LAST:
        log.writer.commit(events(first, min(first + size - 1, LAST)))
        first, size = first + size, size % 4 + 1
    if snapshots or compressed:
        for sequence in (38, 40):
            log.snapshots.publish(log.snapshots.write(sequence, RECORDS), durable=LAST)
    if compressed:
        assert compress_covered(files, log.catalog, log.end.log_id, log.snapshots.covered) > 1
    return {path: files.content(path) for path in files.paths()}


def start_on(contents: dict[Path, bytes]) -> Found:
    """Start on these files and read every event that is in them, as one without snapshots would."""
    files = SimulatedFiles(chance=Random(0))
    for path, content in contents.items():
        files.put(path, content)
    log = open_on(files)
    return Found(list(log.recovered.events), len(log.recovered.torn))


def last_segment(contents: dict[Path, bytes]) -> Path:
    return max(path for path in contents if path.parent.name == SEGMENTS)


def test_a_segment_cut_at_any_byte_leaves_whole_commits() -> None:
    whole = written_log()
    last = last_segment(whole)
    lines = whole[last].split(b"\n")[1:-1]
    before = LAST - sum(line.count(b'{"sequence"') for line in lines)
    for size in range(len(whole[last])):
        found = start_on({**whole, last: whole[last][:size]})
        ends = whole[last][:size].split(b"\n")[1:-1]
        left = before + sum(line.count(b'{"sequence"') for line in ends)
        assert found.events == events(1, left), size
        at_a_line = size > 0 and whole[last][size - 1 : size] == b"\n"
        assert found.torn == (0 if at_a_line else 1), size


def test_a_sealed_segment_cut_at_any_byte_is_refused() -> None:
    whole = written_log()
    first = min(whole)
    for size in range(len(whole[first])):
        with pytest.raises(JournalDamaged):
            start_on({**whole, first: whole[first][:size]})


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
def test_a_bit_turned_over_in_a_segment_is_refused(*, compressed: bool) -> None:
    """All but one in two hundred, and those are reported as a torn tail.

    The compression has a few bits that mean nothing; they change no event.
    """
    whole = written_log(compressed=compressed)
    segments = {path: text for path, text in whole.items() if path.parent.name == SEGMENTS}
    tried = refused = meaningless = 0
    for path, text in segments.items():
        for byte in range(len(text)):
            changed = bytearray(text)
            changed[byte] ^= 1 << (byte * 5 % 8)
            tried += 1
            try:
                found = start_on({**segments, path: bytes(changed)})
            except (JournalDamaged, Unavailable):
                refused += 1
                continue
            assert found.events == events(1, len(found.events)), f"{path} at {byte}"
            if path.suffix == ".zst" and len(found.events) == LAST:
                meaningless += 1
            else:
                assert found.torn == 1, f"{path} at {byte}"
    assert refused + meaningless >= 0.995 * tried, f"{refused} of {tried}"
    assert meaningless <= 0.005 * tried, f"{meaningless} of {tried}"


def test_a_bit_turned_over_in_a_snapshot_never_changes_what_is_loaded() -> None:
    whole = written_log(snapshots=True)
    newest = max(path for path in whole if path.parent.name == SNAPSHOTS)
    for byte in range(len(whole[newest])):
        changed = bytearray(whole[newest])
        changed[byte] ^= 1 << (byte * 5 % 8)
        files = SimulatedFiles(chance=Random(0))
        for path, content in {**whole, newest: bytes(changed)}.items():
            files.put(path, content)
        recovered = open_on(files).recovered
        assert recovered.sequence == 38, byte
        assert tuple(recovered.records or ()) == RECORDS, byte
        assert [ignored.path for ignored in recovered.ignored] == [newest], byte
        assert list(recovered.events) == events(39, LAST), byte


def test_what_was_cut_off_is_kept_beside_the_log() -> None:
    whole = written_log()
    last = last_segment(whole)
    files = SimulatedFiles(chance=Random(0))
    for path, content in {**whole, last: whole[last] + b"00000000 [{"}.items():
        files.put(path, content)
    (torn,) = open_on(files).recovered.torn
    assert (torn.segment, torn.byte, torn.size) == (last, len(whole[last]), 11)
    assert files.content(torn.path) == b"00000000 [{"
    assert files.content(last) == whole[last]


def test_damage_is_told_with_file_byte_and_remedy() -> None:
    whole = written_log()
    first = min(whole)
    line = whole[first].index(b"\n") + 1
    changed = whole[first].replace(b"text of 2 ", b"test of 2 ")
    second = whole[first].index(b"\n", line) + 1
    with pytest.raises(JournalDamaged) as damage:
        start_on({**whole, first: changed})
    assert (damage.value.path, damage.value.byte) == (first, second)
    assert "peon log salvage" in str(damage.value)


SEED = 7
LINE = encode_line(b'[{"a":"' + b"x" * 1200 + b'"}]', SEED)[1]


@pytest.mark.parametrize(
    "rest, torn",
    [
        (LINE[:1], True),
        (LINE[:-1], True),
        (LINE[:600] + bytes(512) + LINE[1112:], True),
        (bytes(512) + LINE[512:], True),
        (b"\0" + LINE[1:], True),
        (bytes(40), True),
        (LINE[:-2] + b" \n", False),
        (LINE[:-1] + b"\x0b", False),
        (LINE + LINE, False),
        (b"x" + LINE[1:], False),
        (b"garbage\n" + LINE, False),
    ],
)
def test_only_what_a_write_can_leave_unfinished_is_a_torn_tail(rest: bytes, *, torn: bool) -> None:
    assert check_line(LINE[:-1], SEED) is not None
    assert is_torn_write(rest, SEED) is torn
