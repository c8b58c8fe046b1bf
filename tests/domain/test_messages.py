"""Messages wait for their turn, in order; what waits can be changed, moved, removed and sent."""

import attrs
import pytest

from peon.domain.commands import (
    CheckpointTaken,
    FilesRestored,
    RecordOperation,
    SettleThread,
    WorkFailed,
)
from peon.domain.effects import CaptureTurnStart
from peon.domain.facts import ProviderFacts, ProviderObstacle
from peon.domain.queue import LIMIT
from peon_protocol.commands import (
    ConfigureThread,
    EditMessage,
    InterruptTurn,
    MoveMessage,
    QueueMessage,
    RemoveMessage,
    SendMessage,
    StartTurn,
    SteerTurn,
)
from peon_protocol.events import (
    Event,
    MessageEdited,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    TurnFailed,
    TurnStarted,
)
from peon_protocol.ids import CheckpointId, MessageId, TurnId
from peon_protocol.rejections import (
    MessageIdUsed,
    MessageNotFound,
    ModeNotSupported,
    OperationInProgress,
    PromptEmpty,
    ProviderNeedsLogin,
    ProviderNotAvailable,
    ProviderUnknown,
    QueueFull,
    ThreadArchived,
    ThreadNotFound,
    TurnInProgress,
)
from peon_protocol.values import (
    Mode,
    ResourceLink,
    RestoreOperation,
    StopReason,
    TurnError,
)
from support.given import FRESH, PROVIDERS, Given, Story, given
from support.story import (
    KEPT,
    NOBODY,
    OTHER,
    PROMPT,
    SNAPSHOT,
    TALK,
    TURN,
    WORK,
    a_checkpoint,
    a_running_turn,
    a_thread,
    an_ending,
    an_idle_thread,
    an_operation,
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


def begun(message_id: MessageId = A, prompt: str = "water the tulips", *, number: int = 2) -> Event:
    return TurnStarted(
        thread_id=TALK,
        turn_id=NEXT,
        number=number,
        prompt=prompt,
        checkpoint_id=CheckpointId(FRESH),
        message_id=message_id,
    )


def waiting(*messages: MessageId, then: Story = ()) -> Given:
    """Messages that wait for a turn in progress."""
    return given(a_running_turn(), tuple(queued(each) for each in messages), then)


def order(told: Given) -> list[str]:
    return list(told.thread().queue)


# ---- queueing ------------------------------------------------------------------------------------


def test_a_message_waits_while_a_turn_is_in_progress():
    told = given(a_running_turn())

    told.when(
        QueueMessage(
            thread_id=TALK, message_id=A, prompt="water the tulips", model="big", mode=Mode.PLAN
        )
    ).then(
        MessageQueued(
            thread_id=TALK, message_id=A, prompt="water the tulips", model="big", mode=Mode.PLAN
        )
    ).reacts()

    assert order(told) == [A]


def test_a_message_is_named_by_the_server_where_the_client_does_not():
    given(a_running_turn()).when(QueueMessage(thread_id=TALK, prompt="water the tulips")).then(
        queued(MessageId(FRESH))
    )


def test_where_nothing_is_under_way_it_begins_in_the_same_commit():
    told = given(an_idle_thread())

    told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")).then(
        queued(), begun(number=1)
    ).reacts(CaptureTurnStart(thread_id=TALK, turn_id=NEXT, checkpoint_id=CheckpointId(FRESH)))

    assert order(told) == []
    assert told.thread().past_messages == {A: NEXT}
    assert told.thread().turns[NEXT].message_id == A


def test_behind_others_it_waits_even_where_the_thread_is_idle():
    told = waiting(A, then=_failed())

    told.when(QueueMessage(thread_id=TALK, message_id=B, prompt="dig")).then(queued(B, "dig"))

    assert order(told) == [A, B]


def test_it_waits_for_work_in_the_folder():
    restoring = RestoreOperation(CheckpointId("kept"), CheckpointId("before"))
    own = given(an_idle_thread(), an_operation())
    of_another = given(an_idle_thread(), a_thread(OTHER), an_operation(restoring, thread_id=OTHER))

    for told in (own, of_another):
        told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")).then(
            queued()
        )


