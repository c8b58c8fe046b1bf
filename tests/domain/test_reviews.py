"""Verdicts on what a turn changed: at once, or when the thread has nothing else to do."""

import pytest

from peon.domain.commands import (
    CheckpointTaken,
    CommitMade,
    RecordOperation,
    ReviewDone,
    SettleThread,
    WorkFailed,
)
from peon.domain.reviews import told
from peon.engine.briefs import running_turn
from peon_protocol.commands import AcceptChanges, RejectChanges, StartTurn
from peon_protocol.events import (
    CheckpointCreated,
    CheckpointsExpired,
    OperationFailed,
    OperationRequested,
    ReviewRecorded,
    ReviewRequested,
)
from peon_protocol.ids import CheckpointId, HunkId, OperationId, TurnId
from peon_protocol.rejections import (
    CheckpointExpired,
    NothingChosen,
    PathOutsideWorkspace,
    ThreadNotFound,
    TurnNotFound,
)
from peon_protocol.values import (
    CheckpointKind,
    CommitOperation,
    HunkConflict,
    ReviewedFile,
    ReviewOperation,
    TextContent,
    Verdict,
)
from support.given import FRESH, Story, given
from support.story import (
    BEFORE,
    SNAPSHOT,
    TALK,
    TURN,
    WORK,
    a_running_turn,
    an_ending,
    an_idle_thread,
    an_operation,
    its_first_checkpoint,
    the_end_of,
    work_on,
)

A_TURN = (*a_running_turn(), the_end_of())
ONE, TWO = HunkId("one"), HunkId("two")
OPERATION = OperationId(FRESH)
ROSES = (ReviewedFile("roses.txt", (ONE,)),)
DONE = ReviewDone(ROSES, (HunkConflict("roses.txt", TWO, "changedSince"),), SNAPSHOT, "-red\n")
NEXT = TurnId("next")


def wanted(verdict: Verdict, operation_id: OperationId = OPERATION) -> ReviewOperation:
    return ReviewOperation(
        turn_id=TURN,
        verdict=verdict,
        before_checkpoint_id=CheckpointId(operation_id),
        path="roses.txt",
        hunk_ids=(ONE, TWO),
        comment="I like them red." if verdict is Verdict.REJECTED else None,
    )


REJECT = RejectChanges(
    thread_id=TALK,
    turn_id=TURN,
    path="roses.txt",
    hunk_ids=(ONE, TWO),
    comment="I like them red.",
)
ACCEPT = AcceptChanges(thread_id=TALK, turn_id=TURN, path="roses.txt", hunk_ids=(ONE, TWO))


def requested(verdict: Verdict) -> ReviewRequested:
    return ReviewRequested(
        thread_id=TALK,
        turn_id=TURN,
        operation_id=OPERATION,
        verdict=verdict,
        path="roses.txt",
        hunk_ids=(ONE, TWO),
        comment="I like them red." if verdict is Verdict.REJECTED else None,
    )


def under_way(verdict: Verdict) -> OperationRequested:
    return OperationRequested(thread_id=TALK, operation_id=OPERATION, operation=wanted(verdict))


def recorded(verdict: Verdict) -> ReviewRecorded:
    return ReviewRecorded(
        thread_id=TALK, turn_id=TURN, operation_id=OPERATION, verdict=verdict, files=ROSES
    )


def test_what_is_rejected_is_taken_back_and_can_be_had_again():
    kept = CheckpointCreated(
        thread_id=TALK,
        checkpoint_id=CheckpointId(FRESH),
        description="Before rejecting changes of turn 1",
        kind=CheckpointKind.BEFORE_RESTORE,
        snapshot=SNAPSHOT,
    )
    told_so = ReviewRecorded(
        thread_id=TALK,
        turn_id=TURN,
        operation_id=OPERATION,
        verdict=Verdict.REJECTED,
        files=ROSES,
        conflicts=DONE.conflicts,
        before_checkpoint_id=CheckpointId(FRESH),
        comment="I like them red.",
        patch="-red\n",
    )
    story = given(A_TURN)

    story.when(REJECT).then(under_way(Verdict.REJECTED)).reacts(work_on(wanted(Verdict.REJECTED)))
    story.when(RecordOperation(TALK, OPERATION, DONE)).then(kept, told_so).reacts()

    assert story.thread().verdicts == {TURN: {ONE: Verdict.REJECTED}}
    assert (story.model.busy, story.model.outbox) == ({}, {})


def test_what_is_accepted_changes_no_file():
    story = given(A_TURN)

    story.when(ACCEPT).then(under_way(Verdict.ACCEPTED))
    story.when(RecordOperation(TALK, OPERATION, ReviewDone(ROSES))).then(
        recorded(Verdict.ACCEPTED)
    ).reacts()

    assert story.thread().verdicts == {TURN: {ONE: Verdict.ACCEPTED}}
    assert story.thread().untold == ()


def test_the_later_verdict_counts():
    story = given(A_TURN, recorded(Verdict.ACCEPTED), recorded(Verdict.REJECTED))

    assert story.thread().verdicts == {TURN: {ONE: Verdict.REJECTED}}


