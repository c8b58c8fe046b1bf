"""What tests of the rules tell of: Ada's garden, the threads in it, and what happened so far."""

from typing import Final

from peon.domain.actions import TURN_END
from peon.domain.commands import CheckpointTaken, RecordOperation
from peon.domain.effects import AnswerAgent, Effect, PerformOperation
from peon_protocol.commands import (
    IngestProviderEvent,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    CheckpointCreated,
    Event,
    ItemRecorded,
    OperationRequested,
    ProjectCreated,
    SessionOpened,
    ThreadCreated,
    TurnCompleted,
    TurnStarted,
)
from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    ItemId,
    OperationId,
    ProjectId,
    SessionId,
    ThreadId,
    TurnId,
)
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.values import (
    ActionOption,
    CheckpointKind,
    CheckpointOperation,
    Decider,
    Decision,
    ItemKind,
    ItemPatch,
    ItemStatus,
    Mode,
    Operation,
    OptionKind,
    Scope,
    StopReason,
    TextAppend,
    TitleSource,
    ToolKind,
    TurnEndOperation,
    TurnError,
    Usage,
)
from support.given import FRESH, ROOT, Step

GARDEN: Final = ProjectId("garden")
TALK: Final = ThreadId("talk")
OTHER: Final = ThreadId("other")
TURN: Final = TurnId("turn")
TOOL: Final = ItemId("tool")
ASKED: Final = ActionId("asked")
SESSION: Final = SessionId("session")
PROMPT: Final = "water the roses"
BEFORE: Final = CheckpointId("before-turn")
KEPT: Final = CheckpointId("kept")
WORK: Final = OperationId("work")
SNAPSHOT: Final = "5eed"
NOBODY: Final = ThreadId("nobody")

ALLOW: Final = ActionOption("yes", "Allow", OptionKind.ALLOW_ONCE)
ALLOW_ALWAYS: Final = ActionOption("ever", "Always allow", OptionKind.ALLOW_ALWAYS)
REJECT: Final = ActionOption("no", "Reject", OptionKind.REJECT_ONCE)
EVERY_OPTION: Final = (ALLOW_ALWAYS, ALLOW, REJECT)


def a_project(project_id: ProjectId = GARDEN, root: str = ROOT) -> Event:
    return ProjectCreated(project_id=project_id, root=root, title="garden")


def a_thread(
    thread_id: ThreadId = TALK,
    *,
    project_id: ProjectId = GARDEN,
    provider: str = "script",
    mode: Mode = Mode.ASK,
    model: str | None = None,
) -> Event:
    return ThreadCreated(
        thread_id=thread_id,
        project_id=project_id,
        title="New thread",
        title_source=TitleSource.SERVER,
        provider=provider,
        model=model,
        mode=mode,
    )


def an_idle_thread(*, provider: str = "script", mode: Mode = Mode.ASK) -> tuple[Event, ...]:
    """A project and a thread in it."""
    return (a_project(), a_thread(provider=provider, mode=mode))


def a_turn_started(
    turn_id: TurnId = TURN,
    *,
    thread_id: ThreadId = TALK,
    number: int = 1,
    mode: Mode = Mode.ASK,
) -> Event:
    """A turn whose first checkpoint is still being taken."""
    return TurnStarted(
        thread_id=thread_id,
        turn_id=turn_id,
        number=number,
        prompt=PROMPT,
        checkpoint_id=BEFORE if turn_id == TURN else CheckpointId(f"before-{turn_id}"),
        mode=mode,
    )


def its_first_checkpoint(
    turn_id: TurnId = TURN, *, thread_id: ThreadId = TALK, number: int = 1
) -> Event:
    return CheckpointCreated(
        thread_id=thread_id,
        checkpoint_id=BEFORE if turn_id == TURN else CheckpointId(f"before-{turn_id}"),
        description=f"Before turn {number}",
        kind=CheckpointKind.TURN_START,
        snapshot=SNAPSHOT,
        turn_id=turn_id,
    )


def a_running_turn(*, provider: str = "script", mode: Mode = Mode.ASK) -> tuple[Event, ...]:
    """A thread whose agent has its prompt."""
    return (
        *an_idle_thread(provider=provider, mode=mode),
        a_turn_started(mode=mode),
        its_first_checkpoint(),
    )


def the_end_of(turn_id: TurnId = TURN, *, thread_id: ThreadId = TALK) -> Event:
    return TurnCompleted(thread_id=thread_id, turn_id=turn_id, stop_reason=StopReason.END_TURN)


def a_tool_call(
    status: ItemStatus = ItemStatus.RUNNING, *, kind: ToolKind | None = ToolKind.EDIT
) -> Event:
    patch = ItemPatch(title="Edit roses.txt", tool_kind=kind)
    return ItemRecorded(
        thread_id=TALK,
        turn_id=TURN,
        item_id=TOOL,
        kind=ItemKind.TOOL_CALL,
        status=status,
        patch=patch,
    )