def test_the_same_message_is_queued_once():
    command = QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")
    told = given(a_running_turn(), command)

    told.when(command).nothing()
    told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="dig")).refused(MessageIdUsed(A))


def test_a_message_that_began_is_the_same_when_it_is_sent_again():
    command = QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")
    told = given(an_idle_thread(), command)

    told.when(command).nothing()
    told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="dig")).refused(MessageIdUsed(A))


def test_a_message_that_was_removed_does_not_come_back_under_its_id():
    told = waiting(A, then=RemoveMessage(thread_id=TALK, message_id=A))

    told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")).refused(
        MessageIdUsed(A)
    )


def test_what_cannot_be_asked_is_not_queued():
    told = given(a_running_turn(provider="humble"))
    asks = QueueMessage(thread_id=TALK, prompt=" ")

    told.when(asks).refused(PromptEmpty())
    told.when(QueueMessage(thread_id=TALK, prompt="dig", mode=Mode.PLAN)).refused(
        ModeNotSupported("humble", Mode.PLAN)
    )
    given().when(asks).refused(ThreadNotFound(TALK))


def test_an_archived_thread_takes_no_messages():
    given(an_idle_thread(), ConfigureThread(thread_id=TALK, archived=True)).when(
        QueueMessage(thread_id=TALK, prompt="dig")
    ).refused(ThreadArchived(TALK))


def test_the_queue_has_an_end():
    ids = [MessageId(f"m{number}") for number in range(LIMIT)]
    told = waiting(*ids)

    told.when(QueueMessage(thread_id=TALK, prompt="dig")).refused(QueueFull(TALK, LIMIT))
    told.when(SteerTurn(thread_id=TALK, prompt="dig")).refused(QueueFull(TALK, LIMIT))


def facing(obstacle: ProviderObstacle) -> ProviderFacts:
    """The providers there are, and what keeps the one that is needed from being used."""
    return attrs.evolve(PROVIDERS, obstacle=obstacle)


def test_what_cannot_be_started_is_neither_queued_nor_sent():
    held = waiting(A, then=_failed())
    queue = QueueMessage(thread_id=TALK, prompt="dig")
    send = SendMessage(thread_id=TALK)
    gone = facing(ProviderNotAvailable("script", "it is not installed"))
    logged_out = facing(ProviderNeedsLogin("script", "no key"))
    nobody = attrs.evolve(PROVIDERS, ids=frozenset({"host"}))

    held.when(queue, providers=gone).refused(ProviderNotAvailable("script", "it is not installed"))
    held.when(send, providers=gone).refused(ProviderNotAvailable("script", "it is not installed"))
    held.when(queue, providers=logged_out).refused(ProviderNeedsLogin("script", "no key"))
    held.when(send, providers=logged_out).refused(ProviderNeedsLogin("script", "no key"))
    held.when(queue, providers=nobody).refused(ProviderUnknown("script"))
    held.when(send, providers=nobody).refused(ProviderUnknown("script"))


# ---- changing ------------------------------------------------------------------------------------


def test_a_message_that_waits_can_be_worded_otherwise():
    told = waiting(A, B)

    told.when(EditMessage(thread_id=TALK, message_id=A, prompt="dig")).then(
        MessageEdited(thread_id=TALK, message_id=A, prompt="dig")
    )

    assert told.thread().queue[A].prompt == "dig"
    assert order(told) == [A, B]
    told.when(EditMessage(thread_id=TALK, message_id=A, prompt="dig")).nothing()
    told.when(EditMessage(thread_id=TALK, message_id=A, prompt=" ")).refused(PromptEmpty())


def test_a_message_that_waits_can_be_removed():
    told = waiting(A, B)

    told.when(RemoveMessage(thread_id=TALK, message_id=A)).then(
        MessageRemoved(thread_id=TALK, message_id=A)
    )

    assert order(told) == [B]
    assert told.thread().past_messages == {A: None}


