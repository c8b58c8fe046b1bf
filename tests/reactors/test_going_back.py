"""Files and conversation go back together: the next agent knows what counts, and nothing else."""

from pathlib import Path

import pytest

from peon_protocol.commands import RestoreCheckpoint, StartTurn
from peon_protocol.events import (
    CheckpointRestored,
    OperationRequested,
    SessionClosed,
    SessionOpened,
)
from peon_protocol.ids import CheckpointId, TurnId
from peon_protocol.provider_events import TextDelta
from peon_protocol.queries import PreviewRestore
from peon_protocol.results import RestorePreview, RestoreResult
from peon_protocol.values import (
    ConflictChoice,
    MissingPath,
    Mode,
    PathConflict,
    RestoreChange,
    RestoreChangeKind,
    RestoreScope,
    SessionOrigin,
)
from support.houses import TALK, House, open_house

CONVERSATION = RestoreScope.CONVERSATION
BOTH = RestoreScope.BOTH


async def said(house: House, prompt: str) -> None:
    """A turn of the agent that does what it is told."""
    count = len((await house.thread()).turns) + 1
    turn_id = TurnId(f"turn-{count}")
    await house.submit(StartTurn(thread_id=TALK, turn_id=turn_id, prompt=prompt))
    await house.end_of_turn(turn_id)


@pytest.fixture
async def garden(house: House) -> House:
    """A garden in which two turns have planted something each."""
    await plant(house)
    return house


async def plant(house: House) -> None:
    await house.open_thread(provider="script", mode=Mode.FULL)
    await said(house, "write rose.txt red\nsay A rose is there.")
    await said(house, "write tulip.txt yellow\nsay A tulip is there.")


async def before_turn(house: House, number: int) -> CheckpointId:
    found = [each for each in (await house.thread()).checkpoints if each.kind == "turnStart"]
    return found[number - 1].checkpoint_id


async def go_back(
    house: House, checkpoint_id: CheckpointId, what: RestoreScope = BOTH
) -> RestoreResult:
    command = RestoreCheckpoint(thread_id=TALK, checkpoint_id=checkpoint_id, what=what)
    return await house.ask(command, RestoreResult)


def planted(house: House) -> set[str]:
    return {file.name for file in house.repo.root.glob("*.txt")}


async def undone(house: House) -> list[bool]:
    return [turn.undone for turn in (await house.thread()).turns]


async def test_files_and_conversation_go_back_together(garden: House):
    result = await go_back(garden, await before_turn(garden, 2))

    assert (result.what, result.restored) == (BOTH, ("tulip.txt",))
    assert (result.undone, result.redone) == ((TurnId("turn-2"),), ())
    assert planted(garden) == {"rose.txt"}
    assert await undone(garden) == [False, True]


async def test_a_conversation_goes_back_by_itself(garden: House):
    result = await go_back(garden, await before_turn(garden, 1), CONVERSATION)

    assert (result.restored, result.undone) == ((), (TurnId("turn-1"), TurnId("turn-2")))
    assert planted(garden) == {"rose.txt", "tulip.txt"}
    assert await undone(garden) == [True, True]


async def test_going_back_is_undone_as_a_whole(garden: House):
    there = await go_back(garden, await before_turn(garden, 1))
    assert planted(garden) == set()
    back = await go_back(garden, there.before_checkpoint_id)

    assert back.redone == (TurnId("turn-1"), TurnId("turn-2"))
    assert planted(garden) == {"rose.txt", "tulip.txt"}
    assert await undone(garden) == [False, False]


async def test_what_failed_with_the_files_leaves_the_conversation_too(garden: House):
    checkpoint_id = await before_turn(garden, 2)
    garden.repo.root.rename(garden.place / "elsewhere")
    command = RestoreCheckpoint(thread_id=TALK, checkpoint_id=checkpoint_id, what=BOTH)

    assert await garden.failure(command) == "workspace.notAFolder"
    assert await undone(garden) == [False, False]


