"""Why work on the files or in the repository was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import CheckpointId, OperationId, ThreadId


@attrs.frozen
class CheckpointNotFound:
    """The id names no checkpoint."""

    KIND: ClassVar = "checkpoint.notFound"
    REMEDY: ClassVar = "List the thread's checkpoints with checkpoint/list."
    checkpoint_id: CheckpointId

    @property
    def message(self) -> str:
        return f"There is no checkpoint {self.checkpoint_id}."


@attrs.frozen
class CheckpointOfAnotherThread:
    """The checkpoint belongs to another thread."""

    KIND: ClassVar = "checkpoint.ofAnotherThread"
    REMEDY: ClassVar = "List the thread's own checkpoints with checkpoint/list."
    checkpoint_id: CheckpointId
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Checkpoint {self.checkpoint_id} belongs to thread {self.thread_id}."


@attrs.frozen
class CheckpointExpired:
    """The checkpoint's files are no longer kept."""

    KIND: ClassVar = "checkpoint.expired"
    REMEDY: ClassVar = "Choose a later checkpoint."
    checkpoint_id: CheckpointId

    @property
    def message(self) -> str:
        return f"The files of checkpoint {self.checkpoint_id} are no longer kept."


@attrs.frozen
class OperationInProgress:
    """Workspace work of the thread is under way."""

    KIND: ClassVar = "operation.inProgress"
    REMEDY: ClassVar = "Wait until it is done, or stop it with operation/cancel."
    thread_id: ThreadId
    operation: str

    @property
    def message(self) -> str:
        return f"A {self.operation} of thread {self.thread_id} is under way."


@attrs.frozen
class OperationMismatch:
    """The operation that is under way is not the one that was named."""

    KIND: ClassVar = "operation.mismatch"
    REMEDY: ClassVar = "Read the thread and name the operation that is under way, or none."
    thread_id: ThreadId
    operation_id: OperationId
    in_progress: OperationId

    @property
    def message(self) -> str:
        return f"Operation {self.in_progress} is under way, not {self.operation_id}."


@attrs.frozen
class OperationNotCancellable:
    """Work of this kind is short, and is always done to its end."""

    KIND: ClassVar = "operation.notCancellable"
    REMEDY: ClassVar = "Wait until it is done."
    thread_id: ThreadId
    operation: str

    @property
    def message(self) -> str:
        return f"A {self.operation} of thread {self.thread_id} is under way, which is not stopped."


@attrs.frozen
class WorkspaceBusy:
    """A turn works in the folder that would be restored."""

    KIND: ClassVar = "workspace.busy"
    REMEDY: ClassVar = "Wait for that turn to end, or interrupt it."
    root: str
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} works in {self.root}."


@attrs.frozen
class PathsWithoutFiles:
    """A conversation goes back as a whole: paths choose among files."""

    KIND: ClassVar = "restore.pathsWithoutFiles"
    REMEDY: ClassVar = "Leave `paths` out, or let `what` be files or both."

    @property
    def message(self) -> str:
        return "Paths were given, but no files are to go back."


@attrs.frozen
class DescriptionBlank:
    """A checkpoint is found again by its description."""

    KIND: ClassVar = "checkpoint.descriptionBlank"
    REMEDY: ClassVar = "Say in a few words what is kept."

    @property
    def message(self) -> str:
        return "The description is blank."


@attrs.frozen
class MessageBlank:
    """A commit needs a message."""

    KIND: ClassVar = "git.messageBlank"
    REMEDY: ClassVar = "Say in a few words what the commit does."

    @property
    def message(self) -> str:
        return "The commit message is blank."


@attrs.frozen
class PullRequestTitleBlank:
    """A pull request needs a title."""

    KIND: ClassVar = "pullRequest.titleBlank"
    REMEDY: ClassVar = "Say in a few words what the branch does."

    @property
    def message(self) -> str:
        return "The pull request has no title, and the thread has done nothing to name it by."


@attrs.frozen
class PathOutsideWorkspace:
    """A path leads out of the project's folder."""

    KIND: ClassVar = "path.outside"
    REMEDY: ClassVar = "Name paths relative to the project's folder, without `..`."
    path: str

    @property
    def message(self) -> str:
        return f"{self.path} is not inside the project's folder."


@attrs.frozen
class NothingChosen:
    """A verdict is on some change at least."""

    KIND: ClassVar = "review.nothingChosen"
    REMEDY: ClassVar = "Name changes of review/get, or leave `hunkIds` out to mean all."

    @property
    def message(self) -> str:
        return "The list of changes is empty."


@attrs.frozen
class FolderNotNamed:
    """Either a project or a thread says which folder is meant."""

    KIND: ClassVar = "folder.notNamed"
    REMEDY: ClassVar = "Name a `projectId` or a `threadId`."

    @property
    def message(self) -> str:
        return "Neither a project nor a thread is named."
