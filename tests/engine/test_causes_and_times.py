"""Every event says when it was recorded, by whom, after which event, and with which it began."""

from datetime import timedelta

from peon.domain.commands import CheckpointTaken, CommitMade, RecordOperation, RecordTurnCheckpoint
from peon.domain.effects import AnswerAgent, InterruptAgent, PerformOperation, PromptAgent
from peon.engine.outbox import Due
from peon_protocol.commands import (
    ApprovePendingAction,
    CommitChanges,
    ConfigureThread,
    IngestProviderEvent,
    InterruptTurn,
    StartTurn,
)
from peon_protocol.events import (
    ChangesCommitted,
    Event,
    ItemRecorded,
    StoredEvent,
    TurnCompleted,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import ActionId, CommandId, ItemId
from peon_protocol.provider_events import (
    ActionRequested,
    ProviderEvent,
    TextDelta,
    TurnEnded,
)
from peon_protocol.values import ActionOption, ActorKind, OptionKind, StopReason, ToolKind
from support.clock import give_way
from support.engines import AGENT, ROSES, TALK, Desk

ASKING = ActionRequested(
    action_id=ActionId("may-i"),
    item_id=ItemId("tool"),
    kind=ToolKind.EDIT,
    title="Write rose.txt",
    options=(ActionOption("yes", "Yes", OptionKind.ALLOW_ONCE),),
)


def due(desk: Desk, kind: type) -> Due:
    """The effect of this kind that is due."""
    found = [each for each in desk.dues if isinstance(each.effect, kind)]
    assert len(found) == 1
    return found[0]


def first(log: list[StoredEvent], kind: type[Event]) -> StoredEvent:
    return next(each for each in log if isinstance(each.payload, kind))


def take(desk: Desk, prompt: Due, *events: ProviderEvent) -> None:
    """Let the agent that was prompted say something."""
    for event in events:
        command = IngestProviderEvent(thread_id=TALK, event=event)
        desk.engine.record(command, actor=AGENT, cause=prompt.cause)


async def prompted(desk: Desk) -> Due:
    """Why the agent is prompted."""
    await desk.open_thread()
    start = StartTurn(
        thread_id=TALK, turn_id=ROSES, prompt="water them", command_id=CommandId("start")
    )
    await desk.submit(start)
    await desk.settled()
    cause = desk.dues[-1].cause
    desk.record(RecordTurnCheckpoint(TALK, ROSES, CheckpointTaken("0")), cause=cause)
    await desk.settled()
    return due(desk, PromptAgent)


async def test_all_events_of_a_commit_have_one_moment(desk: Desk):
    prompt = await prompted(desk)
    take(desk, prompt, ASKING)
    await desk.settled()

    log = await desk.log()
    commit = [each for each in log if each.causation_id == prompt.cause.causation_id]
    assert len(commit) > 1
    assert len({each.occurred_at for each in commit}) == 1


async def test_moments_never_go_back_though_the_clock_does(desk: Desk):
    await desk.open_thread()
    for _ in range(3):
        await desk.clock.jump(1)
        await desk.submit(ConfigureThread(thread_id=TALK, title="new"))
    desk.clock.set_back(timedelta(days=1))
    await desk.submit(ConfigureThread(thread_id=TALK, title="newer"))
    after = desk.restarted()
    await after.submit(ConfigureThread(thread_id=TALK, title="newest"))

    moments = [each.occurred_at for each in await after.log()]
    assert moments == sorted(moments)
    assert moments[-1] == moments[-3]


async def test_a_command_begins_a_chain_and_names_whoever_gave_it(desk: Desk):
    await prompted(desk)

    started = first(await desk.log(), TurnStarted)
    assert started.causation_id is None
    assert started.correlation_id == started.event_id
    assert started.command_id == "start"
    assert (started.actor.kind, started.actor.name) == (ActorKind.CLIENT, "ada")


async def test_the_chain_survives_every_hop_from_the_command_to_the_end_of_the_turn(desk: Desk):
    prompt = await prompted(desk)
    take(desk, prompt, TextDelta(text="with pleasure"), TurnEnded(stop_reason=StopReason.END_TURN))
    await desk.settled()
    closing = due(desk, PerformOperation)
    assert isinstance(closing.effect, PerformOperation)
    outcome = RecordOperation(TALK, closing.effect.operation_id, CheckpointTaken("1"))
    desk.record(outcome, cause=closing.cause)
    await desk.settled()

    log = await desk.log()
    started = first(log, TurnStarted)
    chain = [each for each in log if each.sequence > started.sequence]
    assert isinstance(chain[-1].payload, TurnCompleted)
    assert {each.correlation_id for each in chain} == {started.event_id}
    known = {each.event_id: each.sequence for each in log}
    for each in chain:
        assert each.causation_id is not None
        assert known[each.causation_id] < each.sequence


async def test_text_is_the_agents_and_follows_from_the_turn(desk: Desk):
    prompt = await prompted(desk)
    take(desk, prompt, TextDelta(text="hello"))
    await desk.clock.jump(5)
    await desk.settled()

    log = await desk.log()
    text = first(log, ItemRecorded)
    assert text.causation_id == first(log, TurnStarted).event_id
    assert (text.actor.kind, text.actor.name) == (ActorKind.AGENT, "script")


async def test_what_is_done_about_an_approval_follows_from_it(desk: Desk):
    prompt = await prompted(desk)
    take(desk, prompt, ASKING)
    await desk.submit(ApprovePendingAction(thread_id=TALK, action_id=ActionId("may-i")))
    await desk.settled()

    answer = due(desk, AnswerAgent)
    resolved = (await desk.log())[-2]
    assert answer.cause.causation_id == resolved.event_id
    assert answer.cause.correlation_id == resolved.event_id


async def test_an_interruption_is_a_chain_of_its_own(desk: Desk):
    await prompted(desk)
    await desk.submit(InterruptTurn(thread_id=TALK))
    await desk.settled()

    asked = first(await desk.log(), TurnInterruptRequested)
    assert due(desk, InterruptAgent).cause.correlation_id == asked.event_id


async def test_an_outcome_follows_from_its_operation_and_is_the_servers(desk: Desk):
    await desk.open_thread()
    desk.submit(CommitChanges(thread_id=TALK, message="roses"))
    await desk.settled()
    commit = due(desk, PerformOperation)
    assert isinstance(commit.effect, PerformOperation)
    made = CommitMade("c0ffee", "main")
    desk.record(RecordOperation(TALK, commit.effect.operation_id, made), cause=commit.cause)
    await desk.settled()

    committed = first(await desk.log(), ChangesCommitted)
    assert committed.causation_id == committed.correlation_id == "memory:3"
    assert committed.actor.kind is ActorKind.SERVER


async def test_the_cause_of_a_turn_is_known_after_a_restart(desk: Desk):
    prompt = await prompted(desk)
    take(desk, prompt, ASKING)
    await desk.settled()
    started = first(await desk.log(), TurnStarted)
    live = await desk.engine.cause_of_turn(TALK)
    after = await desk.restarted().engine.cause_of_turn(TALK)

    assert live is not None
    assert live.causation_id == live.correlation_id == started.event_id
    assert after is not None
    assert after.causation_id == (await desk.log())[-1].event_id
    assert after.correlation_id == started.event_id


async def test_nothing_is_kept_about_turns_that_are_over_and_threads_that_are_gone(desk: Desk):
    await desk.open_turn()
    assert await desk.engine.cause_of_turn(TALK) is not None
    desk.hear(TurnEnded(stop_reason=StopReason.END_TURN))
    desk.finish(CheckpointTaken("1"))
    await give_way()

    kept = vars(desk.engine)
    assert kept["_causes"] == {}
