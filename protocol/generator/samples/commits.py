"""A commit of the story, and the few ways in which commits come about."""

from typing import Any, Final

import attrs

from generator.samples import cast
from generator.samples.commands import COMMANDS
from peon_protocol import commands
from peon_protocol.events import (
    CheckpointCreated,
    Event,
    ItemRecorded,
    OperationRequested,
    TurnStarted,
)
from peon_protocol.ids import CommandId, ItemId
from peon_protocol.values import (
    Actor,
    CheckpointKind,
    ItemKind,
    ItemPatch,
    ItemStatus,
    StopReason,
    TurnEndOperation,
    TurnError,
    Usage,
)

_ASKED: Final = {each.method: (each.method, each.params) for each in COMMANDS}


@attrs.frozen
class Commit:
    """Events that were recorded together: when, by whom, and why.

    `request` is the command they come from, `because` the type of the event they follow from.
    """

    second: int
    actor: Actor
    payloads: tuple[Event, ...]
    request: tuple[str, Any] | None = None
    because: str | None = None


def ada(second: int, method: str, *payloads: Event) -> Commit:
    """Ada sends the command that is the sample of `method`."""
    return Commit(second, cast.ADA, payloads, request=_ASKED[method])


def agent(second: int, *payloads: Event) -> Commit:
    """The agent says something in its turn, which began when its checkpoint was taken."""
    return Commit(second, cast.AGENT_ACTOR, payloads, because=CheckpointCreated.TYPE)


def done(second: int, *payloads: Event) -> Commit:
    """The server has done what an operation asked for."""
    return Commit(second, cast.SERVER, payloads, because=OperationRequested.TYPE)


def started(second: int, index: int, prompt: str, command_id: str) -> tuple[Commit, Commit]:
    """A turn begins, and the files before it are kept."""
    turn_id, checkpoint_id = cast.TURNS[index], cast.BEFORE[index]
    params = commands.StartTurn(
        thread_id=cast.THREAD, turn_id=turn_id, prompt=prompt, command_id=CommandId(command_id)
    )
    turn = TurnStarted(
        thread_id=cast.THREAD,
        turn_id=turn_id,
        number=index + 1,
        prompt=prompt,
        checkpoint_id=checkpoint_id,
    )
    checkpoint = CheckpointCreated(
        thread_id=cast.THREAD,
        checkpoint_id=checkpoint_id,
        description=f"Before turn {index + 1}",
        kind=CheckpointKind.TURN_START,
        snapshot=cast.snapshot(checkpoint_id),
        turn_id=turn_id,
    )
    return (
        Commit(second, cast.ADA, (turn,), request=("turn/start", params)),
        Commit(second, cast.SERVER, (checkpoint,), because=TurnStarted.TYPE),
    )


def ending(
    index: int,
    stop_reason: StopReason | None = None,
    error: TurnError | None = None,
    usage: Usage | None = None,
) -> OperationRequested:
    """The agent has ended a turn: its closing checkpoint is wanted."""
    return OperationRequested(
        thread_id=cast.THREAD,
        operation_id=cast.ENDINGS[index],
        operation=TurnEndOperation(
            checkpoint_id=cast.AFTER[index], stop_reason=stop_reason, error=error, usage=usage
        ),
        turn_id=cast.TURNS[index],
    )


def closing(index: int) -> CheckpointCreated:
    """The closing checkpoint of a turn."""
    return CheckpointCreated(
        thread_id=cast.THREAD,
        checkpoint_id=cast.AFTER[index],
        description=f"After turn {index + 1}",
        kind=CheckpointKind.TURN_END,
        snapshot=cast.snapshot(cast.AFTER[index]),
        turn_id=cast.TURNS[index],
        operation_id=cast.ENDINGS[index],
    )


def call(item_id: ItemId, status: ItemStatus, patch: ItemPatch | None = None) -> ItemRecorded:
    """A tool call of the first turn."""
    return ItemRecorded(
        thread_id=cast.THREAD,
        turn_id=cast.TURNS[0],
        item_id=item_id,
        kind=ItemKind.TOOL_CALL,
        status=status,
        patch=patch,
    )
