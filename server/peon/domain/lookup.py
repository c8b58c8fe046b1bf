"""Finding what a command names, or refusing it."""

from collections.abc import Iterator

from peon.domain.model import Model, Project, Thread, Turn
from peon.errors import CommandRejected
from peon_protocol.ids import ProjectId, ThreadId, TurnId
from peon_protocol.rejections import (
    OperationInProgress,
    PathOutsideWorkspace,
    ProjectNotFound,
    ThreadNotFound,
    TitleBlank,
    TurnInProgress,
    TurnNotFound,
    WorkspaceBusy,
)
from peon_protocol.values import CreateBranchOperation, Operation, RestoreOperation


def require_project(model: Model, project_id: ProjectId) -> Project:
    """The live project. Raises CommandRejected(ProjectNotFound)."""
    project = model.projects.get(project_id)
    if project is None:
        raise CommandRejected(ProjectNotFound(project_id))
    return project


def require_thread(model: Model, thread_id: ThreadId) -> Thread:
    """The live thread. Raises CommandRejected(ThreadNotFound)."""
    thread = model.threads.get(thread_id)
    if thread is None:
        raise CommandRejected(ThreadNotFound(thread_id))
    return thread


def require_turn(thread: Thread, turn_id: TurnId) -> Turn:
    """The thread's turn. Raises CommandRejected(TurnNotFound)."""
    turn = thread.turns.get(turn_id)
    if turn is None:
        raise CommandRejected(TurnNotFound(thread.thread_id, turn_id))
    return turn


def folder_of(model: Model, thread: Thread) -> str:
    """The folder that a thread works in: its worktree's, or the project's."""
    if thread.worktree is not None:
        return thread.worktree.folder
    return model.projects[thread.project_id].root


def sharing(model: Model, thread: Thread) -> tuple[ThreadId, ...]:
    """The other threads that work in the same folder."""
    folder = folder_of(model, thread)
    others = (model.threads[each] for each in model.projects[thread.project_id].thread_ids)
    return tuple(
        each.thread_id
        for each in others
        if each.thread_id != thread.thread_id and folder_of(model, each) == folder
    )


def at_work_in(model: Model, folder: str) -> Iterator[Thread]:
    """The threads that have a turn or an operation under way in a folder."""
    for thread_id in model.busy:
        thread = model.threads[thread_id]
        if folder_of(model, thread) == folder:
            yield thread


def at_work(model: Model, project_id: ProjectId) -> Iterator[Thread]:
    """The threads of a project that have a turn or an operation under way."""
    for thread_id in model.busy:
        thread = model.threads[thread_id]
        if thread.project_id == project_id:
            yield thread


def refuse_while_turn_runs(thread: Thread) -> None:
    """Raises CommandRejected(TurnInProgress) while the thread runs or awaits approval."""
    if thread.current is not None:
        raise CommandRejected(TurnInProgress(thread.thread_id, thread.current))


def refuse_while_operation_runs(thread: Thread) -> None:
    """Raises CommandRejected(OperationInProgress) while the thread has workspace work under way."""
    if thread.operation is not None:
        kind = thread.operation.operation.TYPE
        raise CommandRejected(OperationInProgress(thread.thread_id, kind))


def refuse_while_folder_is_busy(model: Model, thread: Thread) -> None:
    """Raises CommandRejected(WorkspaceBusy or OperationInProgress) while anybody is at work in the
    thread's folder.
    """
    folder = folder_of(model, thread)
    for other in at_work_in(model, folder):
        if other.current is not None:
            raise CommandRejected(WorkspaceBusy(folder, other.thread_id))
        refuse_while_operation_runs(other)


def moves_files(operation: Operation) -> bool:
    """Whether an operation may put other contents into files under everybody's eyes."""
    match operation:
        case RestoreOperation():
            return True
        case CreateBranchOperation():
            return operation.checkout
        case _:
            return False


def refuse_blank_title(title: str | None) -> None:
    """Raises CommandRejected(TitleBlank) where a title is given that says nothing."""
    if title is not None and not title.strip():
        raise CommandRejected(TitleBlank())


def refuse_paths_outside(paths: tuple[str, ...] | None) -> None:
    """Raises CommandRejected(PathOutsideWorkspace) unless every path is relative and climbs
    nowhere.

    This is the rule about names; what links lead to is checked where the path is opened.
    """
    for path in paths or ():
        parts = path.split("/")
        if not path or path.startswith("/") or ".." in parts or "\0" in path:
            raise CommandRejected(PathOutsideWorkspace(path))
