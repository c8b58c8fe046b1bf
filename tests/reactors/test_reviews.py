"""Reviews through the app: one state for all clients, and an agent that is told."""

import pytest

from peon.errors import CommandRejected, ExternalFailure
from peon_protocol.commands import AcceptChanges, RejectChanges, RestoreCheckpoint
from peon_protocol.events import (
    CheckpointCreated,
    OperationFailed,
    ReviewRecorded,
    ReviewRequested,
    TurnCompleted,
)
from peon_protocol.findings import (
    ReviewPage,
)
from peon_protocol.ids import ItemId, TurnId
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.queries import ReadReview
from peon_protocol.results import (
    RestoreResult,
    ReviewResult,
)
from peon_protocol.values import HunkStatus, ItemStatus, TextContent, ToolKind, Verdict
from support.clock import FakeClock
from support.houses import TALK, House, open_house
from support.tame_agent import TameSession

ONE, TWO = TurnId("one"), TurnId("two")
TEN = "".join(f"{number}\n" for number in range(10))
BETTER = TEN.replace("2\n", "two\n").replace("7\n", "seven\n")


async def a_turn(house: House) -> TameSession:
    """An agent at work, which has changed two lines of a file."""
    house.repo.write("file", TEN)
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    await at_work(house, agent, "edit")
    house.repo.write("file", BETTER)
    agent.say(ToolCallUpdated(item_id=ItemId("edit"), status=ItemStatus.COMPLETED))
    await house.captured()
    return agent


async def at_work(house: House, agent: TameSession, name: str) -> None:
    """A tool call of the agent is open, and the files were looked at before."""
    agent.say(
        ToolCallUpdated(item_id=ItemId(name), kind=ToolKind.EXECUTE, status=ItemStatus.RUNNING)
    )
    await house.captured()


async def finished(house: House) -> TameSession:
    agent = await a_turn(house)
    agent.end()
    await house.end_of_turn()
    return agent


async def review(house: House, turn: TurnId = ONE) -> ReviewPage:
    query = ReadReview(thread_id=TALK, turn_id=turn)
    page = await house.app.query(query, environment=house.environment)
    assert isinstance(page, ReviewPage)
    return page


async def statuses(house: House) -> list[str]:
    (file,) = (await review(house)).files
    return [hunk.status.value for hunk in file.hunks]


def rejecting(**more: object) -> RejectChanges:
    known: dict[str, object] = {"thread_id": TALK, "turn_id": ONE, "path": "file", **more}
    return RejectChanges(**known)  # type: ignore[arg-type]


async def test_one_change_is_rejected_and_another_accepted(house: House):
    await finished(house)
    (file,) = (await review(house)).files
    first, second = file.hunks
    assert file.status is HunkStatus.PENDING
    rejected = await house.ask(rejecting(hunk_ids=(first.hunk_id,)), ReviewResult)
    accept = AcceptChanges(thread_id=TALK, turn_id=ONE, hunk_ids=(second.hunk_id,))
    accepted = await house.ask(accept, ReviewResult)

    assert house.repo.read("file") == TEN.replace("7\n", "seven\n")
    assert (rejected.hunk_ids, rejected.waiting) == ((first.hunk_id,), False)
    assert accepted.before_checkpoint_id is None
    assert await statuses(house) == ["rejected", "accepted"]
    assert (await review(house)).files[0].status is HunkStatus.MIXED
    kinds = [event.verdict for event in await house.events(ReviewRecorded)]
    assert kinds == [Verdict.REJECTED, Verdict.ACCEPTED]


async def test_a_rejection_is_undone_by_its_checkpoint(house: House):
    await finished(house)
    rejected = await house.ask(rejecting(), ReviewResult)
    assert house.repo.read("file") == TEN
    assert rejected.before_checkpoint_id is not None
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=rejected.before_checkpoint_id)
    restored = await house.ask(restore, RestoreResult)

    assert restored.restored == ("file",)
    assert house.repo.read("file") == BETTER
    assert await statuses(house) == ["pending", "pending"]
    described = [each.description for each in await house.events(CheckpointCreated)]
    assert "Before rejecting changes of turn 1" in described


async def test_what_the_user_changed_since_is_left_alone(house: House):
    await finished(house)
    house.repo.write("file", BETTER.replace("two\n", "mine\n"))
    result = await house.ask(rejecting(), ReviewResult)

    assert [(each.path, each.reason) for each in result.conflicts] == [("file", "changedSince")]
    assert house.repo.read("file") == TEN.replace("2\n", "mine\n")
    assert await statuses(house) == ["conflict", "rejected"]


