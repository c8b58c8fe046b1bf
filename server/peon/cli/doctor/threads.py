"""What the log says of projects and threads: which cannot go on, and what each waits for."""

from collections.abc import Iterator
from pathlib import Path

from peon.cli.doctor.findings import Finding, attention, many, ok
from peon.cli.telling import one_line
from peon.domain.model import Action, Model, Thread

_CUT_OFF = "The next start of the server settles it."


def look_at_projects(model: Model) -> Iterator[Finding]:
    """Whether the folders are still there."""
    for project in model.projects.values():
        if not Path(project.root).is_dir():
            yield attention(
                f"project «{one_line(project.title)}»: {project.root} is gone",
                "Bring the folder back, or delete the project.",
            )


def look_at_threads(model: Model, *, is_served: bool) -> Iterator[Finding]:
    """Threads that are at work, or stuck: without a server nothing is at work."""
    stuck = [
        finding
        for thread_id in model.busy
        for finding in _thread(model.threads[thread_id], is_served=is_served)
    ]
    yield from stuck
    if not stuck:
        threads, projects = many(len(model.threads), "thread"), many(len(model.projects), "project")
        yield ok(f"{threads} in {projects}, none waiting for anything")


def _thread(thread: Thread, *, is_served: bool) -> Iterator[Finding]:
    name = f"thread {thread.thread_id} «{one_line(thread.title)}»"
    waiting = [thread.actions[action_id] for action_id in thread.pending]
    for action in waiting if is_served else ():
        yield _waiting(name, action)
    turn = thread.running_turn
    if turn is not None and not is_served:
        yield attention(f"{name}: turn {turn.number} was cut off with its server", _CUT_OFF)
    elif turn is not None and not waiting:
        yield ok(f"{name}: turn {turn.number} is at work since {turn.started_at}")
    operation = thread.operation
    if operation is not None:
        what = f"{name}: {operation.operation.TYPE} under way since {operation.requested_at}"
        yield ok(what) if is_served else attention(f"{what}, without a server", _CUT_OFF)


def _waiting(name: str, action: Action) -> Finding:
    return attention(
        f"{name} waits for an answer since {action.requested_at}: {one_line(action.title)}",
        "Allow or reject it in the editor, or interrupt the turn there.",
    )
