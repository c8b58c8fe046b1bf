"""What appending costs without waiting for the disk: made, encoded, summed up and written."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from bench.measure import Figure, Scale, cpu_of, least
from bench.peers import Conversations, SqliteRows
from bench.samples import (
    BATCH,
    LOG_ID,
    TEXT,
    WithoutFlush,
    fresh_folder,
    size_on_disk,
    stored,
)
from peon.journal.compression import compress_segment
from peon.journal.format import SegmentFile
from peon.journal.segments import LogEnd, SegmentWriter
from peon.wire import encode_event
from peon_protocol.events import StoredEvent

SEGMENT_BYTES = 64 << 20
PEOPLE = 50
"""Events in a commit where fifty threads speak at the same time."""

_OF_MAKING = (
    "The bare encoder is given events that are made already. Ours makes each: an immutable "
    "envelope of thirteen fields, which costs more than encoding it, and the line "
    "with its checksum."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU per event, and bytes per event."""
    yield from _costs(scale, folder)
    yield from _sizes(scale, folder)


def _costs(scale: Scale, folder: Path) -> Iterator[Figure]:
    count = scale.events
    made = list(stored(count))
    encoder = msgspec.json.Encoder()

    def bare() -> float:
        return cpu_of(lambda: len([encoder.encode(each) for each in made]))

    def ours() -> float:
        return cpu_of(lambda: append(fresh_folder(folder), stored(count), BATCH))

    best = least(
        {
            "ours": ours,
            "bare": bare,
            "peer": lambda: _eventsourcing(folder, count),
            "rows": lambda: _rows(folder, made),
        },
        rounds=scale.rounds,
    )
    subject = "make, encode, checksum, write 100 at a time: CPU per event"
    for peer, name, factor in (
        ("bare", "msgspec, encoding what is made already", 3.0),
        ("peer", "eventsourcing + SQLite", 1 / 5),
        ("rows", "the same bytes as rows of SQLite", 1.0),
    ):
        yield (
            Figure(subject=subject, unit="µs", ours=best["ours"], peer_name=name, peer=best[peer])
            .at_most(factor)
            .limited_by(_OF_MAKING)
        )


def append(folder: Path, events: Iterator[StoredEvent], batch: int) -> int:
    """Write events as a log, without waiting for the disk; how many there were."""
    end = LogEnd(LOG_ID, 0, 0, None, 0, 0)
    writer = SegmentWriter(
        WithoutFlush(), folder, end, segment_bytes=SEGMENT_BYTES, made=lambda _: None
    )
    while bodies := [encode_event(each) for each in islice(events, batch)]:
        writer.commit(bodies)
    writer.close()
    return writer.head


def _eventsourcing(folder: Path, count: int) -> float:
    conversations = Conversations(folder, durable=False)
    cost = cpu_of(lambda: conversations.add(count, BATCH))
    conversations.close()
    return cost


def _rows(folder: Path, events: Sequence[StoredEvent]) -> float:
    rows = SqliteRows(folder).without_flush()

    def work() -> int:
        waiting = iter(events)
        while some := list(islice(waiting, BATCH)):
            rows.add([(each.stream_id, each.version, encode_event(each)) for each in some])
        return len(events)

    cost = cpu_of(work)
    rows.close()
    return cost


def _sizes(scale: Scale, folder: Path) -> Iterator[Figure]:
    """How much of the disk an event takes, while its segment is written and when it is sealed."""
    count = scale.events
    place = fresh_folder(folder)
    append(place, stored(count), PEOPLE)
    payload = sum(len(encode_event(each)) for each in stored(count))
    yield Figure(
        subject=f"on the disk, {PEOPLE} events a commit: bytes per event",
        unit="B",
        ours=size_on_disk(place) / count,
        peer_name="the events alone",
        peer=payload / count,
    ).at_most(2)
    (plain,) = place.iterdir()
    sealed = compress_segment(WithoutFlush(), SegmentFile(plain, 1), LOG_ID)
    yield Figure(
        subject="the same, sealed and compressed: bytes per event",
        unit="B",
        ours=sealed.path.stat().st_size / count,
        peer_name="the text that agents said",
        peer=len(TEXT),
    ).not_above(25)
