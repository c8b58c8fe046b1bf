"""What hosts say is redacted as what agents say: the same forms and values, wherever it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.domain.commands import SettleThread
from peon.providers.forms import PLACE
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.ids import CommandId, ItemId
from peon_protocol.provider_events import (
    ProviderError,
    ProviderEvent,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
)
from peon_protocol.results import IngestResult
from peon_protocol.values import ItemStatus, StopReason, TextContent
from support.clock import give_way
from support.engines import ROSES, TALK, Desk
from support.examples import examples

WORD = "hunter-two-hundred"
TOKEN = "sk-" + "a1B2c3D4e5" * 4
ENVIRONMENT = {"SECRET": WORD}


async def a_turn() -> Desk:
    desk = Desk.in_memory()
    await desk.open_turn(provider="host")
    return desk


async def hosts(
    desk: Desk, *events: ProviderEvent, command_id: str | None = None
) -> list[IngestResult]:
    results = []
    for event in events:
        command = IngestProviderEvent(
            thread_id=TALK,
            event=event,
            command_id=None if command_id is None else CommandId(command_id),
        )
        answer = desk.submit(command, environment=ENVIRONMENT)
        while not answer.done():
            await desk.clock.jump(0.25)
        result = await answer
        assert isinstance(result, IngestResult)
        results.append(result)
    return results


def on_disk(desk: Desk) -> str:
    """What the next process finds of the text if this one is killed now."""
    turn = desk.restarted().thread().turns.get(ROSES)
    assert turn is not None
    return "".join(item.text for item in turn.items.values())


def said_in(desk: Desk) -> str:
    return "".join(item.text for item in desk.turn().items.values())


async def written(desk: Desk) -> str:
    return b"".join(await desk.store.read(0, 1000)).decode()


@pytest.mark.parametrize("secret", [WORD, TOKEN])
@pytest.mark.parametrize("named", [False, True], ids=["plain", "with command ids"])
async def test_a_secret_is_found_wherever_a_host_cuts_it(secret: str, *, named: bool):
    for place in range(0, len(secret), 3):
        desk = await a_turn()
        parts = (f"it is {secret[:place]}", f"{secret[place:]} and more")
        for number, part in enumerate(parts):
            await hosts(desk, TextDelta(text=part), command_id=str(number) if named else None)
        await hosts(desk, TurnEnded(stop_reason=StopReason.END_TURN))
        assert said_in(desk) == f"it is {PLACE} and more"


async def test_every_event_of_a_host_is_redacted():
    desk = await a_turn()
    await hosts(
        desk,
        ToolCallUpdated(
            item_id=ItemId("tool"),
            title=f"cat {WORD}",
            status=ItemStatus.COMPLETED,
            input={"key": TOKEN},
            content=(TextContent(f"{WORD} {TOKEN}"),),
        ),
        ProviderError(code="odd", message=f"it does not like {WORD}"),
    )
    log = await written(desk)
    assert PLACE in log
    assert WORD not in log
    assert TOKEN not in log


async def test_a_command_of_a_host_that_is_repeated_says_it_once():
    desk = await a_turn()
    for _ in range(2):
        await hosts(desk, TextDelta(text=f"it is {WORD}. "), command_id="once")
    assert said_in(desk) == f"it is {PLACE}. "


@examples(30, nightly=300)
@given(words=st.lists(st.sampled_from(["a ", "so ", "s", "hub ", "x. ", "be", "- "]), max_size=8))
async def test_where_there_is_no_secret_all_of_it_arrives(words: list[str]):
    desk = await a_turn()
    await hosts(desk, *(TextDelta(text=word) for word in words))
    await hosts(desk, TurnEnded(stop_reason=StopReason.END_TURN))
    assert said_in(desk) == "".join(words)


PIECES = st.sampled_from(["so ", "s", "k-", "a1B2", WORD[:4], WORD[4:9], " ", "é", "- "])


@examples(30, nightly=600)
@given(said=st.lists(st.tuples(PIECES, st.booleans(), st.sampled_from([0.0, 0.31])), max_size=6))
async def test_what_is_answered_is_on_the_disk_but_for_what_the_answer_says(
    said: list[tuple[str, bool, float]],
):
    desk = await a_turn()
    text = ""
    for number, (piece, named, pause) in enumerate(said):
        text += piece
        name = str(number) if named else None
        (result,) = await hosts(desk, TextDelta(text=piece), command_id=name)
        recorded = text.encode()[: len(text.encode()) - result.held]
        assert on_disk(desk).encode() == recorded
        await desk.clock.jump(pause)


@pytest.mark.parametrize("secret", [WORD, TOKEN])
async def test_a_killed_server_has_no_part_of_a_secret_and_no_answer_claims_so(secret: str):
    for place in range(4, len(secret), 3):
        desk = await a_turn()
        (first,) = await hosts(desk, TextDelta(text=f"it is {secret[:place]}"))
        await desk.clock.jump(60)
        assert on_disk(desk) == "it is "
        assert first.held == place
        (second,) = await hosts(desk, TextDelta(text=f"{secret[place:]} and more. "))
        assert on_disk(desk) == f"it is {PLACE} and more. "
        assert second.held == 0


async def test_what_follows_is_answered_when_all_before_it_is_on_the_disk():
    desk = await a_turn()
    earlier = desk.submit(IngestProviderEvent(thread_id=TALK, event=TextDelta(text="it is ")))
    later = desk.submit(IngestProviderEvent(thread_id=TALK, event=TextDelta(text=TOKEN[:8])))
    await give_way()
    assert not later.done()
    await desk.clock.jump(0.25)
    assert (await earlier, await later) == (
        IngestResult(sequence=desk.engine.model.sequence, thread_id=TALK),
        IngestResult(sequence=desk.engine.model.sequence, thread_id=TALK, held=8),
    )


async def test_a_repetition_of_what_is_held_in_part_says_so_too():
    desk = await a_turn()
    said = IngestProviderEvent(
        thread_id=TALK, event=TextDelta(text="it is sk-a"), command_id=CommandId("once")
    )
    first = desk.submit(said)
    assert await desk.submit(said) == await first
    assert await desk.submit(said) == await first
    assert (await first) == IngestResult(sequence=desk.store.head, thread_id=TALK, held=4)
    again = desk.restarted()
    assert "once" not in again.engine.model.receipts
    await hosts(desk, TurnEnded(stop_reason=StopReason.END_TURN))
    assert said_in(desk) == "it is sk-a"


async def test_what_is_held_of_what_a_tool_shows_is_told():
    desk = await a_turn()
    running = ToolCallUpdated(
        item_id=ItemId("tool"), status=ItemStatus.RUNNING, content=(TextContent("key: sk-a1B2"),)
    )
    (shown,) = await hosts(desk, running)
    assert shown.held == len("sk-a1B2")
    ended = ToolCallUpdated(item_id=ItemId("tool"), status=ItemStatus.COMPLETED)
    (shown,) = await hosts(desk, ended)
    assert shown.held == 0
    assert desk.turn().items[ItemId("tool")].content == (TextContent("key: sk-a1B2"),)


async def test_a_server_that_leaves_records_what_is_held():
    desk = await a_turn()
    await hosts(desk, TextDelta(text="it is sk-a"))
    desk.record(SettleThread(TALK, "the server stops"))
    assert said_in(desk) == "it is sk-a"
