"""Views of the read model: what queries answer with. The only reader of the model's insides."""

from collections.abc import Iterable
from itertools import islice

from peon.domain.lookup import folder_of, require_project
from peon.domain.model import Checkpoint, Item, Model, Project, QueuedMessage, Thread, Turn
from peon.engine.gists import Gist
from peon_protocol.ids import ProjectId, ThreadId
from peon_protocol.values import TitleSource
from peon_protocol.views import (
    CheckpointView,
    ItemView,
    OperationView,
    PendingActionView,
    ProjectView,
    QueuedMessageView,
    RuleView,
    SessionView,
    ThreadView,
    TurnView,
    WorktreeView,
)


def projects(model: Model) -> tuple[ProjectView, ...]:
    """Every live project, oldest first."""
    return tuple(_project(model, each) for each in model.projects.values())


def rules(model: Model, project_id: ProjectId) -> tuple[RuleView, ...]:
    """The rules of a project, oldest first. Raises CommandRejected(ProjectNotFound)."""
    project = require_project(model, project_id)
    return tuple(
        RuleView(
            rule_id=each.rule_id,
            project_id=project_id,
            provider=each.provider,
            verdict=each.verdict,
            tool_kind=each.pattern.tool_kind,
            path=each.pattern.path,
            command=each.pattern.command,
            created_at=each.created_at,
            created_by=each.created_by,
        )
        for each in project.rules.values()
    )


def checkpoints(model: Model, thread_id: ThreadId) -> tuple[CheckpointView, ...]:
    """The checkpoints of a thread, oldest first; none where there is no such thread."""
    found = model.threads.get(thread_id)
    if found is None:
        return ()
    return tuple(_checkpoint(found.thread_id, each) for each in found.checkpoints.values())


def _project(model: Model, project: Project) -> ProjectView:
    return ProjectView(
        project_id=project.project_id,
        root=project.root,
        title=project.title,
        defaults=project.defaults,
        usage=project.usage,
        created_at=project.created_at,
        version=model.versions[project.project_id],
    )


def sharing(model: Model, found: Thread) -> tuple[ThreadId, ...]:
    """The other threads that may be at work in its folder."""
    folder = folder_of(model, found)
    return tuple(
        each.thread_id
        for each in model.threads.values()
        if each is not found and not each.archived and folder_of(model, each) == folder
    )


def of_thread(
    model: Model,
    found: Thread,
    past: Gist,
    turns: tuple[TurnView, ...],
    shared_with: tuple[ThreadId, ...],
) -> ThreadView:
    """A thread, with what is told of its past and of those that share its folder."""
    return ThreadView(
        thread_id=found.thread_id,
        project_id=found.project_id,
        title=_title(found, past.heading),
        title_source=found.title_source,
        status=found.status,
        provider=found.provider,
        model=found.model,
        mode=found.mode,
        archived=found.archived,
        turns=turns,
        turn_count=past.turn_count,
        pending_actions=tuple(_pending_actions(found)),
        queue=tuple(_message(each) for each in found.queue.values()),
        queue_held=_queue_held(found),
        checkpoints=tuple(_checkpoint(found.thread_id, each) for each in past.checkpoints),
        checkpoint_count=past.checkpoint_count,
        operation=_operation(found),
        session=_session(found),
        options=found.options,
        commands=found.commands,
        chosen_options=found.chosen,
        mcp_servers=found.mcp_servers,
        usage=found.usage,
        budget=found.budget,
        folder=folder_of(model, found),
        worktree=_worktree(found),
        shared_with=shared_with,
        created_at=found.created_at,
        updated_at=found.updated_at,
        version=found.version,
    )


def of_turn(turn: Turn, *, undone: bool, with_items: bool = True, left: int = 0) -> TurnView:
    """A turn of a thread, of whose items the first `left` are left out."""
    # By their ids: those that are left out may rest, and are not read.
    items = (turn.items[each] for each in islice(turn.items, left, None)) if with_items else ()
    return TurnView(
        turn_id=turn.turn_id,
        number=turn.number,
        status=turn.status,
        prompt=turn.prompt,
        mode=turn.mode,
        model=turn.model,
        options=turn.options,
        items=tuple(map(_item, items)) if with_items else None,
        started_at=turn.started_at,
        ended_at=turn.ended_at,
        interrupt_requested=turn.interrupt_requested,
        stop_reason=turn.stop_reason,
        error=turn.error,
        usage=turn.usage,
        undone=undone,
    )


def _item(item: Item) -> ItemView:
    return ItemView(
        item_id=item.item_id,
        kind=item.kind,
        status=item.status,
        text=item.text,
        title=item.title,
        tool_kind=item.tool_kind,
        summary=item.summary,
        input=item.input,
        content=item.content,
        edits=item.edits,
        locations=item.locations,
        entries=item.entries,
    )


def _pending_actions(found: Thread) -> Iterable[PendingActionView]:
    for action_id in found.pending:
        action = found.actions[action_id]
        yield PendingActionView(
            action_id=action.action_id,
            turn_id=action.turn_id,
            item_id=action.item_id,
            title=action.title,
            kind=action.kind,
            options=action.options,
            paths=action.paths,
            command=action.command,
            scopes=action.scopes,
            fields=action.fields,
            asked_by=action.asked_by,
            requested_at=action.requested_at,
        )


def _title(found: Thread, heading: str | None) -> str:
    """A gist may be older than a name that somebody gave."""
    return heading if heading and found.title_source is TitleSource.SERVER else found.title


def _queue_held(found: Thread) -> bool:
    return found.queue_held or (bool(found.queue) and found.budget_spent)


def _message(message: QueuedMessage) -> QueuedMessageView:
    return QueuedMessageView(
        message_id=message.message_id,
        prompt=message.prompt,
        model=message.model,
        mode=message.mode,
        options=message.options,
        steer=message.steering is not None,
        queued_at=message.queued_at,
    )


def _checkpoint(thread_id: ThreadId, checkpoint: Checkpoint) -> CheckpointView:
    return CheckpointView(
        checkpoint_id=checkpoint.checkpoint_id,
        thread_id=thread_id,
        turn_id=checkpoint.turn_id,
        description=checkpoint.description,
        kind=checkpoint.kind,
        created_at=checkpoint.created_at,
        missing=checkpoint.missing,
        expired=checkpoint.expired,
    )


def _operation(found: Thread) -> OperationView | None:
    if found.operation is None:
        return None
    return OperationView(
        operation_id=found.operation.operation_id,
        kind=found.operation.operation.TYPE,
        requested_at=found.operation.requested_at,
    )


def _worktree(found: Thread) -> WorktreeView | None:
    worktree = found.worktree
    if worktree is None:
        return None
    return WorktreeView(
        path=worktree.path,
        branch=worktree.branch,
        base=worktree.base,
        made=worktree.made,
        removed=worktree.removed,
    )


def _session(found: Thread) -> SessionView | None:
    if found.session is None:
        return None
    return SessionView(
        session_id=found.session.session_id,
        provider=found.session.provider,
        agent_name=found.session.agent_name,
        agent_version=found.session.agent_version,
        origin=found.session.origin,
        mcp_servers=found.session.mcp_servers,
    )
