"""Slow workspace work: every outcome is recorded and answered, whatever it is."""

import asyncio
from pathlib import Path

import pytest

from peon_protocol.commands import (
    CommitChanges,
    CreateCheckpoint,
    DeleteThread,
    PushChanges,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    OperationFailed,
)
from peon_protocol.ids import CheckpointId, CommandId
from peon_protocol.notifications import OperationProgress
from peon_protocol.queries import ReadCheckpointDiff, ReadGitStatus, ReadTurnDiff
from peon_protocol.rejections import OperationInProgress
from peon_protocol.results import (
    CheckpointResult,
    CommandResult,
    CommitResult,
    DiffResult,
    GitStatusResult,
    PushResult,
    RestoreResult,
)
from support.houses import GARDEN, TALK, House, add_remote

LUNCH = CreateCheckpoint(thread_id=TALK, description="before lunch")
ROSES = CommitChanges(thread_id=TALK, message="Plant roses")


@pytest.fixture
async def garden(house: House) -> House:
    """A house with a thread, and a rose that was committed."""
    house.repo.write("rose.txt", "red\n")
    house.repo.commit("before")
    await house.open_thread()
    return house


async def test_a_checkpoint_keeps_its_description(garden: House):
    result = await garden.ask(LUNCH, CheckpointResult)

    (event,) = await garden.events(CheckpointCreated)
    assert (event.description, event.kind) == ("before lunch", "manual")
    assert event.checkpoint_id == result.checkpoint_id
    (view,) = (await garden.thread()).checkpoints
    assert view.description == "before lunch"


async def test_a_restore_that_has_nothing_of_the_threads_to_undo_changes_nothing(garden: House):
    made = await garden.ask(LUNCH, CheckpointResult)
    garden.repo.write("rose.txt", "white\n")
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=made.checkpoint_id)
    result = await garden.ask(restore, RestoreResult)

    assert result.restored == ()
    assert garden.repo.read("rose.txt") == "white\n"
    assert len(await garden.events(CheckpointRestored)) == 1
    kinds = [each.kind for each in await garden.events(CheckpointCreated)]
    assert kinds == ["manual", "beforeRestore"]


async def test_a_commit_is_the_persons_own(garden: House):
    garden.repo.write("rose.txt", "white\n")
    result = await garden.ask(ROSES, CommitResult)

    assert result.files == ("rose.txt",)
    assert garden.repo.git("log", "-1", "--format=%H %an %s").strip() == (
        f"{result.commit} Ada Plant roses"
    )
    assert garden.repo.git("status", "--porcelain") == ""
    assert len(await garden.events(ChangesCommitted)) == 1


async def test_a_push_arrives(garden: House, tmp_path: Path):
    remote = add_remote(garden.repo, tmp_path / "remote.git")
    result = await garden.ask(PushChanges(thread_id=TALK), PushResult)

    assert (result.remote, result.branch) == ("origin", "main")
    assert remote.git("rev-parse", "main").strip() == result.commit
    assert len(await garden.events(ChangesPushed)) == 1


async def test_what_hooks_and_git_say_is_told_while_they_run(garden: House, tmp_path: Path):
    """A hook's words arrive while the commit, or the push, is under way, and name their work."""
    add_remote(garden.repo, tmp_path / "remote.git")
    for name, words in (("pre-commit", "are the roses red?"), ("pre-push", "off they go")):
        hook = garden.repo.write(f".git/hooks/{name}", f"#!/bin/sh\necho '{words}' >&2\n")
        hook.chmod(0o755)
    garden.repo.write("rose.txt", "white\n")
    heard: list[tuple[OperationProgress, bool]] = []
    stop = garden.app.feed().on_progress(lambda each: heard.append((each, answer.done())))
    answer: asyncio.Future[CommandResult]
    said: dict[str, str] = {}
    for command in (ROSES, PushChanges(thread_id=TALK)):
        answer = garden.submit(command)
        result = await answer
        assert isinstance(result, CommitResult | PushResult)
        said[type(result).__name__] = "".join(
            each.text
            for each, done in heard
            if (each.thread_id, each.operation_id, done) == (TALK, result.operation_id, False)
        )
    stop()

    assert "are the roses red?" in said["CommitResult"]
    assert "off they go" in said["PushResult"]
    assert "refs/heads/main" in said["PushResult"]


