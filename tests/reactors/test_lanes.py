"""Work of one thread is done in order and one thing at a time, whatever becomes of each."""

import asyncio

from peon.reactors.lanes import LANE_LENGTH, Lanes, Work
from peon_protocol.ids import ThreadId
from support.clock import FakeClock, give_way

TALK, OTHER = ThreadId("talk"), ThreadId("other")


class Diary:
    """Work that writes down what it does."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def work(self, name: str, gate: asyncio.Event | None = None) -> Work:
        async def do() -> None:
            self.lines.append(f"begin {name}")
            if gate is not None:
                await gate.wait()
            self.lines.append(f"end {name}")

        return Work(do, lambda error: self.lines.append(f"{type(error).__name__} in {name}"))

    def bug(self, name: str) -> Work:
        async def do() -> None:
            raise KeyError(name)

        return Work(do, lambda error: self.lines.append(f"{type(error).__name__} in {name}"))


async def test_work_of_a_thread_is_done_in_order():
    lanes, diary, gate = Lanes(), Diary(), asyncio.Event()
    lanes.add(TALK, diary.work("one", gate))
    lanes.add(TALK, diary.work("two"))
    await give_way()
    assert diary.lines == ["begin one"]

    gate.set()
    await give_way()

    assert diary.lines == ["begin one", "end one", "begin two", "end two"]
    assert lanes.busy == 0


async def test_threads_do_not_wait_for_each_other():
    lanes, diary, gate = Lanes(), Diary(), asyncio.Event()
    lanes.add(TALK, diary.work("slow", gate))
    lanes.add(OTHER, diary.work("quick"))
    await give_way()

    assert diary.lines == ["begin slow", "begin quick", "end quick"]
    assert lanes.busy == 1
    gate.set()
    await give_way()


async def test_a_bug_in_one_piece_of_work_does_not_keep_the_next_from_being_done():
    lanes, diary = Lanes(), Diary()
    lanes.add(TALK, diary.bug("one"))
    lanes.add(TALK, diary.work("two"))
    await give_way()

    assert diary.lines == ["KeyError in one", "begin two", "end two"]


async def test_what_may_be_left_out_is_where_too_much_waits_already():
    lanes, diary, gate = Lanes(), Diary(), asyncio.Event()
    lanes.add(TALK, diary.work("slow", gate))
    await give_way()
    taken = [lanes.add_if_room(TALK, diary.work("optional")) for _ in range(LANE_LENGTH + 10)]
    lanes.add(TALK, diary.work("needed"))
    gate.set()
    for _ in range(LANE_LENGTH):
        await give_way()

    assert taken == [True] * LANE_LENGTH + [False] * 10
    assert diary.lines.count("end optional") == LANE_LENGTH
    assert diary.lines[-1] == "end needed"


async def test_what_is_under_way_may_end_and_nothing_else_begins():
    lanes, diary, gate = Lanes(), Diary(), asyncio.Event()
    lanes.add(TALK, diary.work("one", gate))
    lanes.add(TALK, diary.work("two"))
    await give_way()
    lanes.stop()
    lanes.add(OTHER, diary.work("three"))
    gate.set()
    await lanes.close(1)

    assert diary.lines == ["begin one", "end one"]


async def test_what_does_not_end_in_time_is_broken_off():
    clock = FakeClock()
    lanes, diary = Lanes(), Diary()
    lanes.add(TALK, diary.work("endless", asyncio.Event()))
    await give_way()
    closing = asyncio.ensure_future(lanes.close(2))
    await clock.jump(1.9)
    assert not closing.done()

    await clock.jump(0.2)
    await closing

    assert diary.lines == ["begin endless"]
    assert lanes.busy == 0
