"""The rules of branches and pull requests."""

from collections.abc import Iterator

from peon.domain.commands import BranchMade, PullRequestMade
from peon.domain.facts import Facts
from peon.domain.lookup import (
    refuse_while_folder_is_busy,
    refuse_while_operation_runs,
    refuse_while_turn_runs,
    require_thread,
)
from peon.domain.model import Model, OpenOperation, Thread
from peon.domain.proposing import proposed_body, proposed_title
from peon.errors import CommandRejected
from peon_protocol.branches import CreateBranch, OpenPullRequest
from peon_protocol.events import BranchCreated, Event, OperationRequested, PullRequestOpened
from peon_protocol.ids import OperationId
from peon_protocol.rejections import PullRequestTitleBlank
from peon_protocol.values import CreateBranchOperation, Operation, PullRequestOperation


def create_branch(command: CreateBranch, model: Model, facts: Facts) -> Iterator[Event]:
    """Between turns; going to the branch may change files, so nobody else may be at work there."""
    thread = require_thread(model, command.thread_id)
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    if command.checkout:
        refuse_while_folder_is_busy(model, thread)
    operation = CreateBranchOperation(
        name=command.name, base=command.base, checkout=command.checkout
    )
    yield _requested(thread, operation, facts)


def open_pull_request(command: OpenPullRequest, model: Model, facts: Facts) -> Iterator[Event]:
    """Between turns. What is not said of it, the thread's turns propose."""
    thread = require_thread(model, command.thread_id)
    title = command.title if command.title is not None else proposed_title(thread)
    if title is None or not title.strip():
        raise CommandRejected(PullRequestTitleBlank())
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    operation = PullRequestOperation(
        title=title.strip(),
        body=command.body if command.body is not None else proposed_body(thread),
        base=command.base,
        draft=command.draft,
    )
    yield _requested(thread, operation, facts)


def branch_made(thread: Thread, opened: OpenOperation, outcome: BranchMade) -> Event:
    """The event that tells of it."""
    operation = opened.operation
    if not isinstance(operation, CreateBranchOperation):
        raise _mismatch(operation, outcome)
    return BranchCreated(
        thread_id=thread.thread_id,
        operation_id=opened.operation_id,
        branch=operation.name,
        commit=outcome.commit,
        checked_out=operation.checkout,
        base=operation.base,
    )


def pull_request_made(thread: Thread, opened: OpenOperation, outcome: PullRequestMade) -> Event:
    """The event that tells of it."""
    operation = opened.operation
    if not isinstance(operation, PullRequestOperation):
        raise _mismatch(operation, outcome)
    return PullRequestOpened(
        thread_id=thread.thread_id,
        operation_id=opened.operation_id,
        url=outcome.url,
        branch=outcome.branch,
        title=operation.title,
        base=operation.base,
        draft=operation.draft,
        existing=outcome.existing,
    )


def _requested(thread: Thread, operation: Operation, facts: Facts) -> OperationRequested:
    return OperationRequested(
        thread_id=thread.thread_id,
        operation_id=OperationId(facts.fresh_id),
        operation=operation,
    )


def _mismatch(operation: Operation, outcome: BranchMade | PullRequestMade) -> TypeError:
    return TypeError(f"{type(outcome).__name__} is no outcome of a {operation.TYPE}")