@pytest.mark.parametrize(
    "moving,before,expected",
    [
        (C, A, [C, A, B]),
        (C, B, [A, C, B]),
        (A, C, [B, A, C]),
        (A, None, [B, C, A]),
    ],
)
def test_a_message_that_waits_can_be_moved(
    moving: MessageId, before: MessageId | None, expected: list[MessageId]
):
    told = waiting(A, B, C)

    told.when(MoveMessage(thread_id=TALK, message_id=moving, before=before)).then(
        MessageReordered(thread_id=TALK, message_id=moving, order=tuple(expected))
    )

    assert order(told) == expected


@pytest.mark.parametrize("moving,before", [(A, B), (B, C), (C, None), (B, B)])
def test_a_message_that_is_there_already_is_not_moved(moving: MessageId, before: MessageId | None):
    waiting(A, B, C).when(MoveMessage(thread_id=TALK, message_id=moving, before=before)).nothing()


def test_only_what_waits_can_be_changed():
    told = waiting(A)
    missing = MessageNotFound(TALK, B)

    told.when(EditMessage(thread_id=TALK, message_id=B, prompt="dig")).refused(missing)
    told.when(RemoveMessage(thread_id=TALK, message_id=B)).refused(missing)
    told.when(MoveMessage(thread_id=TALK, message_id=B)).refused(missing)
    told.when(MoveMessage(thread_id=TALK, message_id=A, before=B)).refused(missing)


def test_changes_need_a_thread():
    told = given()
    gone = ThreadNotFound(NOBODY)

    told.when(EditMessage(thread_id=NOBODY, message_id=A, prompt="dig")).refused(gone)
    told.when(RemoveMessage(thread_id=NOBODY, message_id=A)).refused(gone)
    told.when(MoveMessage(thread_id=NOBODY, message_id=A)).refused(gone)
    told.when(SendMessage(thread_id=NOBODY)).refused(gone)
    told.when(SteerTurn(thread_id=NOBODY, prompt="dig")).refused(gone)


# ---- going on ------------------------------------------------------------------------------------


def test_when_the_turn_ends_the_first_that_waits_begins_in_the_same_commit():
    told = waiting(A, B, then=an_ending())

    told.when(OVER).then_it_is("checkpoint.created", "turn.completed", "turn.started").reacts(
        CaptureTurnStart(thread_id=TALK, turn_id=NEXT, checkpoint_id=CheckpointId(FRESH))
    )

    assert told.thread().current == NEXT
    assert order(told) == [B]


def test_it_begins_with_its_own_mode_and_model_else_the_thread_s():
    told = given(
        a_running_turn(),
        ConfigureThread(thread_id=TALK, model="small", mode=Mode.EDITS),
        QueueMessage(thread_id=TALK, message_id=A, prompt="dig", model="big", mode=Mode.FULL),
        QueueMessage(thread_id=TALK, message_id=B, prompt="dig"),
        an_ending(),
    )
    told.when(OVER).then_it_is("checkpoint.created", "turn.completed", "turn.started")
    first = told.thread().turns[NEXT]
    assert (first.model, first.mode) == ("big", Mode.FULL)


@pytest.mark.parametrize("stop_reason", [each for each in StopReason if each != "interrupted"])
def test_however_the_agent_ends_its_turn_the_queue_goes_on(stop_reason: StopReason):
    waiting(A, then=an_ending(stop_reason=stop_reason)).when(OVER).then_it_is(
        "checkpoint.created", "turn.completed", "turn.started"
    )


def test_an_interrupted_turn_is_followed_by_the_next():
    told = waiting(A, then=(InterruptTurn(thread_id=TALK), an_ending()))

    told.when(OVER).then_it_is("checkpoint.created", "turn.completed", "turn.started")


def test_it_goes_on_where_the_closing_checkpoint_could_not_be_taken():
    told = waiting(A, then=an_ending())
    late = WorkFailed("checkpoint.tooLate", "took too long")

    told.when(RecordOperation(TALK, WORK, late)).then_it_is(
        "operation.failed", "turn.completed", "turn.started"
    )


def test_after_a_turn_that_failed_the_queue_is_held():
    told = waiting(A, then=an_ending(stop_reason=None, error=TurnError("overloaded", "later")))

    told.when(OVER).then_it_is("checkpoint.created", "turn.failed")

    assert told.thread().queue_held
    assert order(told) == [A]


