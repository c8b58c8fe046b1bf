"""Whose a change is, as an agent's tool calls tell: undo takes back the agent's and no other."""

import pytest

from peon_protocol.commands import RestoreCheckpoint
from peon_protocol.events import CheckpointCreated
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.results import RestoreResult
from peon_protocol.values import FileEdit, ItemStatus, Location, ToolKind
from support.houses import TALK, House
from support.tame_agent import TameSession

TOOL = ItemId("tool")
ROSE, TULIP = "rose.txt", "tulip.txt"


@pytest.fixture
async def agent(house: House) -> TameSession:
    """At work in a folder with two files."""
    for name in (ROSE, TULIP):
        house.repo.write(name, "before\n")
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    await agent.until_prompted()
    return agent


async def undone(house: House, agent: TameSession) -> tuple[str, ...]:
    """What is taken back when the turn is over."""
    agent.end()
    await house.end_of_turn()
    (start, *_) = await house.events(CheckpointCreated)
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=start.checkpoint_id)
    return (await house.ask(restore, RestoreResult)).restored


@pytest.mark.parametrize(
    "kind, expected", [(ToolKind.EDIT, (ROSE,)), (ToolKind.EXECUTE, (ROSE, TULIP))]
)
async def test_an_edit_owns_what_it_names_and_a_shell_all_that_changes(
    house: House, agent: TameSession, kind: ToolKind, expected: tuple[str, ...]
):
    place = (Location(path=ROSE),)
    running = ItemStatus.RUNNING
    agent.say(ToolCallUpdated(item_id=TOOL, kind=kind, status=running, locations=place))
    await house.captured()
    for name in (ROSE, TULIP):
        house.repo.write(name, "changed\n")
    agent.say(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED))
    await house.captured()

    assert await undone(house, agent) == expected


async def test_what_changes_after_a_tool_call_is_not_its_doing(house: House, agent: TameSession):
    kind = ToolKind.EXECUTE
    agent.say(ToolCallUpdated(item_id=TOOL, kind=kind, status=ItemStatus.RUNNING))
    await house.captured()
    house.repo.write(ROSE, "by the agent\n")
    agent.say(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED))
    await house.captured()
    house.repo.write(TULIP, "by the user\n")

    assert await undone(house, agent) == (ROSE,)
    assert house.repo.read(TULIP) == "by the user\n"


@pytest.mark.parametrize("first", [ItemStatus.RUNNING, ItemStatus.COMPLETED])
async def test_an_edit_that_is_told_of_when_it_is_made_is_proved_by_what_it_tells(
    house: House, agent: TameSession, first: ItemStatus
):
    """Some agents tell of it only when it is over."""
    house.repo.write(ROSE, "after\n")
    house.repo.write(TULIP, "by the user\n")
    edits = (
        FileEdit(path=ROSE, old_text="before\n", new_text="after\n"),
        FileEdit(path=TULIP, old_text="before\n", new_text="after\n"),
    )
    agent.say(ToolCallUpdated(item_id=TOOL, kind=ToolKind.EDIT, status=first, edits=edits))
    await house.captured()
    agent.say(ToolCallUpdated(item_id=TOOL, status=ItemStatus.COMPLETED))
    await house.captured()

    assert await undone(house, agent) == (ROSE,)
