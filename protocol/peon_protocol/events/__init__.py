"""The events: facts, past tense, never refused; and the envelope they are stored in.

`TYPE` is the name on the wire and in the journal, `SCHEMA` the version of the payload's shape.

Invariant: data only, like the package it is in.
"""

from typing import TypeAlias

import attrs

from peon_protocol.events.items import ActionRequested, ActionResolved, ItemRecorded
from peon_protocol.events.messages import (
    MessageEdited,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    MessageSteered,
)
from peon_protocol.events.projects import (
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    RuleAdded,
    RuleRemoved,
)
from peon_protocol.events.reviews import ReviewRecorded, ReviewRequested
from peon_protocol.events.threads import (
    EventErased,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    ThreadConfigured,
    ThreadCreated,
    ThreadDeleted,
    ThreadErased,
)
from peon_protocol.events.turns import (
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.events.workspace import (
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    CheckpointsExpired,
    OperationFailed,
    OperationRequested,
    PullRequestOpened,
)
from peon_protocol.events.worktrees import (
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import CommandId, EventId, StreamId
from peon_protocol.values import Actor

__all__ = [
    "ActionRequested",
    "ActionResolved",
    "BranchCreated",
    "ChangesCommitted",
    "ChangesPushed",
    "CheckpointCreated",
    "CheckpointRestored",
    "CheckpointsExpired",
    "Event",
    "EventErased",
    "ItemRecorded",
    "MessageEdited",
    "MessageEvent",
    "MessageQueued",
    "MessageRemoved",
    "MessageReordered",
    "MessageSteered",
    "OperationFailed",
    "OperationRequested",
    "ProjectConfigured",
    "ProjectCreated",
    "ProjectDeleted",
    "ProjectEvent",
    "PullRequestOpened",
    "ReviewRecorded",
    "ReviewRequested",
    "RuleAdded",
    "RuleRemoved",
    "SessionClosed",
    "SessionConfigured",
    "SessionOpened",
    "StoredEvent",
    "ThreadConfigured",
    "ThreadCreated",
    "ThreadDeleted",
    "ThreadErased",
    "TurnCompleted",
    "TurnFailed",
    "TurnInterruptRequested",
    "TurnStarted",
    "WorktreeCreated",
    "WorktreeRemoved",
    "WorktreeRestored",
]

ProjectEvent: TypeAlias = (
    ProjectCreated | ProjectConfigured | ProjectDeleted | RuleAdded | RuleRemoved
)
"""What happened to a project: all else happened in a thread."""

MessageEvent: TypeAlias = (
    MessageQueued | MessageEdited | MessageRemoved | MessageReordered | MessageSteered
)
"""What happened to a message that waits."""

Event: TypeAlias = (
    ProjectEvent
    | ThreadCreated
    | ThreadConfigured
    | ThreadDeleted
    | MessageEvent
    | TurnStarted
    | TurnInterruptRequested
    | TurnCompleted
    | TurnFailed
    | ItemRecorded
    | ActionRequested
    | ActionResolved
    | CheckpointCreated
    | CheckpointRestored
    | CheckpointsExpired
    | ChangesCommitted
    | ChangesPushed
    | BranchCreated
    | PullRequestOpened
    | ReviewRequested
    | ReviewRecorded
    | WorktreeCreated
    | WorktreeRemoved
    | WorktreeRestored
    | SessionOpened
    | SessionConfigured
    | SessionClosed
    | OperationRequested
    | OperationFailed
    | ThreadErased
    | EventErased
)


@attrs.frozen(kw_only=True)
class StoredEvent:
    """An event with its place and its reason. These bytes are the journal's and the wire's alike.

    `sequence` is the place in the whole log, `version` the place in the stream (a project or a
    thread); both are contiguous from 1. `command_digest` tells a repeated command from another one
    that carries the same id.
    """

    sequence: int
    event_id: EventId
    stream_id: StreamId
    version: int
    type: str
    schema: int
    occurred_at: str
    command_id: CommandId | None
    command_digest: str | None
    causation_id: EventId | None
    correlation_id: EventId | None
    actor: Actor
    payload: Event
