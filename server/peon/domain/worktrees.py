"""The rules of worktrees: a thread may have one, and it is not lost."""

from collections.abc import Iterator

from peon.domain.commands import WorktreeBack, WorktreeGone, WorktreeReady
from peon.domain.facts import Facts
from peon.domain.lookup import (
    refuse_paths_outside,
    refuse_while_operation_runs,
    refuse_while_turn_runs,
    require_thread,
    sharing,
)
from peon.domain.model import Model, OpenOperation, Thread, Worktree
from peon.errors import CommandRejected
from peon_protocol.commands import RemoveWorktree, RestoreWorktree
from peon_protocol.events import (
    Event,
    OperationRequested,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import OperationId, ThreadId
from peon_protocol.rejections import (
    WorktreeIsRemoved,
    WorktreeNone,
    WorktreeNotMade,
    WorktreePresent,
    WorktreeShared,
    WorktreeUnclear,
)
from peon_protocol.values import (
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)


def worktree_wanted(choice: WorktreeChoice, thread_id: ThreadId, facts: Facts) -> Event:
    """That a new thread gets a worktree. Raises CommandRejected(WorktreeUnclear)."""
    there = choice.path is not None
    of_new = (choice.branch, choice.base, choice.setup or None, choice.copy or None)
    unclear = there == (choice.branch is not None) or (there and any(each for each in of_new))
    absolute = choice.path is None or (choice.path.startswith("/") and "\0" not in choice.path)
    empty = any(not argv or not argv[0] or "\0" in "".join(argv) for argv in choice.setup)
    names = (choice.branch, choice.base)
    if unclear or not absolute or empty or any("\0" in (name or "") for name in names):
        raise CommandRejected(WorktreeUnclear())
    refuse_paths_outside(choice.copy)
    return OperationRequested(
        thread_id=thread_id,
        operation_id=OperationId(facts.fresh_id),
        operation=WorktreeOperation(choice),
    )


def remove_worktree(command: RemoveWorktree, model: Model, facts: Facts) -> Iterator[Event]:
    """Only one that was made for a thread, and in which nobody else works."""
    thread = require_thread(model, command.thread_id)
    worktree = _require_worktree(thread)
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    refuse_removed(thread)
    if not worktree.made:
        raise CommandRejected(WorktreeNotMade(worktree.path))
    others = tuple(each for each in sharing(model, thread) if not model.threads[each].archived)
    if others:
        raise CommandRejected(WorktreeShared(others))
    yield OperationRequested(
        thread_id=thread.thread_id,
        operation_id=OperationId(facts.fresh_id),
        operation=WorktreeRemoveOperation(),
    )


def restore_worktree(command: RestoreWorktree, model: Model, facts: Facts) -> Iterator[Event]:
    """Only one that was taken away."""
    thread = require_thread(model, command.thread_id)
    worktree = _require_worktree(thread)
    refuse_while_operation_runs(thread)
    if not worktree.removed:
        raise CommandRejected(WorktreePresent(thread.thread_id))
    yield OperationRequested(
        thread_id=thread.thread_id,
        operation_id=OperationId(facts.fresh_id),
        operation=WorktreeRestoreOperation(),
    )


def _require_worktree(thread: Thread) -> Worktree:
    if thread.worktree is None:
        raise CommandRejected(WorktreeNone(thread.thread_id))
    return thread.worktree


def refuse_removed(thread: Thread) -> None:
    """Raises CommandRejected(WorktreeIsRemoved) where the thread's folder was taken away."""
    if thread.worktree is not None and thread.worktree.removed:
        raise CommandRejected(WorktreeIsRemoved(thread.thread_id))


def worktree_done(
    thread: Thread, opened: OpenOperation, outcome: WorktreeReady | WorktreeGone | WorktreeBack
) -> Event:
    """The event that tells of it."""
    match outcome:
        case WorktreeReady():
            return WorktreeCreated(
                thread_id=thread.thread_id,
                operation_id=opened.operation_id,
                path=outcome.path,
                folder=outcome.folder,
                branch=outcome.branch,
                base=outcome.base,
                made=outcome.made,
            )
        case WorktreeGone():
            return WorktreeRemoved(thread_id=thread.thread_id, operation_id=opened.operation_id)
        case WorktreeBack():
            return WorktreeRestored(thread_id=thread.thread_id, operation_id=opened.operation_id)
