"""The conversation goes back and forth, with the files or by itself; no turn is ever forgotten."""

import pytest

from peon.domain.commands import FilesRestored, RecordOperation
from peon.domain.effects import CloseSession
from peon_protocol.commands import RestoreCheckpoint
from peon_protocol.events import CheckpointCreated, CheckpointRestored, SessionClosed
from peon_protocol.ids import CheckpointId, OperationId, TurnId
from peon_protocol.rejections import PathsWithoutFiles, TurnInProgress, WorkspaceBusy
from peon_protocol.values import CheckpointKind, RestoreScope
from support.given import FRESH, ROOT, Given, Story, given
from support.story import (
    BEFORE,
    KEPT,
    OTHER,
    SESSION,
    TALK,
    TURN,
    a_checkpoint,
    a_session,
    a_thread,
    a_turn_started,
    an_idle_thread,
    its_first_checkpoint,
    text,
    the_end_of,
)

SECOND = TurnId("second")
THIRD = TurnId("third")
BEFORE_SECOND = CheckpointId("before-second")
CONVERSATION = RestoreScope.CONVERSATION
BOTH = RestoreScope.BOTH


def a_turn(turn_id: TurnId, number: int) -> Story:
    """A turn from its beginning to its end."""
    return (
        a_turn_started(turn_id, number=number),
        its_first_checkpoint(turn_id, number=number),
        the_end_of(turn_id),
    )


def two_turns() -> Given:
    """A thread that was asked twice, and its agent."""
    return given(an_idle_thread(), a_session(), a_turn(TURN, 1), a_turn(SECOND, 2))


def go_back(
    told: Given, checkpoint_id: CheckpointId, what: RestoreScope = CONVERSATION
) -> CheckpointRestored:
    """Go back, and see what is recorded of it."""
    told.and_then(RestoreCheckpoint(thread_id=TALK, checkpoint_id=checkpoint_id, what=what))
    operation = told.thread().operation
    assert operation is not None
    told.and_then(RecordOperation(TALK, operation.operation_id, FilesRestored("9a57")))
    restored = told.history.log[-1].payload
    assert isinstance(restored, CheckpointRestored)
    return restored


@pytest.mark.parametrize("what", [CONVERSATION, BOTH])
def test_the_turns_after_a_checkpoint_do_not_count_any_more(what: RestoreScope):
    told = two_turns()
    restored = go_back(told, BEFORE_SECOND, what)

    assert (restored.what, restored.undone, restored.redone) == (what, (SECOND,), ())
    assert told.thread().undone == (SECOND,)
    assert tuple(told.thread().turns) == (TURN, SECOND)


def test_files_alone_leave_the_conversation_as_it_is():
    told = two_turns()
    restored = go_back(told, BEFORE, RestoreScope.FILES)

    assert (restored.undone, restored.redone) == ((), ())
    assert told.thread().undone == ()
    assert told.thread().session is not None


def test_an_agent_that_knows_of_undone_turns_is_let_go():
    told = two_turns()
    told.when(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=BEFORE_SECOND, what=CONVERSATION)
    ).then_it_is("operation.requested")
    told.when(RecordOperation(TALK, OperationId(FRESH), FilesRestored("9a57"))).then(
        CheckpointCreated(
            thread_id=TALK,
            checkpoint_id=CheckpointId(FRESH),
            description="Before going back to «Before turn 2»",
            kind=CheckpointKind.BEFORE_RESTORE,
            snapshot="9a57",
        ),
        SessionClosed(thread_id=TALK, session_id=SESSION, reason="the conversation went back"),
        CheckpointRestored(
            thread_id=TALK,
            checkpoint_id=BEFORE_SECOND,
            operation_id=OperationId(FRESH),
            before_checkpoint_id=CheckpointId(FRESH),
            what=CONVERSATION,
            undone=(SECOND,),
        ),
    ).reacts(CloseSession(thread_id=TALK))


def test_a_conversation_that_is_there_already_keeps_its_agent():
    told = two_turns()
    told.and_then(a_checkpoint())
    restored = go_back(told, KEPT)

    assert (restored.undone, restored.redone) == ((), ())
    assert told.thread().session is not None


def test_going_back_is_undone_by_going_back_to_what_was_before():
    told = two_turns()
    there = go_back(told, BEFORE)
    assert told.thread().undone == (TURN, SECOND)

    back = go_back(told, there.before_checkpoint_id)
    assert (back.undone, back.redone) == ((), (TURN, SECOND))
    assert told.thread().undone == ()

    again = go_back(told, back.before_checkpoint_id)
    assert (again.undone, again.redone) == ((TURN, SECOND), ())
    assert told.thread().undone == (TURN, SECOND)


def test_turns_go_on_being_counted_beside_those_that_are_undone():
    told = two_turns()
    there = go_back(told, BEFORE_SECOND)
    told.and_then(a_turn(THIRD, 3))
    assert told.thread().undone == (SECOND,)

    restored = go_back(told, there.before_checkpoint_id)
    assert (restored.undone, restored.redone) == ((THIRD,), (SECOND,))
    assert told.thread().undone == (THIRD,)


def test_a_conversation_goes_back_while_another_thread_works_in_the_folder():
    told = two_turns()
    told.and_then(a_thread(OTHER), a_turn_started(TurnId("theirs"), thread_id=OTHER))

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=BEFORE, what=BOTH)).refused(
        WorkspaceBusy(ROOT, OTHER)
    )
    told.when(
        RestoreCheckpoint(thread_id=TALK, checkpoint_id=BEFORE, what=CONVERSATION)
    ).then_it_is("operation.requested")


def test_a_conversation_does_not_go_back_under_its_own_turn():
    told = two_turns()
    told.and_then(a_turn_started(THIRD, number=3))

    told.when(RestoreCheckpoint(thread_id=TALK, checkpoint_id=BEFORE, what=CONVERSATION)).refused(
        TurnInProgress(TALK, THIRD)
    )


def test_a_conversation_has_no_paths():
    two_turns().when(
        RestoreCheckpoint(
            thread_id=TALK, checkpoint_id=BEFORE, what=CONVERSATION, paths=("roses.txt",)
        )
    ).refused(PathsWithoutFiles())


def test_only_a_session_that_took_part_in_a_turn_is_worth_going_on_with():
    told = given(an_idle_thread(), a_session(), a_turn_started(), its_first_checkpoint())
    session = told.thread().session
    assert session is not None
    assert not session.heard

    told.and_then(text("t1-1", "watered"))
    assert session.heard


def test_a_session_that_ended_may_be_gone_on_with_if_it_took_part_in_a_turn():
    ended = SessionClosed(thread_id=TALK, session_id=SESSION, reason="was ended by SIGKILL")
    assert given(an_idle_thread(), a_session(), ended).thread().left is None

    told = given(an_idle_thread(), a_session(), a_turn(TURN, 1), a_turn(SECOND, 2), ended)
    assert told.thread().session is None
    assert told.thread().left == "native"

    go_back(told, BEFORE_SECOND)
    assert told.thread().left is None
