"""What is true of every state of the read model, written as what would break it."""

from collections.abc import Iterator

from peon.domain.model import Model, Thread, Turn
from peon_protocol.events import (
    MessageQueued,
    MessageRemoved,
    MessageSteered,
    StoredEvent,
    ThreadDeleted,
    TurnStarted,
)
from peon_protocol.ids import ItemId, MessageId, ThreadId, TurnId
from peon_protocol.values import RestoreOperation, TurnEndOperation, TurnStatus


def broken(model: Model) -> list[str]:
    """Every invariant that the model does not keep; none, for a model the rules have made."""
    found = list(_indexes(model))
    for thread in model.threads.values():
        found += [f"{thread.thread_id}: {what}" for what in _thread(model, thread)]
        for turn in thread.turns.values():
            found += [f"{turn.turn_id}: {what}" for what in _turn(thread, turn)]
    return found


def broken_in_log(log: list[StoredEvent]) -> list[str]:
    """Sequences and versions count from 1 without a gap, and time never goes back."""
    found = []
    versions: dict[str, int] = {}
    moment = ""
    for sequence, stored in enumerate(log, 1):
        version = versions[stored.stream_id] = versions.get(stored.stream_id, 0) + 1
        if (stored.sequence, stored.version) != (sequence, version):
            found.append(f"{stored.sequence} is not the next")
        if stored.occurred_at < moment:
            found.append(f"{stored.sequence} happened before the one before it")
        moment = stored.occurred_at
    return found


def lost_messages(log: list[StoredEvent], model: Model) -> list[str]:
    """What a user has queued, or told the agent, begins one turn, is an item of one, was taken back
    by somebody, or waits: never none of them, and never two.
    """
    waiting: set[tuple[ThreadId, MessageId]] = set()
    found = []
    for stored in log:
        event = stored.payload
        match event:
            case MessageQueued():
                waiting.add((event.thread_id, event.message_id))
            case MessageSteered() | MessageRemoved() | TurnStarted():
                message_id = event.message_id
                if message_id is not None and (event.thread_id, message_id) not in waiting:
                    found.append(f"{message_id} did not wait: {stored.type}")
                waiting -= {(event.thread_id, message_id)}
            case ThreadDeleted():
                waiting = {each for each in waiting if each[0] != event.thread_id}
            case _:
                pass
    queues = {(t.thread_id, each) for t in model.threads.values() for each in t.queue}
    return [*found, *(f"{each[1]} is lost, or came of nothing" for each in waiting ^ queues)]


def closed_items(model: Model) -> set[tuple[ThreadId, TurnId, ItemId]]:
    """What is closed, which is for good."""
    return {
        (thread.thread_id, turn.turn_id, item.item_id)
        for thread in model.threads.values()
        for turn in thread.turns.values()
        for item in turn.items.values()
        if not item.is_open
    }


def derived_busy(model: Model) -> set[ThreadId]:
    return {
        thread.thread_id
        for thread in model.threads.values()
        if thread.current is not None or thread.operation is not None
    }


def _indexes(model: Model) -> Iterator[str]:
    roots = {project.root: project.project_id for project in model.projects.values()}
    listed = {each for project in model.projects.values() for each in project.thread_ids}
    if model.roots != roots:
        yield "roots are not those of the live projects"
    if listed != set(model.threads):
        yield "a thread is an orphan, or a project has lost one"
    if set(model.busy) != derived_busy(model):
        yield "busy threads are not those at work"
    if not set(model.outbox) <= set(model.busy):
        yield "work is wanted of a thread that is not at work"
    if not all(model.outbox.values()):
        yield "an empty outbox is kept"
    if not {*model.projects, *model.threads} <= set(model.versions):
        yield "a stream has no version"


def _thread(model: Model, thread: Thread) -> Iterator[str]:
    running = [turn for turn in thread.turns.values() if turn.status is TurnStatus.RUNNING]
    if [turn.turn_id for turn in running] != ([thread.current] if thread.current else []):
        yield "more than one turn runs, or another than the current one"
    if [turn.number for turn in thread.turns.values()] != list(range(1, len(thread.turns) + 1)):
        yield "turns are not numbered from 1"
    if thread.pending and thread.current is None:
        yield "an action waits though no turn runs"
    waiting = {each.action_id for each in thread.actions.values() if each.decision is None}
    if set(thread.pending) != waiting:
        yield "what waits is not what is undecided"
    if thread.operation is not None:
        is_ending = isinstance(thread.operation.operation, TurnEndOperation)
        if is_ending != (thread.current is not None):
            yield "an operation is under way during a turn, or a turn ends that does not run"
    if thread.archived and thread.current is not None:
        yield "archived, and a turn runs"
    yield from _queue(model, thread)
    if thread.version != model.versions[thread.thread_id]:
        yield "the version is not that of its last event"
    operations = {key for key in model.outbox.get(thread.thread_id, {}) if "operation:" in key}
    wanted = set() if thread.operation is None else {f"operation:{thread.operation.operation_id}"}
    if operations != wanted:
        yield "the operation in the outbox is not the one under way"


def _queue(model: Model, thread: Thread) -> Iterator[str]:
    if not thread.queue.keys().isdisjoint(thread.past_messages):
        yield "a message waits that has begun, was taken or removed"
    began = {turn.message_id for turn in thread.turns.values() if turn.message_id is not None}
    if not began <= set(thread.past_messages):
        yield "a turn began with a message that nobody remembers"
    if thread.queue_held and (not thread.queue or thread.current is not None):
        yield "an empty queue, or that of a thread at work, is held"
    told = {each.steering for each in thread.queue.values()} - {None}
    if not told <= {thread.current}:
        yield "a message is told to an agent that is not at work"
    is_free = thread.current is None and thread.operation is None and not thread.archived
    if (
        thread.queue
        and is_free
        and not thread.queue_held
        and not thread.budget_spent
        and not _restored(model, thread)
        and not (thread.worktree is not None and thread.worktree.removed)
    ):
        yield "a message waits for nothing"


def _restored(model: Model, thread: Thread) -> bool:
    others = (model.threads[each] for each in model.projects[thread.project_id].thread_ids)
    return any(
        other.operation is not None and isinstance(other.operation.operation, RestoreOperation)
        for other in others
    )


def _turn(thread: Thread, turn: Turn) -> Iterator[str]:
    for item in turn.items.values():
        if item.length != len(item.text.encode()):
            yield f"the length of {item.item_id} is not that of its text"
    if turn.open_text is not None and not turn.items[turn.open_text].is_open:
        yield "the open text is closed"
    if turn.prompted and not turn.captured:
        yield "prompted before its first checkpoint"
    if turn.status is TurnStatus.RUNNING and thread.operation is None:
        return
    if any(item.is_open for item in turn.items.values()) or turn.open_text is not None:
        yield "over, and something in it is open"
    if any(thread.actions[action_id].turn_id == turn.turn_id for action_id in thread.pending):
        yield "over, and an action of it waits"
    if turn.status is TurnStatus.RUNNING:
        return
    if turn.ended_at is None or (turn.error is None) == (turn.stop_reason is None):
        yield "over without saying how"
