"""Where every command is decided: events, or a rejection; nothing else happens."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from peon.domain.actions import approve_action, reject_action
from peon.domain.checkpoints import record_expiry
from peon.domain.commands import (
    AnyCommand,
    InternalCommand,
    RecordErasure,
    RecordExpiry,
    RecordOperation,
    RecordText,
    RecordTurnCheckpoint,
    SettleThread,
)
from peon.domain.facts import Facts
from peon.domain.model import Model
from peon.domain.operations import (
    commit_changes,
    create_checkpoint,
    push_changes,
    record_operation,
    restore_checkpoint,
)
from peon.domain.projects import configure_project, create_project, delete_project
from peon.domain.provider import ingest, record_text
from peon.domain.reviews import accept_changes, reject_changes
from peon.domain.threads import (
    configure_thread,
    create_thread,
    delete_thread,
    record_erasure,
)
from peon.domain.turns import interrupt_turn, record_turn_checkpoint, settle_thread, start_turn
from peon.errors import CommandRejected
from peon_protocol.commands import (
    AcceptChanges,
    ApprovePendingAction,
    Command,
    CommitChanges,
    ConfigureProject,
    ConfigureThread,
    CreateCheckpoint,
    CreateProject,
    CreateThread,
    DeleteProject,
    DeleteThread,
    IngestProviderEvent,
    InterruptTurn,
    PushChanges,
    RejectChanges,
    RejectPendingAction,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.events import Event
from peon_protocol.rejections import Rejection

Decided: TypeAlias = tuple[Event, ...] | Rejection
"""What a command comes to. No events means that it is true already."""


def decide(command: AnyCommand, model: Model, facts: Facts) -> Decided:
    """The events that follow from `command`, or why it is refused. Changes nothing."""
    try:
        match command:
            case (
                RecordText()
                | RecordOperation()
                | RecordTurnCheckpoint()
                | SettleThread()
                | RecordErasure()
                | RecordExpiry()
            ):
                return tuple(_outcome(command, model))
            case _:
                return tuple(_request(command, model, facts))
    except CommandRejected as refused:
        return refused.rejection


def _request(command: Command, model: Model, facts: Facts) -> Iterator[Event]:
    """What agents say comes first: of all commands it is the most frequent by far."""
    match command:
        case IngestProviderEvent():
            return ingest(command, model, facts)
        case CreateProject():
            return create_project(command, model, facts)
        case ConfigureProject():
            return configure_project(command, model, facts)
        case DeleteProject():
            return delete_project(command, model)
        case CreateThread():
            return create_thread(command, model, facts)
        case ConfigureThread():
            return configure_thread(command, model, facts)
        case DeleteThread():
            return delete_thread(command, model)
        case StartTurn():
            return start_turn(command, model, facts)
        case InterruptTurn():
            return interrupt_turn(command, model)
        case ApprovePendingAction():
            return approve_action(command, model, facts)
        case RejectPendingAction():
            return reject_action(command, model, facts)
        case CreateCheckpoint():
            return create_checkpoint(command, model, facts)
        case RestoreCheckpoint():
            return restore_checkpoint(command, model, facts)
        case CommitChanges():
            return commit_changes(command, model, facts)
        case PushChanges():
            return push_changes(command, model, facts)
        case AcceptChanges():
            return accept_changes(command, model, facts)
        case RejectChanges():
            return reject_changes(command, model, facts)
        case _:
            assert_never(command)


def _outcome(command: InternalCommand, model: Model) -> Iterator[Event]:
    match command:
        case RecordText():
            return record_text(command, model)
        case RecordOperation():
            return record_operation(command, model)
        case RecordTurnCheckpoint():
            return record_turn_checkpoint(command, model)
        case SettleThread():
            return settle_thread(command, model)
        case RecordErasure():
            return record_erasure(command, model)
        case RecordExpiry():
            return record_expiry(command, model)
        case _:
            assert_never(command)
