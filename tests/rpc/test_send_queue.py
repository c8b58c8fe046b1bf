"""The queue of frames: one write a turn, and a slow reader is nobody else's matter."""

import asyncio

from peon.rpc.limits import Limits
from peon.rpc.send_queue import SendQueue
from support.wire_client import frame

LIMITS = Limits(high_water=100, answers_water=200, hard_cap=400)


class Sink:
    """A transport that takes everything, or keeps it once it is `full`."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.kept = 0
        self.queue: SendQueue | None = None
        self.full = False

    def write(self, data: bytes, /) -> None:
        self.writes.append(data)
        if self.full and self.queue is not None:
            self.kept += len(data)
            self.queue.pause_writing()

    def get_write_buffer_size(self) -> int:
        return self.kept

    def empty(self) -> None:
        self.full = False
        self.kept = 0
        assert self.queue is not None
        self.queue.resume_writing()


def attached() -> tuple[SendQueue, Sink, list[str]]:
    calls: list[str] = []
    queue = SendQueue(LIMITS, on_overflow=lambda: calls.append("overflow"))
    queue.on_room(lambda: calls.append("room"))
    sink = Sink()
    sink.queue = queue
    queue.attach(sink)
    return queue, sink, calls


def throttled(queue: SendQueue) -> bool:
    return queue.throttled


def room_in(queue: SendQueue) -> bool:
    return queue.has_room


async def turn() -> None:
    """Let the loop do once what it has to do."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_what_is_put_in_one_turn_is_one_write():
    queue, sink, calls = attached()
    queue.put(b"1")
    queue.put(b"2")
    assert sink.writes == []

    await turn()

    assert sink.writes == [frame(b"1") + frame(b"2")]
    assert calls == ["room"]


async def test_a_queue_that_is_full_asks_the_feed_to_wait():
    queue, sink, calls = attached()
    sink.full = True
    queue.put(b"x" * 100)
    await turn()
    assert throttled(queue)
    assert calls == []

    sink.empty()

    assert not throttled(queue)
    assert calls == ["room"]


async def test_further_requests_wait_for_a_client_that_takes_no_answers():
    queue, sink, _ = attached()
    sink.full = True
    queue.put(b"x" * 150)
    await turn()
    assert room_in(queue)
    queue.put(b"x" * 100)
    assert not room_in(queue)
    waiting = asyncio.get_running_loop().create_task(queue.room())
    await turn()
    assert not waiting.done()

    sink.empty()
    await waiting


async def test_nothing_is_written_while_the_client_is_behind():
    queue, sink, _ = attached()
    sink.full = True
    queue.put(b"x" * 150)
    await turn()
    queue.put(b"late")
    await turn()
    assert len(sink.writes) == 1

    sink.empty()

    assert sink.writes[1:] == [frame(b"late")]


async def test_beyond_the_hard_cap_the_client_is_given_up():
    queue, sink, calls = attached()
    sink.full = True
    queue.put(b"x" * 300)
    await turn()
    queue.put(b"x" * 150)
    assert calls == []

    queue.put(b"one too many")

    assert calls == ["overflow"]
    assert queue.has_room


async def test_one_answer_may_be_larger_than_every_bound():
    queue, sink, calls = attached()
    queue.put(b"x" * 10_000)
    await turn()
    assert calls == ["room"]
    assert len(sink.writes) == 1


async def test_closing_hands_everything_over_and_drops_the_rest():
    queue, sink, _ = attached()
    sink.full = True
    queue.put(b"x" * 150)
    await turn()
    queue.put(b"last")
    queue.flush()
    queue.put(b"after the end")
    await turn()
    assert sink.writes[1:] == [frame(b"last")]
