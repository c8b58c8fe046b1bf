"""The fold: each event, once, in order, brings the model up to date.

It is the same whether the event was decided a moment ago or is read from the journal after a
restart. It checks nothing and decides nothing.

Where events were lost to damage, what speaks of them is passed over: a log that was salvaged folds.

A snapshot holds a record of every thread that its rest knows, and each may be of another age, so an
event may come again: a thread skips what it has, by its own `sequence`, and so does the rest of the
model. What the rest takes from a thread that is ahead of it must hold for the thread as it was.
"""

from peon.domain import project_thread
from peon.domain.effects import OutboxEffect
from peon.domain.model import Deletion, Model, Project, Rule, Thread
from peon.domain.outcomes import OperationOutcome
from peon.domain.patterns import Pattern
from peon.domain.react import react
from peon.domain.receipts import record_command, record_outcome
from peon.domain.usages import plus
from peon_protocol.events import (
    BranchCreated,
    ChangesCommitted,
    ChangesPushed,
    CheckpointCreated,
    CheckpointRestored,
    Event,
    EventErased,
    ItemRecorded,
    MessageQueued,
    MessageSteered,
    OperationFailed,
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    PullRequestOpened,
    ReviewRecorded,
    RuleAdded,
    RuleRemoved,
    StoredEvent,
    ThreadCreated,
    ThreadDeleted,
    ThreadErased,
    TurnCompleted,
    TurnFailed,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import StreamId, ThreadId

LOST = StreamId("lost")
"""The stream of events that were lost to damage: nothing of them is known but that they were."""


def project(model: Model, stored: StoredEvent) -> Model:
    """Fold one event into the model, in place, and return it."""
    if stored.sequence <= model.sequence:
        _catch_up(model, stored)
        return model
    try:
        _fold(model, stored)
        if stored.command_id is not None:
            record_command(model, stored)
    except KeyError:
        if LOST not in model.versions:
            raise
    model.versions[stored.stream_id] = stored.version
    model.sequence = stored.sequence
    model.occurred_at = max(stored.occurred_at, model.occurred_at)
    return model


def _fold(model: Model, stored: StoredEvent) -> None:
    event = stored.payload
    if isinstance(event, ItemRecorded):
        # By far the most frequent, and of no concern to anything but its thread.
        project_thread.fold(model.threads[event.thread_id], stored)
        return
    if isinstance(event, OperationOutcome):
        _of_thread(model, model.threads[event.thread_id], stored)
        record_outcome(model, event, stored.sequence)
        return
    match event:
        case ProjectCreated():
            _project_created(model, event, stored.occurred_at)
        case ProjectConfigured():
            _project_configured(model, event)
        case ProjectDeleted():
            _project_deleted(model, event)
        case RuleAdded():
            _rule_added(model, event, stored)
        case RuleRemoved():
            rules = model.projects[event.project_id]
            del rules.rules[event.rule_id]
            rules.removed_rules[event.rule_id] = None
        case ThreadCreated():
            model.threads[event.thread_id] = project_thread.created(event, stored)
            model.projects[event.project_id].thread_ids[event.thread_id] = None
        case ThreadDeleted():
            model.deleted[event.thread_id] = Deletion(stored.occurred_at, stored.sequence)
            _remove_thread(model, event.thread_id)
        case ThreadErased():
            model.deleted.pop(event.thread_id, None)
        case EventErased():
            return
        case _:
            _of_thread(model, model.threads[event.thread_id], stored)


def _of_thread(model: Model, thread: Thread, stored: StoredEvent) -> None:
    project_thread.fold(thread, stored)
    event = stored.payload
    if isinstance(event, TurnCompleted | TurnFailed) and event.usage is not None:
        project = model.projects[thread.project_id]
        project.usage = plus(project.usage, event.usage)
    _index(model, thread)
    _fold_outbox(model, thread.thread_id, stored.payload)


def _catch_up(model: Model, stored: StoredEvent) -> None:
    """The rest of the model has the event already; its thread's record may be older."""
    thread = model.threads.get(ThreadId(stored.stream_id))
    if thread is not None and stored.sequence > thread.sequence:
        project_thread.fold(thread, stored)
        _index(model, thread)


def _project_created(model: Model, event: ProjectCreated, at: str) -> None:
    model.projects[event.project_id] = Project(
        project_id=event.project_id,
        root=event.root,
        title=event.title,
        defaults=event.defaults,
        created_at=at,
    )
    model.roots[event.root] = event.project_id


def _project_configured(model: Model, event: ProjectConfigured) -> None:
    project = model.projects[event.project_id]
    if event.title is not None:
        project.title = event.title
    if event.defaults is not None:
        project.defaults = event.defaults


def _rule_added(model: Model, event: RuleAdded, stored: StoredEvent) -> None:
    model.projects[event.project_id].rules[event.rule_id] = Rule(
        rule_id=event.rule_id,
        verdict=event.verdict,
        provider=event.provider,
        pattern=Pattern(tool_kind=event.tool_kind, path=event.path, command=event.command),
        created_at=stored.occurred_at,
        created_by=stored.actor,
    )


def _project_deleted(model: Model, event: ProjectDeleted) -> None:
    """Leaves no orphan, though the events before it should have removed every thread."""
    project = model.projects.pop(event.project_id)
    del model.roots[project.root]
    for thread_id in tuple(project.thread_ids):
        _drop_thread(model, thread_id)


def _remove_thread(model: Model, thread_id: ThreadId) -> None:
    """Of one that was erased nothing but its deletion is left."""
    thread = model.threads.get(thread_id)
    if thread is not None:
        del model.projects[thread.project_id].thread_ids[thread_id]
        _drop_thread(model, thread_id)


def _drop_thread(model: Model, thread_id: ThreadId) -> None:
    del model.threads[thread_id]
    model.busy.pop(thread_id, None)
    model.outbox.pop(thread_id, None)


def _index(model: Model, thread: Thread) -> None:
    if thread.current is not None or thread.operation is not None:
        model.busy[thread.thread_id] = None
    else:
        model.busy.pop(thread.thread_id, None)


def _fold_outbox(model: Model, thread_id: ThreadId, event: Event) -> None:
    effects = model.outbox.setdefault(thread_id, {})
    for key in _settled(event):
        effects.pop(key, None)
    if isinstance(event, (TurnCompleted, TurnFailed)):
        effects.clear()
    for effect in react(event, model):
        if isinstance(effect, OutboxEffect):
            effects[effect.key] = effect
    if not effects:
        del model.outbox[thread_id]


def _settled(event: Event) -> tuple[str, ...]:
    """The keys of the effects that `event` settles; a turn's end settles all of its thread's."""
    match event:
        case CheckpointCreated() if event.operation_id is None and event.turn_id is not None:
            return (f"capture:{event.turn_id}",)
        case CheckpointCreated() if event.operation_id is not None:
            return (f"operation:{event.operation_id}",)
        case OperationFailed():
            return (f"operation:{event.operation_id}", f"capture:{event.turn_id}")
        case (
            CheckpointRestored()
            | ChangesCommitted()
            | ChangesPushed()
            | BranchCreated()
            | PullRequestOpened()
            | ReviewRecorded()
            | WorktreeCreated()
            | WorktreeRemoved()
            | WorktreeRestored()
        ):
            return (f"operation:{event.operation_id}",)
        case MessageSteered() | MessageQueued():
            return (f"steer:{event.message_id}",)
        case _:
            return ()
