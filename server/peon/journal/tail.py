"""The newest part of the log in memory: encoded bytes per commit with an index, never event
objects.
"""

import bisect
from array import array
from collections.abc import Sequence

import attrs

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
        behind = index + 1
        end = self.starts[behind] if behind < len(self.starts) else len(self.payload)
        return self.payload[self.starts[index] : end - 1]


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
        index = bisect.bisect_right(
            self._commits, after + 1, lo=self._dropped, key=lambda commit: commit.first
        )
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

    def _drop_oldest(self) -> None:
        self._bytes -= self._commits[self._dropped].cost
        self._commits[self._dropped] = _GONE
        self._dropped += 1

    @property
    def _held(self) -> int:
        return len(self._commits) - self._dropped
