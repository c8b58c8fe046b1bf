"""Streamed text becomes events in pieces worth keeping; until then it only lives.

A piece is recorded when there is enough of it, when it has waited long enough, and always before
any other event of its thread. Text that a client waits for is recorded once no more of it comes.
"""

import asyncio
from collections.abc import Callable

import attrs

from peon.domain.commands import RecordText
from peon.domain.items import text_item
from peon.domain.model import Turn
from peon.engine.answers import Answer
from peon.runtime.clock import Clock
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.notifications import TurnDelta
from peon_protocol.provider_events import ReasoningDelta, TextDelta
from peon_protocol.values import ItemKind, Usage


@attrs.frozen
class CoalescerLimits:
    """When text is recorded: at so many bytes, after so many seconds, or after such a silence."""

    bytes: int = 4096
    seconds: float = 5.0
    quiet_seconds: float = 0.25
    tool_seconds: float = 1.0
    """What changes only the contents of a tool call is recorded no more often than this."""


@attrs.define
class _Buffer:
    """Text of one item that is not recorded yet."""

    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    end: int
    since: float
    touched: float
    size: int = 0
    pieces: list[str] = attrs.field(factory=list)
    answers: list[Answer] = attrs.field(factory=list)


class Coalescer:
    """Holds back the text of each thread, and the usage its agent has reported last.

    `record` is called, on the loop, with each piece that is to be recorded now, and then `recorded`
    with the answers that waited for it.
    """

    def __init__(
        self,
        limits: CoalescerLimits,
        clock: Clock,
        record: Callable[[RecordText], None],
        recorded: Callable[[ThreadId, list[Answer]], None],
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._record = record
        self._recorded = recorded
        self._buffers: dict[ThreadId, _Buffer] = {}
        self._usage: dict[ThreadId, tuple[TurnId, Usage]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = 0.0

    def add(
        self, thread_id: ThreadId, turn: Turn, event: TextDelta | ReasoningDelta, *waiting: Answer
    ) -> TurnDelta:
        """Hold back a fragment and return it as it goes out live.

        `waiting` are given to `recorded` once the fragment is recorded, which is not yet durable.
        """
        kind = ItemKind.MESSAGE if isinstance(event, TextDelta) else ItemKind.REASONING
        buffer = self._buffer(thread_id, turn, kind, event.item_id)
        length = len(event.text.encode())
        offset = buffer.end
        buffer.pieces.append(event.text)
        buffer.end += length
        buffer.size += length
        buffer.touched = self._clock.monotonic()
        buffer.answers += waiting
        delta = TurnDelta(
            thread_id=thread_id,
            turn_id=turn.turn_id,
            item_id=buffer.item_id,
            kind=kind,
            offset=offset,
            end=buffer.end,
            text=event.text,
        )
        if buffer.size >= self._limits.bytes:
            self.flush(thread_id, complete=False)
        else:
            self._wake_at(self._due(buffer))
        return delta

    def wait(self, thread_id: ThreadId, answer: Answer) -> bool:
        """Give the answer with the text that is held back of the thread, if there is any."""
        buffer = self._buffers.get(thread_id)
        if buffer is None:
            return False
        buffer.answers.append(answer)
        self._wake_at(self._due(buffer))
        return True

    def flush(self, thread_id: ThreadId, *, complete: bool) -> None:
        """Record what is held back of the thread; `complete` where something else follows."""
        buffer = self._buffers.pop(thread_id, None)
        if buffer is None:
            return
        text = "".join(buffer.pieces)
        self._record(
            RecordText(thread_id, buffer.turn_id, buffer.item_id, buffer.kind, text, complete)
        )
        if buffer.answers:
            self._recorded(thread_id, buffer.answers)

    def note_usage(self, thread_id: ThreadId, turn_id: TurnId, usage: Usage) -> None:
        """Keep the last report; it is recorded with the turn's end."""
        self._usage[thread_id] = (turn_id, usage)

    def usage(self, thread_id: ThreadId, turn_id: TurnId) -> Usage | None:
        """The last report about this turn."""
        noted = self._usage.get(thread_id)
        return noted[1] if noted is not None and noted[0] == turn_id else None

    def forget_usage(self, thread_id: ThreadId) -> None:
        """The turn is over."""
        self._usage.pop(thread_id, None)

    def close(self) -> None:
        """Record everything and keep no timer."""
        for thread_id in tuple(self._buffers):
            self.flush(thread_id, complete=False)
        self._stop_timer()

    def drop(self) -> list[Answer]:
        """Forget everything and keep no timer; the answers that waited for something."""
        answers = [answer for buffer in self._buffers.values() for answer in buffer.answers]
        self._buffers.clear()
        self._usage.clear()
        self._stop_timer()
        return answers

    def _buffer(
        self, thread_id: ThreadId, turn: Turn, kind: ItemKind, item_id: ItemId | None
    ) -> _Buffer:
        buffer = self._buffers.get(thread_id)
        if buffer is not None:
            same = buffer.turn_id == turn.turn_id and buffer.kind is kind
            if same and item_id in (None, buffer.item_id):
                return buffer
            self.flush(thread_id, complete=True)
        target, offset = text_item(turn, kind, item_id)
        now = self._clock.monotonic()
        buffer = _Buffer(turn.turn_id, target, kind, offset, now, now)
        self._buffers[thread_id] = buffer
        return buffer

    def _due(self, buffer: _Buffer) -> float:
        latest = buffer.since + self._limits.seconds
        if not buffer.answers:
            return latest
        return min(latest, buffer.touched + self._limits.quiet_seconds)

    def _wake_at(self, moment: float) -> None:
        if self._timer is not None:
            if self._wakes_at <= moment:
                return
            self._timer.cancel()
        self._wakes_at = moment
        delay = max(0.0, moment - self._clock.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        """Record what is due, and wake again for the next."""
        self._timer = None
        now = self._clock.monotonic()
        due = [thread for thread, buffer in self._buffers.items() if self._due(buffer) <= now]
        for thread_id in due:
            self.flush(thread_id, complete=False)
        if self._buffers:
            self._wake_at(min(self._due(buffer) for buffer in self._buffers.values()))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
