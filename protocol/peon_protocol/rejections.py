"""Why a command was refused, as data: a closed union.

Each has its `KIND`, its sentence and its remedy.
"""

from typing import ClassVar, TypeAlias

import attrs

from peon_protocol.ids import ActionId, CheckpointId, CommandId, ProjectId, ThreadId, TurnId
from peon_protocol.values import Decider, Decision


@attrs.frozen
class ProjectNotFound:
    """The id names no live project."""

    KIND: ClassVar = "project.notFound"
    REMEDY: ClassVar = "List the projects with project/list."
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"There is no project {self.project_id}."


@attrs.frozen
class ProjectIdUsed:
    """The id was given to a project before, perhaps one deleted since."""

    KIND: ClassVar = "project.idUsed"
    REMEDY: ClassVar = "Leave projectId out and one is made."
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"The id {self.project_id} is used already."


@attrs.frozen
class ProjectRootInUse:
    """The folder, after resolving links, is the root of a live project; `project_id` names it."""

    KIND: ClassVar = "project.rootInUse"
    REMEDY: ClassVar = "Use the project that has this folder."
    root: str
    project_id: ProjectId

    @property
    def message(self) -> str:
        return f"The folder {self.root} is project {self.project_id} already."


@attrs.frozen
class ProjectRootUnusable:
    """The path cannot be a project's folder. `reason` completes «the folder …»."""

    KIND: ClassVar = "project.rootUnusable"
    REMEDY: ClassVar = "Name an existing folder of your own, by an absolute path."
    root: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.root} cannot be a project: it {self.reason}."


@attrs.frozen
class ProjectHasRunningThreads:
    """A thread of the project runs, waits for approval, or has an operation under way."""

    KIND: ClassVar = "project.hasRunningThreads"
    REMEDY: ClassVar = "Interrupt those threads first."
    project_id: ProjectId
    thread_ids: tuple[ThreadId, ...]

    @property
    def message(self) -> str:
        return f"Project {self.project_id} has threads at work: {', '.join(self.thread_ids)}."


@attrs.frozen
class TitleBlank:
    """A title must have something to read."""

    KIND: ClassVar = "title.blank"
    REMEDY: ClassVar = "Give a title, or leave it out."

    @property
    def message(self) -> str:
        return "The title is blank."


@attrs.frozen
class ThreadNotFound:
    """The id names no live thread."""

    KIND: ClassVar = "thread.notFound"
    REMEDY: ClassVar = "List the threads with thread/list."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"There is no thread {self.thread_id}."


@attrs.frozen
class ThreadIdUsed:
    """The id was given to a thread before, perhaps one deleted since."""

    KIND: ClassVar = "thread.idUsed"
    REMEDY: ClassVar = "Leave threadId out and one is made."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"The id {self.thread_id} is used already."


@attrs.frozen
class ThreadArchived:
    """An archived thread takes no turns."""

    KIND: ClassVar = "thread.archived"
    REMEDY: ClassVar = "Take it out of the archive with thread/configure, archived: false."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is archived."


@attrs.frozen
class ThreadNotAwaitingApproval:
    """No action of the thread waits for an answer."""

    KIND: ClassVar = "thread.notAwaitingApproval"
    REMEDY: ClassVar = "Read the thread: its pendingActions say what waits."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is not waiting for an approval."


@attrs.frozen
class ProviderUnknown:
    """No provider has this id."""

    KIND: ClassVar = "provider.unknown"
    REMEDY: ClassVar = "List the providers with provider/list."
    provider: str

    @property
    def message(self) -> str:
        return f"There is no provider {self.provider}."


@attrs.frozen
class ProviderNotHost:
    """Clients speak for the provider `host` only; every other is driven by the server."""

    KIND: ClassVar = "provider.notHost"
    REMEDY: ClassVar = "Create the thread with provider: host to run its agent yourself."
    thread_id: ThreadId
    provider: str

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} is driven by {self.provider}, not by its host."


@attrs.frozen
class ModeNotSupported:
    """The provider cannot keep what this mode promises."""

    KIND: ClassVar = "mode.notSupported"
    REMEDY: ClassVar = "Choose another mode or another provider."
    provider: str
    mode: str

    @property
    def message(self) -> str:
        return f"{self.provider} cannot work in mode {self.mode}."


@attrs.frozen
class TurnInProgress:
    """The thread has a turn in progress."""

    KIND: ClassVar = "turn.inProgress"
    REMEDY: ClassVar = "Wait for the turn to end, or interrupt it with turn/interrupt."
    thread_id: ThreadId
    turn_id: TurnId

    @property
    def message(self) -> str:
        return f"Turn {self.turn_id} of thread {self.thread_id} is in progress."


