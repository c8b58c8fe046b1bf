"""Identifiers: opaque strings that match one pattern and are never used as file names."""

import re
from typing import Final, NewType

ProjectId = NewType("ProjectId", str)
ThreadId = NewType("ThreadId", str)
TurnId = NewType("TurnId", str)
ItemId = NewType("ItemId", str)
ActionId = NewType("ActionId", str)
CheckpointId = NewType("CheckpointId", str)
OperationId = NewType("OperationId", str)
SessionId = NewType("SessionId", str)
SubscriptionId = NewType("SubscriptionId", str)
CommandId = NewType("CommandId", str)
ProviderId = NewType("ProviderId", str)
EventId = NewType("EventId", str)
StreamId = NewType("StreamId", str)
BlobId = NewType("BlobId", str)
HunkId = NewType("HunkId", str)
MessageId = NewType("MessageId", str)
RuleId = NewType("RuleId", str)

ID_TYPES: Final = (
    ProjectId,
    ThreadId,
    TurnId,
    ItemId,
    ActionId,
    CheckpointId,
    OperationId,
    SessionId,
    SubscriptionId,
    CommandId,
    ProviderId,
    EventId,
    StreamId,
    BlobId,
    HunkId,
    MessageId,
    RuleId,
)

ID_PATTERN: Final = r"^[A-Za-z0-9_.:-]{1,128}$"
_ID: Final = re.compile(ID_PATTERN.removeprefix("^").removesuffix("$"))


def is_id(text: str) -> bool:
    """Whether `text` may be used as an identifier."""
    return _ID.fullmatch(text) is not None
