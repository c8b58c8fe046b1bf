"""How many events a line holds, told without taking it apart wherever the log itself tells it.

An event of this log begins with its sequence, so a line says with its first event how many stood
before it. Where lines do not tell it, they are taken apart and counted.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from peon.journal.failures import JournalDamaged
from peon.journal.format import SegmentFile
from peon.journal.reading import Line, events_of

_FIRST: Final = re.compile(rb'\[\{"sequence":(\d{1,18}),')


class Counted(NamedTuple):
    """A line, and the places of its events."""

    first: int
    last: int
    payload: memoryview
    checksum: int
    """What the next line continues."""


def counted(segment: SegmentFile, lines: Iterable[Line], first: int) -> Iterator[Counted]:
    """The lines with the places of their events, of which the first is `first`; no seal.

    Damage is raised behind the last line that is whole: who has enough by then asks no more, and
    what is behind the durable part of a log may be half written. Raises JournalDamaged.
    """
    held: Line | None = None
    damage: JournalDamaged | None = None
    try:
        for line in lines:
            if held is not None:
                behind = _behind(segment, held, first, line)
                yield Counted(first, behind - 1, held.payload, held.checksum)
                first = behind
            held = None if line.is_seal else line
    except JournalDamaged as found:
        damage = found
    if held is not None:
        last = first + len(events_of(segment, held)) - 1
        yield Counted(first, last, held.payload, held.checksum)
    if damage is not None:
        raise damage


def _behind(segment: SegmentFile, line: Line, first: int, following: Line) -> int:
    """The sequence behind the events of `line`."""
    told = _told(following)
    if told is not None and told > first and _told(line) == first:
        return told
    return first + len(events_of(segment, line))


def _told(line: Line) -> int | None:
    """The sequence that the first event of a line says it has."""
    found = _FIRST.match(line.payload)
    return None if found is None else int(found[1])
