"""Operations that are stopped: the record says what came of them, and nothing is half done."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from peon.errors import CommandRejected, ExternalFailure, Unavailable
from peon_protocol.branches import BranchResult, CreateBranch, OpenPullRequest
from peon_protocol.cancelling import CancelOperation, CancelOutcome, CancelResult
from peon_protocol.commands import (
    Command,
    CommitChanges,
    CreateCheckpoint,
    CreateThread,
    PushChanges,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.events import (
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    OperationFailed,
    ThreadDeleted,
)
from peon_protocol.ids import CommandId, OperationId, ThreadId, TurnId
from peon_protocol.rejections import OperationMismatch, ThreadNotFound
from peon_protocol.results import (
    CheckpointResult,
    CommandResult,
    CommitResult,
    RestoreResult,
)
from peon_protocol.values import Mode, RestoreScope, WorktreeChoice
from support.forges import Forge
from support.houses import GARDEN, OTHER, TALK, House, add_remote, open_house
from support.repositories import contents
from support.waiting import Waiting, standing

LUNCH = CreateCheckpoint(thread_id=TALK, description="before lunch")
ROSES = CommitChanges(thread_id=TALK, message="Plant roses")
STOPPED = (CancelOutcome.CANCELLED, "operation.cancelled")


@pytest.fixture
async def garden(tmp_path: Path) -> AsyncIterator[House]:
    """A house in which time passes, with a thread, and a rose that is staged."""
    async with open_house(tmp_path) as house:
        house.repo.write("rose.txt", "red\n")
        house.repo.commit("before")
        house.repo.write("rose.txt", "white\n")
        house.repo.git("add", "rose.txt")
        await house.open_thread()
        yield house


@pytest.fixture
def slow(tmp_path: Path) -> Waiting:
    return Waiting.at(tmp_path / "alive")


async def cancel(
    house: House, operation_id: OperationId | None = None, *, thread_id: ThreadId = TALK
) -> CancelResult:
    query = CancelOperation(thread_id=thread_id, operation_id=operation_id)
    result = await house.app.query(query, environment={})
    assert isinstance(result, CancelResult)
    return result


async def code(answer: "asyncio.Future[CommandResult]") -> str:
    with pytest.raises(ExternalFailure) as failed:
        await answer
    return failed.value.code


async def stopped(house: House, slow: Waiting, command: Command) -> CancelResult:
    """What stopping a command is answered with, once its program runs."""
    answer = house.submit(command)
    reader = await slow.begun()
    result = await cancel(house)
    await slow.gone(reader)
    assert (result.outcome, await code(answer)) == STOPPED
    (failed,) = await house.events(OperationFailed)
    assert (failed.operation_id, failed.code) == (result.operation_id, "operation.cancelled")
    return result


async def test_a_commit_is_stopped_while_its_hook_waits(garden: House, slow: Waiting):
    slow.hook(garden.repo, "pre-commit")
    before = standing(garden.repo)
    result = await stopped(garden, slow, ROSES)

    assert standing(garden.repo) == before
    assert result.sequence == (await garden.log())[-1].sequence
    assert (await garden.thread()).operation is None
    (garden.repo.root / ".git/hooks/pre-commit").unlink()
    made = await garden.ask(ROSES, CommitResult)
    assert garden.repo.git("rev-list", "--count", "HEAD").strip() == "2"
    assert made.files == ("rose.txt",)


async def test_who_repeats_a_command_that_was_stopped_is_told_so_again(
    garden: House, slow: Waiting
):
    slow.hook(garden.repo, "pre-commit")
    once = CommitChanges(thread_id=TALK, message="Once", command_id=CommandId("once"))
    await stopped(garden, slow, once)

    assert await code(garden.submit(once)) == "operation.cancelled"


async def test_to_stop_it_twice_is_to_stop_it_once(garden: House, slow: Waiting):
    slow.hook(garden.repo, "pre-commit")
    answer = garden.submit(ROSES)
    await slow.begun()
    first, second = await asyncio.gather(cancel(garden), cancel(garden))

    assert first == second
    assert (first.outcome, await code(answer)) == STOPPED
    assert len(await garden.events(OperationFailed)) == 1
    afterwards = await cancel(garden, first.operation_id)
    assert (afterwards.outcome, afterwards.operation_id) == (CancelOutcome.NOTHING, None)


async def test_what_is_stopped_before_it_begins_is_not_begun(garden: House):
    before = standing(garden.repo)
    answer = garden.submit(ROSES)
    result = await cancel(garden)

    assert (result.outcome, await code(answer)) == STOPPED
    assert standing(garden.repo) == before


async def test_a_commit_that_is_made_by_then_is_told_as_made(garden: House, slow: Waiting):
    slow.hook(garden.repo, "post-commit")
    answer = garden.submit(ROSES)
    reader = await slow.begun()
    result = await cancel(garden)
    await slow.gone(reader)

    made = await answer
    assert isinstance(made, CommitResult)
    assert (result.outcome, result.operation_id) == (CancelOutcome.TOO_LATE, made.operation_id)
    assert garden.repo.git("rev-parse", "HEAD").strip() == made.commit
    assert garden.repo.git("status", "--porcelain") == ""
    assert len(await garden.events(ChangesCommitted)) == 1
    assert await garden.events(OperationFailed) == []


async def test_a_commit_that_fails_by_itself_does(garden: House):
    garden.repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n").chmod(0o755)
    answer = garden.submit(ROSES)
    await garden.until_event(OperationFailed)

    assert (await cancel(garden)).outcome is CancelOutcome.NOTHING
    assert await code(answer) == "git.hookFailed"


async def test_who_means_another_operation_is_refused(garden: House, slow: Waiting):
    slow.hook(garden.repo, "pre-commit")
    answer = garden.submit(ROSES)
    await slow.begun()
    with pytest.raises(CommandRejected) as refused:
        await cancel(garden, OperationId("another"))
    assert isinstance(refused.value.rejection, OperationMismatch)
    assert not answer.done()
    assert (await cancel(garden)).outcome is CancelOutcome.CANCELLED
    with pytest.raises(CommandRejected) as refused:
        await garden.app.query(CancelOperation(thread_id=OTHER), environment={})
    assert refused.value.rejection == ThreadNotFound(OTHER)
    await code(answer)


async def test_a_push_is_stopped(garden: House, slow: Waiting, tmp_path: Path):
    remote = add_remote(garden.repo, tmp_path / "remote.git")
    slow.hook(garden.repo, "pre-push")
    await stopped(garden, slow, PushChanges(thread_id=TALK))

    assert remote.git("for-each-ref") == ""
    assert await garden.events(ChangesPushed) == []


async def test_a_branch_is_made_although_its_hook_is_stopped(garden: House, slow: Waiting):
    slow.hook(garden.repo, "post-checkout")
    answer = garden.submit(CreateBranch(thread_id=TALK, name="topic"))
    await slow.begun()
    result = await cancel(garden)

    assert result.outcome is CancelOutcome.TOO_LATE
    assert isinstance(await answer, BranchResult)
    assert garden.repo.git("branch", "--show-current").strip() == "topic"


async def test_a_pull_request_is_stopped_in_its_push(garden: House, slow: Waiting, tmp_path: Path):
    remote = add_remote(garden.repo, tmp_path / "remote.git")
    garden.repo.git("config", "remote.origin.pushurl", str(remote.root))
    garden.repo.git("config", "remote.origin.url", "https://github.com/ada/garden")
    forge = Forge(tmp_path / "forge")
    forge.install("gh")
    forge.log_in("github.com")
    garden.environment["PATH"] = f"{forge.path}:{garden.environment['PATH']}"
    slow.hook(garden.repo, "pre-push")
    await stopped(garden, slow, OpenPullRequest(thread_id=TALK, title="Roses"))

    assert not any(each.words[1:2] == ("create",) for each in forge.calls)
    assert remote.git("for-each-ref") == ""


async def test_a_worktree_is_stopped_in_its_set_up(garden: House, slow: Waiting):
    choice = WorktreeChoice(branch="topic", setup=(("sh", "-c", slow.script),))
    before = garden.repo.git("worktree", "list"), garden.repo.git("branch", "--list")
    answer = garden.submit(CreateThread(project_id=GARDEN, thread_id=OTHER, worktree=choice))
    reader = await slow.begun()
    result = await garden.app.query(CancelOperation(thread_id=OTHER), environment={})
    await slow.gone(reader)

    assert isinstance(result, CancelResult)
    assert (result.outcome, await code(answer)) == STOPPED
    assert (garden.repo.git("worktree", "list"), garden.repo.git("branch", "--list")) == before
    assert [each.thread_id for each in await garden.events(ThreadDeleted)] == [OTHER]


@pytest.mark.parametrize("what", ["checkpoint", "conversation"])
async def test_a_capture_by_hand_is_stopped_while_the_folder_is_busy(garden: House, what: str):
    made = await garden.ask(LUNCH, CheckpointResult)
    restore = RestoreCheckpoint(
        thread_id=TALK, checkpoint_id=made.checkpoint_id, what=RestoreScope.CONVERSATION
    )
    async with garden.busy_folder():
        answer = garden.submit(LUNCH if what == "checkpoint" else restore)
        result = await cancel(garden)
        assert (result.outcome, await code(answer)) == STOPPED

    assert len(await garden.events(CheckpointCreated)) == 1
    await garden.ask(LUNCH, CheckpointResult)


async def planted_by_a_turn(house: House) -> RestoreCheckpoint:
    """How to undo what a turn of the agent that does what it is told has planted."""
    await house.open_thread(OTHER, provider="script", mode=Mode.FULL)
    turn = StartTurn(
        thread_id=OTHER, turn_id=TurnId("one"), prompt="write lily.txt white\nwrite tulip.txt red"
    )
    await house.submit(turn)
    await house.end_of_turn()
    (start, _) = await house.events(CheckpointCreated)
    return RestoreCheckpoint(thread_id=OTHER, checkpoint_id=start.checkpoint_id)


async def test_a_restore_is_stopped_before_it_writes(garden: House):
    restore = await planted_by_a_turn(garden)
    files = contents(garden.repo.root)
    async with garden.busy_folder():
        answer = garden.submit(restore)
        stopping = asyncio.ensure_future(cancel(garden, thread_id=OTHER))
        await asyncio.sleep(0)
        assert not stopping.done()
    assert ((await stopping).outcome, await code(answer)) == STOPPED

    assert contents(garden.repo.root) == files
    assert await garden.events(CheckpointRestored) == []
    assert (await garden.ask(restore, RestoreResult)).restored == ("lily.txt", "tulip.txt")


@pytest.mark.parametrize("step", ["begin", "applied", "recorded"])
async def test_a_restore_that_has_begun_to_write_is_finished(tmp_path: Path, step: str):
    stopping: list[asyncio.Future[CancelResult]] = []
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stopping.append(asyncio.ensure_future(cancel(house, thread_id=OTHER)))

    def stop(name: str) -> None:
        if name == step:
            loop.call_soon_threadsafe(ask)

    async with open_house(tmp_path, steps=stop) as house:
        await house.open_thread()
        restore = await planted_by_a_turn(house)
        result = await house.ask(restore, RestoreResult)
        [asked] = stopping
        assert (await asked).outcome is not CancelOutcome.CANCELLED

    assert result.restored == ("lily.txt", "tulip.txt")
    assert not house.repo.exists("tulip.txt")


async def test_a_server_that_leaves_leaves_it_to_the_next(tmp_path: Path, slow: Waiting):
    """Whoever waits for it to be stopped is let go, and the commit is made anew."""
    async with open_house(tmp_path) as house:
        house.repo.write("rose.txt", "red\n")
        await house.open_thread()
        slow.hook(house.repo, "pre-commit", slow.stubborn)
        answer = house.submit(ROSES)
        reader = await slow.begun()
        stopping = asyncio.ensure_future(cancel(house))
        await asyncio.sleep(0)
        await house.close()
        await slow.gone(reader)
        with pytest.raises(Unavailable):
            await stopping
        assert not answer.done()
        shutil.rmtree(house.repo.root / ".git/hooks")
        await house.open()
        (made,) = await house.until_event(ChangesCommitted)

    assert house.repo.git("rev-parse", "HEAD").strip() == made.commit
