"""What appending costs without waiting for the disk: made, encoded, summed up and written."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from bench.measure import Figure, Scale, cpu_of, in_turn
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

_TIMES = 5
"""So often a short contender goes through all events, to last as long as the others."""

_OF_MAKING = (
    "The bare encoder is given events that are made already. Ours makes three immutable objects of "
    "each first, and the envelope alone has thirteen fields: that costs more than all the "
    "rest. The line below is without it."
)
_OF_OBJECTS = (
    "More than half of ours is making three immutable objects of each event, of which the envelope "
    "alone has thirteen fields."
)
_OF_ROWS = (
    "Both make the events and encode them, which is most of what either takes. What is left is a "
    "line with its checksum on this side, and rows with two indexes on the other."
)
_OF_NAMES = (
    "The bare encoder writes members under their names in Python; ours calls them as the protocol "
    "does, and sums up and writes the line besides."
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
        return cpu_of(lambda: sum(bool(encoder.encode(each)) for each in made * _TIMES))

    def ours() -> float:
        return cpu_of(lambda: append(fresh_folder(folder), stored(count), BATCH))

    def without_making() -> float:
        return cpu_of(lambda: append(fresh_folder(folder), iter(made), BATCH))

    rounds = in_turn(
        {
            "ours": ours,
            "made": without_making,
            "bare": bare,
            "peer": lambda: _eventsourcing(folder, count),
            "rows": lambda: _rows(folder, count),
        },
        rounds=scale.contest,
    )
    line = "encode, checksum, write 100 at a time: CPU per event"
    of_bare = "msgspec, encoding what is made already"
    for subject, mine, peer, name, factor, reason in (
        (f"make, {line}", "ours", "bare", of_bare, 3.0, _OF_MAKING),
        (f"the same of events that are made: {line}", "made", "bare", of_bare, 3.0, _OF_NAMES),
        (f"make, {line}", "ours", "peer", "eventsourcing + SQLite", 1 / 5, _OF_OBJECTS),
        (f"make, {line}", "ours", "rows", "the same as rows of SQLite", 1 / 3, _OF_ROWS),
    ):
        cost, other = rounds.middle(mine, peer)
        yield (
            Figure(subject=subject, unit="µs", ours=cost, peer_name=name, peer=other)
            .at_most(factor)
            .limited_by(reason)
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


def _rows(folder: Path, count: int) -> float:
    rows = SqliteRows(folder).without_flush()

    def work() -> int:
        waiting = stored(count)
        while some := list(islice(waiting, BATCH)):
            rows.add([(each.stream_id, each.version, encode_event(each)) for each in some])
        return count

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
