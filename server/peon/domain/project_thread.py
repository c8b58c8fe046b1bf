"""The fold of one thread: what an event says of it."""

from typing import assert_never

from peon.domain.choices import with_changes
from peon.domain.model import (
    Action,
    Item,
    Session,
    Thread,
    Turn,
)
from peon.domain.patterns import covering
from peon.domain.project_work import WorkEvent, fold_work
from peon.domain.queue import as_waiting
from peon.domain.rules import wish_of
from peon.domain.usages import plus
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    EventErased,
    ItemRecorded,
    MessageEdited,
    MessageEvent,
    MessageQueued,
    MessageRemoved,
    MessageReordered,
    MessageSteered,
    ProjectEvent,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    StoredEvent,
    ThreadConfigured,
    ThreadCreated,
    ThreadDeleted,
    ThreadErased,
    TurnCompleted,
    TurnFailed,
    TurnInterruptRequested,
    TurnStarted,
)
from peon_protocol.ids import MessageId, TurnId
from peon_protocol.values import (
    Budget,
    Decision,
    ItemKind,
    ItemPatch,
    Scope,
    StopReason,
    TurnStatus,
)

_TEXTS = (ItemKind.MESSAGE, ItemKind.REASONING)
_INTERRUPTED = (StopReason.CANCELLED, StopReason.INTERRUPTED)


def created(event: ThreadCreated, stored: StoredEvent) -> Thread:
    """The thread that the event tells of."""
    return Thread(
        thread_id=event.thread_id,
        project_id=event.project_id,
        title=event.title,
        title_source=event.title_source,
        provider=event.provider,
        model=event.model,
        mode=event.mode,
        chosen=event.options,
        mcp_servers=event.mcp_servers,
        budget=event.budget,
        created_at=stored.occurred_at,
        updated_at=stored.occurred_at,
        sequence=stored.sequence,
        version=stored.version,
    )


def fold(thread: Thread, stored: StoredEvent) -> None:
    """Fold one event of the thread into it, unless it has it already."""
    if stored.sequence <= thread.sequence:
        return
    _fold(thread, stored)
    thread.sequence = stored.sequence
    thread.version = stored.version
    thread.updated_at = stored.occurred_at


def _fold(thread: Thread, stored: StoredEvent) -> None:
    event = stored.payload
    if isinstance(event, ItemRecorded):  # By far the most frequent.
        _item_recorded(thread, event)
        return
    if isinstance(event, WorkEvent):
        fold_work(thread, event, stored)
        return
    if isinstance(event, ProjectEvent):
        return
    if isinstance(event, MessageEvent):
        _message(thread, event, stored.occurred_at)
        return
    match event:
        case ThreadConfigured():
            _configured(thread, event)
        case TurnStarted():
            _turn_started(thread, event, stored.occurred_at)
        case TurnInterruptRequested():
            thread.turns[event.turn_id].interrupt_requested = True
        case TurnCompleted() | TurnFailed():
            _turn_ended(thread, event, stored.occurred_at)
        case ActionRequested() | ActionResolved():
            _action(thread, event, stored.occurred_at)
        case SessionOpened() | SessionConfigured() | SessionClosed():
            _of_session(thread, event)
        case ThreadCreated() | ThreadDeleted() | ThreadErased() | EventErased():
            return
        case _:
            assert_never(event)


def _configured(thread: Thread, event: ThreadConfigured) -> None:
    if event.title is not None:
        thread.title = event.title
    if event.title_source is not None:
        thread.title_source = event.title_source
    if event.model is not None:
        thread.model = event.model
    if event.mode is not None:
        thread.mode = event.mode
    if event.options is not None:
        thread.chosen = with_changes(thread.chosen, event.options)
    if event.mcp_servers is not None:
        thread.mcp_servers = event.mcp_servers
    if event.budget is not None:
        thread.budget = None if event.budget == Budget() else event.budget
    if event.archived is not None:
        thread.archived = event.archived


def _turn_started(thread: Thread, event: TurnStarted, at: str) -> None:
    thread.turns[event.turn_id] = Turn(
        turn_id=event.turn_id,
        number=event.number,
        prompt=event.prompt,
        mode=event.mode,
        model=event.model,
        checkpoint_id=event.checkpoint_id,
        started_at=at,
        message_id=event.message_id,
        options=event.options,
    )
    thread.turns[event.turn_id].told, thread.untold = thread.untold, ()
    thread.current = event.turn_id
    thread.queue_held = False
    if event.message_id is not None:
        _message_gone(thread, event.message_id, event.turn_id)