async def test_under_a_running_turn_a_rejection_waits_and_the_agent_is_told(house: House):
    agent = await a_turn(house)
    (file,) = (await review(house)).files
    hunk = file.hunks[0]
    result = await house.ask(
        rejecting(hunk_ids=(hunk.hunk_id,), comment="Keep the digits."), ReviewResult
    )
    assert result.waiting
    assert house.repo.read("file") == BETTER
    assert await statuses(house) == ["waiting", "pending"]
    await at_work(house, agent, "more")
    house.repo.write("file", "zero\n" + BETTER)
    agent.say(ToolCallUpdated(item_id=ItemId("more"), status=ItemStatus.COMPLETED))
    agent.end()
    (recorded,) = await house.until_event(ReviewRecorded)

    assert house.repo.read("file") == "zero\n" + TEN.replace("7\n", "seven\n")
    assert [each.hunk_ids for each in recorded.files] == [(hunk.hunk_id,)]
    types = await house.types()
    assert types.index("turn.completed") < types.index("review.recorded")
    assert len(await house.events(ReviewRequested)) == 1
    await house.start_turn("two")
    await agent.until_prompted(2)
    prompt = agent.prompts[1]
    assert isinstance(prompt, tuple)
    assert prompt[0] == TextContent("two")
    note = prompt[1]
    assert isinstance(note, TextContent)
    assert "Keep the digits." in note.text
    assert "file" in note.text


async def test_a_change_that_the_agent_changed_again_is_not_taken_back(house: House):
    agent = await a_turn(house)
    (file,) = (await review(house)).files
    await house.ask(rejecting(hunk_ids=(file.hunks[0].hunk_id,)), ReviewResult)
    await at_work(house, agent, "more")
    house.repo.write("file", BETTER.replace("two\n", "2.0\n"))
    agent.say(ToolCallUpdated(item_id=ItemId("more"), status=ItemStatus.COMPLETED))
    agent.end()
    (failed,) = await house.until_event(OperationFailed)

    assert failed.code == "review.hunkNotFound"
    assert "2.0" in house.repo.read("file")


async def test_verdicts_given_quickly_wait_for_each_other(house: House):
    await finished(house)
    (file,) = (await review(house)).files
    answers = [house.submit(rejecting(hunk_ids=(hunk.hunk_id,))) for hunk in file.hunks]
    for answer in answers:
        await answer
    await house.until_event(ReviewRecorded, times=2)

    assert house.repo.read("file") == TEN


async def test_all_clients_see_the_same_after_a_restart(tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("house")
    async with open_house(place) as house:
        await finished(house)
        (file,) = (await review(house)).files
        await house.ask(rejecting(hunk_ids=(file.hunks[0].hunk_id,)), ReviewResult)
        await house.close()
        await house.open()
        assert await statuses(house) == ["rejected", "pending"]


@pytest.mark.parametrize(
    "more, code",
    [({"path": "other"}, "review.fileNotFound"), ({"hunk_ids": ("x",)}, "review.hunkNotFound")],
)
async def test_what_the_turn_did_not_do_is_refused(
    house: House, more: dict[str, object], code: str
):
    await finished(house)
    assert await house.failure(rejecting(**more)) == code
    assert house.repo.read("file") == BETTER


async def test_secrets_do_not_enter_the_log(house: House):
    house.repo.write(".env", "API_KEY=q8Zr3vLk2mNp7xWt5yBc\n")
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    await at_work(house, agent, "edit")
    house.repo.write("config", "key = q8Zr3vLk2mNp7xWt5yBc\n")
    agent.end()
    await house.end_of_turn()
    await house.ask(rejecting(path="config"), ReviewResult)
    (recorded,) = await house.events(ReviewRecorded)

    assert recorded.patch is not None
    assert "q8Zr3vLk2mNp7xWt5yBc" not in recorded.patch


async def test_a_turn_without_its_first_checkpoint_cannot_be_reviewed(
    house: House, clock: FakeClock
):
    await house.open_thread()
    async with house.busy_folder():
        await house.start_turn()
        await clock.jump(house.settings.checkpoint_start_seconds)
        await house.until_event(OperationFailed)
    agent = await house.tame.session()
    agent.end()
    await house.until_event(TurnCompleted)

    with pytest.raises(ExternalFailure) as failed:
        await review(house)
    assert failed.value.code == "checkpoint.failed"
    with pytest.raises(CommandRejected):
        await review(house, TWO)
