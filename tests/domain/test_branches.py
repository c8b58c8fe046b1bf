"""Branches and pull requests: wanted between turns, then made."""

import pytest

from peon.domain.commands import (
    BranchMade,
    CommitMade,
    Outcome,
    PullRequestMade,
    RecordOperation,
)
from peon.domain.outcomes import outcome_of
from peon_protocol.branches import (
    BranchResult,
    CreateBranch,
    OpenPullRequest,
    PullRequestResult,
)
from peon_protocol.commands import ConfigureThread, StartTurn
from peon_protocol.events import (
    BranchCreated,
    Event,
    OperationRequested,
    PullRequestOpened,
    WorktreeCreated,
)
from peon_protocol.ids import OperationId
from peon_protocol.rejections import (
    OperationInProgress,
    PullRequestTitleBlank,
    ThreadNotFound,
    TurnInProgress,
    WorkspaceBusy,
)
from peon_protocol.values import CreateBranchOperation, Operation, PullRequestOperation
from support.given import FRESH, ROOT, given
from support.story import (
    OTHER,
    TALK,
    TURN,
    WORK,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_idle_thread,
    an_operation,
    the_end_of,
    work_on,
)

BRANCH = CreateBranch(thread_id=TALK, name="topic", base="main")
ASIDE = CreateBranch(thread_id=TALK, name="topic", checkout=False)
REQUEST = OpenPullRequest(thread_id=TALK, title="Roses", body="Red.", base="main", draft=True)
MADE = BranchCreated(
    thread_id=TALK,
    operation_id=OperationId(FRESH),
    branch="topic",
    commit="c0ffee",
    checked_out=True,
    base="main",
)
OPENED = PullRequestOpened(
    thread_id=TALK,
    operation_id=OperationId(FRESH),
    url="https://forge/1",
    branch="topic",
    title="Roses",
    base="main",
    draft=True,
    existing=True,
)
BUSY_ELSEWHERE = (
    *an_idle_thread(),
    a_thread(OTHER),
    a_turn_started(thread_id=OTHER),
)


def test_a_branch_is_wanted_then_made():
    told = given(an_idle_thread())
    wanted = CreateBranchOperation("topic", "main")

    told.when(BRANCH).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    told.when(RecordOperation(TALK, OperationId(FRESH), BranchMade("c0ffee"))).then(MADE).reacts()
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_a_pull_request_is_wanted_then_open():
    told = given(an_idle_thread())
    wanted = PullRequestOperation("Roses", "Red.", "main", draft=True)

    told.when(REQUEST).then(
        OperationRequested(thread_id=TALK, operation_id=OperationId(FRESH), operation=wanted)
    ).reacts(work_on(wanted))
    done = PullRequestMade("https://forge/1", "topic", existing=True)
    told.when(RecordOperation(TALK, OperationId(FRESH), done)).then(OPENED).reacts()
    assert (told.model.busy, told.model.outbox) == ({}, {})


@pytest.mark.parametrize(
    "event, result",
    [
        (
            MADE,
            BranchResult(
                sequence=7,
                thread_id=TALK,
                operation_id=OperationId(FRESH),
                branch="topic",
                commit="c0ffee",
                checked_out=True,
            ),
        ),
        (
            OPENED,
            PullRequestResult(
                sequence=7,
                thread_id=TALK,
                operation_id=OperationId(FRESH),
                url="https://forge/1",
                branch="topic",
                title="Roses",
                existing=True,
            ),
        ),
    ],
    ids=["branch", "pull request"],
)
def test_what_is_answered(event: Event, result: object):
    assert outcome_of(event, 7) == result


def test_each_needs_a_thread():
    given().when(CreateBranch(thread_id=TALK, name="topic")).refused(ThreadNotFound(TALK))
    given().when(OpenPullRequest(thread_id=TALK, title="x")).refused(ThreadNotFound(TALK))


