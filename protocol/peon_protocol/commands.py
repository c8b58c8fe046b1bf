"""The commands: requests that may be refused, each its own JSON-RPC method.

Every command takes an optional `command_id`; sent again with the same one, it gets the first
answer.
"""

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from peon_protocol.branches import CreateBranch, OpenPullRequest
from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    CommandId,
    HunkId,
    MessageId,
    ProjectId,
    RuleId,
    ThreadId,
    TurnId,
)
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.values import (
    Budget,
    ConflictChoice,
    JsonValue,
    McpServer,
    Mode,
    OptionValue,
    ProjectDefaults,
    Prompt,
    RestoreScope,
    RuleVerdict,
    Scope,
    ToolKind,
    WorktreeChoice,
)


@attrs.frozen(kw_only=True)
class CreateProject:
    """Make a project of the folder `root`, an absolute path."""

    root: str
    project_id: ProjectId | None = None
    title: str | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class ConfigureProject:
    """Change a project's title or defaults; what is null stays."""

    project_id: ProjectId
    title: str | None = None
    defaults: ProjectDefaults | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class DeleteProject:
    """Delete a project and its threads. The folder itself is not touched."""

    project_id: ProjectId
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class CreateThread:
    """Open a conversation in a project; without a `worktree`, in its own folder.

    With one it is answered when the worktree is ready; where that fails there is no thread.
    """

    project_id: ProjectId
    thread_id: ThreadId | None = None
    title: str | None = None
    provider: str | None = None
    model: str | None = None
    mode: Mode | None = None
    options: Mapping[str, OptionValue] | None = None
    mcp_servers: tuple[McpServer, ...] | None = None
    budget: Budget | None = None
    worktree: WorktreeChoice | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class ConfigureThread:
    """Change a thread; what is null stays.

    Of `options` those named are set, for turns to come; one that is null there is left to the agent
    again. `mcpServers` replaces the servers of the thread, and with `[]` it has none.
    """

    thread_id: ThreadId
    title: str | None = None
    model: str | None = None
    mode: Mode | None = None
    options: Mapping[str, OptionValue | None] | None = None
    mcp_servers: tuple[McpServer, ...] | None = None
    budget: Budget | None = None
    archived: bool | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class DeleteThread:
    """Delete a thread."""

    thread_id: ThreadId
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class StartTurn:
    """Ask the thread's agent for something.

    With a `turn_id` that exists and the same prompt, it is the same turn. `model`, `mode` and
    `options` are for this turn only.
    """

    thread_id: ThreadId
    prompt: Prompt
    turn_id: TurnId | None = None
    model: str | None = None
    mode: Mode | None = None
    options: Mapping[str, OptionValue] | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class QueueMessage:
    """Ask for something when it is its turn: at once where the thread is idle and nothing waits.

    With a `message_id` that exists and the same prompt, it is the same message.
    """

    thread_id: ThreadId
    prompt: Prompt
    message_id: MessageId | None = None
    model: str | None = None
    mode: Mode | None = None
    options: Mapping[str, OptionValue] | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class EditMessage:
    """Say something else in a message that waits."""

    thread_id: ThreadId
    message_id: MessageId
    prompt: Prompt
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RemoveMessage:
    """Take a message out of the queue."""

    thread_id: ThreadId
    message_id: MessageId
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class MoveMessage:
    """Move a message that waits before another one, or to the end."""

    thread_id: ThreadId
    message_id: MessageId
    before: MessageId | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class SendMessage:
    """Start a message that waits, or the first one, now; a queue that was held goes on with it."""

    thread_id: ThreadId
    message_id: MessageId | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class SteerTurn:
    """Tell the agent something while it is at work; where that cannot be, it is queued.

    With a `message_id` that exists and the same prompt, it is the same message.
    """

    thread_id: ThreadId
    prompt: Prompt
    turn_id: TurnId | None = None
    message_id: MessageId | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class InterruptTurn:
    """Stop the turn in progress; what it has done stays."""

    thread_id: ThreadId
    turn_id: TurnId | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class ApprovePendingAction:
    """Allow what an agent asked for: this once, for its session, or always, which makes a rule.

    `option_id` chooses among what the agent itself offered. `answers` are what a question asks for,
    by the names of its fields; a command repeated with the same `command_id` gets its first answer
    whatever its secret answers are.
    """

    thread_id: ThreadId
    action_id: ActionId
    scope: Scope = Scope.ONCE
    option_id: str | None = None
    answers: Mapping[str, JsonValue] | None = attrs.field(default=None, repr=False)
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RejectPendingAction:
    """Refuse what an agent asked for; the turn goes on."""

    thread_id: ThreadId
    action_id: ActionId
    reason: str | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class AddRule:
    """Have a rule settle what agents ask for in a project; what is given must all fit.

    `path` is a glob relative to the project's folder, `command` the first words of a command.
    """

    project_id: ProjectId
    verdict: RuleVerdict
    rule_id: RuleId | None = None
    provider: str | None = None
    tool_kind: ToolKind | None = None
    path: str | None = None
    command: str | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RemoveRule:
    """Take a rule back; what it has settled stays settled."""

    project_id: ProjectId
    rule_id: RuleId
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class IngestProviderEvent:
    """Take in what a provider says.

    The single door for the server's own agents and for a host that runs an agent itself.
    """

    thread_id: ThreadId
    event: ProviderEvent
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class CreateCheckpoint:
    """Keep the workspace's files as they are now, under a description."""

    thread_id: ThreadId
    description: str
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RestoreCheckpoint:
    """Undo what this thread did after the checkpoint, and nothing else.

    `paths` limits which files go back. With `conflicts` overwrite, paths that others changed too go
    back as well; what stood there is in the checkpoint that is taken before.
    """

    thread_id: ThreadId
    checkpoint_id: CheckpointId
    paths: tuple[str, ...] | None = None
    conflicts: ConflictChoice = ConflictChoice.KEEP
    what: RestoreScope = RestoreScope.FILES
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class CommitChanges:
    """Commit in the user's repository, with their hooks and identity.

    Without a message, the one that `git/proposeMessage` tells.
    """

    thread_id: ThreadId
    message: str | None = None
    paths: tuple[str, ...] | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class PushChanges:
    """Push the user's branch, by default to where it tracks."""

    thread_id: ThreadId
    remote: str | None = None
    branch: str | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class AcceptChanges:
    """Say that changes of a turn are good: those named, else all of `path`, else all.

    While the turn is running it waits for the end of it.
    """

    thread_id: ThreadId
    turn_id: TurnId
    path: str | None = None
    hunk_ids: tuple[HunkId, ...] | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RejectChanges:
    """Take changes of a turn back, where they still stand: those named, else all of `path`, or all.

    While the turn is running it waits for the end of it. The agent is told, with the comment, when
    it is next asked for something.
    """

    thread_id: ThreadId
    turn_id: TurnId
    path: str | None = None
    hunk_ids: tuple[HunkId, ...] | None = None
    comment: str | None = None
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RemoveWorktree:
    """Take away the worktree that was made for a thread. What is not committed keeps it there."""

    thread_id: ThreadId
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class RestoreWorktree:
    """Bring back a worktree that was taken away, with the files in it that git ignores."""

    thread_id: ThreadId
    command_id: CommandId | None = None


Command: TypeAlias = (
    CreateProject
    | ConfigureProject
    | DeleteProject
    | CreateThread
    | ConfigureThread
    | DeleteThread
    | StartTurn
    | QueueMessage
    | EditMessage
    | RemoveMessage
    | MoveMessage
    | SendMessage
    | SteerTurn
    | InterruptTurn
    | ApprovePendingAction
    | RejectPendingAction
    | AddRule
    | RemoveRule
    | IngestProviderEvent
    | CreateCheckpoint
    | RestoreCheckpoint
    | CommitChanges
    | PushChanges
    | CreateBranch
    | OpenPullRequest
    | AcceptChanges
    | RejectChanges
    | RemoveWorktree
    | RestoreWorktree
)
