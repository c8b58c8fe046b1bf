"""Why a line is there, joined with what the log knows of the turn."""

from pathlib import Path

import pytest

from peon.errors import CommandRejected, ExternalFailure
from peon_protocol.commands import ApprovePendingAction, DeleteThread
from peon_protocol.findings import (
    LineExplanation,
)
from peon_protocol.ids import ActionId, ItemId, ProjectId, ThreadId
from peon_protocol.provider_events import ToolCallUpdated, UsageReported
from peon_protocol.queries import ExplainLine
from peon_protocol.values import DeciderKind, ItemStatus, LineOrigin, Usage
from support.houses import GARDEN, TALK, House


async def why(house: House, line: int, path: str = "file", **more: object) -> LineExplanation:
    query = ExplainLine(path=path, line=line, project_id=GARDEN)
    found = await house.app.query(query, environment=house.environment)
    assert isinstance(found, LineExplanation)
    return found


async def an_approved_edit(house: House) -> None:
    """A turn in which the user allowed a tool call that wrote the second line."""
    house.repo.write("file", "one\n")
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    agent.ask("edit")
    await house.until(lambda log: any(each.type == "action.requested" for each in log))
    await house.submit(ApprovePendingAction(thread_id=TALK, action_id=ActionId("edit")))
    await agent.until_answered()
    house.repo.write("file", "one\ntwo\n")
    agent.say(ToolCallUpdated(item_id=ItemId("tool-edit"), status=ItemStatus.COMPLETED))
    agent.say(UsageReported(usage=Usage(input_tokens=1, output_tokens=1, model="small")))
    agent.end()
    await house.end_of_turn()


async def test_a_line_leads_to_prompt_tool_call_and_approval(house: House):
    await an_approved_edit(house)
    found = await why(house, 2)

    assert found.origin is LineOrigin.TURN
    assert (found.thread_id, found.turn_id, found.number, found.prompt) == (TALK, "one", 1, "one")
    assert (found.item_id, found.action_id, found.tool_title) == ("tool-edit", "edit", "edit")
    assert found.decided_by is not None
    assert (found.decided_by.kind, found.decided_by.name) == (DeciderKind.USER, "ada")
    assert (found.provider, found.model) == ("tame", "small")


async def test_a_line_of_nobody_s_turn_is_external_also_when_just_typed(house: House):
    await an_approved_edit(house)
    house.repo.write("file", "one\ntwo\nthree\n")
    first, last = await why(house, 1), await why(house, 3)

    assert [first.origin, last.origin] == [LineOrigin.EXTERNAL, LineOrigin.EXTERNAL]
    assert (last.turn_id, last.prompt, last.decided_by) == (None, None, None)


async def test_of_a_deleted_thread_the_ids_are_left(house: House):
    await an_approved_edit(house)
    await house.submit(DeleteThread(thread_id=TALK))
    found = await why(house, 2)

    assert (found.origin, found.thread_id, found.turn_id) == (LineOrigin.TURN, TALK, "one")
    assert (found.prompt, found.tool_title) == (None, None)


@pytest.mark.parametrize("path", ["../file", "/etc/passwd", "", "out/file", "a\0b"])
async def test_a_file_outside_is_refused(house: House, tmp_path: Path, path: str):
    await an_approved_edit(house)
    (house.repo.root / "out").symlink_to(tmp_path)
    with pytest.raises(CommandRejected) as refused:
        await why(house, 1, path)
    assert refused.value.rejection.KIND == "path.outside"


@pytest.mark.parametrize(
    "line, path", [(0, "file"), (-1, "file"), (3, "file"), (1, "none"), (1, "--output=canary")]
)
async def test_a_line_that_is_not_there_is_refused(house: House, line: int, path: str):
    await an_approved_edit(house)
    with pytest.raises(ExternalFailure) as failed:
        await why(house, line, path)
    assert failed.value.code == "file.noSuchLine"
    assert not house.repo.exists("canary")


async def test_a_link_inside_leads_to_its_file(house: House):
    await an_approved_edit(house)
    (house.repo.root / "link").symlink_to("file")

    assert (await why(house, 2, "link")).turn_id == "one"


@pytest.mark.parametrize(
    "query, kind",
    [
        (ExplainLine(path="a", line=1), "folder.notNamed"),
        (ExplainLine(path="a", line=1, project_id=ProjectId("none")), "project.notFound"),
        (ExplainLine(path="a", line=1, thread_id=ThreadId("none")), "thread.notFound"),
    ],
)
async def test_a_folder_that_is_not_there_is_refused(house: House, query: ExplainLine, kind: str):
    with pytest.raises(CommandRejected) as refused:
        await house.app.query(query, environment=house.environment)
    assert kind == refused.value.rejection.KIND
