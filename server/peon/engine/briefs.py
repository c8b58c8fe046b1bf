"""What reactors need to know of the model to do their work: frozen, and true when it was asked
for.
"""

from collections.abc import Mapping
from pathlib import Path

import attrs

from peon.domain.checkpoints import (
    conversation_change,
    refuse_restored_paths,
    require_checkpoint,
)
from peon.domain.effects import OutboxEffect, PerformOperation
from peon.domain.lookup import folder_of, require_project, require_thread, require_turn
from peon.domain.model import Model, Thread
from peon.domain.provider import is_ending
from peon.domain.reviews import refuse_expired_start, told
from peon.domain.servers import servers_of
from peon.domain.verdicts import WaitingReview
from peon.engine.envelopes import Cause
from peon.engine.outbox import Due
from peon.errors import CommandRejected
from peon_protocol.ids import (
    CheckpointId,
    EventId,
    HunkId,
    ItemId,
    MessageId,
    ProjectId,
    ThreadId,
    TurnId,
)
from peon_protocol.queries import PreviewRestore
from peon_protocol.rejections import FolderNotNamed
from peon_protocol.values import (
    CheckpointKind,
    FileEdit,
    McpServer,
    MissingPath,
    Mode,
    OptionValue,
    Prompt,
    ReviewOperation,
    ToolKind,
    Verdict,
)


@attrs.frozen(kw_only=True)
class ThreadBrief:
    """Where a thread works and with whom. `native_session` may be resumed, if the agent can; `own`
    is what the agent itself had of that which was chosen in it.
    """

    thread_id: ThreadId
    root: str
    provider: str
    native_session: str | None
    mcp_servers: tuple[McpServer, ...]
    own: Mapping[str, OptionValue]


@attrs.frozen(kw_only=True)
class TurnBrief:
    """What to prompt an agent with, what it has to be told besides included."""

    turn_id: TurnId
    prompt: Prompt
    mode: Mode
    model: str | None
    options: Mapping[str, OptionValue]


@attrs.frozen(kw_only=True)
class ToolBrief:
    """What a tool call says it does: the files it names, and the edits it shows."""

    kind: ToolKind | None
    paths: tuple[str, ...]
    edits: tuple[FileEdit, ...]


def thread_brief(model: Model, thread_id: ThreadId) -> ThreadBrief | None:
    """The thread, if it is there."""
    thread = model.threads.get(thread_id)
    if thread is None:
        return None
    return ThreadBrief(
        thread_id=thread_id,
        root=folder_of(model, thread),
        provider=thread.provider,
        native_session=_resumable(thread),
        mcp_servers=servers_of(model, thread),
        own={
            each.option_id: each.own for each in thread.options if isinstance(each.own, bool | str)
        },
    )


def _resumable(thread: Thread) -> str | None:
    """A session that never said anything has nothing that could be gone on with."""
    session = thread.session
    return session.native_id if session is not None and session.heard else thread.left


def running_turn(model: Model, thread_id: ThreadId, turn_id: TurnId) -> TurnBrief | None:
    """The turn, while it is in progress and neither its agent nor a user has ended it."""
    thread = model.threads.get(thread_id)
    turn = None if thread is None else thread.running_turn
    if thread is None or turn is None or turn.turn_id != turn_id:
        return None
    if is_ending(thread) or turn.interrupt_requested:
        return None
    prompt = told(turn.prompt, turn.told)
    return TurnBrief(
        turn_id=turn_id, prompt=prompt, mode=turn.mode, model=turn.model, options=turn.options
    )


def message_to_tell(model: Model, thread_id: ThreadId, message_id: MessageId) -> Prompt | None:
    """What a message says that is to be told to an agent at work."""
    thread = model.threads.get(thread_id)
    message = None if thread is None else thread.queue.get(message_id)
    return None if message is None or message.steering is None else message.prompt


def awaits_its_end(model: Model, thread_id: ThreadId, turn_id: TurnId) -> bool:
    """Whether the turn is in progress, and nobody has ended it yet."""
    thread = model.threads.get(thread_id)
    return thread is not None and thread.current == turn_id and not is_ending(thread)


