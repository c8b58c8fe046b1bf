"""Worktrees of threads: made with the thread or not at all, and never lost."""

from typing import Final

import pytest

from peon.domain.commands import (
    RecordOperation,
    WorkFailed,
    WorktreeBack,
    WorktreeGone,
    WorktreeReady,
)
from peon.domain.lookup import folder_of
from peon_protocol.commands import (
    ConfigureThread,
    CreateThread,
    QueueMessage,
    RemoveWorktree,
    RestoreCheckpoint,
    RestoreWorktree,
    SendMessage,
    StartTurn,
)
from peon_protocol.events import (
    Event,
    OperationFailed,
    OperationRequested,
    ThreadCreated,
    ThreadDeleted,
    WorktreeCreated,
    WorktreeRemoved,
    WorktreeRestored,
)
from peon_protocol.ids import OperationId, ThreadId
from peon_protocol.rejections import (
    OperationInProgress,
    PathOutsideWorkspace,
    ThreadNotFound,
    TurnInProgress,
    WorktreeIsRemoved,
    WorktreeNone,
    WorktreeNotMade,
    WorktreePresent,
    WorktreeShared,
    WorktreeUnclear,
)
from peon_protocol.values import (
    TitleSource,
    WorktreeChoice,
    WorktreeOperation,
    WorktreeRemoveOperation,
    WorktreeRestoreOperation,
)
from support.given import FRESH, ROOT, given
from support.story import (
    GARDEN,
    KEPT,
    OTHER,
    TALK,
    TURN,
    WORK,
    a_checkpoint,
    a_project,
    a_running_turn,
    a_thread,
    a_turn_started,
    an_idle_thread,
    an_operation,
    work_on,
)

OPERATION: Final = OperationId(FRESH)
NEW: Final = WorktreeChoice(branch="topic", base="main", setup=(("make",),), copy=(".env",))
CREATE: Final = CreateThread(project_id=GARDEN, thread_id=TALK, worktree=NEW)
PATH: Final = "/trees/topic"


def worktree(*, made: bool = True, thread: ThreadId = TALK, operation: OperationId = WORK) -> Event:
    return WorktreeCreated(
        thread_id=thread,
        operation_id=operation,
        path=PATH,
        folder=PATH,
        branch="topic",
        base="main",
        made=made,
    )


REMOVED: Final = WorktreeRemoved(thread_id=TALK, operation_id=OperationId("away"))
AT_HOME: Final = (*an_idle_thread(), worktree())


def test_a_thread_is_there_when_its_worktree_is_ready():
    created = ThreadCreated(
        thread_id=TALK,
        project_id=GARDEN,
        title="New thread",
        title_source=TitleSource.SERVER,
        provider="script",
    )
    wanted = OperationRequested(
        thread_id=TALK, operation_id=OPERATION, operation=WorktreeOperation(NEW)
    )
    told = given(a_project())

    told.when(CREATE).then(created, wanted).reacts(work_on(WorktreeOperation(NEW)))
    ready = WorktreeReady(PATH, PATH, "topic", "main", made=True)
    told.when(RecordOperation(TALK, OPERATION, ready)).then(worktree(operation=OPERATION)).reacts()

    assert folder_of(told.model, told.thread()) == PATH
    assert (told.model.busy, told.model.outbox) == ({}, {})


def test_where_it_cannot_be_made_there_is_no_thread():
    told = given(a_project()).and_then(CREATE)
    operation = told.thread().operation
    assert operation is not None
    failed = WorkFailed("worktree.setupFailed", "make ended with 2", "Put it right.")

    told.when(RecordOperation(TALK, operation.operation_id, failed)).then(
        OperationFailed(
            thread_id=TALK,
            operation_id=operation.operation_id,
            code="worktree.setupFailed",
            message="make ended with 2",
            remedy="Put it right.",
        ),
        ThreadDeleted(thread_id=TALK),
    )
    assert told.model.threads == {}


@pytest.mark.parametrize(
    "choice",
    [
        WorktreeChoice(),
        WorktreeChoice(path="/a", branch="b"),
        WorktreeChoice(path="/a", base="main"),
        WorktreeChoice(path="/a", copy=(".env",)),
        WorktreeChoice(path="/a", setup=(("make",),)),
        WorktreeChoice(path="relative"),
        WorktreeChoice(path="/a\0b"),
        WorktreeChoice(branch="a\0b"),
        WorktreeChoice(branch="a", setup=((),)),
        WorktreeChoice(branch="a", setup=(("",),)),
    ],
    ids=repr,
)
def test_it_is_clear_which_worktree_is_meant(choice: WorktreeChoice):
    told = given(a_project())
    told.when(CreateThread(project_id=GARDEN, worktree=choice)).refused(WorktreeUnclear())


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", ""], ids=repr)
def test_only_files_of_the_project_are_copied(path: str):
    choice = WorktreeChoice(branch="a", copy=(path,))
    told = given(a_project())
    told.when(CreateThread(project_id=GARDEN, worktree=choice)).refused(PathOutsideWorkspace(path))


