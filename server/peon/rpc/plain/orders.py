"""The user commands and what each is told; every member that can be guessed may be left out."""

from typing import Final, TypeAlias

import attrs

from peon.wire import ParamsInvalid, structure
from peon_protocol.ids import ActionId, CheckpointId, ThreadId
from peon_protocol.values import JsonValue, Mode, Prompt

ARGUMENT: Final = "$.params.arguments[0]"


@attrs.frozen(kw_only=True)
class StartTurn:
    """Ask an agent for something: in the thread of before, or, if `fresh`, in a new one."""

    prompt: Prompt
    root: str | None = None
    thread_id: ThreadId | None = None
    fresh: bool = False
    provider: str | None = None
    model: str | None = None
    mode: Mode | None = None


@attrs.frozen(kw_only=True)
class InterruptTurn:
    """Stop the turn in progress."""

    thread_id: ThreadId | None = None


@attrs.frozen(kw_only=True)
class ApproveAction:
    """Allow what an agent asks for: by default what it asked first."""

    thread_id: ThreadId | None = None
    action_id: ActionId | None = None


@attrs.frozen(kw_only=True)
class RejectAction:
    """Refuse what an agent asks for: by default what it asked first."""

    thread_id: ThreadId | None = None
    action_id: ActionId | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class CreateCheckpoint:
    """Keep the files as they are."""

    description: str
    thread_id: ThreadId | None = None


@attrs.frozen(kw_only=True)
class RestoreCheckpoint:
    """Go back to a checkpoint: by default to the one before the last turn."""

    thread_id: ThreadId | None = None
    checkpoint_id: CheckpointId | None = None


@attrs.frozen(kw_only=True)
class CommitChanges:
    """Commit in the user's repository."""

    message: str
    thread_id: ThreadId | None = None
    paths: tuple[str, ...] | None = None


@attrs.frozen(kw_only=True)
class PushChanges:
    """Push the user's branch."""

    thread_id: ThreadId | None = None
    remote: str | None = None
    branch: str | None = None


@attrs.frozen(kw_only=True)
class CancelOperation:
    """Stop the work on the files or in the repository that is under way."""

    thread_id: ThreadId | None = None


Order: TypeAlias = (
    StartTurn
    | InterruptTurn
    | ApproveAction
    | RejectAction
    | CreateCheckpoint
    | RestoreCheckpoint
    | CommitChanges
    | PushChanges
    | CancelOperation
)

ORDERS: Final[dict[str, type[Order]]] = {
    "peon.startTurn": StartTurn,
    "peon.interruptTurn": InterruptTurn,
    "peon.approveAction": ApproveAction,
    "peon.rejectAction": RejectAction,
    "peon.createCheckpoint": CreateCheckpoint,
    "peon.restoreCheckpoint": RestoreCheckpoint,
    "peon.commitChanges": CommitChanges,
    "peon.pushChanges": PushChanges,
    "peon.cancelOperation": CancelOperation,
}

_TEXT: Final = {StartTurn: "prompt", CreateCheckpoint: "description", CommitChanges: "message"}
"""Where a bare text belongs, which is all that some editors let their users type."""


def read_order(kind: type[Order], arguments: tuple[JsonValue, ...]) -> Order:
    """What the arguments of a command say. Raises ParamsInvalid."""
    if len(arguments) > 1:
        raise ParamsInvalid(["expected one argument @ $.params.arguments"])
    told = arguments[0] if arguments else {}
    if isinstance(told, str) and kind in _TEXT:
        told = {_TEXT[kind]: told}
    return structure(told, kind, root=ARGUMENT)


def missing(member: str) -> ParamsInvalid:
    """A member that could be left out, but for want of anything to guess it from."""
    return ParamsInvalid([f"required field missing @ {ARGUMENT}.{member}"])
