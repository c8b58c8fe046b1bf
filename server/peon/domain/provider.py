"""The rules for what a provider says: the single door, whoever runs the agent."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from peon.domain.actions import request_action, withdraw
from peon.domain.commands import RecordText
from peon.domain.facts import Facts
from peon.domain.items import append_text, replace_plan, text_item, update_tool_call
from peon.domain.lookup import require_thread
from peon.domain.model import Model, Project, Thread, Turn
from peon.domain.turns import Ending, end_turn, stop_at_budget
from peon.errors import CommandRejected
from peon_protocol import provider_events
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.events import (
    Event,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    ThreadConfigured,
)
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    ReasoningDelta,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.rejections import ActionNotFound, ProviderNotHost, TurnNotInProgress
from peon_protocol.values import (
    MODE_ORDER,
    ActorKind,
    Decider,
    DeciderKind,
    ItemKind,
    Mode,
    StopReason,
    TurnEndOperation,
    TurnError,
)

HOST = "host"
"""The provider whose agent the editor runs itself."""

AGENT_EXITED = "agent.exited"

EventOfTurn: TypeAlias = (
    TextDelta
    | ReasoningDelta
    | ToolCallUpdated
    | PlanReplaced
    | ActionRequested
    | ActionWithdrawn
    | UsageReported
    | TurnEnded
    | ProviderError
)
"""What a provider says of a turn, not of its session."""


def ingest(command: IngestProviderEvent, model: Model, facts: Facts) -> Iterator[Event]:
    """A client may speak for the provider `host` only; most of what is said needs a turn."""
    thread = require_thread(model, command.thread_id)
    if facts.actor.kind is ActorKind.CLIENT and thread.provider != HOST:
        raise CommandRejected(ProviderNotHost(thread.thread_id, thread.provider))
    event = command.event
    match event:
        case SessionStarted():
            return _session_started(thread, event)
        case SessionEnded():
            return _session_ended(thread, event, facts)
        case ModeChanged():
            return _mode_changed(thread, event)
        case provider_events.SessionConfigured():
            return _session_configured(thread, event)
        case _:
            project = model.projects[thread.project_id]
            return _within_turn(project, thread, event, facts)


def open_turn(thread: Thread) -> Turn:
    """The turn that is running and whose agent has not ended it.

    Raises CommandRejected(TurnNotInProgress): what comes after the end is never the turn's.
    """
    turn = thread.running_turn
    if turn is None or is_ending(thread):
        raise CommandRejected(TurnNotInProgress(thread.thread_id))
    return turn


def is_ending(thread: Thread) -> bool:
    """Whether the agent has ended the turn and only its closing checkpoint is awaited."""
    operation = thread.operation
    return operation is not None and isinstance(operation.operation, TurnEndOperation)


def goes_on_alone(thread: Thread) -> bool:
    """Whether what is under way in a busy thread goes on though no client is attached.

    An agent that waits for an answer does not, and neither does one that a host runs.
    """
    if thread.operation is not None:
        return True
    return not thread.pending and thread.provider != HOST


def record_text(command: RecordText, model: Model) -> Iterator[Event]:
    """Text that was held back; where its turn is gone, so is the text's place."""
    thread = model.threads.get(command.thread_id)
    turn = None if thread is None else thread.running_turn
    if thread is None or turn is None or turn.turn_id != command.turn_id or is_ending(thread):
        return iter(())
    return _text(
        thread, turn, command.kind, command.text, command.item_id, complete=command.complete
    )


def _within_turn(
    project: Project, thread: Thread, event: EventOfTurn, facts: Facts
) -> Iterator[Event]:
    turn = open_turn(thread)
    match event:
        case TextDelta():
            return _text(thread, turn, ItemKind.MESSAGE, event.text, event.item_id)
        case ReasoningDelta():
            return _text(thread, turn, ItemKind.REASONING, event.text, event.item_id)
        case ToolCallUpdated():
            return update_tool_call(thread.thread_id, turn, event)
        case PlanReplaced():
            return replace_plan(thread.thread_id, turn, event)
        case ActionRequested():
            return request_action(project, thread, turn, event, facts)
        case ActionWithdrawn():
            return _action_withdrawn(thread, event)
        case UsageReported():
            return stop_at_budget(thread, turn, event.usage)
        case TurnEnded():
            return end_turn(thread, turn, _ending(turn, event), facts)
        case ProviderError():
            return end_turn(thread, turn, _failing(turn, event.code, event.message), facts)
        case _:
            assert_never(event)


