"""The server leaves within seconds whatever is under way, and nothing of it is left behind."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest

from peon.errors import StoreFailure
from peon.journal.filesystem import LocalFileSystem
from peon_protocol.commands import (
    CommitChanges,
    ConfigureThread,
    CreateCheckpoint,
    StartTurn,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    ChangesCommitted,
    ItemRecorded,
    OperationRequested,
    SessionClosed,
    SessionOpened,
    TurnCompleted,
    TurnStarted,
)
from peon_protocol.ids import CommandId, TurnId
from peon_protocol.provider_events import TextDelta
from peon_protocol.queries import ListProjects, ReadServerStatus
from peon_protocol.results import CommitResult, ProjectList, ServerStatus
from peon_protocol.values import Decision, StopReason, ThreadStatus, TurnStatus
from support.houses import TALK, House, open_house

SECONDS = 8.0
"""Long enough for an agent to be asked, told and killed; a hang would take longer."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """An app at work, in time as it passes for everybody."""
    async with open_house(tmp_path) as made:
        yield made


async def leave(house: House) -> None:
    async with asyncio.timeout(SECONDS):
        await house.close()


async def turn_is_over(house: House) -> TurnCompleted:
    """Ask the next process what became of the turn."""
    await house.open()
    view = await house.thread()
    assert view.status is ThreadStatus.IDLE
    assert view.pending_actions == ()
    (turn,) = view.turns
    assert turn.status is TurnStatus.INTERRUPTED
    (completed,) = await house.events(TurnCompleted)
    assert completed.stop_reason is StopReason.INTERRUPTED
    assert completed.detail == "The server was asked to leave while this turn was running."
    return completed


async def test_leaving_while_an_agent_works(house: House):
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    agent.say(TextDelta(text="half a sen"))
    agent.ask("may-i")
    await house.until_event(ActionRequested)
    await leave(house)
    await turn_is_over(house)

    assert agent.closed
    (resolved,) = await house.events(ActionResolved)
    assert resolved.decision is Decision.WITHDRAWN
    texts = [item.append.text for item in await house.events(ItemRecorded) if item.append]
    assert texts == ["half a sen"]
    assert len(await house.events(SessionClosed)) == 1


async def test_the_end_of_a_turn_by_leaving_says_what_it_follows_from(house: House):
    await house.open_thread()
    await house.start_turn()
    await house.tame.session()
    await leave(house)
    await turn_is_over(house)

    log = await house.log()
    started = next(each for each in log if isinstance(each.payload, TurnStarted))
    ended = next(each for each in log if isinstance(each.payload, TurnCompleted))
    assert ended.causation_id == ended.correlation_id == started.event_id


async def test_leaving_while_an_agent_starts(house: House):
    await house.open_thread()
    house.tame.gate.clear()
    await house.start_turn()
    await house.tame.until_asked()
    await leave(house)
    await turn_is_over(house)

    assert house.tame.called_off == 1
    assert await house.events(SessionOpened) == []


async def test_leaving_while_a_real_agent_starts(house: House):
    await house.open_thread(provider="script")
    command = StartTurn(thread_id=TALK, prompt="sleep 100")
    await house.submit(command)
    await house.until(lambda log: log[-1].type == "checkpoint.created")
    await leave(house)
    await turn_is_over(house)


async def test_leaving_while_a_real_agent_streams(house: House):
    await house.open_thread(provider="script")
    await house.submit(StartTurn(thread_id=TALK, prompt="stream 1000000 100"))
    await house.until_event(ItemRecorded, times=3)
    await leave(house)
    await turn_is_over(house)


async def test_leaving_while_the_files_are_kept(house: House):
    await house.open_thread()
    async with house.busy_folder():
        await house.start_turn()
        await leave(house)
    await turn_is_over(house)


async def test_leaving_while_the_last_checkpoint_is_taken_keeps_what_the_agent_said(house: House):
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    async with house.busy_folder():
        agent.end()
        await house.until_event(OperationRequested)
        await leave(house)
    await house.open()

    (completed,) = await house.events(TurnCompleted)
    assert completed.stop_reason is StopReason.END_TURN
    assert (await house.thread()).status is ThreadStatus.IDLE


async def test_a_checkpoint_that_was_broken_off_is_taken_by_the_next_process(house: House):
    await house.open_thread()
    command = CreateCheckpoint(
        thread_id=TALK, description="before lunch", command_id=CommandId("lunch")
    )
    async with house.busy_folder():
        house.submit(command)
        await house.until_event(OperationRequested)
        await leave(house)
    await house.open()
    await house.submit(command)

    assert (await house.thread()).operation is None
    (view,) = (await house.thread()).checkpoints
    assert view.description == "before lunch"


async def test_a_commit_that_was_broken_off_is_made_by_the_next_process_and_once(house: House):
    gate = house.place / "gate"
    began = house.place / "began"
    hook = house.repo.write(
        ".git/hooks/pre-commit",
        f'#!/bin/sh\n: >"{began}"\nwhile [ ! -e "{gate}" ]; do sleep 0.02; done\n',
    )
    hook.chmod(0o755)
    house.repo.write("rose.txt", "red")
    await house.open_thread()
    command = CommitChanges(thread_id=TALK, message="Roses", command_id=CommandId("roses"))
    house.submit(command)
    while not began.exists():
        await house.until_event(OperationRequested)
        await asyncio.sleep(0)
    await leave(house)
    assert house.repo.git("rev-list", "--all", "--count").strip() == "0"
    gate.touch()
    await house.open()
    made = await house.ask(command, CommitResult)

    assert house.repo.git("rev-list", "--all").split() == [made.commit]
    assert len(await house.events(ChangesCommitted)) == 1


async def test_a_git_that_outlived_its_server_may_end_while_the_next_one_commits(house: House):
    began, ended = house.place / "began", house.place / "ended"
    house.repo.write(".git/hooks/pre-commit", _OUTLIVING.format(began=began, ended=ended))
    (house.repo.root / ".git" / "hooks" / "pre-commit").chmod(0o755)
    house.repo.write("rose.txt", "red")
    await house.open_thread()
    command = CommitChanges(thread_id=TALK, message="Roses", command_id=CommandId("roses"))
    house.submit(command)
    while not began.exists():
        await house.until_event(OperationRequested)
        await asyncio.sleep(0)
    await leave(house)
    await house.open()
    made = await house.ask(command, CommitResult)

    assert ended.exists()
    assert house.repo.git("rev-list", "--all").split() == [made.commit]
    assert len(await house.events(ChangesCommitted)) == 1


_OUTLIVING = """#!/bin/sh
# The first is broken off. What it would have done is done while the second is at work.
if [ ! -e "{began}" ]; then : >"{began}"; while :; do sleep 0.02; done; fi
git commit --quiet --no-verify --message=Roses
: >"{ended}"
"""


async def test_the_next_process_goes_on_from_a_snapshot(house: House):
    await house.open_thread()
    await leave(house)
    await house.open()
    await leave(house)

    snapshots = [*(house.settings.state_dir / "snapshots").iterdir()]
    assert [path.suffix for path in snapshots] == [".snap"]


async def test_threads_with_nothing_in_flight_get_no_event(house: House):
    await house.open_thread()
    before = await house.log()
    await leave(house)
    await house.open()

    assert await house.log() == before


# ---- a disk that fails ------------------------------------------------------------------------


class FailingDisk(LocalFileSystem):
    """The machine's files, until they are told to fail."""

    def __init__(self) -> None:
        self.full = False

    def fdatasync(self, descriptor: int) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().fdatasync(descriptor)


async def test_a_disk_that_fails_ends_agents_and_leaves_what_is_durable_to_read(house: House):
    await leave(house)
    disk = FailingDisk()
    house.options = attrs.evolve(house.options, filesystem=disk)
    await house.open()
    await house.open_thread()
    await house.start_turn()
    agent = await house.tame.session()
    disk.full = True
    with pytest.raises(StoreFailure):
        await house.submit(ConfigureThread(thread_id=TALK, title="lost"))
    status = await house.app.query(ReadServerStatus(), environment={})
    projects = await house.app.query(ListProjects(), environment={})

    assert isinstance(status, ServerStatus)
    assert status.health == "readOnly"
    assert status.message is not None
    assert "No space left" in status.message
    assert status.clients == 0
    assert isinstance(projects, ProjectList)
    assert len(projects.projects) == 1
    assert (await house.thread()).title != "lost"
    assert agent.closed
    await leave(house)

    disk.full = False
    await house.open()
    (completed,) = await house.events(TurnCompleted)
    assert completed.turn_id == TurnId("one")
    assert completed.stop_reason is StopReason.INTERRUPTED
    assert completed.detail == "The server stopped while this turn was running."
