"""The newest part of the log in memory: encoded bytes per commit with an index, never event
objects.
"""

import bisect
from array import array
from collections.abc import Sequence

import attrs

from peon.journal.port import Run

_OVERHEAD = 200
"""Bytes a commit costs in memory beside its payload and index."""
_COMPACT_AFTER = 1024


@attrs.frozen
class TailCommit:
    """One commit: its payload as it stands in the log, and where each event starts in it."""

    first: int
    payload: bytes
    starts: "array[int]"

    @classmethod
    def of(cls, first: int, payload: bytes, events: Sequence[bytes]) -> "TailCommit":
        starts = array("I")
        position = 1
        for event in events:
            starts.append(position)
            position += len(event) + 1
        return cls(first, payload, starts)

    @property
    def last(self) -> int:
        return self.first + len(self.starts) - 1

    @property
    def cost(self) -> int:
        return len(self.payload) + self.starts.itemsize * len(self.starts) + _OVERHEAD

    def event(self, sequence: int) -> bytes:
        index = sequence - self.first
        return self.payload[self.starts[index] : self._end(index + 1)]

    def run(self, sequence: int, limit: int, max_bytes: int) -> Run:
        """At most `limit` events from `sequence` on; one, however large, or up to `max_bytes`."""
        index = sequence - self.first
        start = self.starts[index]
        behind = min(index + limit, len(self.starts))
        if self._end(behind) - start > max_bytes:
            fitting = bisect.bisect_right(self.starts, start + max_bytes + 1, index + 1, behind)
            behind = max(index + 1, fitting - 1)
        return Run(self.first + behind - 1, self.payload[start : self._end(behind)])

    def _end(self, behind: int) -> int:
        """Where the event before the one at `behind` ends."""
        return (self.starts[behind] if behind < len(self.starts) else len(self.payload)) - 1


_GONE = TailCommit(0, b"", array("I"))
"""Stands where a dropped commit was, so that its payload does not live on."""


class MemoryTail:
    """The last commits up to a size. Belongs to the loop; holds durable events only."""

    def __init__(self, head: int, *, max_bytes: int) -> None:
        self._head = head
        self._max_bytes = max_bytes
        self._bytes = 0
        self._commits: list[TailCommit] = []
        self._dropped = 0

    @property
    def base(self) -> int:
        """The sequence before the first event held."""
        return self._commits[self._dropped].first - 1 if self._held else self._head

    @property
    def size(self) -> int:
        """What the tail costs in memory, in bytes."""
        return self._bytes

    def append(self, commit: TailCommit) -> None:
        self._commits.append(commit)
        self._bytes += commit.cost
        self._head = commit.last
        while self._bytes > self._max_bytes and self._held:
            self._drop_oldest()
        # The list is cut in large steps, so that dropping a commit does not move all the others.
        if self._dropped > max(_COMPACT_AFTER, self._held):
            del self._commits[: self._dropped]
            self._dropped = 0

    def forget(self, upto: int) -> None:
        """Hold no event up to here any more: it reads otherwise in the files now."""
        while self._held and self._commits[self._dropped].first <= upto:
            self._drop_oldest()

    def read(self, after: int, limit: int, max_bytes: int) -> list[bytes] | None:
        """Events behind `after`: at most `limit`; the last one may pass `max_bytes`.

        None where some of them are no longer held.
        """
        if after < self.base:
            return None
        if after >= self._head:
            return []
        index = self._index(after + 1)
        events: list[bytes] = []
        room, sequence, last = max_bytes, after + 1, min(self._head, after + limit)
        while sequence <= last and (room > 0 or not events):
            commit = self._commits[index - 1]
            if sequence > commit.last:
                index += 1
                continue
            event = commit.event(sequence)
            events.append(event)
            room -= len(event)
            sequence += 1
        return events

    def read_run(self, after: int, limit: int, max_bytes: int) -> Run | None:
        """Events behind `after`: at most `limit`, and `max_bytes` unless the first is larger.

        None where some of them are no longer held.
        """
        if after < self.base:
            return None
        index = self._index(after + 1)
        last, texts, room = after, list[bytes](), max_bytes
        while last < min(self._head, after + limit):
            commit = self._commits[index - 1]
            if last >= commit.last:
                index += 1
                continue
            run = commit.run(last + 1, after + limit - last, room)
            if texts and len(run.text) > room:
                break
            texts.append(run.text)
            room -= len(run.text) + 1
            last = run.last
        return Run(last, b",".join(texts) if len(texts) != 1 else texts[0])

    def _index(self, sequence: int) -> int:
        """The place behind the commit that holds `sequence`."""
        return bisect.bisect_right(
            self._commits, sequence, lo=self._dropped, key=lambda commit: commit.first
        )

    def _drop_oldest(self) -> None:
        self._bytes -= self._commits[self._dropped].cost
        self._commits[self._dropped] = _GONE
        self._dropped += 1

    @property
    def _held(self) -> int:
        return len(self._commits) - self._dropped