@pytest.mark.parametrize(
    "ending", [(), (an_ending(),), (an_ending(stop_reason=None, error=TurnError("x", "y")),)]
)
def test_after_the_server_stopped_the_queue_is_held(ending: tuple[Event, ...]):
    told = waiting(A, then=ending)

    settled = told.when(SettleThread(TALK, "the server stopped")).decided

    assert isinstance(settled, tuple)
    told.history.record(settled)
    assert told.thread().queue_held
    assert told.thread().current is None


@pytest.mark.parametrize("error", [None, TurnError("overloaded", "later")])
def test_an_empty_queue_is_never_held(error: TurnError | None):
    stop_reason = StopReason.INTERRUPTED if error is None else None
    told = given(a_running_turn(), an_ending(stop_reason=stop_reason, error=error))

    told.when(OVER).then_it_is(
        "checkpoint.created", "turn.completed" if error is None else "turn.failed"
    )

    assert not told.thread().queue_held


def test_an_empty_queue_is_not_held():
    told = given(a_running_turn(), _failed(held=False))
    assert not told.thread().queue_held

    told.when(QueueMessage(thread_id=TALK, message_id=A, prompt="water the tulips")).then(
        queued(), begun()
    )


def test_a_held_queue_that_is_emptied_is_held_no_longer():
    told = waiting(A, then=(_failed(), RemoveMessage(thread_id=TALK, message_id=A)))

    assert not told.thread().queue_held


def test_a_turn_that_is_started_lets_a_held_queue_go_on():
    told = waiting(A, then=_failed())

    told.and_then(StartTurn(thread_id=TALK, prompt=PROMPT, turn_id=TurnId("mine")))

    assert not told.thread().queue_held
    assert order(told) == [A]


def test_work_by_hand_is_followed_by_what_waits():
    told = given(an_idle_thread(), an_operation(), queued())

    told.when(OVER).then_it_is("checkpoint.created", "turn.started")


def test_work_by_hand_does_not_let_a_held_queue_go_on():
    told = waiting(A, then=(_failed(), an_operation()))

    told.when(OVER).then_it_is("checkpoint.created")


def test_files_that_are_back_let_others_in_the_folder_go_on():
    restoring = RestoreOperation(KEPT, CheckpointId("before"))
    told = given(
        an_idle_thread(),
        a_thread(OTHER),
        a_checkpoint(thread_id=OTHER),
        an_operation(restoring, thread_id=OTHER),
        queued(),
    )

    told.when(RecordOperation(OTHER, WORK, FilesRestored(SNAPSHOT))).then_it_is(
        "checkpoint.created", "checkpoint.restored", "turn.started"
    )

    assert told.thread().running_turn is not None


# ---- sending -------------------------------------------------------------------------------------


def test_a_held_message_is_sent_by_name_or_as_the_first():
    told = waiting(A, B, then=_failed())

    told.when(SendMessage(thread_id=TALK, message_id=B)).then(begun(B))
    assert order(told) == [A]
    assert not told.thread().queue_held

    first = waiting(A, B, then=_failed())
    first.when(SendMessage(thread_id=TALK)).then(begun(A))


def test_what_cannot_begin_now_is_not_sent():
    waiting(A).when(SendMessage(thread_id=TALK)).refused(TurnInProgress(TALK, TURN))
    waiting(A, then=(_failed(), an_operation())).when(SendMessage(thread_id=TALK)).refused(
        OperationInProgress(TALK, "checkpoint")
    )
    waiting(A, then=(_failed(), ConfigureThread(thread_id=TALK, archived=True))).when(
        SendMessage(thread_id=TALK)
    ).refused(ThreadArchived(TALK))


def test_only_what_waits_is_sent():
    told = given(an_idle_thread())

    told.when(SendMessage(thread_id=TALK)).refused(MessageNotFound(TALK))
    told.when(SendMessage(thread_id=TALK, message_id=A)).refused(MessageNotFound(TALK, A))
    assert "No message waits" in MessageNotFound(TALK).message


def _failed(*, held: bool = True) -> Event:
    error = TurnError("overloaded", "later")
    return TurnFailed(thread_id=TALK, turn_id=TURN, error=error, queue_held=held)
