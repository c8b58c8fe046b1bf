"""What a command is answered with, and the receipts that keep the answer for a retry.

Receipts are a fold of the log. An event carries `commandId` and `commandDigest`, the latter as
`method:digest of the params`, so that the same id with another command can be told.
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from peon.domain.model import Model, OperationFailure, Receipt
from peon.domain.outcomes import OperationOutcome, outcome_of
from peon_protocol.commands import (
    AddRule,
    ApprovePendingAction,
    Command,
    ConfigureProject,
    CreateProject,
    DeleteProject,
    EditMessage,
    IngestProviderEvent,
    InterruptTurn,
    MoveMessage,
    QueueMessage,
    RejectPendingAction,
    RemoveMessage,
    RemoveRule,
    SendMessage,
    StartTurn,
    SteerTurn,
)
from peon_protocol.events import (
    ActionResolved,
    CheckpointCreated,
    Event,
    EventErased,
    MessageEdited,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    OperationFailed,
    OperationRequested,
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    ReviewRequested,
    RuleAdded,
    RuleRemoved,
    StoredEvent,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import MessageId, ThreadId, TurnId
from peon_protocol.queue_results import ActionResult, MessageResult, RuleResult, SteerResult
from peon_protocol.results import (
    CommandResult,
    IngestResult,
    ProjectResult,
    ReviewResult,
    ThreadResult,
    TurnResult,
)
from peon_protocol.values import DeciderKind

KEPT = timedelta(hours=24)
"""How long a receipt answers retries."""


def result_of(event: Event, method: str, sequence: int, model: Model) -> CommandResult | None:
    """What a command of `method` answers when `event` is among its events, or nothing yet.

    `sequence` is that of the command's last event. Only an event that carries the answer has one;
    of several, the last is the answer.
    """
    match event:
        case ProjectCreated() | ProjectConfigured() | ProjectDeleted():
            return ProjectResult(sequence=sequence, project_id=event.project_id)
        case TurnStarted() if method == "turn/start":
            return _turn_result(event.thread_id, event.turn_id, event.number, sequence)
        case (
            TurnStarted()
            | MessageQueued()
            | MessageEdited()
            | MessageRemoved()
            | MessageReordered()
        ):
            return _of_message(event, method, sequence)
        case RuleAdded() | RuleRemoved():
            return _of_rule(event, method, sequence)
        case TurnInterruptRequested() if method == "turn/interrupt":
            number = model.threads[event.thread_id].turns[event.turn_id].number
            return _turn_result(event.thread_id, event.turn_id, number, sequence)
        case ActionResolved() if _answers(event, method):
            return ActionResult(
                sequence=sequence,
                thread_id=event.thread_id,
                action_id=event.action_id,
                decision=event.decision,
            )
        case ReviewRequested():
            return ReviewResult(
                sequence=sequence,
                thread_id=event.thread_id,
                turn_id=event.turn_id,
                operation_id=event.operation_id,
                hunk_ids=event.hunk_ids or (),
                waiting=True,
            )
        case _:
            return _of_thread(event.thread_id, method, sequence)


def _of_thread(thread_id: ThreadId, method: str, sequence: int) -> CommandResult | None:
    if method == "provider/ingest":
        return IngestResult(sequence=sequence, thread_id=thread_id)
    if method.startswith("thread/"):
        return ThreadResult(sequence=sequence, thread_id=thread_id)
    return None


def _answers(event: ActionResolved, method: str) -> bool:
    """What the answer settled besides, a rule or an approval for the session says."""
    return method.startswith("action/") and event.by.kind is DeciderKind.USER


def _of_message(
    event: TurnStarted | MessageQueued | MessageEdited | MessageRemoved | MessageReordered,
    method: str,
    sequence: int,
) -> CommandResult | None:
    """Of a turn that a message began, the message's command is told."""
    match event:
        case MessageQueued() if method == "turn/steer" and event.turn_id is not None:
            return SteerResult(
                sequence=sequence,
                thread_id=event.thread_id,
                turn_id=event.turn_id,
                message_id=event.message_id,
                steered=event.steer,
            )
        case TurnStarted() if method in _MESSAGES and event.message_id is not None:
            return _message_result(event.thread_id, event.message_id, event.turn_id, sequence)
        case MessageQueued() | MessageEdited() | MessageRemoved() | MessageReordered() if (
            method in _MESSAGES
        ):
            return _message_result(event.thread_id, event.message_id, None, sequence)
        case _ if method.startswith("thread/"):
            return ThreadResult(sequence=sequence, thread_id=event.thread_id)
        case _:
            return None


def _of_rule(event: RuleAdded | RuleRemoved, method: str, sequence: int) -> CommandResult | None:
    if not method.startswith("rule/"):
        return None
    return RuleResult(sequence=sequence, project_id=event.project_id, rule_id=event.rule_id)


_MESSAGES: Final = frozenset(
    {"turn/queue", "message/edit", "message/remove", "message/move", "message/send"}
)


