"""What hosts say is redacted as what agents say: the same forms and values, wherever it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from peon_protocol.results import ThreadResult
from peon_protocol.values import ItemStatus, StopReason, TextContent
from support.clock import give_way
from support.engines import TALK, Desk
from support.examples import examples

WORD = "hunter-two-hundred"
TOKEN = "sk-" + "a1B2c3D4e5" * 4
ENVIRONMENT = {"SECRET": WORD}


async def a_turn() -> Desk:
    desk = Desk.in_memory()
    await desk.open_turn(provider="host")
    return desk


async def hosts(desk: Desk, *events: ProviderEvent, command_id: str | None = None) -> None:
    for event in events:
        command = IngestProviderEvent(
            thread_id=TALK,
            event=event,
            command_id=None if command_id is None else CommandId(command_id),
        )
        answer = desk.submit(command, environment=ENVIRONMENT)
        await give_way()
        desk.engine.flush()
        assert isinstance(await answer, ThreadResult)


def said(desk: Desk) -> str:
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
        assert said(desk) == f"it is {PLACE} and more"


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
    assert said(desk) == f"it is {PLACE}. "


@examples(30, nightly=300)
@given(words=st.lists(st.sampled_from(["a ", "so ", "s", "hub ", "x. ", "be", "- "]), max_size=8))
async def test_where_there_is_no_secret_all_of_it_arrives(words: list[str]):
    desk = await a_turn()
    await hosts(desk, *(TextDelta(text=word) for word in words))
    await hosts(desk, TurnEnded(stop_reason=StopReason.END_TURN))
    assert said(desk) == "".join(words)