async def test_what_a_restart_interrupts_is_done_afterwards_with_the_files(tmp_path: Path):
    async with open_house(tmp_path) as garden:
        await plant(garden)
        checkpoint_id = await before_turn(garden, 2)
        known = len(await garden.events(OperationRequested))
        async with garden.busy_folder():
            command = RestoreCheckpoint(thread_id=TALK, checkpoint_id=checkpoint_id, what=BOTH)
            garden.submit(command)
            await garden.until_event(OperationRequested, times=known + 1)
            await garden.close()
        assert planted(garden) == {"rose.txt", "tulip.txt"}

        await garden.open()
        (restored,) = await garden.until_event(CheckpointRestored)
        assert (restored.what, restored.undone) == (BOTH, (TurnId("turn-2"),))
        assert planted(garden) == {"rose.txt"}
        assert await undone(garden) == [False, True]


async def test_the_next_turn_opens_a_fresh_session_and_repeats_nothing(garden: House):
    await go_back(garden, await before_turn(garden, 2))
    await garden.until_event(SessionClosed)
    await said(garden, "say Go on.")

    first, second = await garden.events(SessionOpened)
    assert second.native_id != first.native_id
    assert second.origin is SessionOrigin.RETOLD
    assert planted(garden) == {"rose.txt"}
    last = (await garden.thread()).turns[-1]
    assert [item.text for item in last.items or ()] == ["Go on."]


async def test_a_fresh_session_is_told_the_turns_that_count(house: House):
    await house.open_thread()
    for number, name in enumerate(("one", "two", "three"), 1):
        await house.start_turn(name)
        agent = await house.tame.session()
        await agent.until_prompted(number)
        agent.say(TextDelta(text=f"answer {name}"))
        agent.end()
        await house.end_of_turn(name)
    await go_back(house, await before_turn(house, 2), CONVERSATION)
    await house.start_turn("four")
    await house.tame.session(2)

    before, after = house.tame.requests
    assert (before.resume, before.transcript) == (None, None)
    assert after.resume is None
    assert after.transcript is not None
    assert "User:\none\n" in after.transcript
    assert "Assistant:\nanswer one\n" in after.transcript
    assert all(word not in after.transcript for word in ("two", "three", "four"))


async def test_a_preview_says_what_going_back_then_does(garden: House):
    checkpoint_id = await before_turn(garden, 1)
    garden.repo.write("rose.txt", "white\n")
    query = PreviewRestore(thread_id=TALK, checkpoint_id=checkpoint_id, what=BOTH)
    foreseen = await garden.app.query(query, environment=garden.environment)
    done = await go_back(garden, checkpoint_id)

    assert isinstance(foreseen, RestorePreview)
    assert foreseen.files == (RestoreChange("tulip.txt", RestoreChangeKind.DELETE),)
    assert foreseen.conflicts == done.conflicts == (PathConflict("rose.txt", "changedSince"),)
    assert foreseen.undone == done.undone == (TurnId("turn-1"), TurnId("turn-2"))
    assert [each.path for each in foreseen.files] == list(done.restored)


async def test_what_is_overwritten_is_foreseen_listed_and_had_back(garden: House):
    checkpoint_id = await before_turn(garden, 1)
    garden.repo.write("rose.txt", "white\n")
    query = PreviewRestore(
        thread_id=TALK, checkpoint_id=checkpoint_id, conflicts=ConflictChoice.OVERWRITE
    )
    foreseen = await garden.app.query(query, environment=garden.environment)
    command = RestoreCheckpoint(
        thread_id=TALK, checkpoint_id=checkpoint_id, conflicts=ConflictChoice.OVERWRITE
    )
    done = await garden.ask(command, RestoreResult)

    assert isinstance(foreseen, RestorePreview)
    assert foreseen.overwritten == done.overwritten == (PathConflict("rose.txt", "changedSince"),)
    assert planted(garden) == set()
    await go_back(garden, done.before_checkpoint_id, RestoreScope.FILES)
    assert garden.repo.read("rose.txt") == "white\n"


async def test_a_restore_says_what_its_own_checkpoint_does_not_hold(garden: House):
    garden.repo.write("huge", b"x" * (33 << 20))
    await go_back(garden, await before_turn(garden, 2))

    assert (await garden.thread()).checkpoints[-1].missing == (MissingPath("huge", "tooLarge"),)
