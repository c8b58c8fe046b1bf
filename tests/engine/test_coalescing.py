"""Streamed text is recorded in few pieces, in order, and nothing of it is ever behind anything."""

import asyncio

import pytest

from peon.domain.commands import CheckpointTaken
from peon.engine.coalescer import CoalescerLimits
from peon_protocol.commands import (
    ConfigureThread,
    IngestProviderEvent,
    InterruptTurn,
    StartTurn,
)
from peon_protocol.events import (
    ItemRecorded,
    OperationRequested,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.ids import ActionId, CommandId, ItemId, SessionId, ThreadId, TurnId
from peon_protocol.provider_events import (
    ActionRequested,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import (
    ItemKind,
    ItemStatus,
    PlanEntry,
    StopReason,
    ToolKind,
    TurnEndOperation,
    Usage,
)
from support.clock import give_way
from support.engines import TALK, Desk

OTHER = ThreadId("other")
DONE = TurnEnded(stop_reason=StopReason.END_TURN)
TOOL = ToolCallUpdated(item_id=ItemId("tool"), title="Dig", kind=ToolKind.OTHER)


async def items(desk: Desk) -> list[ItemRecorded]:
    await desk.settled()
    return await desk.events(ItemRecorded)


async def said(desk: Desk) -> list[tuple[str, ItemStatus]]:
    """The pieces of text that are recorded, each with what became of its item."""
    return [
        (item.append.text, item.status) for item in await items(desk) if item.append is not None
    ]


# ---- when -------------------------------------------------------------------------------------


async def test_text_is_live_at_once_and_recorded_later(desk: Desk):
    await desk.open_turn()
    desk.say("hello")

    assert [delta.text for delta in desk.deltas] == ["hello"]
    assert await said(desk) == []


async def test_text_is_recorded_after_five_seconds(desk: Desk):
    await desk.open_turn()
    desk.say("hello ")
    await desk.clock.jump(4.9)
    desk.say("world")
    assert await said(desk) == []

    await desk.clock.jump(0.1)

    assert await said(desk) == [("hello world", ItemStatus.STREAMING)]


async def test_text_is_recorded_when_there_are_four_kibibytes_of_it(desk: Desk):
    await desk.open_turn()
    for _ in range(5):
        desk.say("é" * 500)

    assert await said(desk) == [("é" * 2500, ItemStatus.STREAMING)]


async def test_each_thread_has_its_own_time(desk: Desk):
    await desk.open_turn(TALK)
    await desk.open_turn(OTHER)
    desk.say("one", TALK)
    await desk.clock.jump(3)
    desk.say("two", OTHER)
    await desk.clock.jump(2)
    assert await said(desk) == [("one", ItemStatus.STREAMING)]

    await desk.clock.jump(3)

    assert await desk.texts() == ["one", "two"]


async def test_text_is_recorded_when_the_server_leaves(desk: Desk):
    await desk.open_turn()
    desk.say("last words")
    desk.engine.flush()

    assert await said(desk) == [("last words", ItemStatus.STREAMING)]


async def test_nothing_is_recorded_where_nothing_was_said(desk: Desk):
    await desk.open_turn()
    desk.say("")
    await desk.clock.jump(60)

    assert await items(desk) == []
    assert desk.deltas == []


# ---- boundaries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "boundary",
    [
        TOOL,
        PlanReplaced(entries=(PlanEntry("water"),)),
        ActionRequested(
            action_id=ActionId("a"),
            item_id=ItemId("tool"),
            kind=ToolKind.EDIT,
            title="x",
            options=(),
        ),
        DONE,
        ReasoningDelta(text="hm"),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_text_is_complete_before_anything_else_of_its_thread(
    desk: Desk, boundary: ProviderEvent
):
    await desk.open_turn()
    desk.say("first this")
    desk.hear(boundary)
    desk.engine.flush()
    await desk.settled()

    first, *rest = [each for each in await desk.log() if each.sequence > 4]
    assert isinstance(first.payload, ItemRecorded)
    assert first.payload.append is not None
    assert first.payload.append.text == "first this"
    assert first.payload.status is ItemStatus.COMPLETED
    item_id = first.payload.item_id
    items_after = [each.payload for each in rest if isinstance(each.payload, ItemRecorded)]
    assert item_id not in {item.item_id for item in items_after}


async def test_a_command_on_the_thread_comes_behind_its_text_but_does_not_end_it(desk: Desk):
    await desk.open_turn()
    desk.say("before ")
    await desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    desk.say("after")
    desk.hear(DONE)

    assert await said(desk) == [
        ("before ", ItemStatus.STREAMING),
        ("after", ItemStatus.COMPLETED),
    ]
    assert len(desk.turn().items) == 1


async def test_even_a_refused_command_comes_behind_the_text(desk: Desk):
    await desk.open_turn()
    desk.say("before")
    refused = desk.submit(StartTurn(thread_id=TALK, prompt="now"))
    await asyncio.wait({refused})

    assert await said(desk) == [("before", ItemStatus.STREAMING)]


async def test_a_command_on_another_thread_leaves_the_text_alone(desk: Desk):
    await desk.open_turn(TALK)
    await desk.open_thread(OTHER)
    desk.say("wait")
    await desk.submit(ConfigureThread(thread_id=OTHER, title="new"))

    assert await said(desk) == []


async def test_text_of_a_turn_that_was_broken_off_is_kept_as_it_is(desk: Desk):
    await desk.open_turn()
    desk.say("half a sen")
    await desk.submit(InterruptTurn(thread_id=TALK))
    desk.say("tence")
    desk.hear(TurnEnded(stop_reason=StopReason.CANCELLED))

    assert [item.status for item in await items(desk)] == [
        ItemStatus.STREAMING,
        ItemStatus.STREAMING,
        ItemStatus.CANCELLED,
    ]
    assert await desk.texts() == ["half a sen", "tence"]


async def test_messages_and_reasoning_take_turns_in_items_of_their_own(desk: Desk):
    await desk.open_turn()
    desk.hear(ReasoningDelta(text="hm"))
    desk.say("so")
    desk.hear(ReasoningDelta(text="but"))
    desk.hear(DONE)

    recorded = await items(desk)
    assert [(item.kind, item.status) for item in recorded] == [
        (ItemKind.REASONING, ItemStatus.COMPLETED),
        (ItemKind.MESSAGE, ItemStatus.COMPLETED),
        (ItemKind.REASONING, ItemStatus.COMPLETED),
    ]
    assert len({item.item_id for item in recorded}) == 3


async def test_text_that_names_its_item_goes_there(desk: Desk):
    await desk.open_turn()
    desk.hear(TextDelta(text="a", item_id=ItemId("one")))
    desk.hear(TextDelta(text="b", item_id=ItemId("one")))
    desk.hear(TextDelta(text="c", item_id=ItemId("two")))
    desk.hear(DONE)

    recorded = await items(desk)
    assert [item.item_id for item in recorded] == ["one", "two"]
    assert await desk.texts() == ["ab", "c"]


async def test_text_after_the_end_is_not_the_turns(desk: Desk):
    await desk.open_turn()
    desk.hear(DONE)

    assert not desk.say("too late")
    await desk.clock.jump(60)
    assert await items(desk) == []
    assert desk.deltas == []


# ---- offsets ----------------------------------------------------------------------------------


async def test_deltas_carry_the_same_offsets_as_the_events(desk: Desk):
    await desk.open_turn()
    for number, text in enumerate(("Blüte ", "🌹", " é" * 3000, "end")):
        desk.say(text)
        if number % 2:
            await desk.clock.jump(5)
    desk.hear(DONE)

    recorded = [item for item in await items(desk) if item.append is not None]
    assert len(recorded) > 2
    whole = "".join(delta.text for delta in desk.deltas).encode()
    position = 0
    for item in recorded:
        assert item.append is not None
        assert item.append.offset == position
        position = item.append.end
        assert whole[item.append.offset : item.append.end].decode() == item.append.text
    place = 0
    for delta in desk.deltas:
        assert (delta.offset, delta.end) == (place, place + len(delta.text.encode()))
        place = delta.end
    assert place == position == len(whole)
    ends = {delta.end for delta in desk.deltas}
    assert all(item.append is not None and item.append.end in ends for item in recorded)
    assert {delta.item_id for delta in desk.deltas} == {item.item_id for item in recorded}


# ---- usage ------------------------------------------------------------------------------------


async def test_the_last_usage_reported_is_recorded_with_the_end(desk: Desk):
    await desk.open_turn()
    desk.hear(UsageReported(usage=Usage(input_tokens=1)))
    desk.hear(UsageReported(usage=Usage(input_tokens=2, output_tokens=3)))
    desk.hear(DONE)
    desk.finish(CheckpointTaken("1"))
    await desk.settled()

    (requested,) = await desk.events(OperationRequested)
    assert isinstance(requested.operation, TurnEndOperation)
    assert requested.operation.usage == Usage(input_tokens=2, output_tokens=3)
    (completed,) = await desk.events(TurnCompleted)
    assert completed.usage == Usage(input_tokens=2, output_tokens=3)


@pytest.mark.parametrize(
    "end",
    [
        ProviderError(code="overloaded", message="later"),
        SessionEnded(session_id=SessionId("s"), reason="it died"),
    ],
    ids=lambda end: type(end).__name__,
)
async def test_the_usage_of_a_turn_that_fails_is_recorded_too(desk: Desk, end: ProviderEvent):
    await desk.open_turn()
    desk.hear(SessionStarted(session_id=SessionId("s"), native_id="n", agent_name="Ada"))
    desk.hear(UsageReported(usage=Usage(input_tokens=5)))
    desk.hear(end)
    await desk.settled()
    desk.finish(CheckpointTaken("1"))
    await desk.settled()
    [failed] = await desk.events(TurnFailed)
    assert failed.usage == Usage(input_tokens=5)


async def test_usage_that_comes_with_the_end_is_the_one_that_counts(desk: Desk):
    await desk.open_turn()
    desk.hear(UsageReported(usage=Usage(input_tokens=1)))
    desk.hear(TurnEnded(stop_reason=StopReason.END_TURN, usage=Usage(input_tokens=9)))
    desk.finish(CheckpointTaken("1"))
    await desk.settled()

    (completed,) = await desk.events(TurnCompleted)
    assert completed.usage == Usage(input_tokens=9)


async def test_the_usage_of_one_turn_is_never_the_next_ones(desk: Desk):
    await desk.open_turn()
    desk.hear(UsageReported(usage=Usage(input_tokens=1)))
    desk.hear(ProviderError(code="agent.tired", message="no more"))
    desk.finish(CheckpointTaken("1"))
    await desk.settled()
    await desk.submit(StartTurn(thread_id=TALK, turn_id=TurnId("next"), prompt="again"))
    desk.hear(DONE)
    desk.finish(CheckpointTaken("2"))
    await desk.settled()

    assert len(await desk.events(TurnFailed)) == 1
    (completed,) = await desk.events(TurnCompleted)
    assert completed.usage is None


# ---- hosts ------------------------------------------------------------------------------------


def hosted(text: str, *, command_id: str | None = None) -> IngestProviderEvent:
    return IngestProviderEvent(
        thread_id=TALK,
        event=TextDelta(text=text),
        command_id=None if command_id is None else CommandId(command_id),
    )


async def test_text_of_a_host_is_acknowledged_once_no_more_of_it_comes(desk: Desk):
    await desk.open_turn(provider="host")
    answers = [desk.submit(hosted(text)) for text in ("one ", "two ", "three")]
    await desk.clock.jump(0.2)
    assert not any(answer.done() for answer in answers)

    await desk.clock.jump(0.06)

    assert {(await answer).sequence for answer in answers} == {5}
    assert await desk.texts() == ["one two three"]


async def test_text_of_a_host_that_goes_on_and_on_is_acknowledged_after_five_seconds(desk: Desk):
    await desk.open_turn(provider="host")
    first = desk.submit(hosted("7"))
    for _ in range(49):
        await desk.clock.jump(0.1)
        desk.submit(hosted("7"))
    assert not first.done()

    await desk.clock.jump(0.11)

    assert (await first).sequence == 5


async def test_text_of_a_host_with_a_command_id_is_recorded_at_once(desk: Desk):
    await desk.open_turn(provider="host")
    waiting = desk.submit(hosted("one "))
    result = await desk.submit(hosted("two", command_id="two"))

    assert (await waiting).sequence == 5
    assert result.sequence == 6
    assert await desk.texts() == ["one ", "two"]
    assert len(desk.turn().items) == 1


async def test_usage_of_a_host_counts_with_a_command_id_too(desk: Desk):
    await desk.open_turn(provider="host")
    report = UsageReported(usage=Usage(input_tokens=7))
    await desk.submit(
        IngestProviderEvent(thread_id=TALK, event=report, command_id=CommandId("used"))
    )
    await desk.submit(IngestProviderEvent(thread_id=TALK, event=DONE))
    desk.finish(CheckpointTaken("1"))
    await desk.settled()

    (completed,) = await desk.events(TurnCompleted)
    assert completed.usage == Usage(input_tokens=7)


async def test_a_client_may_not_speak_for_an_agent_of_ours(desk: Desk):
    await desk.open_turn()
    refused = desk.submit(hosted("forged"))
    await asyncio.wait({refused})
    await desk.clock.jump(60)

    assert refused.exception() is not None
    assert desk.deltas == []
    assert await desk.texts() == []


# ---- few --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 40, 500])
@pytest.mark.parametrize("letter", ["a", "é"])
async def test_a_long_answer_streamed_within_a_minute_makes_at_most_twenty_events(
    desk: Desk, size: int, letter: str
):
    await desk.open_turn()
    pieces = 10_000 // size
    for _ in range(pieces):
        desk.say(letter * size)
        await desk.clock.jump(60 / pieces)
    desk.say(letter * (10_000 - pieces * size))
    desk.hear(DONE)
    desk.finish(CheckpointTaken("1"))
    await desk.settled()

    of_turn = [each for each in await desk.log() if each.sequence > 2]
    assert len(of_turn) <= 20
    assert "".join(await desk.texts()) == letter * 10_000


async def test_a_burst_in_a_slow_answer_makes_at_most_twenty_events_too():
    desk = Desk.in_memory(CoalescerLimits())
    await desk.open_turn()
    for number in range(600):
        desk.say("a" * 4096 if number in {100, 300} else "abc")
        await desk.clock.jump(0.1)
    desk.hear(DONE)
    desk.finish(CheckpointTaken("1"))
    await desk.settled()
    await give_way()

    assert len([each for each in await desk.log() if each.sequence > 2]) <= 20
