"""Ada opens a second thread in a worktree, has it taken away, and brings it back."""

from typing import Final

from generator.samples import cast
from generator.samples.exchange import Exchange
from peon_protocol import commands, events, findings, queries, results
from peon_protocol.ids import CommandId, OperationId, ThreadId
from peon_protocol.values import (
    Operation,
    TitleSource,
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)

THREAD: Final = ThreadId("thr-tests")
PATH: Final = "/home/user/.local/state/peon/worktrees/greeter-5f3a9c1e/tests-1b7d20"
CHOICE: Final = WorktreeChoice(
    branch="tests", base="main", setup=(("make", "setup"),), copy=(".env",)
)
MAKE: Final = OperationId("op-10")
REMOVE: Final = OperationId("op-11")
RESTORE: Final = OperationId("op-12")
CREATE: Final = commands.CreateThread(
    project_id=cast.PROJECT, thread_id=THREAD, worktree=CHOICE, command_id=CommandId("cmd-20")
)
CREATED: Final = events.ThreadCreated(
    thread_id=THREAD,
    project_id=cast.PROJECT,
    title="New thread",
    title_source=TitleSource.SERVER,
    provider=cast.AGENT,
)
READY: Final = events.WorktreeCreated(
    thread_id=THREAD,
    operation_id=MAKE,
    path=PATH,
    folder=PATH,
    branch="tests",
    base="main",
    made=True,
)
OPERATIONS: Final[dict[OperationId, Operation]] = {
    MAKE: WorktreeOperation(worktree=CHOICE),
    REMOVE: WorktreeRemoveOperation(),
    RESTORE: WorktreeRestoreOperation(),
}


def wanted(operation_id: OperationId) -> events.OperationRequested:
    """That one of these operations is wanted."""
    return events.OperationRequested(
        thread_id=THREAD, operation_id=operation_id, operation=OPERATIONS[operation_id]
    )


WORKTREE_COMMANDS: Final = (
    Exchange(
        "worktree/remove",
        commands.RemoveWorktree(thread_id=THREAD, command_id=CommandId("cmd-21")),
        results.ThreadResult(sequence=77, thread_id=THREAD, operation_id=REMOVE),
    ),
    Exchange(
        "worktree/restore",
        commands.RestoreWorktree(thread_id=THREAD, command_id=CommandId("cmd-22")),
        results.ThreadResult(sequence=79, thread_id=THREAD, operation_id=RESTORE),
    ),
)

WORKTREE_QUERIES: Final = (
    Exchange(
        "worktree/list",
        queries.ListWorktrees(project_id=cast.PROJECT),
        findings.WorktreeList(
            worktrees=(
                findings.Worktree(
                    path=cast.ROOT,
                    branch=cast.BRANCH,
                    commit=cast.COMMIT,
                    made=False,
                    thread_ids=(cast.THREAD,),
                ),
                findings.Worktree(
                    path=PATH,
                    branch="tests",
                    commit=cast.COMMIT,
                    made=True,
                    thread_ids=(THREAD,),
                ),
            )
        ),
    ),
)
