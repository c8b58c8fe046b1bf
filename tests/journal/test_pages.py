"""Pages of old events: what a line holds is told by its numbers only where these can be right."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from peon.journal.catalog import Catalog
from peon.journal.compression import compress_segment
from peon.journal.failures import JournalDamaged
from peon.journal.filesystem import LocalFileSystem
from peon.journal.format import Header, encode_line, join_events, plain_segment
from peon.journal.pages import PageReader
from peon.journal.reading import BLOCK

LOG = "pages"
Line = Sequence[bytes]


def numbered(sequence: int) -> bytes:
    return b'{"sequence":%d,"text":""}' % sequence


def segment_of(folder: Path, lines: Sequence[Line], *, behind: bytes = b"") -> Catalog:
    """The catalog of a log that consists of these lines in one segment."""
    segment = plain_segment(folder, 1)
    header = Header(LOG, 0)
    text, seed = [header.encoded()], header.seed
    for line in lines:
        seed, encoded = encode_line(join_events(line), seed)
        text.append(encoded)
    segment.path.write_bytes(b"".join(text) + behind)
    return Catalog([segment])


def read_all(reader: PageReader, count: int, *, limit: int = 100) -> list[bytes]:
    """All events, a page of runs after the other, each checked against the events one by one."""
    texts: list[bytes] = []
    after = 0
    while after < count:
        runs = reader.read_runs(after, count, limit, 1 << 20)
        assert b"".join(reader.read(after, runs[0].last, 1 << 20)) == runs[0].text.replace(
            b"},{", b"}{"
        )
        texts += [run.text for run in runs]
        after = runs[-1].last
    assert after == count
    return texts


LINES: dict[str, list[Line]] = {
    "numbered": [[numbered(1), numbered(2)], [numbered(3)], [numbered(4), numbered(5)]],
    "not numbered": [[b'{"a":1}', b'{"a":2}'], [b'{"a":3}'], [b'{"a":4}', b'{"a":5}']],
    "numbered otherwise": [[numbered(7), numbered(8)], [numbered(9)], [numbered(4), numbered(1)]],
    "going back": [[numbered(1), numbered(2)], [numbered(1)], [numbered(1), numbered(2)]],
    "numbered later": [[b'{"a":1}', numbered(2)], [numbered(9)], [b'{"a":4}', numbered(5)]],
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES.keys())
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_event_is_read_once_in_order(tmp_path: Path, lines: list[Line], limit: int) -> None:
    reader = PageReader(LocalFileSystem(), segment_of(tmp_path, lines), LOG)
    found = b",".join(read_all(reader, 5, limit=limit))
    assert found == b",".join(event for line in lines for event in line)


def test_what_is_half_written_behind_the_durable_part_is_not_looked_at(tmp_path: Path) -> None:
    lines = [[numbered(1), numbered(2)], [numbered(3)]]
    catalog = segment_of(tmp_path, lines, behind=b'00000000 [{"sequence":4')
    reader = PageReader(LocalFileSystem(), catalog, LOG)
    assert reader.read_runs(0, 3, 100, 1 << 20)[-1].last == 3
    with pytest.raises(JournalDamaged):
        reader.read_runs(3, 4, 100, 1 << 20)


class Counting(LocalFileSystem):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def read_at(self, descriptor: int, size: int, offset: int) -> bytes:
        found = super().read_at(descriptor, size, offset)
        self.read += len(found)
        return found


@pytest.mark.parametrize("compressed", [False, True])
def test_a_page_begins_where_the_one_before_has_ended(tmp_path: Path, *, compressed: bool) -> None:
    """Also where a place far behind is known already, and none before it."""
    count = 600
    chance = random.Random(1)
    lines = [[_long(each, chance)] for each in range(1, count + 1)]
    files, catalog = Counting(), segment_of(tmp_path, lines)
    segment = plain_segment(tmp_path, 1)
    if compressed:
        segment = compress_segment(files, segment, LOG)
        catalog = Catalog([segment])
    PageReader(files, catalog, LOG).read(count - 10, count, 1 << 20)
    _, far = catalog.locate(count)
    assert far is not None
    catalog = Catalog([segment])
    catalog.noted(segment, far)
    reader = PageReader(files, catalog, LOG)
    size = segment.path.stat().st_size
    for _ in range(2):
        files.read, after = 0, 0
        texts: list[bytes] = []
        while after < count:
            runs = reader.read_runs(after, count, 100, 1 << 20)
            texts += [run.text for run in runs]
            after = runs[-1].last
        assert b",".join(texts) == b",".join(event for line in lines for event in line)
        assert files.read < 2 * size


def _long(sequence: int, chance: random.Random) -> bytes:
    """An event of ten kilobytes that do not get much smaller."""
    text = chance.randbytes(BLOCK // 200).hex().encode()
    return b'{"sequence":%d,"text":"%b"}' % (sequence, text)