def _ending(turn: Turn, event: TurnEnded) -> Ending:
    """A turn that was asked to stop and stopped was cancelled, whatever the agent calls it."""
    asked = turn.interrupt_requested and event.stop_reason is StopReason.END_TURN
    return Ending(StopReason.CANCELLED if asked else event.stop_reason, usage=event.usage)


def _failing(turn: Turn, code: str, message: str) -> Ending:
    """An agent that breaks off because it was asked to stop has not failed."""
    if turn.interrupt_requested:
        return Ending(StopReason.CANCELLED)
    return Ending(error=TurnError(code, message))


def _text(
    thread: Thread,
    turn: Turn,
    kind: ItemKind,
    text: str,
    wanted: ItemId | None,
    *,
    complete: bool = False,
) -> Iterator[Event]:
    if not text:
        return iter(())
    item_id, _ = text_item(turn, kind, wanted)
    return append_text(thread.thread_id, turn, item_id, kind, text, complete=complete)


def _action_withdrawn(thread: Thread, event: ActionWithdrawn) -> Iterator[Event]:
    if event.action_id not in thread.actions:
        raise CommandRejected(ActionNotFound(thread.thread_id, event.action_id))
    if event.action_id in thread.pending:
        by = Decider(DeciderKind.AGENT, thread.provider)
        yield from withdraw(thread, event.action_id, by)


def _session_started(thread: Thread, event: SessionStarted) -> Iterator[Event]:
    if thread.session is not None:
        yield SessionClosed(
            thread_id=thread.thread_id,
            session_id=thread.session.session_id,
            reason="replaced",
        )
    yield SessionOpened(
        thread_id=thread.thread_id,
        session_id=event.session_id,
        native_id=event.native_id,
        provider=thread.provider,
        agent_name=event.agent_name,
        agent_version=event.agent_version,
        origin=event.origin,
        mcp_servers=event.mcp_servers,
    )


def _session_ended(thread: Thread, event: SessionEnded, facts: Facts) -> Iterator[Event]:
    """An agent that goes while it works on a turn ends that turn."""
    if thread.session is None or thread.session.session_id != event.session_id:
        return
    yield SessionClosed(
        thread_id=thread.thread_id,
        session_id=event.session_id,
        reason=event.reason,
        detail=event.detail,
    )
    turn = thread.running_turn
    if event.idle or turn is None or is_ending(thread):
        return
    if turn.prompted or turn.interrupt_requested:
        ending = _failing(turn, AGENT_EXITED, event.detail or event.reason)
        yield from end_turn(thread, turn, ending, facts)


def _session_configured(
    thread: Thread, event: provider_events.SessionConfigured
) -> Iterator[Event]:
    """Only what is new is recorded, and only of a session that is open."""
    options = thread.options if event.options is None else event.options
    commands = thread.commands if event.commands is None else event.commands
    if thread.session is None or (options, commands) == (thread.options, thread.commands):
        return
    yield SessionConfigured(
        thread_id=thread.thread_id,
        session_id=thread.session.session_id,
        options=options,
        commands=commands,
    )


def _mode_changed(thread: Thread, event: ModeChanged) -> Iterator[Event]:
    """An agent may bind itself, never free itself.

    What the turn in progress asked for is not the agent's own doing, and does not bind the thread.
    """
    turn = thread.running_turn
    allowed = _rank(thread.mode) if turn is None else min(_rank(thread.mode), _rank(turn.mode))
    if _rank(event.mode) < allowed:
        yield ThreadConfigured(thread_id=thread.thread_id, mode=event.mode)


def _rank(mode: Mode) -> int:
    return MODE_ORDER.index(mode)