def was_prompted(model: Model, thread_id: ThreadId, turn_id: TurnId) -> bool:
    """Whether the turn's prompt has gone out."""
    thread = model.threads.get(thread_id)
    turn = None if thread is None else thread.turns.get(turn_id)
    return turn is not None and turn.prompted


def tool_brief(
    model: Model, thread_id: ThreadId, turn_id: TurnId, item_id: ItemId
) -> ToolBrief | None:
    """The tool call, if it is there."""
    thread = model.threads.get(thread_id)
    turn = None if thread is None else thread.turns.get(turn_id)
    item = None if turn is None else turn.items.get(item_id)
    if item is None:
        return None
    named = [edit.path for edit in item.edits] + [place.path for place in item.locations]
    return ToolBrief(kind=item.tool_kind, paths=tuple(dict.fromkeys(named)), edits=item.edits)


def snapshot_of(model: Model, thread_id: ThreadId, checkpoint_id: CheckpointId) -> str | None:
    """The checkpoint store's own name for a checkpoint of the thread."""
    thread = model.threads.get(thread_id)
    checkpoint = None if thread is None else thread.checkpoints.get(checkpoint_id)
    return None if checkpoint is None else checkpoint.snapshot


def threads_with_turns(model: Model) -> tuple[ThreadId, ...]:
    """The threads with a turn in progress."""
    return tuple(each for each in model.busy if model.threads[each].current is not None)


def open_operations(model: Model, log_id: str) -> tuple[Due, ...]:
    """The operations whose outcome is missing, each caused by the event that asked for it."""
    return tuple(
        Due(effect, _cause(model, effect, log_id))
        for effects in model.outbox.values()
        for effect in effects.values()
        if isinstance(effect, PerformOperation)
    )


def _cause(model: Model, effect: OutboxEffect, log_id: str) -> Cause:
    operation = model.threads[effect.thread_id].operation
    sequence = model.sequence if operation is None else operation.sequence
    event_id = EventId(f"{log_id}:{sequence}")
    return Cause(event_id, event_id)


@attrs.frozen
class Span:
    """Two snapshots of the checkpoint store; without an `after`, up to now."""

    root: str
    before: str
    after: str | None


def turn_span(model: Model, thread_id: ThreadId, turn_id: TurnId) -> Span | None:
    """The snapshots before and after a turn, where there is one before it.

    Raises CommandRejected(ThreadNotFound or TurnNotFound).
    """
    thread = require_thread(model, thread_id)
    before = after = None
    turn = require_turn(thread, turn_id)
    for checkpoint in thread.checkpoints.values():
        if checkpoint.checkpoint_id == turn.checkpoint_id:
            before = checkpoint.snapshot
        elif checkpoint.turn_id == turn_id and checkpoint.kind is CheckpointKind.TURN_END:
            after = checkpoint.snapshot
    root = folder_of(model, thread)
    return None if before is None else Span(root, before, after)


def checkpoint_span(model: Model, thread_id: ThreadId, checkpoint_id: CheckpointId) -> Span:
    """The snapshot of a checkpoint, up to now. Raises CommandRejected as restoring it would."""
    thread = require_thread(model, thread_id)
    checkpoint = require_checkpoint(model, thread, checkpoint_id)
    return Span(folder_of(model, thread), checkpoint.snapshot, None)


@attrs.frozen(kw_only=True)
class RestoreBrief:
    """What a restore would start from, and what of the conversation it would move."""

    root: str
    snapshot: str
    undone: tuple[TurnId, ...]
    redone: tuple[TurnId, ...]
    missing: tuple[MissingPath, ...]


def restore_brief(model: Model, query: PreviewRestore) -> RestoreBrief:
    """What is asked for. Raises CommandRejected as restoring would, but not for what is at work."""
    thread = require_thread(model, query.thread_id)
    checkpoint = require_checkpoint(model, thread, query.checkpoint_id)
    refuse_restored_paths(query.paths, query.what)
    undone, redone = conversation_change(thread, checkpoint, query.what)
    return RestoreBrief(
        root=folder_of(model, thread),
        snapshot=checkpoint.snapshot,
        undone=undone,
        redone=redone,
        missing=checkpoint.missing,
    )


