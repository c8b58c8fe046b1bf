"""A message is told to an agent at work, or waits where that cannot be; none is lost."""

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    RecordOperation,
    RecordSteer,
    SettleThread,
)
from peon.domain.effects import PromptAgent, SteerAgent
from peon_protocol.commands import (
    EditMessage,
    InterruptTurn,
    MoveMessage,
    RemoveMessage,
    SteerTurn,
)
from peon_protocol.events import (
    Event,
    ItemRecorded,
    MessageQueued,
    MessageSteered,
)
from peon_protocol.ids import CheckpointId, ItemId, MessageId, TurnId
from peon_protocol.rejections import (
    MessageBeingSent,
    MessageIdUsed,
    PromptEmpty,
    TurnMismatch,
    TurnNotInProgress,
)
from peon_protocol.values import (
    ItemKind,
    ItemPatch,
    ItemStatus,
    ResourceLink,
    TextAppend,
    TextContent,
)
from support.given import FRESH, Given, Step, Story, given
from support.story import (
    SNAPSHOT,
    TALK,
    TURN,
    WORK,
    a_running_turn,
    an_ending,
    an_idle_thread,
    its_first_checkpoint,
    moved,
    text,
)

A, B, C = MessageId("a"), MessageId("b"), MessageId("c")
AFTER = CheckpointId("after-turn")
NEXT = TurnId(FRESH)
OVER = RecordOperation(TALK, WORK, CheckpointTaken(SNAPSHOT))
LINK = ResourceLink("file:///roses", "roses")


def queued(
    message_id: MessageId = A,
    prompt: str = "water the tulips",
    *,
    steer: bool = False,
    turn_id: TurnId | None = None,
) -> Event:
    return MessageQueued(
        thread_id=TALK, message_id=message_id, prompt=prompt, steer=steer, turn_id=turn_id
    )


def waiting(*messages: MessageId, then: Story = ()) -> Given:
    """Messages that wait for a turn in progress."""
    return given(a_running_turn(), tuple(queued(each) for each in messages), then)


def order(told: Given) -> list[str]:
    return list(told.thread().queue)


def steered(then: Story = ()) -> Given:
    """A message that is being told to an agent which can be told more."""
    told = given(a_running_turn(provider="claude"))
    told.when(SteerTurn(thread_id=TALK, message_id=A, prompt="water the tulips")).then_it_is(
        "message.queued"
    )
    return told.and_then(then)


def test_an_agent_that_can_be_told_more_is():
    given(a_running_turn(provider="claude")).when(
        SteerTurn(thread_id=TALK, turn_id=TURN, message_id=A, prompt="water the tulips")
    ).then(queued(steer=True, turn_id=TURN)).reacts(
        SteerAgent(thread_id=TALK, turn_id=TURN, message_id=A)
    )


def test_what_the_agent_took_is_an_item_of_its_turn():
    told = steered(text("t1-1", "I begin."))

    told.when(RecordSteer(TALK, TURN, A, taken=True)).then(
        moved("t1-1", ItemStatus.COMPLETED, kind=ItemKind.MESSAGE),
        MessageSteered(thread_id=TALK, message_id=A, turn_id=TURN, item_id=ItemId("t1-2")),
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=ItemId("t1-2"),
            kind=ItemKind.USER_MESSAGE,
            status=ItemStatus.COMPLETED,
            append=TextAppend(0, 16, "water the tulips"),
        ),
    )

    assert order(told) == []
    assert told.thread().past_messages == {A: TURN}


def test_what_is_no_text_in_it_is_kept_beside_it():
    told = given(
        a_running_turn(provider="claude"),
        SteerTurn(thread_id=TALK, message_id=A, prompt=(TextContent("see"), LINK)),
    )

    told.when(RecordSteer(TALK, TURN, A, taken=True)).then(
        MessageSteered(thread_id=TALK, message_id=A, turn_id=TURN, item_id=ItemId("t1-1")),
        ItemRecorded(
            thread_id=TALK,
            turn_id=TURN,
            item_id=ItemId("t1-1"),
            kind=ItemKind.USER_MESSAGE,
            status=ItemStatus.COMPLETED,
            append=TextAppend(0, 3, "see"),
            patch=ItemPatch(content=(LINK,)),
        ),
    )


def test_what_the_agent_did_not_take_waits():
    told = steered()

    told.when(RecordSteer(TALK, TURN, A, taken=False)).then(queued())

    assert told.thread().queue[A].steering is None
    told.when(RecordSteer(TALK, TURN, A, taken=True)).nothing()