@pytest.mark.parametrize(
    "command, code",
    [(ROSES, "git.nothingToCommit"), (PushChanges(thread_id=TALK), "git.noRemote")],
    ids=["commit", "push"],
)
async def test_an_operation_that_fails_says_why_and_leaves_the_thread_free(
    garden: House, command: CommitChanges | PushChanges, code: str
):
    assert await garden.failure(command) == code

    (event,) = await garden.events(OperationFailed)
    assert event.code == code
    assert event.remedy
    assert (await garden.thread()).operation is None
    await garden.ask(LUNCH, CheckpointResult)


async def test_a_hook_that_refuses_is_heard(garden: House):
    hook = garden.repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no roses today >&2\nexit 1\n")
    hook.chmod(0o755)
    garden.repo.write("rose.txt", "white\n")

    assert await garden.failure(ROSES) == "git.hookFailed"
    (event,) = await garden.events(OperationFailed)
    assert "no roses today" in event.message


async def test_a_folder_that_went_away_fails_the_operation(garden: House):
    garden.repo.root.rename(garden.repo.root.with_name("elsewhere"))

    assert await garden.failure(LUNCH) == "workspace.notAFolder"
    assert await garden.failure(ROSES) == "workspace.notAFolder"


async def test_a_checkpoint_that_is_gone_from_the_store_fails_the_restore(garden: House):
    made = await garden.ask(LUNCH, CheckpointResult)
    model = vars(garden.app)["_engine"].model
    model.threads[TALK].checkpoints[made.checkpoint_id].snapshot = "0" * 40
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=made.checkpoint_id)

    assert await garden.failure(restore) in {"restore.failed", "checkpoint.expired"}


async def test_a_thread_is_not_deleted_while_its_operation_runs(garden: House):
    async with garden.busy_folder():
        answer = garden.submit(LUNCH)
        refused = await garden.refusal(DeleteThread(thread_id=TALK))
    assert isinstance(refused, OperationInProgress)
    await answer

    await garden.submit(DeleteThread(thread_id=TALK))


async def test_an_operation_that_is_asked_for_twice_is_done_once(garden: House):
    garden.repo.write("rose.txt", "white\n")
    command = CommitChanges(thread_id=TALK, message="Once", command_id=CommandId("once"))
    first, second = garden.submit(command), garden.submit(command)

    assert await first == await second
    assert garden.repo.git("rev-list", "--count", "HEAD").strip() == "2"


async def test_a_commit_leaves_nothing_of_what_it_wrote_down(garden: House):
    garden.repo.write("rose.txt", "white\n")
    await garden.ask(ROSES, CommitResult)
    await garden.close()

    assert list((garden.settings.state_dir / "operations").iterdir()) == []


async def test_what_a_turn_has_changed_can_be_read(garden: House):
    await garden.start_turn()
    agent = await garden.tame.session()
    garden.repo.write("rose.txt", "white\n")
    agent.end()
    await garden.end_of_turn()
    (start, _) = await garden.events(CheckpointCreated)
    garden.repo.write("tulip.txt", "later\n")
    assert start.turn_id is not None

    of_turn = await garden.app.query(
        ReadTurnDiff(thread_id=TALK, turn_id=start.turn_id), environment={}
    )
    since = await garden.app.query(
        ReadCheckpointDiff(thread_id=TALK, checkpoint_id=start.checkpoint_id), environment={}
    )
    status = await garden.app.query(ReadGitStatus(project_id=GARDEN), environment={})

    assert isinstance(of_turn, DiffResult)
    assert [file.path for file in of_turn.files] == ["rose.txt"]
    assert isinstance(since, DiffResult)
    assert [file.path for file in since.files] == ["rose.txt", "tulip.txt"]
    assert isinstance(status, GitStatusResult)
    assert {file.path for file in status.files} == {"rose.txt", "tulip.txt"}


async def test_nothing_of_ours_is_in_the_persons_repository(garden: House):
    before = sorted(path.name for path in (garden.repo.root / ".git").iterdir())
    await garden.ask(LUNCH, CheckpointResult)
    await garden.start_turn()
    (await garden.tame.session()).end()
    await garden.end_of_turn()
    restore = RestoreCheckpoint(
        thread_id=TALK,
        checkpoint_id=CheckpointId((await garden.thread()).checkpoints[0].checkpoint_id),
    )
    await garden.submit(restore)

    assert garden.repo.git("status", "--porcelain", "--ignored") == ""
    assert sorted(path.name for path in (garden.repo.root / ".git").iterdir()) == before
