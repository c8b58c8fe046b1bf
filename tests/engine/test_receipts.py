"""A command that comes again gets the first answer, and its id belongs to it alone."""

from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from peon.domain.commands import CheckpointTaken, CommitMade, WorkFailed
from peon.engine import repeats
from peon.engine.restart import restart
from peon.errors import CommandRejected, ExternalFailure
from peon.journal.store import SegmentStore
from peon_protocol.commands import (
    ApprovePendingAction,
    Command,
    CommitChanges,
    ConfigureThread,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    IngestProviderEvent,
    InterruptTurn,
    StartTurn,
)
from peon_protocol.events import TurnStarted
from peon_protocol.ids import ActionId, CommandId, ItemId
from peon_protocol.provider_events import ActionRequested, TextDelta, TurnEnded
from peon_protocol.rejections import CommandIdReused, Rejection, TitleBlank, TurnInProgress
from peon_protocol.results import CommandResult
from peon_protocol.values import FieldKind, QuestionField, StopReason, ToolKind
from support.clock import FakeClock
from support.engines import GARDEN, TALK, Desk

ONCE = CommandId("once")
PROJECT = CreateProject(root="/garden", command_id=ONCE)
TURN = StartTurn(thread_id=TALK, prompt="water them", command_id=ONCE)
CHECKPOINT = CreateCheckpoint(thread_id=TALK, description="lunch", command_id=ONCE)


async def refusal(desk: Desk, command: Command) -> Rejection:
    with pytest.raises(CommandRejected) as refused:
        await desk.submit(command)
    return refused.value.rejection


async def failure(desk: Desk, command: Command) -> tuple[str, str, str | None]:
    with pytest.raises(ExternalFailure) as failed:
        await desk.submit(command)
    return failed.value.code, failed.value.detail, failed.value.remedy


async def test_a_command_that_comes_again_gets_the_first_answer(desk: Desk):
    first = await desk.submit(PROJECT)

    assert await desk.submit(PROJECT) == first
    assert len(await desk.log()) == 1


async def test_a_command_that_comes_again_in_flight_awaits_the_same_answer(desk: Desk):
    desk.memory.hold()
    first, second = desk.submit(PROJECT), desk.submit(PROJECT)
    desk.memory.release()

    assert await first == await second
    assert len(await desk.log()) == 1


async def test_a_command_that_comes_again_after_a_restart_gets_the_first_answer(desk: Desk):
    await desk.open_thread()
    first = await desk.submit(TURN)

    assert await desk.restarted().submit(TURN) == first


async def test_the_first_answer_stands_though_the_world_has_gone_on(desk: Desk):
    await desk.open_thread()
    named = ConfigureThread(thread_id=TALK, title="first", command_id=ONCE)
    first = await desk.submit(named)
    await desk.submit(ConfigureThread(thread_id=TALK, title="second"))

    assert await desk.submit(named) == first
    assert desk.thread().title == "second"


async def test_an_answer_to_several_events_is_the_same_each_time(desk: Desk):
    await desk.open_turn(provider="host")
    desk.hear(TextDelta(text="first I"))
    interrupt = InterruptTurn(thread_id=TALK, command_id=ONCE)
    first = await desk.submit(interrupt)

    assert await desk.submit(interrupt) == first == await desk.restarted().submit(interrupt)


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(PROJECT, title="other params"),
        CreateThread(project_id=GARDEN, command_id=ONCE),
    ],
)
async def test_the_same_id_with_another_command_is_refused(desk: Desk, other: Command):
    await desk.submit(PROJECT)

    assert await refusal(desk, other) == CommandIdReused(ONCE)
    assert await refusal(desk.restarted(), other) == CommandIdReused(ONCE)


async def test_a_command_is_the_same_whether_a_null_is_written_or_left_out(desk: Desk):
    first = await desk.submit(PROJECT)

    assert await desk.submit(attrs.evolve(PROJECT, title=None)) == first


async def test_a_refusal_is_repeated_though_it_would_be_accepted_by_now(desk: Desk):
    await desk.open_turn(provider="host")
    first = await refusal(desk, TURN)
    desk.hear(TurnEnded(stop_reason=StopReason.END_TURN))
    desk.finish(CheckpointTaken("1"))
    await desk.settled()

    assert await refusal(desk, TURN) == first
    assert isinstance(first, TurnInProgress)


async def test_the_id_of_a_refused_command_belongs_to_it_too(desk: Desk):
    await desk.open_thread()
    blank = ConfigureThread(thread_id=TALK, title=" ", command_id=ONCE)

    assert await refusal(desk, blank) == TitleBlank()
    assert await refusal(desk, attrs.evolve(blank, title="new")) == CommandIdReused(ONCE)


async def test_a_refusal_lasts_as_long_as_the_process(desk: Desk):
    await desk.open_thread()
    await refusal(desk, ConfigureThread(thread_id=TALK, title=" ", command_id=ONCE))

    result = await desk.restarted().submit(
        ConfigureThread(thread_id=TALK, title="new", command_id=ONCE)
    )

    assert result.sequence == 3