def unchanged(command: Command, model: Model) -> CommandResult:
    """What a command answers that changes nothing because it is true already."""
    sequence = model.sequence
    match command:
        case StartTurn() | InterruptTurn():
            thread = model.threads[command.thread_id]
            turn_id = command.turn_id or thread.current or TurnId("")
            number = thread.turns[turn_id].number
            return _turn_result(thread.thread_id, turn_id, number, sequence)
        case QueueMessage() | EditMessage() | MoveMessage():
            return _same_message(command, model)
        case SteerTurn():
            return _same_steer(command, model)
        case AddRule() if command.rule_id is not None:
            return RuleResult(
                sequence=sequence, project_id=command.project_id, rule_id=command.rule_id
            )
        case AddRule() | RemoveRule():
            raise TypeError("a rule cannot be added or removed without an event")
        case RemoveMessage() | SendMessage():
            raise TypeError("a message cannot be removed or sent without an event")
        case CreateProject() | ConfigureProject() | DeleteProject():
            if command.project_id is None:
                raise TypeError("a project cannot be created without an event")
            return ProjectResult(sequence=sequence, project_id=command.project_id)
        case IngestProviderEvent():
            return IngestResult(sequence=sequence, thread_id=command.thread_id)
        case ApprovePendingAction() | RejectPendingAction():
            raise TypeError("an action cannot be answered without an event")
        case _:
            thread_id = command.thread_id
            if thread_id is None:
                raise TypeError("a thread cannot be created without an event")
            return ThreadResult(sequence=sequence, thread_id=thread_id)


def _same_message(command: QueueMessage | EditMessage | MoveMessage, model: Model) -> MessageResult:
    if command.message_id is None:
        raise TypeError("a message without an id is a new one")
    turn_id = model.threads[command.thread_id].past_messages.get(command.message_id)
    return _message_result(command.thread_id, command.message_id, turn_id, model.sequence)


def _same_steer(command: SteerTurn, model: Model) -> SteerResult:
    thread = model.threads[command.thread_id]
    if command.message_id is None or thread.current is None:
        raise TypeError("a message without an id is a new one")
    waits = thread.queue.get(command.message_id)
    return SteerResult(
        sequence=model.sequence,
        thread_id=thread.thread_id,
        turn_id=thread.current,
        message_id=command.message_id,
        steered=waits is None or waits.steering is not None,
    )


def record_command(model: Model, stored: StoredEvent) -> None:
    """Keep what `stored` says of the command it came from.

    What was erased tells it no more; no receipt lasts as long as a deleted thread.
    """
    if stored.command_id is None or stored.command_digest is None:
        return
    if isinstance(stored.payload, EventErased):
        return
    receipt = model.receipts.get(stored.command_id)
    if receipt is None or receipt.digest != stored.command_digest:
        _forget_expired(model, stored.occurred_at)
        receipt = Receipt(
            digest=stored.command_digest,
            expires_at=_later(stored.occurred_at),
            sequence=stored.sequence,
        )
        model.receipts.pop(stored.command_id, None)
        model.receipts[stored.command_id] = receipt
    receipt.sequence = stored.sequence
    event = stored.payload
    method = stored.command_digest.partition(":")[0]
    if isinstance(event, OperationRequested) and method != "provider/ingest":
        receipt.operation_id = event.operation_id
        receipt.thread_id = event.thread_id
        receipt.result = None
        return
    result = result_of(event, method, stored.sequence, model)
    receipt.result = result if result is not None else _raised(receipt.result, stored.sequence)


def _raised(result: CommandResult | None, sequence: int) -> CommandResult | None:
    """The same answer, true at a later event of the same command."""
    return None if result is None else attrs.evolve(result, sequence=sequence)


def record_outcome(model: Model, event: OperationOutcome, sequence: int) -> None:
    """Keep what came of an operation for the command that waits for it, if one does."""
    receipt = _waiting(model, event)
    if receipt is None:
        return
    receipt.sequence = sequence
    if isinstance(event, OperationFailed):
        receipt.failure = OperationFailure(event.code, event.message, event.remedy)
    else:
        receipt.result = outcome_of(event, sequence)


def _waiting(model: Model, event: OperationOutcome) -> Receipt | None:
    """The receipt of the command that asked for the operation: one of the latest."""
    match event:
        case CheckpointCreated() | OperationFailed() if event.turn_id is not None:
            return None  # Nobody asks for the checkpoints of a turn.
        case CheckpointCreated() if event.operation_id is None:
            return None  # Nor for the one before files go back.
    for receipt in reversed(model.receipts.values()):
        if receipt.operation_id == event.operation_id:
            return receipt
    return None


def _forget_expired(model: Model, now: str) -> None:
    """Receipts stand in the order they were made, so the oldest is first."""
    while model.receipts:
        oldest = next(iter(model.receipts))
        if model.receipts[oldest].expires_at > now:
            return
        del model.receipts[oldest]


def _later(moment: str) -> str:
    later = datetime.fromisoformat(moment) + KEPT
    return later.strftime("%Y-%m-%dT%H:%M:%S.") + f"{later.microsecond // 1000:03d}Z"


def _message_result(
    thread_id: ThreadId, message_id: MessageId, turn_id: TurnId | None, sequence: int
) -> MessageResult:
    return MessageResult(
        sequence=sequence, thread_id=thread_id, message_id=message_id, turn_id=turn_id
    )


def _turn_result(thread_id: ThreadId, turn_id: TurnId, number: int, sequence: int) -> CommandResult:
    return TurnResult(sequence=sequence, thread_id=thread_id, turn_id=turn_id, number=number)
