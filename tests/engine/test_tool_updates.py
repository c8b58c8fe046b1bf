"""What an agent repeats about a tool call becomes few events, and none of it is lost or late."""

from peon_protocol.commands import ConfigureThread, IngestProviderEvent
from peon_protocol.events import ItemRecorded, ThreadConfigured, TurnCompleted
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import TextDelta, ToolCallUpdated, TurnEnded
from peon_protocol.values import ItemStatus, StopReason, TextContent
from support.engines import TALK, Desk

DIG, RAKE = ItemId("dig"), ItemId("rake")


def shown(text: str, item_id: ItemId = DIG, status: ItemStatus | None = None) -> ToolCallUpdated:
    return ToolCallUpdated(item_id=item_id, content=(TextContent(text),), status=status)


def begun(item_id: ItemId = DIG) -> ToolCallUpdated:
    return ToolCallUpdated(item_id=item_id, title="Dig", status=ItemStatus.RUNNING)


async def recorded(desk: Desk, item_id: ItemId = DIG) -> list[str]:
    """What each event of the call shows: its text, or its status where it has none."""
    await desk.settled()
    told = []
    for event in await desk.events(ItemRecorded):
        if event.item_id == item_id:
            content = event.patch.content if event.patch is not None else None
            texts = [each.text for each in content or () if isinstance(each, TextContent)]
            told.append(" ".join([event.status, *texts]))
    return told


async def test_the_first_is_recorded_at_once_and_more_when_a_second_is_over(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    for number in range(100):
        desk.hear(shown(f"{number}"))
    assert await recorded(desk) == ["running"]

    await desk.clock.jump(1.0)

    assert await recorded(desk) == ["running", "running 99"]


async def test_an_agent_that_goes_on_makes_an_event_a_second(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    for number in range(50):
        await desk.clock.jump(0.1)
        desk.hear(shown(f"{number}"))
    await desk.clock.jump(1.0)
    events = await recorded(desk)
    assert len(events) <= 7
    assert events[-1] == "running 49"


async def test_after_a_pause_it_is_recorded_at_once_again(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    await desk.clock.jump(1.0)
    desk.hear(shown("one"))
    assert await recorded(desk) == ["running", "running one"]


async def test_a_change_of_status_takes_along_what_was_held_back(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(shown("half"))
    desk.hear(ToolCallUpdated(item_id=DIG, title="Dug", status=ItemStatus.COMPLETED))
    assert await recorded(desk) == ["running", "completed half"]
    turn = desk.turn()
    assert turn.items[DIG].title == "Dug"


async def test_what_is_said_last_counts(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(ToolCallUpdated(item_id=DIG, title="One", summary="first"))
    desk.hear(ToolCallUpdated(item_id=DIG, title="Two"))
    await desk.clock.jump(1.0)
    await desk.settled()
    turn = desk.turn()
    assert (turn.items[DIG].title, turn.items[DIG].summary) == ("Two", "first")


async def test_it_is_recorded_before_any_other_event_of_its_thread(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(begun(RAKE))
    desk.hear(shown("a"))
    desk.hear(shown("b", RAKE))
    await desk.submit(ConfigureThread(thread_id=TALK, title="Roses"))
    await desk.settled()
    *_, one, two, last = await desk.log()
    assert {one.type, two.type} == {"item.recorded"}
    assert isinstance(last.payload, ThreadConfigured)


async def test_calls_at_the_same_time_are_held_back_each(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(begun(RAKE))
    for number in range(20):
        desk.hear(shown(f"{number}"))
        desk.hear(shown(f"{number}", RAKE))
    await desk.clock.jump(1.0)
    assert await recorded(desk) == ["running", "running 19"]
    assert await recorded(desk, RAKE) == ["running", "running 19"]


async def test_the_end_of_the_turn_comes_after_it(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(shown("last"))
    desk.hear(TurnEnded(stop_reason=StopReason.END_TURN))
    assert "running last" in await recorded(desk)
    await desk.clock.jump(5.0)
    assert (await recorded(desk)).count("running last") == 1
    assert await desk.events(TurnCompleted) == []


async def test_what_is_held_back_is_recorded_when_the_process_leaves(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.hear(shown("held"))
    desk.engine.flush()
    assert await recorded(desk) == ["running", "running held"]


async def test_text_that_goes_on_meanwhile_stays_one(desk: Desk):
    await desk.open_turn()
    desk.hear(begun())
    desk.say("so ")
    desk.hear(shown("a"))
    desk.say("far")
    await desk.clock.jump(5.0)
    await desk.settled()
    pieces = [each.append.text for each in await desk.events(ItemRecorded) if each.append]
    assert "".join(pieces) == "so far"


async def test_a_host_is_told_at_once(desk: Desk):
    await desk.open_turn(provider="host")
    for event in (begun(), shown("one"), shown("two"), TextDelta(text="")):
        await desk.submit(IngestProviderEvent(thread_id=TALK, event=event))
    assert await recorded(desk) == ["running", "running one", "running two"]
