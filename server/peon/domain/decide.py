"""Where every command is decided: events, or a rejection; nothing else happens."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from peon.domain.actions import approve_action, reject_action
from peon.domain.branches import create_branch, open_pull_request
from peon.domain.checkpoints import record_expiry
from peon.domain.commands import (
    AnyCommand,
    InternalCommand,
    RecordErasure,
    RecordExpiry,
    RecordOperation,
    RecordSteer,
    RecordText,
    RecordTurnCheckpoint,
    SettleThread,
)
from peon.domain.facts import Facts
from peon.domain.messages import (
    edit_message,
    move_message,
    queue_message,
    record_steer,
    remove_message,
    send_message,
    steer_turn,
)
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
from peon.domain.rules import add_rule, remove_rule
from peon.domain.threads import (
    configure_thread,
    create_thread,
    delete_thread,
    record_erasure,
)
from peon.domain.turns import interrupt_turn, record_turn_checkpoint, settle_thread, start_turn
from peon.domain.worktrees import remove_worktree, restore_worktree
from peon.errors import CommandRejected
from peon_protocol.branches import CreateBranch, OpenPullRequest
from peon_protocol.commands import (
    AcceptChanges,
    AddRule,
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
    EditMessage,
    IngestProviderEvent,
    InterruptTurn,
    MoveMessage,
    PushChanges,
    QueueMessage,
    RejectChanges,
    RejectPendingAction,
    RemoveMessage,
    RemoveRule,
    RemoveWorktree,
    RestoreCheckpoint,
    RestoreWorktree,
    SendMessage,
    StartTurn,
    SteerTurn,
)
from peon_protocol.events import Event
from peon_protocol.rejections import Rejection

_OfTurn: TypeAlias = (
    StartTurn
    | InterruptTurn
    | QueueMessage
    | EditMessage
    | RemoveMessage
    | MoveMessage
    | SendMessage
    | SteerTurn
)
_OfLeave: TypeAlias = ApprovePendingAction | RejectPendingAction | AddRule | RemoveRule
_OfWorkspace: TypeAlias = (
    AcceptChanges
    | RejectChanges
    | CreateCheckpoint
    | RestoreCheckpoint
    | CommitChanges
    | PushChanges
    | CreateBranch
    | OpenPullRequest
    | RemoveWorktree
    | RestoreWorktree
)
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
                | RecordSteer()
                | SettleThread()
                | RecordErasure()
                | RecordExpiry()
            ):
                return tuple(_outcome(command, model, facts))
            case _:
                return tuple(_request(command, model, facts))
    except CommandRejected as refused:
        return refused.rejection


def _request(command: Command, model: Model, facts: Facts) -> Iterator[Event]:
    """What agents say comes first: of all commands it is the most frequent by far."""
    if isinstance(command, IngestProviderEvent):
        return ingest(command, model, facts)
    if isinstance(command, _OfWorkspace):
        return _workspace(command, model, facts)
    match command:
        case (
            StartTurn()
            | InterruptTurn()
            | QueueMessage()
            | EditMessage()
            | RemoveMessage()
            | MoveMessage()
            | SendMessage()
            | SteerTurn()
        ):
            return _turn(command, model, facts)
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
        case ApprovePendingAction() | RejectPendingAction() | AddRule() | RemoveRule():
            return _leave(command, model, facts)
        case _:
            assert_never(command)


def _turn(command: _OfTurn, model: Model, facts: Facts) -> Iterator[Event]:
    match command:
        case StartTurn():
            return start_turn(command, model, facts)
        case InterruptTurn():
            return interrupt_turn(command, model)
        case QueueMessage():
            return queue_message(command, model, facts)
        case EditMessage():
            return edit_message(command, model, facts)
        case RemoveMessage():
            return remove_message(command, model)
        case MoveMessage():
            return move_message(command, model)
        case SendMessage():
            return send_message(command, model, facts)
        case SteerTurn():
            return steer_turn(command, model, facts)
        case _:
            assert_never(command)


def _leave(command: _OfLeave, model: Model, facts: Facts) -> Iterator[Event]:
    match command:
        case ApprovePendingAction():
            return approve_action(command, model, facts)
        case RejectPendingAction():
            return reject_action(command, model, facts)
        case AddRule():
            return add_rule(command, model, facts)
        case RemoveRule():
            return remove_rule(command, model)
        case _:
            assert_never(command)


def _workspace(command: _OfWorkspace, model: Model, facts: Facts) -> Iterator[Event]:
    match command:
        case CreateCheckpoint():
            return create_checkpoint(command, model, facts)
        case RestoreCheckpoint():
            return restore_checkpoint(command, model, facts)
        case CommitChanges():
            return commit_changes(command, model, facts)
        case PushChanges():
            return push_changes(command, model, facts)
        case CreateBranch():
            return create_branch(command, model, facts)
        case OpenPullRequest():
            return open_pull_request(command, model, facts)
        case RemoveWorktree():
            return remove_worktree(command, model, facts)
        case RestoreWorktree():
            return restore_worktree(command, model, facts)
        case AcceptChanges():
            return accept_changes(command, model, facts)
        case RejectChanges():
            return reject_changes(command, model, facts)
        case _:
            assert_never(command)


def _outcome(command: InternalCommand, model: Model, facts: Facts) -> Iterator[Event]:
    match command:
        case RecordText():
            return record_text(command, model)
        case RecordOperation():
            return record_operation(command, model, facts)
        case RecordTurnCheckpoint():
            return record_turn_checkpoint(command, model)
        case RecordSteer():
            return record_steer(command, model)
        case SettleThread():
            return settle_thread(command, model)
        case RecordErasure():
            return record_erasure(command, model)
        case RecordExpiry():
            return record_expiry(command, model)
        case _:
            assert_never(command)
