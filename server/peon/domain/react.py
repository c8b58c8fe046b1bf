"""Which work outside follows from an event: data for the reactors, never the work itself."""

from collections.abc import Iterator

from peon.domain.actions import CHANGING
from peon.domain.effects import (
    AnswerAgent,
    CaptureTurnStart,
    CloseSession,
    Effect,
    InterruptAgent,
    PerformOperation,
    PromptAgent,
    SteerAgent,
    ToolCallClosed,
    ToolCallOpened,
)
from peon.domain.model import Model, Thread
from peon_protocol.events import (
    ActionResolved,
    CheckpointCreated,
    CheckpointRestored,
    Event,
    ItemRecorded,
    MessageQueued,
    OperationFailed,
    OperationRequested,
    ThreadConfigured,
    ThreadDeleted,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import ThreadId, TurnId
from peon_protocol.values import CheckpointKind, DeciderKind, ItemKind, ItemStatus


def react(event: Event, model: Model) -> Iterator[Effect]:
    """The effects of `event`; `model` has it folded in already."""
    match event:
        case ItemRecorded():
            if event.kind is ItemKind.TOOL_CALL:
                yield from _tool_call(model, event)
        case TurnStarted():
            yield CaptureTurnStart(
                thread_id=event.thread_id,
                turn_id=event.turn_id,
                checkpoint_id=event.checkpoint_id,
            )
        case CheckpointCreated() if event.kind is CheckpointKind.TURN_START:
            yield from _prompt(model, event.thread_id, event.turn_id)
        case OperationFailed():
            yield from _prompt_without_checkpoint(model, event)
        case MessageQueued() if event.steer and event.turn_id is not None:
            yield SteerAgent(
                thread_id=event.thread_id, turn_id=event.turn_id, message_id=event.message_id
            )
        case TurnInterruptRequested():
            yield InterruptAgent(thread_id=event.thread_id, turn_id=event.turn_id)
        case ActionResolved():
            yield from _answer(model, event)
        case OperationRequested():
            yield PerformOperation(
                thread_id=event.thread_id,
                operation_id=event.operation_id,
                operation=event.operation,
                turn_id=event.turn_id,
            )
        case CheckpointRestored() if event.undone or event.redone:
            yield CloseSession(thread_id=event.thread_id)
        case ThreadDeleted():
            yield CloseSession(thread_id=event.thread_id)
        case ThreadConfigured() if event.archived:
            yield CloseSession(thread_id=event.thread_id)
        case _:
            return


def _prompt(model: Model, thread_id: ThreadId, turn_id: TurnId | None) -> Iterator[Effect]:
    """The prompt goes out once its checkpoint is settled, unless the turn is told to stop."""
    turn = model.threads[thread_id].running_turn
    if turn is not None and turn.turn_id == turn_id and turn.prompted:
        yield PromptAgent(thread_id=thread_id, turn_id=turn.turn_id)


def _prompt_without_checkpoint(model: Model, event: OperationFailed) -> Iterator[Effect]:
    """A checkpoint that could not be taken does not keep a turn from starting: the event has said
    so.
    """
    turn = model.threads[event.thread_id].running_turn
    if turn is not None and str(event.operation_id) == turn.checkpoint_id:
        yield from _prompt(model, event.thread_id, event.turn_id)


def _answer(model: Model, event: ActionResolved) -> Iterator[Effect]:
    """The agent is told, unless it was the agent that withdrew."""
    action = model.threads[event.thread_id].actions[event.action_id]
    if event.by.kind is not DeciderKind.AGENT:
        yield AnswerAgent(
            thread_id=event.thread_id,
            turn_id=event.turn_id,
            action_id=event.action_id,
            item_id=action.item_id,
            kind=action.kind,
            option_id=event.option_id,
            decision=event.decision,
            answers=event.answers,
        )


def _tool_call(model: Model, event: ItemRecorded) -> Iterator[Effect]:
    """A tool that may change files is watched from when it may begin until it is closed."""
    if not _may_change(model.threads[event.thread_id], event):
        return
    if event.status is ItemStatus.RUNNING:
        yield ToolCallOpened(
            thread_id=event.thread_id, turn_id=event.turn_id, item_id=event.item_id
        )
    elif event.status in (ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED):
        yield ToolCallClosed(
            thread_id=event.thread_id, turn_id=event.turn_id, item_id=event.item_id
        )


def _may_change(thread: Thread, event: ItemRecorded) -> bool:
    """Whether the tool's kind is one that changes files, or is not known."""
    kind = thread.turns[event.turn_id].items[event.item_id].tool_kind
    return kind is None or kind in CHANGING