def _message(thread: Thread, event: MessageEvent, at: str) -> None:
    match event:
        case MessageQueued():
            _message_queued(thread, event, at)
        case MessageEdited():
            thread.queue[event.message_id].prompt = event.prompt
        case MessageRemoved():
            _message_gone(thread, event.message_id, None)
        case MessageReordered():
            thread.queue = {each: thread.queue[each] for each in event.order}
        case MessageSteered():
            _message_gone(thread, event.message_id, event.turn_id)
        case _:
            assert_never(event)


def _message_queued(thread: Thread, event: MessageQueued, at: str) -> None:
    """One that is there already is not taken by the agent, and keeps its place."""
    message = thread.queue.get(event.message_id)
    if message is None:
        thread.queue[event.message_id] = as_waiting(event, at)
    else:
        message.steering = None


def _message_gone(thread: Thread, message_id: MessageId, turn_id: TurnId | None) -> None:
    del thread.queue[message_id]
    thread.past_messages[message_id] = turn_id
    thread.queue_held = thread.queue_held and bool(thread.queue)


def _turn_ended(thread: Thread, event: TurnCompleted | TurnFailed, at: str) -> None:
    turn = thread.turns[event.turn_id]
    turn.ended_at = at
    turn.usage = event.usage
    if isinstance(event, TurnFailed):
        turn.status = TurnStatus.FAILED
        turn.error = event.error
    else:
        interrupted = event.stop_reason in _INTERRUPTED
        turn.status = TurnStatus.INTERRUPTED if interrupted else TurnStatus.COMPLETED
        turn.stop_reason = event.stop_reason
        if thread.session is not None and not interrupted:
            thread.session.heard = True
    thread.current = None
    thread.queue_held = event.queue_held
    if event.usage is not None:
        thread.usage = plus(thread.usage, event.usage)


def _item_recorded(thread: Thread, event: ItemRecorded) -> None:
    turn = thread.turns[event.turn_id]
    if thread.session is not None:
        thread.session.heard = True
    item = turn.items.get(event.item_id)
    if item is None:
        item = Item(item_id=event.item_id, kind=event.kind, status=event.status)
        turn.items[event.item_id] = item
    item.status = event.status
    if event.append is not None:
        item.pieces.append(event.append.text)
        item.length = event.append.end
    if event.patch is not None:
        _patch(item, event.patch)
    if event.kind in _TEXTS:
        if item.is_open:
            turn.open_text = item.item_id
        elif turn.open_text == item.item_id:
            turn.open_text = None


def _patch(item: Item, patch: ItemPatch) -> None:
    if patch.title is not None:
        item.title = patch.title
    if patch.tool_kind is not None:
        item.tool_kind = patch.tool_kind
    if patch.summary is not None:
        item.summary = patch.summary
    if patch.input is not None:
        item.input = patch.input
    if patch.content is not None:
        item.content = patch.content
    if patch.edits is not None:
        item.edits = patch.edits
    if patch.locations is not None:
        item.locations = patch.locations
    if patch.entries is not None:
        item.entries = patch.entries


def _action(thread: Thread, event: ActionRequested | ActionResolved, at: str) -> None:
    if isinstance(event, ActionRequested):
        _action_requested(thread, event, at)
    else:
        _action_resolved(thread, event)


def _action_requested(thread: Thread, event: ActionRequested, at: str) -> None:
    thread.actions[event.action_id] = Action(
        action_id=event.action_id,
        turn_id=event.turn_id,
        item_id=event.item_id,
        kind=event.kind,
        title=event.title,
        options=event.options,
        requested_at=at,
        paths=event.paths,
        command=event.command,
        scopes=event.scopes,
        fields=event.fields,
        asked_by=event.asked_by,
    )
    thread.pending[event.action_id] = None


def _action_resolved(thread: Thread, event: ActionResolved) -> None:
    action = thread.actions[event.action_id]
    action.decision = event.decision
    action.by = event.by
    thread.pending.pop(event.action_id, None)
    if event.decision is Decision.APPROVED and event.scope is Scope.SESSION:
        thread.grants[event.action_id] = covering(wish_of(action))


def _of_session(thread: Thread, event: SessionOpened | SessionConfigured | SessionClosed) -> None:
    match event:
        case SessionOpened():
            thread.session = _session(event)
        case SessionConfigured():
            thread.options, thread.commands = event.options, event.commands
        case SessionClosed():
            _session_closed(thread)
        case _:
            assert_never(event)


def _session_closed(thread: Thread) -> None:
    """A session that said something may be gone on with, though its process has ended."""
    if thread.session is not None and thread.session.heard:
        thread.left = thread.session.native_id
    thread.session, thread.grants = None, {}


def _session(event: SessionOpened) -> Session:
    return Session(
        session_id=event.session_id,
        native_id=event.native_id,
        provider=event.provider,
        agent_name=event.agent_name,
        agent_version=event.agent_version,
        origin=event.origin,
        mcp_servers=event.mcp_servers,
    )