def an_action(
    action_id: ActionId = ASKED,
    *,
    item_id: ItemId = TOOL,
    kind: ToolKind = ToolKind.EDIT,
    options: tuple[ActionOption, ...] = EVERY_OPTION,
    paths: tuple[str, ...] = (),
    command: str | None = None,
    scopes: tuple[Scope, ...] = (Scope.ONCE,),
) -> Event:
    return ActionRequested(
        thread_id=TALK,
        turn_id=TURN,
        action_id=action_id,
        item_id=item_id,
        kind=kind,
        title="Edit roses.txt",
        options=options,
        paths=paths,
        command=command,
        scopes=scopes,
    )


def an_asking_turn(options: tuple[ActionOption, ...] = EVERY_OPTION) -> tuple[Event, ...]:
    """A turn that waits for leave to edit a file."""
    return (
        *a_running_turn(),
        a_tool_call(ItemStatus.AWAITING_APPROVAL),
        an_action(options=options),
    )


def an_operation(operation: Operation | None = None, *, thread_id: ThreadId = TALK) -> Event:
    """Workspace work under way; a checkpoint by hand, unless it is said."""
    work = CheckpointOperation(KEPT, "roses watered") if operation is None else operation
    return OperationRequested(thread_id=thread_id, operation_id=WORK, operation=work)


def an_ending(
    *,
    stop_reason: StopReason | None = StopReason.END_TURN,
    error: TurnError | None = None,
    usage: Usage | None = None,
) -> Event:
    """The agent has ended its turn; the closing checkpoint is still being taken."""
    return OperationRequested(
        thread_id=TALK,
        turn_id=TURN,
        operation_id=WORK,
        operation=TurnEndOperation(CheckpointId("after-turn"), stop_reason, error, usage),
    )


def a_checkpoint(
    checkpoint_id: CheckpointId = KEPT,
    *,
    thread_id: ThreadId = TALK,
    description: str = "as is",
    snapshot: str = SNAPSHOT,
) -> tuple[Step, ...]:
    """A checkpoint taken by hand."""
    operation_id = OperationId(f"taking-{checkpoint_id}")
    operation = CheckpointOperation(checkpoint_id, description)
    return (
        OperationRequested(thread_id=thread_id, operation_id=operation_id, operation=operation),
        RecordOperation(thread_id, operation_id, CheckpointTaken(snapshot)),
    )


def a_session(session_id: SessionId = SESSION, *, provider: str = "script") -> Event:
    return SessionOpened(
        thread_id=TALK,
        session_id=session_id,
        native_id="native",
        provider=provider,
        agent_name="Script",
    )


def text(
    item_id: str,
    content: str,
    *,
    offset: int = 0,
    kind: ItemKind = ItemKind.MESSAGE,
    status: ItemStatus = ItemStatus.STREAMING,
) -> Event:
    """Text at the end of an item."""
    end = offset + len(content.encode())
    return ItemRecorded(
        thread_id=TALK,
        turn_id=TURN,
        item_id=ItemId(item_id),
        kind=kind,
        status=status,
        append=TextAppend(offset, end, content),
    )


def moved(item_id: str, status: ItemStatus, *, kind: ItemKind = ItemKind.TOOL_CALL) -> Event:
    """An item whose status changed and nothing else."""
    return ItemRecorded(
        thread_id=TALK, turn_id=TURN, item_id=ItemId(item_id), kind=kind, status=status
    )


def says(event: ProviderEvent, *, thread_id: ThreadId = TALK) -> IngestProviderEvent:
    return IngestProviderEvent(thread_id=thread_id, event=event)


def a_withdrawal(action_id: ActionId = ASKED, *, by: Decider = TURN_END) -> Event:
    """Nobody waits for the answer any more."""
    return ActionResolved(
        thread_id=TALK,
        turn_id=TURN,
        action_id=action_id,
        decision=Decision.WITHDRAWN,
        by=by,
    )


_DECISIONS = {True: Decision.APPROVED, False: Decision.REJECTED, None: Decision.WITHDRAWN}


def told_to_the_agent(
    option_id: str | None,
    *,
    approved: bool | None,
    action_id: ActionId = ASKED,
    item_id: ItemId = TOOL,
) -> Effect:
    """What became of an action; `approved` is None where it was withdrawn."""
    return AnswerAgent(
        thread_id=TALK,
        turn_id=TURN,
        action_id=action_id,
        item_id=item_id,
        kind=ToolKind.EDIT,
        option_id=option_id,
        decision=_DECISIONS[approved],
    )


def work_on(operation: Operation, *, turn_id: TurnId | None = None) -> Effect:
    """The work that an operation asks for, if it is the first of its command."""
    return PerformOperation(
        thread_id=TALK, turn_id=turn_id, operation_id=OperationId(FRESH), operation=operation
    )
