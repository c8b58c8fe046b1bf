"""The rules of turns: one at a time in a thread, numbered from 1, each with a true end."""

from collections.abc import Iterator

import attrs

from peon.domain.actions import withdraw_all
from peon.domain.budgets import is_spent
from peon.domain.choices import refuse_options, with_changes
from peon.domain.commands import RecordTurnCheckpoint, SettleThread, WorkFailed
from peon.domain.facts import Facts
from peon.domain.items import close_items
from peon.domain.lookup import (
    at_work_in,
    folder_of,
    moves_files,
    refuse_while_operation_runs,
    require_thread,
)
from peon.domain.model import Model, Thread, Turn
from peon.domain.prompts import refuse_prompt
from peon.domain.queue import returned
from peon.domain.reviews import next_review
from peon.domain.threads import refuse_unsupported_mode, refuse_unusable_provider
from peon.domain.usages import completed
from peon.domain.worktrees import refuse_removed
from peon.errors import CommandRejected
from peon_protocol.commands import InterruptTurn, StartTurn
from peon_protocol.events import (
    CheckpointCreated,
    Event,
    ItemRecorded,
    OperationFailed,
    OperationRequested,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import CheckpointId, OperationId, TurnId
from peon_protocol.rejections import (
    BudgetSpent,
    OperationInProgress,
    ThreadArchived,
    TurnIdUsed,
    TurnInProgress,
    TurnMismatch,
    TurnNotInProgress,
)
from peon_protocol.values import (
    CheckpointKind,
    StopReason,
    TurnEndOperation,
    TurnError,
    Usage,
)

BROKEN_OFF = frozenset({StopReason.CANCELLED, StopReason.INTERRUPTED})
"""The stop reasons of a turn that did not come to its own end."""

LOST = "operation.lost"


@attrs.frozen
class Ending:
    """How the agent ended its turn: with a stop reason, or with an error."""

    stop_reason: StopReason | None = None
    error: TurnError | None = None
    usage: Usage | None = None


def start_turn(command: StartTurn, model: Model, facts: Facts) -> Iterator[Event]:
    """Sent again with the same id and prompt it is the same turn, and nothing happens."""
    thread = require_thread(model, command.thread_id)
    turn_id = command.turn_id or TurnId(facts.fresh_id)
    existing = thread.turns.get(turn_id)
    if existing is not None:
        if existing.prompt != command.prompt:
            raise CommandRejected(TurnIdUsed(turn_id))
        return
    refuse_start(thread, model)
    refuse_prompt(command.prompt, thread.provider, facts)
    refuse_unusable_provider(facts, thread.provider)
    mode = command.mode or thread.mode
    refuse_unsupported_mode(facts, thread.provider, mode)
    refuse_options(thread, command.options, command.model)
    yield TurnStarted(
        thread_id=thread.thread_id,
        turn_id=turn_id,
        number=len(thread.turns) + 1,
        prompt=command.prompt,
        checkpoint_id=CheckpointId(facts.fresh_id),
        model=command.model or thread.model,
        mode=mode,
        options=with_changes(thread.chosen, command.options),
    )


def refuse_start(thread: Thread, model: Model) -> None:
    """Raises CommandRejected where no turn can begin now."""
    if thread.budget_spent:
        raise CommandRejected(BudgetSpent(thread.thread_id))
    if thread.archived:
        raise CommandRejected(ThreadArchived(thread.thread_id))
    refuse_removed(thread)
    if thread.current is not None:
        raise CommandRejected(TurnInProgress(thread.thread_id, thread.current))
    refuse_while_operation_runs(thread)
    refuse_while_files_move(model, thread)


def refuse_while_files_move(model: Model, thread: Thread) -> None:
    """Raises CommandRejected(OperationInProgress) while another thread's restore, or way to another
    branch, changes files of the same folder.
    """
    for other in at_work_in(model, folder_of(model, thread)):
        if other.operation is not None and moves_files(other.operation.operation):
            kind = other.operation.operation.TYPE
            raise CommandRejected(OperationInProgress(other.thread_id, kind))


def interrupt_turn(command: InterruptTurn, model: Model) -> Iterator[Event]:
    """What waits for an answer is withdrawn in the same commit.

    A turn that is stopping, or whose agent has ended it already, is not asked again.
    """
    thread = require_thread(model, command.thread_id)
    turn = require_running(thread, command.turn_id)
    if turn.interrupt_requested or thread.operation is not None:
        # The only operation a thread can have while its turn runs is the end of that turn.
        return
    yield TurnInterruptRequested(thread_id=thread.thread_id, turn_id=turn.turn_id)
    yield from withdraw_all(thread)


def stop_at_budget(thread: Thread, turn: Turn, used: Usage) -> Iterator[Event]:
    """A turn that uses up the budget is asked to stop, once; its session stays."""
    if turn.interrupt_requested or not is_spent(thread.budget, thread.usage, used):
        return
    yield TurnInterruptRequested(
        thread_id=thread.thread_id, turn_id=turn.turn_id, budget_spent=True
    )
    yield from withdraw_all(thread)


def require_running(thread: Thread, turn_id: TurnId | None) -> Turn:
    """The turn in progress, which must be the one that is named. Raises CommandRejected."""
    turn = thread.running_turn
    if turn is None:
        raise CommandRejected(TurnNotInProgress(thread.thread_id))
    if turn_id is not None and turn_id != turn.turn_id:
        raise CommandRejected(TurnMismatch(thread.thread_id, turn_id, turn.turn_id))
    return turn


def end_turn(thread: Thread, turn: Turn, ending: Ending, facts: Facts) -> Iterator[Event]:
    """The agent is done: nothing waits, nothing is open, and the closing checkpoint is wanted.

    The outcome is in the log before the checkpoint is taken, so a crash in between does not lose
    it.
    """
    yield from _close(thread, turn, ending)
    yield OperationRequested(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        operation_id=OperationId(facts.fresh_id),
        operation=TurnEndOperation(
            checkpoint_id=CheckpointId(facts.fresh_id),
            stop_reason=ending.stop_reason,
            error=ending.error,
            usage=completed(ending.usage, facts.usage),
        ),
    )


def close_turn(
    thread: Thread, turn: Turn, ending: Ending, *, held: bool, detail: str | None = None
) -> Event:
    """The event that ends a turn; `held`, the messages that wait do not go on by themselves."""
    if ending.error is not None:
        return TurnFailed(
            thread_id=thread.thread_id,
            turn_id=turn.turn_id,
            error=ending.error,
            usage=ending.usage,
            queue_held=held,
        )
    return TurnCompleted(
        thread_id=thread.thread_id,
        turn_id=turn.turn_id,
        stop_reason=ending.stop_reason or StopReason.END_TURN,
        usage=ending.usage,
        detail=detail,
        queue_held=held,
    )


def record_turn_checkpoint(command: RecordTurnCheckpoint, model: Model) -> Iterator[Event]:
    """The files before the prompt are kept, or an event says why not; the turn goes on."""
    thread = model.threads.get(command.thread_id)
    turn = None if thread is None else thread.turns.get(command.turn_id)
    if thread is None or turn is None or thread.current != turn.turn_id or turn.captured:
        return
    if isinstance(command.outcome, WorkFailed):
        yield OperationFailed(
            thread_id=thread.thread_id,
            turn_id=turn.turn_id,
            operation_id=OperationId(turn.checkpoint_id),
            code=command.outcome.code,
            message=command.outcome.message,
            remedy=command.outcome.remedy,
        )
        return
    yield CheckpointCreated(
        thread_id=thread.thread_id,
        checkpoint_id=turn.checkpoint_id,
        description=f"Before turn {turn.number}",
        kind=CheckpointKind.TURN_START,
        snapshot=command.outcome.snapshot,
        turn_id=turn.turn_id,
        missing=command.outcome.missing,
    )


def settle_thread(command: SettleThread, model: Model) -> Iterator[Event]:
    """After a restart a turn in flight is over: with its own outcome where that was recorded.

    Its closing checkpoint is not taken: what changed since cannot be told from the user's work.
    """
    thread = model.threads.get(command.thread_id)
    turn = None if thread is None else thread.running_turn
    if thread is None or turn is None:
        return
    operation = thread.operation
    if operation is not None and isinstance(operation.operation, TurnEndOperation):
        wanted = operation.operation
        yield OperationFailed(
            thread_id=thread.thread_id,
            turn_id=turn.turn_id,
            operation_id=operation.operation_id,
            code=LOST,
            message=command.reason,
        )
        ending = Ending(wanted.stop_reason, wanted.error, wanted.usage)
        yield from returned(thread)
        yield close_turn(thread, turn, ending, held=bool(thread.queue))
    else:
        ending = Ending(StopReason.INTERRUPTED)
        yield from _close(thread, turn, ending)
        yield from returned(thread)
        yield close_turn(thread, turn, ending, detail=command.reason, held=bool(thread.queue))
    yield from next_review(thread)


def _close(thread: Thread, turn: Turn, ending: Ending) -> Iterator[Event]:
    withdrawn = tuple(withdraw_all(thread))
    yield from withdrawn
    closed = {event.item_id for event in withdrawn if isinstance(event, ItemRecorded)}
    broken_off = ending.error is not None or ending.stop_reason in BROKEN_OFF
    yield from close_items(thread.thread_id, turn, broken_off=broken_off, but=closed)
