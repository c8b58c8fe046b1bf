"""What happens in the story, commit by commit."""

from typing import Final

from generator.samples import branches, cast, reviews, worktrees
from generator.samples.commits import Commit, ada, agent, call, closing, done, ending, started
from generator.samples.queue import QUEUE
from peon_protocol import events
from peon_protocol.ids import OperationId
from peon_protocol.values import (
    CheckpointKind,
    CheckpointOperation,
    CommitOperation,
    Decision,
    ItemKind,
    ItemPatch,
    ItemStatus,
    Mode,
    Operation,
    ProjectDefaults,
    PushOperation,
    RestoreOperation,
    Scope,
    StopReason,
    TextAppend,
    TitleSource,
    ToolKind,
    TurnError,
)

_GONE: Final = TurnError(code="agent.exited", message="the agent ended with exit code 70")

_OPENING: Final = (
    ada(
        0,
        "project/create",
        events.ProjectCreated(project_id=cast.PROJECT, root=cast.ROOT, title="greeter"),
    ),
    ada(
        4,
        "project/configure",
        events.ProjectConfigured(
            project_id=cast.PROJECT,
            defaults=ProjectDefaults(provider=cast.AGENT, mode=Mode.ASK),
        ),
    ),
    ada(
        9,
        "thread/create",
        events.ThreadCreated(
            thread_id=cast.THREAD,
            project_id=cast.PROJECT,
            title="New thread",
            title_source=TitleSource.SERVER,
            provider=cast.AGENT,
            mcp_servers=(cast.TICKETS,),
        ),
    ),
    ada(
        12,
        "thread/configure",
        events.ThreadConfigured(
            thread_id=cast.THREAD,
            title="Greet by name",
            title_source=TitleSource.USER,
            options={"fast": True},
        ),
    ),
)

_SAID: Final = events.ItemRecorded(
    thread_id=cast.THREAD,
    turn_id=cast.TURNS[0],
    item_id=cast.MESSAGE,
    kind=ItemKind.MESSAGE,
    status=ItemStatus.COMPLETED,
    append=TextAppend(offset=0, end=len(cast.ANSWER), text=cast.ANSWER),
)
_EDIT_CALL: Final = call(
    cast.EDIT_CALL,
    ItemStatus.AWAITING_APPROVAL,
    ItemPatch(
        title="Write greet.py",
        tool_kind=ToolKind.EDIT,
        input={"path": "greet.py", "lines": 3},
        edits=(cast.EDIT,),
    ),
)
_RUN_CALL: Final = call(
    cast.RUN_CALL,
    ItemStatus.AWAITING_APPROVAL,
    ItemPatch(
        title="Run python3 greet.py Ada",
        tool_kind=ToolKind.EXECUTE,
        input={"command": "python3 greet.py Ada"},
    ),
)


