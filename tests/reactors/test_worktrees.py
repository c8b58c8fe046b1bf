"""Threads in folders of their own: everything about their files is about those."""

from pathlib import Path

from peon.reactors.world import LocalWorld
from peon_protocol.commands import (
    CommitChanges,
    CreateThread,
    RemoveWorktree,
    RestoreCheckpoint,
    RestoreWorktree,
    StartTurn,
)
from peon_protocol.events import CheckpointCreated, ThreadDeleted
from peon_protocol.ids import ItemId, ThreadId, TurnId
from peon_protocol.notifications import OperationProgress
from peon_protocol.provider_events import ToolCallUpdated
from peon_protocol.queries import ReadGitDiff, ReadGitStatus
from peon_protocol.results import (
    CommitResult,
    DiffResult,
    GitStatusResult,
    RestoreResult,
    ThreadResult,
)
from peon_protocol.values import ItemStatus, ToolKind, WorktreeChoice
from support.houses import GARDEN, OTHER, TALK, House
from support.tame_agent import TAME

TREE = ThreadId("tree")


async def in_a_worktree(house: House, **more: object) -> Path:
    """A thread with a worktree, beside one in the project's folder; its folder."""
    house.repo.write("file", "one\n")
    house.repo.commit()
    await house.open_thread()
    choice = WorktreeChoice(branch="topic", setup=(("sh", "-c", "echo told"),))
    create = CreateThread(project_id=GARDEN, thread_id=TREE, provider=TAME, worktree=choice)
    await house.ask(create, ThreadResult)
    return Path((await house.thread(TREE)).folder)


async def test_a_turn_works_in_its_own_folder_and_is_undone_there(house: House):
    folder = await in_a_worktree(house)
    await house.submit(StartTurn(thread_id=TREE, turn_id=TurnId("one"), prompt="one"))
    agent = await house.tame.session()
    assert agent.request.root == str(folder)
    agent.say(
        ToolCallUpdated(item_id=ItemId("x"), kind=ToolKind.EXECUTE, status=ItemStatus.RUNNING)
    )
    await house.captured()
    (folder / "file").write_text("agent\n")
    agent.end()
    await house.end_of_turn()
    start = (await house.events(CheckpointCreated))[0].checkpoint_id
    restored = await house.ask(
        RestoreCheckpoint(thread_id=TREE, checkpoint_id=start), RestoreResult
    )

    assert restored.restored == ("file",)
    assert (folder / "file").read_text() == house.repo.read("file") == "one\n"


async def test_a_commit_is_on_its_own_branch(house: House):
    folder = await in_a_worktree(house)
    (folder / "file").write_text("two\n")
    house.repo.write("file", "mine\n")
    made = await house.ask(CommitChanges(thread_id=TREE, message="two"), CommitResult)

    assert (made.branch, made.files) == ("topic", ("file",))
    assert house.repo.git("status", "--porcelain") == " M file\n"


async def test_its_status_and_its_changes_are_those_of_its_folder(house: House):
    folder = await in_a_worktree(house)
    (folder / "file").write_text("two\n")
    house.repo.write("mine", "mine\n")
    seen = {}
    for name, thread_id in (("tree", TREE), ("project", TALK)):
        status = await house.app.query(ReadGitStatus(thread_id=thread_id), environment={})
        diff = await house.app.query(ReadGitDiff(thread_id=thread_id), environment={})
        assert isinstance(status, GitStatusResult)
        assert isinstance(diff, DiffResult)
        seen[name] = (
            status.branch,
            [each.path for each in status.files],
            [each.path for each in diff.files],
        )

    assert seen == {
        "tree": ("topic", ["file"], ["file"]),
        "project": ("main", ["mine"], ["mine"]),
    }


async def test_a_thread_s_worktree_is_its_own_and_the_rest_of_the_state_is_not(house: House):
    """It lies among the server's own files, which agents are always asked about."""
    folder = await in_a_worktree(house)
    world: LocalWorld = vars(vars(house.app)["_engine"])["_gathering"].world

    def private(root: Path, *paths: str) -> bool:
        return world.places(str(root), paths).private

    state = house.settings.state_dir
    (folder / "link").symlink_to(state / "journal")
    assert not private(folder, "file", "new/deep", str(folder / "file"))
    assert private(folder, str(state / "journal"))
    assert private(folder, "file", "../other/file")
    assert private(folder, "link/1")
    assert private(house.repo.root, str(folder / "file"))
    assert private(folder, "..")


async def test_threads_in_one_folder_are_told_of_each_other(house: House):
    folder = await in_a_worktree(house)
    await house.open_thread(OTHER)
    there = WorktreeChoice(path=str(folder))
    third = ThreadId("third")
    await house.ask(
        CreateThread(project_id=GARDEN, thread_id=third, provider=TAME, worktree=there),
        ThreadResult,
    )

    assert (await house.thread()).shared_with == (OTHER,)
    assert (await house.thread(TREE)).shared_with == (third,)
    worktree = (await house.thread(third)).worktree
    assert worktree is not None
    assert worktree.made
    assert (await house.refusal(RemoveWorktree(thread_id=TREE))).KIND == "worktree.shared"


async def test_each_has_a_folder_of_its_own_and_comes_back_with_what_lay_in_it(house: House):
    """Also where their branches are called much alike, and whichever went first."""
    house.repo.write(".gitignore", ".env\n")
    house.repo.commit()
    await house.open_thread()
    threads = {ThreadId("one"): "topic/a", ThreadId("other"): "topic-a"}
    folders = {}
    for thread_id, branch in threads.items():
        await house.ask(
            CreateThread(
                project_id=GARDEN,
                thread_id=thread_id,
                provider=TAME,
                worktree=WorktreeChoice(branch=branch),
            ),
            ThreadResult,
        )
        folders[thread_id] = Path((await house.thread(thread_id)).folder)
        (folders[thread_id] / ".env").write_text(branch)
    assert len({*folders.values()}) == 2
    for thread_id in threads:
        await house.submit(RemoveWorktree(thread_id=thread_id))
    assert not any(folder.exists() for folder in folders.values())
    for thread_id in threads:
        await house.submit(RestoreWorktree(thread_id=thread_id))

    assert {each: (folders[each] / ".env").read_text() for each in threads} == threads


async def test_where_it_fails_nothing_is_left(house: House):
    house.repo.commit()
    await house.open_thread()
    choice = WorktreeChoice(branch="topic", setup=(("false",),))
    create = CreateThread(project_id=GARDEN, thread_id=TREE, provider=TAME, worktree=choice)

    assert await house.failure(create) == "worktree.setupFailed"
    assert len(await house.events(ThreadDeleted)) == 1
    assert house.repo.git("branch", "--list", "topic") == ""


async def test_what_a_set_up_says_is_told(house: House):
    heard: list[OperationProgress] = []
    stop = house.app.feed().on_progress(heard.append)
    await in_a_worktree(house)
    stop()

    assert [(each.thread_id, each.stream, each.text) for each in heard] == [
        (TREE, "stdout", "told\n")
    ]
    assert (await house.thread(TALK)).worktree is None