def test_a_verdict_needs_a_thread_and_a_turn():
    given().when(AcceptChanges(thread_id=TALK, turn_id=TURN)).refused(ThreadNotFound(TALK))
    given().when(RejectChanges(thread_id=TALK, turn_id=TURN)).refused(ThreadNotFound(TALK))
    idle = an_idle_thread()
    given(idle).when(AcceptChanges(thread_id=TALK, turn_id=TURN)).refused(TurnNotFound(TALK, TURN))
    given(idle).when(RejectChanges(thread_id=TALK, turn_id=TURN)).refused(TurnNotFound(TALK, TURN))


def test_a_turn_whose_beginning_is_no_longer_kept_cannot_be_judged():
    gone = (A_TURN, CheckpointsExpired(thread_id=TALK, checkpoint_ids=(BEFORE,)))
    expired = CheckpointExpired(BEFORE)
    given(gone).when(AcceptChanges(thread_id=TALK, turn_id=TURN)).refused(expired)
    given(gone).when(RejectChanges(thread_id=TALK, turn_id=TURN)).refused(expired)


def test_a_verdict_is_on_something():
    turn = A_TURN
    given(turn).when(AcceptChanges(thread_id=TALK, turn_id=TURN, hunk_ids=())).refused(
        NothingChosen()
    )
    given(turn).when(RejectChanges(thread_id=TALK, turn_id=TURN, hunk_ids=())).refused(
        NothingChosen()
    )


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../orchard", "a/../../b"], ids=repr)
def test_a_verdict_is_on_a_file_of_the_folder(path: str):
    turn = A_TURN
    given(turn).when(AcceptChanges(thread_id=TALK, turn_id=TURN, path=path)).refused(
        PathOutsideWorkspace(path)
    )
    given(turn).when(RejectChanges(thread_id=TALK, turn_id=TURN, path=path)).refused(
        PathOutsideWorkspace(path)
    )


def test_under_a_running_turn_a_verdict_waits_for_its_end():
    story = given(a_running_turn())

    story.when(REJECT).then(requested(Verdict.REJECTED)).reacts()
    story.and_then(an_ending())
    story.when(RecordOperation(TALK, WORK, CheckpointTaken(SNAPSHOT))).then_it_is(
        "checkpoint.created", "turn.completed", "operation.requested"
    ).reacts(work_on(wanted(Verdict.REJECTED)))

    assert story.thread().waiting_reviews == {}


@pytest.mark.parametrize("ending", [(), (an_ending(),)], ids=["while it ran", "while it ended"])
def test_after_a_crash_a_verdict_does_not_wait_for_ever(ending: Story):
    story = given(a_running_turn(), requested(Verdict.ACCEPTED), ending)
    decided = story.when(SettleThread(TALK, "the server stopped")).decided

    assert isinstance(decided, tuple)
    assert decided[-1] == under_way(Verdict.ACCEPTED)


@pytest.mark.parametrize(
    "outcome",
    [CommitMade("c0ffee", "main"), WorkFailed("git.failed", "fatal: no")],
    ids=["made", "failed"],
)
def test_other_work_is_waited_for_too(outcome: CommitMade | WorkFailed):
    story = given(A_TURN, an_operation(CommitOperation("roses")))

    story.when(ACCEPT).then(requested(Verdict.ACCEPTED))
    decided = story.when(RecordOperation(TALK, WORK, outcome)).decided

    assert isinstance(decided, tuple)
    assert decided[1:] == (under_way(Verdict.ACCEPTED),)


def test_verdicts_are_given_in_their_order():
    story = given(A_TURN)
    for verdict in ("first", "second", "third"):
        story.and_then(RejectChanges(thread_id=TALK, turn_id=TURN, path=verdict))
    done: list[str] = []
    while (opened := story.thread().operation) is not None:
        assert isinstance(opened.operation, ReviewOperation)
        done.append(str(opened.operation.path))
        story.and_then(RecordOperation(TALK, opened.operation_id, ReviewDone(ROSES)))

    assert done == ["first", "second", "third"]


def test_a_verdict_that_could_not_be_given_says_why():
    story = given(A_TURN).and_then(REJECT)
    operation = story.thread().operation
    assert operation is not None
    gone = WorkFailed("review.hunkNotFound", "the turn made no such change", "Read it again.")

    story.when(RecordOperation(TALK, operation.operation_id, gone)).then(
        OperationFailed(
            thread_id=TALK,
            operation_id=operation.operation_id,
            code="review.hunkNotFound",
            message="the turn made no such change",
            remedy="Read it again.",
        )
    )
    assert story.thread().verdicts == {}


def test_the_agent_is_told_with_the_next_prompt_and_once():
    story = given(A_TURN)
    story.and_then(REJECT)
    operation = story.thread().operation
    assert operation is not None
    story.and_then(RecordOperation(TALK, operation.operation_id, DONE))
    story.and_then(
        StartTurn(thread_id=TALK, turn_id=NEXT, prompt="and now?"),
        its_first_checkpoint(NEXT, number=2),
    )
    brief = running_turn(story.model, TALK, NEXT)

    assert brief is not None
    assert isinstance(brief.prompt, tuple)
    asked, note = brief.prompt
    assert asked == TextContent("and now?")
    assert isinstance(note, TextContent)
    assert "turn 1, in roses.txt" in note.text
    assert "> I like them red." in note.text
    assert "> -red" in note.text
    assert story.thread().untold == ()
    assert story.thread().turns[NEXT].prompt == "and now?"


def test_a_prompt_with_nothing_to_tell_is_as_it_was():
    blocks = (TextContent("roses"),)
    assert told("roses", ()) == "roses"
    assert told(blocks, ()) == blocks