def folder_named(model: Model, project_id: ProjectId | None, thread_id: ThreadId | None) -> str:
    """The thread's folder, or the project's.

    Raises CommandRejected(ThreadNotFound, ProjectNotFound or FolderNotNamed).
    """
    if thread_id is not None:
        return folder_of(model, require_thread(model, thread_id))
    if project_id is None:
        raise CommandRejected(FolderNotNamed())
    return require_project(model, project_id).root


@attrs.frozen(kw_only=True)
class FolderBrief:
    """A folder in which threads work, and their checkpoints as the store calls them."""

    root: Path
    thread_ids: tuple[ThreadId, ...]
    snapshots: frozenset[str]


def folder_briefs(model: Model) -> tuple[FolderBrief, ...]:
    """Every folder that is a project's or that a thread works in.

    Expired checkpoints are not told of.
    """
    folders: dict[str, list[Thread]] = {each.root: [] for each in model.projects.values()}
    for thread in model.threads.values():
        folders.setdefault(folder_of(model, thread), []).append(thread)
    return tuple(
        FolderBrief(
            root=Path(root),
            thread_ids=tuple(thread.thread_id for thread in threads),
            snapshots=frozenset(
                checkpoint.snapshot
                for thread in threads
                for checkpoint in thread.checkpoints.values()
                if not checkpoint.expired
            ),
        )
        for root, threads in folders.items()
    )


def folder_is_busy(model: Model, folder: FolderBrief) -> bool:
    """Whether a turn or an operation is under way in it."""
    return any(thread_id in model.busy for thread_id in folder.thread_ids)


def project_root(model: Model, project_id: ProjectId) -> str:
    """The project's folder. Raises CommandRejected(ProjectNotFound)."""
    return require_project(model, project_id).root


@attrs.frozen(kw_only=True)
class ReviewBrief:
    """A turn to be reviewed: where, since which snapshot, and what has been said of it so far."""

    root: str
    thread_id: ThreadId
    turn_id: TurnId
    before: str | None
    verdicts: Mapping[HunkId, Verdict]
    waiting: tuple[WaitingReview, ...]


def review_brief(model: Model, thread_id: ThreadId, turn_id: TurnId) -> ReviewBrief:
    """The turn. Raises CommandRejected(ThreadNotFound, TurnNotFound or CheckpointExpired)."""
    thread = require_thread(model, thread_id)
    turn = require_turn(thread, turn_id)
    refuse_expired_start(thread, turn)
    before = thread.checkpoints.get(turn.checkpoint_id)
    opened = thread.operation
    waiting = [each for each in thread.waiting_reviews.values() if each.turn_id == turn_id]
    if opened is not None and isinstance(opened.operation, ReviewOperation):
        waiting += [_under_way(opened.operation)] if opened.operation.turn_id == turn_id else []
    return ReviewBrief(
        root=folder_of(model, thread),
        thread_id=thread_id,
        turn_id=turn_id,
        before=None if before is None else before.snapshot,
        verdicts=dict(thread.verdicts.get(turn_id, {})),
        waiting=tuple(waiting),
    )


def _under_way(operation: ReviewOperation) -> WaitingReview:
    return WaitingReview(
        turn_id=operation.turn_id,
        verdict=operation.verdict,
        path=operation.path,
        hunk_ids=operation.hunk_ids,
        comment=operation.comment,
    )


@attrs.frozen(kw_only=True)
class WorktreeBrief:
    """A thread's worktree, and the project whose repository it is of.

    `put_aside` names what was taken away.
    """

    project_root: str
    path: str
    branch: str | None
    put_aside: str


def worktree_brief(model: Model, thread_id: ThreadId) -> WorktreeBrief:
    """The thread's worktree; of one that has none (yet), only where it will be of."""
    thread = require_thread(model, thread_id)
    worktree = thread.worktree
    return WorktreeBrief(
        project_root=model.projects[thread.project_id].root,
        path="" if worktree is None else worktree.path,
        branch=None if worktree is None else worktree.branch,
        put_aside="" if worktree is None else worktree.operation_id,
    )


def folders_of_threads(model: Model) -> tuple[tuple[ThreadId, str], ...]:
    """Every thread with the folder it works in."""
    return tuple((each.thread_id, folder_of(model, each)) for each in model.threads.values())