def test_a_worktree_goes_and_comes_back():
    told = given(AT_HOME)

    told.when(RemoveWorktree(thread_id=TALK)).then(
        OperationRequested(
            thread_id=TALK, operation_id=OPERATION, operation=WorktreeRemoveOperation()
        )
    )
    told.when(RecordOperation(TALK, OPERATION, WorktreeGone())).then(
        WorktreeRemoved(thread_id=TALK, operation_id=OPERATION)
    )
    found = told.thread().worktree
    assert found is not None
    assert (found.removed, found.operation_id) == (True, OPERATION)

    told.when(RestoreWorktree(thread_id=TALK)).then(
        OperationRequested(
            thread_id=TALK, operation_id=OPERATION, operation=WorktreeRestoreOperation()
        )
    )
    told.when(RecordOperation(TALK, OPERATION, WorktreeBack())).then(
        WorktreeRestored(thread_id=TALK, operation_id=OPERATION)
    )
    assert not found.removed


def test_taking_away_needs_a_worktree_that_was_made():
    given().when(RemoveWorktree(thread_id=TALK)).refused(ThreadNotFound(TALK))
    given(an_idle_thread()).when(RemoveWorktree(thread_id=TALK)).refused(WorktreeNone(TALK))
    given(an_idle_thread(), worktree(made=False)).when(RemoveWorktree(thread_id=TALK)).refused(
        WorktreeNotMade(PATH)
    )
    given(AT_HOME, REMOVED).when(RemoveWorktree(thread_id=TALK)).refused(WorktreeIsRemoved(TALK))


def test_nobody_s_folder_is_taken_away_from_under_them():
    shared = (*AT_HOME, a_thread(OTHER), worktree(thread=OTHER))
    given(shared).when(RemoveWorktree(thread_id=TALK)).refused(WorktreeShared((OTHER,)))
    given(shared, ConfigureThread(thread_id=OTHER, archived=True)).when(
        RemoveWorktree(thread_id=TALK)
    ).then_it_is("operation.requested")
    given(AT_HOME, a_turn_started()).when(RemoveWorktree(thread_id=TALK)).refused(
        TurnInProgress(TALK, TURN)
    )
    given(AT_HOME, an_operation()).when(RemoveWorktree(thread_id=TALK)).refused(
        OperationInProgress(TALK, "checkpoint")
    )


def test_bringing_back_needs_one_that_was_taken_away():
    given().when(RestoreWorktree(thread_id=TALK)).refused(ThreadNotFound(TALK))
    given(an_idle_thread()).when(RestoreWorktree(thread_id=TALK)).refused(WorktreeNone(TALK))
    given(AT_HOME).when(RestoreWorktree(thread_id=TALK)).refused(WorktreePresent(TALK))
    given(AT_HOME, REMOVED, an_operation()).when(RestoreWorktree(thread_id=TALK)).refused(
        OperationInProgress(TALK, "checkpoint")
    )


def test_without_its_folder_a_thread_does_not_go_on():
    gone = given(AT_HOME, REMOVED)
    gone.when(StartTurn(thread_id=TALK, prompt="roses")).refused(WorktreeIsRemoved(TALK))
    gone.when(QueueMessage(thread_id=TALK, prompt="roses")).then_it_is("message.queued")
    gone.when(SendMessage(thread_id=TALK)).refused(WorktreeIsRemoved(TALK))


def test_what_waits_begins_when_its_folder_is_back():
    story = given(AT_HOME, REMOVED, QueueMessage(thread_id=TALK, prompt="roses"))
    story.and_then(RestoreWorktree(thread_id=TALK))
    operation = story.thread().operation
    assert operation is not None
    story.when(RecordOperation(TALK, operation.operation_id, WorktreeBack())).then_it_is(
        "worktree.restored", "turn.started"
    )


def test_nothing_begins_in_a_folder_that_was_just_taken_away():
    story = given(AT_HOME).and_then(RemoveWorktree(thread_id=TALK))
    story.and_then(QueueMessage(thread_id=TALK, prompt="roses"))
    operation = story.thread().operation
    assert operation is not None
    story.when(RecordOperation(TALK, operation.operation_id, WorktreeGone())).then_it_is(
        "worktree.removed"
    )


def test_another_folder_is_not_waited_for():
    """What is under way in the project's folder is of no concern to a worktree."""
    busy = (*a_running_turn(), a_thread(OTHER), worktree(thread=OTHER))
    kept = a_checkpoint(thread_id=OTHER)
    told = given(busy, kept)
    told.when(RestoreCheckpoint(thread_id=OTHER, checkpoint_id=KEPT)).then_it_is(
        "operation.requested"
    )
    assert folder_of(told.model, told.thread()) == ROOT
