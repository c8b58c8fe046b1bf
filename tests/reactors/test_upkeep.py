"""Checkpoints that are let go of are told of, and refused from then on."""

import asyncio
from pathlib import Path

import pytest

from peon.errors import Unavailable
from peon.reactors.upkeep import CheckpointUpkeep
from peon.runtime.retention import CheckpointBounds, Retention, read_retention
from peon.workspace.upkeep import Retention as Kept
from peon.workspace.upkeep import Upkeep
from peon.workspace.workspace import Workspace
from peon_protocol.commands import CreateCheckpoint, DeleteProject, RestoreCheckpoint
from peon_protocol.events import CheckpointsExpired
from peon_protocol.ids import CheckpointId
from peon_protocol.queries import PreviewRestore, ReadCheckpointDiff
from peon_protocol.rejections import CheckpointExpired
from peon_protocol.results import CheckpointResult
from support.clock import FakeClock
from support.houses import GARDEN, TALK, House

DAY = 24 * 3600.0


def keeping(house: House) -> CheckpointUpkeep:
    found: CheckpointUpkeep = vars(house.app)["_upkeep"]
    return found


async def keep(house: House, description: str) -> CheckpointId:
    """A checkpoint that differs from the one before."""
    house.repo.write("rose.txt", description)
    command = CreateCheckpoint(thread_id=TALK, description=description)
    return (await house.ask(command, CheckpointResult)).checkpoint_id


async def test_checkpoints_that_are_old_expire_and_are_refused(house: House, clock: FakeClock):
    await house.open_thread()
    old = await keep(house, "old")
    await clock.jump(91 * DAY)
    new = await keep(house, "new")
    await keeping(house).look()

    (event,) = await house.until_event(CheckpointsExpired)
    assert event.checkpoint_ids == (old,)
    views = {each.checkpoint_id: each.expired for each in (await house.thread()).checkpoints}
    assert views == {old: True, new: False}
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=old)
    assert await house.refusal(restore) == CheckpointExpired(old)
    for query in (
        PreviewRestore(thread_id=TALK, checkpoint_id=old),
        ReadCheckpointDiff(thread_id=TALK, checkpoint_id=old),
    ):
        with pytest.raises(Exception, match="no longer kept"):
            await house.app.query(query, environment={})


async def test_what_expired_stays_expired_after_a_restart_and_is_told_once(
    house: House, clock: FakeClock
):
    await house.open_thread()
    old = await keep(house, "old")
    await clock.jump(91 * DAY)
    await keep(house, "new")
    await keeping(house).look()
    await house.until_event(CheckpointsExpired)
    await house.close()
    await house.open()
    await keeping(house).look()

    assert len(await house.events(CheckpointsExpired)) == 1
    assert [each.expired for each in (await house.thread()).checkpoints] == [True, False]
    restore = RestoreCheckpoint(thread_id=TALK, checkpoint_id=old)
    assert await house.refusal(restore) == CheckpointExpired(old)


async def test_nothing_expires_under_a_turn(house: House, clock: FakeClock):
    await house.open_thread()
    await keep(house, "old")
    await keep(house, "new")
    await house.start_turn()
    await house.tame.session()
    await clock.jump(91 * DAY)
    await keeping(house).look()

    assert await house.events(CheckpointsExpired) == []


async def test_a_folder_is_looked_at_when_its_turns_have_left_much(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("peon.workspace.workspace.GROWN_FROM", 1)
    looked = asyncio.Event()
    real = Workspace.keep_small

    async def seen(workspace: Workspace, root: Path, retention: Kept) -> Upkeep | None:
        looked.set()
        return await real(workspace, root, retention)

    monkeypatch.setattr(Workspace, "keep_small", seen)
    await house.open_thread()
    house.repo.write("rose.txt", "red\n")
    await house.start_turn()
    agent = await house.tame.session()
    agent.end()
    await house.end_of_turn()

    await looked.wait()


async def test_the_checkpoints_of_a_deleted_project_are_deleted_when_they_are_old(
    house: House, clock: FakeClock
):
    await house.open_thread()
    await keep(house, "old")
    history = await house.workspace.history(house.repo.root)
    async with history.exclusively() as folder:
        store = folder.store.folder
    await house.submit(DeleteProject(project_id=GARDEN))
    await house.close()
    await house.open()
    await keeping(house).look()
    assert store.exists()

    await clock.jump(200 * 365 * DAY)
    await keeping(house).look()
    assert not store.exists()


# ---- settings ------------------------------------------------------------------------------------


def test_how_long_checkpoints_are_kept_can_be_set(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text("[checkpoints]\nkeep-days = 7\nkeep-megabytes = 300\nfile-megabytes = 2\n")

    assert read_retention(file) == Retention(
        checkpoints=CheckpointBounds(keep_days=7, keep_bytes=300_000_000, file_bytes=2_000_000)
    )


@pytest.mark.parametrize(
    "text, why",
    [
        ("[checkpoints]\nkeep-weeks = 7\n", "there is no setting checkpoints.keep-weeks"),
        ("[checkpoints]\nkeep-days = 0\n", "checkpoints.keep-days must be a whole number from 1"),
        ("checkpoints = 3\n", "checkpoints is no table"),
    ],
    ids=["unknown", "nothing is kept", "no table"],
)
def test_settings_that_are_not_understood_are_refused(tmp_path: Path, text: str, why: str):
    file = tmp_path / "config.toml"
    file.write_text(text)

    with pytest.raises(Unavailable, match=why):
        read_retention(file)