@attrs.frozen
class TurnNotInProgress:
    """The thread has no turn that this could belong to."""

    KIND: ClassVar = "turn.notInProgress"
    REMEDY: ClassVar = "Start one with turn/start."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no turn in progress."


@attrs.frozen
class TurnMismatch:
    """The turn in progress is not the one that was named."""

    KIND: ClassVar = "turn.mismatch"
    REMEDY: ClassVar = "Read the thread and name the turn in progress, or none."
    thread_id: ThreadId
    turn_id: TurnId
    in_progress: TurnId

    @property
    def message(self) -> str:
        return f"Turn {self.in_progress} is in progress, not {self.turn_id}."


@attrs.frozen
class TurnIdUsed:
    """The id belongs to a turn with another prompt."""

    KIND: ClassVar = "turn.idUsed"
    REMEDY: ClassVar = "Leave turnId out and one is made."
    turn_id: TurnId

    @property
    def message(self) -> str:
        return f"The id {self.turn_id} belongs to a turn with another prompt."


@attrs.frozen
class PromptEmpty:
    """A prompt must ask something."""

    KIND: ClassVar = "prompt.empty"
    REMEDY: ClassVar = "Write what the agent is to do."

    @property
    def message(self) -> str:
        return "The prompt is empty."


@attrs.frozen
class ActionNotFound:
    """The thread never had this action."""

    KIND: ClassVar = "action.notFound"
    REMEDY: ClassVar = "Read the thread: its pendingActions say what waits."
    thread_id: ThreadId
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no action {self.action_id}."


@attrs.frozen
class ActionIdUsed:
    """A provider asked twice under one id."""

    KIND: ClassVar = "action.idUsed"
    REMEDY: ClassVar = "Give every action of a thread an id of its own."
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"The action id {self.action_id} is used already."


@attrs.frozen
class ActionAlreadyResolved:
    """Somebody was first: `by` says who, `decision` how."""

    KIND: ClassVar = "action.alreadyResolved"
    REMEDY: ClassVar = "Nothing is left to answer."
    action_id: ActionId
    decision: Decision
    by: Decider

    @property
    def message(self) -> str:
        return f"Action {self.action_id} was {self.decision} already, by {self.by.name}."


@attrs.frozen
class ActionHasNoSuchOption:
    """The agent offered no option of the kind that the answer needs."""

    KIND: ClassVar = "action.noSuchOption"
    REMEDY: ClassVar = "Answer with what the action's options allow."
    action_id: ActionId

    @property
    def message(self) -> str:
        return f"Action {self.action_id} offers no option for this answer."


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
    REMEDY: ClassVar = "Wait until it is done."
    thread_id: ThreadId
    operation: str

    @property
    def message(self) -> str:
        return f"A {self.operation} of thread {self.thread_id} is under way."


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
class PathOutsideWorkspace:
    """A path leads out of the project's folder."""

    KIND: ClassVar = "path.outside"
    REMEDY: ClassVar = "Name paths relative to the project's folder, without `..`."
    path: str

    @property
    def message(self) -> str:
        return f"{self.path} is not inside the project's folder."


@attrs.frozen
class CommandIdReused:
    """The command id came with another command before."""

    KIND: ClassVar = "command.idReused"
    REMEDY: ClassVar = (
        "Give every command an id of its own; send the same id only to repeat the same command."
    )
    command_id: CommandId

    @property
    def message(self) -> str:
        return f"The command id {self.command_id} belongs to another command."


@attrs.frozen
class FeatureNotAvailable:
    """This server does not do that. What it does stands in `initialize`."""

    KIND: ClassVar = "feature.notAvailable"
    REMEDY: ClassVar = "Leave it out; capabilities.experimental.peon says what this server does."
    feature: str

    @property
    def message(self) -> str:
        return f"This server does not offer {self.feature}."


Rejection: TypeAlias = (
    ProjectNotFound
    | ProjectIdUsed
    | ProjectRootInUse
    | ProjectRootUnusable
    | ProjectHasRunningThreads
    | TitleBlank
    | ThreadNotFound
    | ThreadIdUsed
    | ThreadArchived
    | ThreadNotAwaitingApproval
    | ProviderUnknown
    | ProviderNotHost
    | ModeNotSupported
    | TurnInProgress
    | TurnNotInProgress
    | TurnMismatch
    | TurnIdUsed
    | PromptEmpty
    | ActionNotFound
    | ActionIdUsed
    | ActionAlreadyResolved
    | ActionHasNoSuchOption
    | CheckpointNotFound
    | CheckpointOfAnotherThread
    | CheckpointExpired
    | OperationInProgress
    | WorkspaceBusy
    | DescriptionBlank
    | MessageBlank
    | PathOutsideWorkspace
    | CommandIdReused
    | FeatureNotAvailable
)
