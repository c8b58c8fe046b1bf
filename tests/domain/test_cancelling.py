"""Which operation is meant to be stopped, and which can be."""

import pytest

from peon.domain.cancelling import operation_to_cancel
from peon.domain.commands import RecordOperation, WorkFailed
from peon.errors import CommandRejected
from peon_protocol.cancelling import CancelOperation
from peon_protocol.events import OperationFailed, ThreadDeleted
from peon_protocol.ids import CheckpointId, OperationId, ThreadId
from peon_protocol.rejections import (
    OperationMismatch,
    OperationNotCancellable,
    Rejection,
    ThreadNotFound,
)
from peon_protocol.values import (
    CheckpointOperation,
    CommitOperation,
    CreateBranchOperation,
    Operation,
    PullRequestOperation,
    PushOperation,
    RestoreOperation,
    ReviewOperation,
    Verdict,
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)
from support.given import Story, given
from support.story import (
    KEPT,
    TALK,
    TURN,
    WORK,
    a_running_turn,
    an_ending,
    an_idle_thread,
    an_operation,
)

OTHER = OperationId("another")
STOPPED = WorkFailed("operation.cancelled", "it was stopped, as asked")


def refusal(query: CancelOperation, *story: Story) -> Rejection:
    with pytest.raises(CommandRejected) as refused:
        operation_to_cancel(query, given(*story).model)
    return refused.value.rejection


@pytest.mark.parametrize("named", [None, WORK])
@pytest.mark.parametrize(
    "operation",
    [
        CheckpointOperation(KEPT, "as is"),
        RestoreOperation(KEPT, CheckpointId("before")),
        CommitOperation("Paint"),
        PushOperation(),
        CreateBranchOperation("topic"),
        PullRequestOperation("Paint"),
        WorktreeOperation(WorktreeChoice(branch="topic")),
        WorktreeRemoveOperation(),
        WorktreeRestoreOperation(),
    ],
    ids=lambda each: each.TYPE if hasattr(each, "TYPE") else each,
)
def test_what_is_under_way_is_found(operation: Operation, named: OperationId | None):
    query = CancelOperation(thread_id=TALK, operation_id=named)
    told = given(an_idle_thread(), an_operation(operation))

    opened = operation_to_cancel(query, told.model)

    assert opened is not None
    assert (opened.operation_id, opened.operation) == (WORK, operation)


@pytest.mark.parametrize("named", [None, WORK])
def test_nothing_may_be_under_way(named: OperationId | None):
    query = CancelOperation(thread_id=TALK, operation_id=named)
    for story in (an_idle_thread(), a_running_turn()):
        assert operation_to_cancel(query, given(story).model) is None
    ended = given(an_idle_thread(), an_operation(), RecordOperation(TALK, WORK, STOPPED))
    assert operation_to_cancel(query, ended.model) is None


def test_another_operation_is_not_stopped_in_its_place():
    query = CancelOperation(thread_id=TALK, operation_id=OTHER)
    refused = refusal(query, an_idle_thread(), an_operation())
    assert refused == OperationMismatch(TALK, OTHER, WORK)


def test_the_end_of_a_turn_is_not_stopped():
    refused = refusal(CancelOperation(thread_id=TALK), a_running_turn(), an_ending())
    assert refused == OperationNotCancellable(TALK, "turnEnd")


def test_a_verdict_is_not_stopped():
    verdict = ReviewOperation(TURN, Verdict.REJECTED, CheckpointId("before"))
    refused = refusal(CancelOperation(thread_id=TALK), an_idle_thread(), an_operation(verdict))
    assert refused == OperationNotCancellable(TALK, "review")


def test_a_thread_that_is_not_there_has_none():
    assert refusal(CancelOperation(thread_id=TALK)) == ThreadNotFound(TALK)


def test_what_was_stopped_has_failed_and_leaves_the_thread_free():
    told = given(an_idle_thread(), an_operation(CommitOperation("Paint")))
    told.when(RecordOperation(TALK, WORK, STOPPED)).then(
        OperationFailed(
            thread_id=TALK,
            operation_id=WORK,
            code="operation.cancelled",
            message="it was stopped, as asked",
        )
    )
    told.and_then(RecordOperation(TALK, WORK, STOPPED))
    assert told.thread().operation is None


def test_a_thread_whose_worktree_is_stopped_is_gone():
    wanted = WorktreeOperation(WorktreeChoice(branch="topic"))
    told = given(an_idle_thread(), an_operation(wanted))
    told.when(RecordOperation(TALK, WORK, STOPPED)).then(
        OperationFailed(
            thread_id=TALK,
            operation_id=WORK,
            code="operation.cancelled",
            message="it was stopped, as asked",
        ),
        ThreadDeleted(thread_id=ThreadId("talk")),
    )