_FIRST_TURN: Final = (
    *started(20, 0, cast.PROMPT, "cmd-5"),
    agent(
        21,
        events.SessionOpened(
            thread_id=cast.THREAD,
            session_id=cast.SESSION,
            native_id="5d0c",
            provider=cast.AGENT,
            agent_name="Script",
            agent_version="0.1.0",
            mcp_servers=cast.SESSION_SERVERS,
        ),
    ),
    agent(22, _SAID),
    agent(
        22,
        _EDIT_CALL,
        events.ActionRequested(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            action_id=cast.EDIT_ACTION,
            item_id=cast.EDIT_CALL,
            kind=ToolKind.EDIT,
            title="Write greet.py",
            options=cast.OPTIONS,
            paths=("greet.py",),
            scopes=tuple(Scope),
        ),
    ),
    ada(
        31,
        "action/approve",
        events.ActionResolved(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            action_id=cast.EDIT_ACTION,
            decision=Decision.APPROVED,
            by=cast.BY_ADA,
            option_id="allow",
            scope=Scope.ONCE,
        ),
        call(cast.EDIT_CALL, ItemStatus.RUNNING),
    ),
    agent(32, call(cast.EDIT_CALL, ItemStatus.COMPLETED, ItemPatch(summary="3 lines written"))),
    agent(
        33,
        _RUN_CALL,
        events.ActionRequested(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            action_id=cast.RUN_ACTION,
            item_id=cast.RUN_CALL,
            kind=ToolKind.EXECUTE,
            title="Run python3 greet.py Ada",
            options=cast.OPTIONS,
            command="python3 greet.py Ada",
            scopes=tuple(Scope),
        ),
    ),
    ada(
        40,
        "action/reject",
        events.ActionResolved(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            action_id=cast.RUN_ACTION,
            decision=Decision.REJECTED,
            by=cast.BY_ADA,
            option_id="reject",
            reason="I run it myself.",
        ),
        call(cast.RUN_CALL, ItemStatus.FAILED),
    ),
    agent(41, ending(0, StopReason.END_TURN, usage=cast.USAGE)),
    done(
        42,
        closing(0),
        events.TurnCompleted(
            thread_id=cast.THREAD,
            turn_id=cast.TURNS[0],
            stop_reason=StopReason.END_TURN,
            usage=cast.USAGE,
        ),
    ),
)

_SECOND_TURN: Final = (
    *started(60, 1, "Greet the whole world, one by one.", "cmd-8"),
    ada(
        66,
        "turn/interrupt",
        events.TurnInterruptRequested(thread_id=cast.THREAD, turn_id=cast.TURNS[1]),
    ),
    agent(67, ending(1, StopReason.CANCELLED)),
    done(
        67,
        closing(1),
        events.TurnCompleted(
            thread_id=cast.THREAD, turn_id=cast.TURNS[1], stop_reason=StopReason.CANCELLED
        ),
    ),
)

_THIRD_TURN: Final = (
    *started(80, 2, "crash", "cmd-10"),
    agent(
        81,
        events.SessionClosed(
            thread_id=cast.THREAD,
            session_id=cast.SESSION,
            reason="exited",
            detail=_GONE.message,
        ),
        ending(2, error=_GONE),
    ),
    done(
        86,
        events.OperationFailed(
            thread_id=cast.THREAD,
            operation_id=cast.ENDINGS[2],
            code="checkpoint.tooLate",
            message="The files could not be kept within 5 s.",
            remedy="Exclude large folders in .gitignore.",
            turn_id=cast.TURNS[2],
        ),
        events.TurnFailed(thread_id=cast.THREAD, turn_id=cast.TURNS[2], error=_GONE),
    ),
)


def _wanted(second: int, method: str, operation_id: OperationId, operation: Operation) -> Commit:
    return ada(
        second,
        method,
        events.OperationRequested(
            thread_id=cast.THREAD, operation_id=operation_id, operation=operation
        ),
    )