def test_an_agent_that_cannot_be_told_more_has_it_queued():
    given(a_running_turn()).when(
        SteerTurn(thread_id=TALK, message_id=A, prompt="water the tulips")
    ).then(queued(turn_id=TURN)).reacts()


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param((InterruptTurn(thread_id=TALK),), id="told to stop"),
        pytest.param((an_ending(),), id="done"),
    ],
)
def test_an_agent_that_is_not_at_work_is_told_nothing(moment: tuple[Step, ...]):
    given(a_running_turn(provider="claude"), moment).when(
        SteerTurn(thread_id=TALK, message_id=A, prompt="water the tulips")
    ).then(queued(turn_id=TURN))


def test_an_agent_without_its_prompt_is_told_nothing():
    told = given(an_idle_thread(provider="claude"), a_running_turn(provider="claude")[2])

    told.when(SteerTurn(thread_id=TALK, message_id=A, prompt="water the tulips")).then(
        queued(turn_id=TURN)
    )
    told.and_then(its_first_checkpoint())
    told.when(SteerTurn(thread_id=TALK, message_id=B, prompt="water the tulips")).then(
        queued(B, steer=True, turn_id=TURN)
    )


def test_there_must_be_a_turn_to_steer_and_the_one_that_is_meant():
    given(an_idle_thread()).when(SteerTurn(thread_id=TALK, prompt="dig")).refused(
        TurnNotInProgress(TALK)
    )
    given(a_running_turn()).when(SteerTurn(thread_id=TALK, turn_id=NEXT, prompt="dig")).refused(
        TurnMismatch(TALK, NEXT, TURN)
    )
    given(a_running_turn()).when(SteerTurn(thread_id=TALK, prompt=" ")).refused(PromptEmpty())


def test_the_same_message_is_told_once():
    command = SteerTurn(thread_id=TALK, message_id=A, prompt="water the tulips")
    told = steered()

    told.when(command).nothing()
    told.when(SteerTurn(thread_id=TALK, message_id=A, prompt="dig")).refused(MessageIdUsed(A))


def test_what_is_being_told_can_be_moved_and_not_changed():
    told = steered(queued(B))
    sent = MessageBeingSent(A)

    told.when(EditMessage(thread_id=TALK, message_id=A, prompt="dig")).refused(sent)
    told.when(RemoveMessage(thread_id=TALK, message_id=A)).refused(sent)
    told.when(MoveMessage(thread_id=TALK, message_id=A)).then_it_is("message.reordered")


def test_what_is_being_told_when_the_turn_ends_waits_and_begins():
    told = steered(an_ending())

    told.when(OVER).then_it_is(
        "checkpoint.created", "message.queued", "turn.completed", "turn.started"
    )

    assert told.thread().past_messages == {A: NEXT}
    told.when(RecordSteer(TALK, TURN, A, taken=True)).nothing()


def test_an_agent_may_still_take_it_while_its_turn_is_closed():
    told = steered(an_ending())

    told.when(RecordSteer(TALK, TURN, A, taken=True)).then_it_is("message.steered", "item.recorded")

    told.when(OVER).then_it_is("checkpoint.created", "turn.completed")


@pytest.mark.parametrize("ending", [(), (an_ending(),)])
def test_what_was_being_told_when_the_server_stopped_waits(ending: tuple[Event, ...]):
    told = steered(ending)

    settled = told.when(SettleThread(TALK, "the server stopped"))

    assert isinstance(settled.decided, tuple)
    assert queued() in settled.decided
    told.history.record(settled.decided)
    assert told.thread().queue[A].steering is None
    assert told.model.outbox == {}


def test_telling_is_owed_until_it_is_settled():
    told = steered()
    owed = SteerAgent(thread_id=TALK, turn_id=TURN, message_id=A)
    assert told.model.outbox == {TALK: {owed.key: owed, "prompt:turn": _prompt()}}

    told.and_then(RecordSteer(TALK, TURN, A, taken=False))
    assert told.model.outbox == {TALK: {"prompt:turn": _prompt()}}


def test_an_outcome_that_nobody_waits_for_changes_nothing():
    waiting(A).when(RecordSteer(TALK, TURN, A, taken=True)).nothing()
    given().when(RecordSteer(TALK, TURN, A, taken=True)).nothing()


def _prompt() -> PromptAgent:
    return PromptAgent(thread_id=TALK, turn_id=TURN)
