"""The rules of reviewing what a turn changed.

A verdict is workspace work. While the thread is at work it waits, and is next when that is done;
the agent is told of what was taken back when it is next asked for something.
"""

from collections.abc import Iterable, Iterator

from peon.domain.commands import ReviewDone
from peon.domain.facts import Facts
from peon.domain.lookup import refuse_paths_outside, require_thread, require_turn
from peon.domain.model import Model, OpenOperation, Thread, Turn
from peon.domain.verdicts import ToldRejection, WaitingReview
from peon.errors import CommandRejected
from peon_protocol.commands import AcceptChanges, RejectChanges
from peon_protocol.events import (
    CheckpointCreated,
    Event,
    OperationRequested,
    ReviewRecorded,
    ReviewRequested,
)
from peon_protocol.ids import CheckpointId, OperationId
from peon_protocol.rejections import CheckpointExpired, NothingChosen
from peon_protocol.values import (
    CheckpointKind,
    Prompt,
    ReviewOperation,
    TextContent,
    Verdict,
)


def accept_changes(command: AcceptChanges, model: Model, facts: Facts) -> Iterator[Event]:
    """That changes are good changes no file."""
    return _review(command, Verdict.ACCEPTED, None, model, facts)


def reject_changes(command: RejectChanges, model: Model, facts: Facts) -> Iterator[Event]:
    """What is rejected is taken back where it still stands."""
    return _review(command, Verdict.REJECTED, command.comment, model, facts)


def _review(
    command: AcceptChanges | RejectChanges,
    verdict: Verdict,
    comment: str | None,
    model: Model,
    facts: Facts,
) -> Iterator[Event]:
    thread = require_thread(model, command.thread_id)
    turn = require_turn(thread, command.turn_id)
    refuse_expired_start(thread, turn)
    if command.hunk_ids is not None and not command.hunk_ids:
        raise CommandRejected(NothingChosen())
    refuse_paths_outside(None if command.path is None else (command.path,))
    wanted = WaitingReview(
        turn_id=turn.turn_id,
        verdict=verdict,
        path=command.path,
        hunk_ids=command.hunk_ids,
        comment=comment,
    )
    operation_id = OperationId(facts.fresh_id)
    if thread.current is None and thread.operation is None:
        yield _requested(thread, operation_id, wanted)
        return
    yield ReviewRequested(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        operation_id=operation_id,
        verdict=verdict,
        path=command.path,
        hunk_ids=command.hunk_ids,
        comment=comment,
    )


def refuse_expired_start(thread: Thread, turn: Turn) -> None:
    """Raises CommandRejected(CheckpointExpired): nobody knows any more what stood before."""
    start = thread.checkpoints.get(turn.checkpoint_id)
    if start is not None and start.expired:
        raise CommandRejected(CheckpointExpired(turn.checkpoint_id))


def next_review(thread: Thread) -> Iterator[Event]:
    """The verdict that has waited longest, when the thread has nothing else to do."""
    for operation_id, waiting in thread.waiting_reviews.items():
        yield _requested(thread, operation_id, waiting)
        return


def _requested(thread: Thread, operation_id: OperationId, wanted: WaitingReview) -> Event:
    return OperationRequested(
        thread_id=thread.thread_id,
        operation_id=operation_id,
        operation=ReviewOperation(
            turn_id=wanted.turn_id,
            verdict=wanted.verdict,
            before_checkpoint_id=CheckpointId(operation_id),
            path=wanted.path,
            hunk_ids=wanted.hunk_ids,
            comment=wanted.comment,
        ),
    )


def review_done(
    thread: Thread, opened: OpenOperation, operation: ReviewOperation, outcome: ReviewDone
) -> Iterator[Event]:
    """What was taken back can be had again: the checkpoint before it says so first."""
    if outcome.snapshot is not None:
        number = thread.turns[operation.turn_id].number
        yield CheckpointCreated(
            thread_id=thread.thread_id,
            checkpoint_id=operation.before_checkpoint_id,
            description=f"Before rejecting changes of turn {number}",
            kind=CheckpointKind.BEFORE_RESTORE,
            snapshot=outcome.snapshot,
        )
    yield ReviewRecorded(
        thread_id=thread.thread_id,
        turn_id=operation.turn_id,
        operation_id=opened.operation_id,
        verdict=operation.verdict,
        files=outcome.files,
        conflicts=outcome.conflicts,
        before_checkpoint_id=None if outcome.snapshot is None else operation.before_checkpoint_id,
        comment=operation.comment,
        patch=outcome.patch,
    )


# ---- telling the agent ---------------------------------------------------------------------------


def told(prompt: Prompt, rejections: Iterable[ToldRejection]) -> Prompt:
    """A prompt, and behind it what the person took back since the agent was last asked.

    Behind, because a prompt may begin with a command that the agent knows.
    """
    notes = tuple(TextContent(_note(each)) for each in rejections)
    if not notes:
        return prompt
    asked = (TextContent(prompt),) if isinstance(prompt, str) else prompt
    return (*asked, *notes)


def _note(rejection: ToldRejection) -> str:
    where = ", ".join(rejection.paths)
    lines = [
        f"The user rejected changes that you made in turn {rejection.number}, in {where}.",
        "They are not in the files any more; do not make them again unless you are asked to.",
    ]
    if rejection.comment:
        lines += ["The user says:", *rejection.comment.splitlines()]
    if rejection.patch:
        lines += ["What was taken back:", *rejection.patch.splitlines()]
    return "\n".join(f"> {line}" for line in lines)