_WORKSPACE: Final = (
    _wanted(
        100,
        "checkpoint/create",
        cast.CHECKPOINT_OPERATION,
        CheckpointOperation(checkpoint_id=cast.BY_HAND, description="It greets by name"),
    ),
    done(
        100,
        events.CheckpointCreated(
            thread_id=cast.THREAD,
            checkpoint_id=cast.BY_HAND,
            description="It greets by name",
            kind=CheckpointKind.MANUAL,
            snapshot=cast.snapshot(cast.BY_HAND),
            operation_id=cast.CHECKPOINT_OPERATION,
        ),
    ),
    _wanted(
        110,
        "checkpoint/restore",
        cast.RESTORE_OPERATION,
        RestoreOperation(
            checkpoint_id=cast.BEFORE[0],
            before_checkpoint_id=cast.BEFORE_RESTORE,
            paths=("greet.py",),
        ),
    ),
    done(
        111,
        events.CheckpointCreated(
            thread_id=cast.THREAD,
            checkpoint_id=cast.BEFORE_RESTORE,
            description="Before going back to «Before turn 1»",
            kind=CheckpointKind.BEFORE_RESTORE,
            snapshot=cast.snapshot(cast.BEFORE_RESTORE),
        ),
        events.CheckpointRestored(
            thread_id=cast.THREAD,
            checkpoint_id=cast.BEFORE[0],
            operation_id=cast.RESTORE_OPERATION,
            before_checkpoint_id=cast.BEFORE_RESTORE,
            restored=("greet.py",),
        ),
    ),
    _wanted(
        120,
        "git/commit",
        cast.COMMIT_OPERATION,
        CommitOperation(message="Say what greet.py is for", paths=("README.md",)),
    ),
    done(
        121,
        events.ChangesCommitted(
            thread_id=cast.THREAD,
            operation_id=cast.COMMIT_OPERATION,
            commit=cast.COMMIT,
            message="Say what greet.py is for",
            branch=cast.BRANCH,
            files=("README.md",),
        ),
    ),
    _wanted(
        130,
        "git/push",
        cast.PUSH_OPERATION,
        PushOperation(remote="origin", branch=cast.BRANCH),
    ),
    done(
        132,
        events.ChangesPushed(
            thread_id=cast.THREAD,
            operation_id=cast.PUSH_OPERATION,
            remote="origin",
            branch=cast.BRANCH,
            commit=cast.COMMIT,
        ),
    ),
)

_REVIEW: Final = (
    _wanted(140, "review/reject", reviews.REJECT_OPERATION, reviews.REJECT),
    ada(140, "review/accept", reviews.REQUESTED),
    done(
        141,
        reviews.KEPT,
        reviews.REJECTED,
        events.OperationRequested(
            thread_id=cast.THREAD,
            operation_id=reviews.ACCEPT_OPERATION,
            operation=reviews.ACCEPT,
        ),
    ),
    done(142, reviews.ACCEPTED),
)

_WORKTREE: Final = (
    Commit(
        150,
        cast.ADA,
        (worktrees.CREATED, worktrees.wanted(worktrees.MAKE)),
        request=("thread/create", worktrees.CREATE),
    ),
    done(155, worktrees.READY),
    ada(160, "worktree/remove", worktrees.wanted(worktrees.REMOVE)),
    done(
        160,
        events.WorktreeRemoved(thread_id=worktrees.THREAD, operation_id=worktrees.REMOVE),
    ),
    ada(170, "worktree/restore", worktrees.wanted(worktrees.RESTORE)),
    done(
        170,
        events.WorktreeRestored(thread_id=worktrees.THREAD, operation_id=worktrees.RESTORE),
    ),
)

_BRANCH: Final = (
    _wanted(180, "git/createBranch", branches.MAKE, branches.MAKING),
    done(180, branches.MADE),
    _wanted(183, "git/pullRequest", branches.OPEN, branches.OPENING),
    done(185, branches.OPENED),
)

_END: Final = (
    Commit(
        190,
        cast.SERVER,
        (events.CheckpointsExpired(thread_id=cast.THREAD, checkpoint_ids=(cast.BEFORE[0],)),),
        because=events.CheckpointCreated.TYPE,
    ),
    ada(200, "thread/delete", events.ThreadDeleted(thread_id=cast.THREAD)),
    ada(210, "project/delete", events.ProjectDeleted(project_id=cast.PROJECT)),
    Commit(
        220,
        cast.SERVER,
        (events.ThreadErased(thread_id=cast.THREAD),),
        because=events.ThreadDeleted.TYPE,
    ),
)

COMMITS: Final[tuple[Commit, ...]] = (
    *_OPENING,
    *_FIRST_TURN,
    *_SECOND_TURN,
    *_THIRD_TURN,
    *_WORKSPACE,
    *_REVIEW,
    *QUEUE,
    *_WORKTREE,
    *_BRANCH,
    *_END,
)