def test_each_waits_for_the_turn_s_end():
    at_work = a_running_turn()
    given(at_work).when(CreateBranch(thread_id=TALK, name="topic")).refused(
        TurnInProgress(TALK, TURN)
    )
    given(at_work).when(OpenPullRequest(thread_id=TALK, title="x")).refused(
        TurnInProgress(TALK, TURN)
    )


def test_each_waits_for_other_operations_of_its_thread():
    at_work = (*an_idle_thread(), an_operation())
    given(at_work).when(CreateBranch(thread_id=TALK, name="topic")).refused(
        OperationInProgress(TALK, "checkpoint")
    )
    given(at_work).when(OpenPullRequest(thread_id=TALK, title="x")).refused(
        OperationInProgress(TALK, "checkpoint")
    )


def test_nobody_else_may_be_at_work_where_files_change():
    given(BUSY_ELSEWHERE).when(CreateBranch(thread_id=TALK, name="topic")).refused(
        WorkspaceBusy(ROOT, OTHER)
    )
    given(BUSY_ELSEWHERE).when(ASIDE).then_it_is("operation.requested")


def test_no_turn_begins_while_files_change():
    changing = an_operation(CreateBranchOperation("a"), thread_id=OTHER)
    given(an_idle_thread(), a_thread(OTHER), changing).when(
        StartTurn(thread_id=TALK, prompt="water")
    ).refused(OperationInProgress(OTHER, "createBranch"))


def test_a_turn_begins_beside_a_branch_that_nobody_goes_to():
    aside = an_operation(CreateBranchOperation("a", None, checkout=False), thread_id=OTHER)
    given(an_idle_thread(), a_thread(OTHER), aside).when(
        StartTurn(thread_id=TALK, prompt="water")
    ).then_it_is("turn.started")


def test_a_worktree_s_branch_is_followed():
    there = WorktreeCreated(
        thread_id=TALK,
        operation_id=WORK,
        path="/tree",
        folder="/tree",
        branch="old",
        base=None,
        made=True,
    )
    worktree = given(an_idle_thread(), there, MADE).thread().worktree

    assert worktree is not None
    assert worktree.branch == "topic"


# ---- what is proposed ----------------------------------------------------------------------------


def proposed(*events: Event) -> PullRequestOperation:
    told = given(events)
    told.when(OpenPullRequest(thread_id=TALK)).then_it_is("operation.requested")
    operation = told.thread().operation
    assert operation is not None
    assert isinstance(operation.operation, PullRequestOperation)
    return operation.operation


def test_it_is_called_by_what_was_asked():
    made = proposed(*a_running_turn(), the_end_of())

    assert (made.title, made.body) == ("water the roses", "- water the roses")


def test_it_is_called_as_its_user_called_the_thread():
    told = given(a_running_turn(), the_end_of())
    told.when(ConfigureThread(thread_id=TALK, title="Roses")).then_it_is("thread.configured")
    told.when(OpenPullRequest(thread_id=TALK, body="")).then_it_is("operation.requested")
    operation = told.thread().operation

    assert operation is not None
    assert operation.operation == PullRequestOperation("Roses", "")


@pytest.mark.parametrize("title", [None, " \n"], ids=repr)
def test_one_without_a_title_is_refused(title: str | None):
    given(an_idle_thread()).when(OpenPullRequest(thread_id=TALK, title=title)).refused(
        PullRequestTitleBlank()
    )


@pytest.mark.parametrize(
    "operation, outcome",
    [
        (REQUEST_WANTED := PullRequestOperation("Roses"), BranchMade("c0ffee")),
        (BRANCH_WANTED := CreateBranchOperation("topic"), PullRequestMade("url", "topic")),
        (BRANCH_WANTED, CommitMade("c0ffee", None)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_outcome_of_another_operation_is_a_bug_of_ours(operation: Operation, outcome: Outcome):
    told = given(an_idle_thread(), an_operation(operation))
    with pytest.raises(TypeError, match="is no outcome of"):
        told.when(RecordOperation(TALK, WORK, outcome))