async def test_a_command_that_changed_nothing_gets_the_first_answer_too(desk: Desk):
    await desk.open_turn(provider="host")
    await desk.submit(InterruptTurn(thread_id=TALK))
    again = InterruptTurn(thread_id=TALK, command_id=ONCE)
    first = await desk.submit(again)
    desk.hear(TurnEnded(stop_reason=StopReason.CANCELLED))
    desk.finish(CheckpointTaken("1"))

    assert await desk.submit(again) == first


async def test_only_so_many_commands_without_events_are_remembered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(repeats, "REMEMBERED", 3)
    await desk.open_thread()
    for number in range(5):
        command_id = CommandId(f"blank-{number}")
        await refusal(desk, ConfigureThread(thread_id=TALK, title=" ", command_id=command_id))

    def named(number: int) -> ConfigureThread:
        return ConfigureThread(thread_id=TALK, title="x", command_id=CommandId(f"blank-{number}"))

    assert isinstance(await refusal(desk, named(4)), CommandIdReused)
    assert (await desk.submit(named(0))).sequence == 3


async def test_an_operation_that_comes_again_awaits_the_one_outcome(desk: Desk):
    await desk.open_thread()
    first, second = desk.submit(CHECKPOINT), desk.submit(CHECKPOINT)
    desk.finish(CheckpointTaken("0"))

    assert await first == await second == await desk.submit(CHECKPOINT)
    assert await desk.restarted().submit(CHECKPOINT) == await first


async def test_an_operation_that_failed_fails_alike_each_time(desk: Desk):
    await desk.open_thread()
    commit = CommitChanges(thread_id=TALK, message="roses", command_id=ONCE)
    desk.submit(commit)
    desk.finish(WorkFailed("git.hookFailed", "no", "Look at the hook."))
    told = ("git.hookFailed", "no", "Look at the hook.")

    assert await failure(desk, commit) == told
    assert await failure(desk.restarted(), commit) == told


async def test_nothing_is_kept_about_operations_that_have_ended(desk: Desk):
    await desk.open_thread()
    for _ in range(3):
        desk.submit(CreateCheckpoint(thread_id=TALK, description="lunch"))
        desk.finish(CheckpointTaken("0"))
    await desk.settled()

    assert vars(vars(desk.engine)["_operations"])["_waiting"] == {}


async def test_an_operation_of_before_a_restart_is_answered_by_the_next_process(desk: Desk):
    await desk.open_thread()
    commit = CommitChanges(thread_id=TALK, message="roses", command_id=ONCE)
    desk.submit(commit)
    await desk.settled()
    next_desk = desk.restarted()
    answer = next_desk.submit(commit)
    next_desk.finish(CommitMade("c0ffee", "main", ("rose.txt",)))

    assert (await answer).sequence == 4


async def test_a_receipt_is_forgotten_after_a_day(desk: Desk):
    await desk.open_thread()
    named = ConfigureThread(thread_id=TALK, title="first", command_id=ONCE)
    await desk.submit(named)
    await desk.clock.jump(timedelta(hours=25).total_seconds())
    await desk.submit(attrs.evolve(named, command_id=CommandId("another")))

    assert (await desk.submit(named)).sequence == 5


async def test_what_a_host_says_twice_is_recorded_once(desk: Desk):
    await desk.open_turn(provider="host")
    said = IngestProviderEvent(thread_id=TALK, event=TextDelta(text="once"), command_id=ONCE)

    assert await desk.submit(said) == await desk.submit(said)
    assert await desk.texts() == ["once"]


async def test_receipts_outlive_a_process_that_is_killed(tmp_path: Path):
    async def opened() -> Desk:
        store, recovered = SegmentStore.open(tmp_path, fingerprint="test")
        return Desk(store, FakeClock(), model=restart(recovered).model)

    async def life(desk: Desk) -> CommandResult:
        turn = await desk.submit(TURN)
        await desk.store.close()
        return turn

    desk = await opened()
    await desk.open_thread()
    first = await life(desk)
    desk = await opened()

    assert await life(desk) == first
    desk = await opened()
    assert len(await desk.events(TurnStarted)) == 1
    await desk.store.close()


async def test_what_tells_a_repetition_tells_nothing_of_a_secret():
    """A short secret could be found by trying which gives the same digest."""
    digests = set()
    for pin in ("1234", "9876"):
        desk = Desk.in_memory()
        await desk.open_turn()
        asked = ActionRequested(
            action_id=ActionId("pin"),
            item_id=ItemId("asks"),
            kind=ToolKind.QUESTION,
            title="The number?",
            options=(),
            fields=(QuestionField(name="pin", label="Pin", kind=FieldKind.TEXT, secret=True),),
        )
        desk.hear(asked)
        answers = {"pin": pin}
        answer = ApprovePendingAction(
            thread_id=TALK, action_id=asked.action_id, answers=answers, command_id=ONCE
        )
        assert await desk.submit(answer) == await desk.submit(answer)
        digests.add(next(e.command_digest for e in await desk.log() if e.command_id == ONCE))
    assert len(digests) == 1
