"""The one table of methods: handlers, schema, types and documents are made from it."""

import enum
from typing import Final

import attrs

from peon_protocol import commands, notifications, queries, results


class Direction(enum.StrEnum):
    """Who sends it, and whether it is answered."""

    REQUEST = "request"
    """From a client, answered exactly once."""
    NOTIFICATION = "notification"
    """From the server, not answered."""


class MethodKind(enum.StrEnum):
    """What a method is for."""

    COMMAND = "command"
    QUERY = "query"
    FEED = "feed"


@attrs.frozen
class Method:
    """One method. `errors` are the kinds it may be refused with besides those of every request."""

    name: str
    direction: Direction
    kind: MethodKind
    params: type
    result: type | None
    summary: str
    errors: tuple[str, ...] = ()


def _command(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    every = ("command.idReused",)
    return Method(
        name, Direction.REQUEST, MethodKind.COMMAND, params, result, summary, errors + every
    )


def _query(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    return Method(name, Direction.REQUEST, MethodKind.QUERY, params, result, summary, errors)


def _feed(name: str, params: type, result: type, summary: str, *errors: str) -> Method:
    return Method(name, Direction.REQUEST, MethodKind.FEED, params, result, summary, errors)


def _notification(name: str, params: type, summary: str) -> Method:
    return Method(name, Direction.NOTIFICATION, MethodKind.FEED, params, None, summary)


METHODS: Final[tuple[Method, ...]] = (
    _command(
        "project/create",
        commands.CreateProject,
        results.ProjectResult,
        "Make a project of a folder.",
        "project.idUsed",
        "project.rootInUse",
        "project.rootUnusable",
        "title.blank",
    ),
    _command(
        "project/configure",
        commands.ConfigureProject,
        results.ProjectResult,
        "Change a project's title or defaults.",
        "project.notFound",
        "title.blank",
        "provider.unknown",
    ),
    _command(
        "project/delete",
        commands.DeleteProject,
        results.ProjectResult,
        "Delete a project and its threads; its folder is not touched.",
        "project.notFound",
        "project.hasRunningThreads",
    ),
    _command(
        "thread/create",
        commands.CreateThread,
        results.ThreadResult,
        "Open a conversation in a project.",
        "project.notFound",
        "thread.idUsed",
        "provider.unknown",
        "mode.notSupported",
        "title.blank",
    ),
    _command(
        "thread/configure",
        commands.ConfigureThread,
        results.ThreadResult,
        "Change a thread's title, model, mode or archive flag.",
        "thread.notFound",
        "title.blank",
        "mode.notSupported",
        "turn.inProgress",
        "operation.inProgress",
    ),
    _command(
        "thread/delete",
        commands.DeleteThread,
        results.ThreadResult,
        "Delete a thread.",
        "thread.notFound",
        "turn.inProgress",
        "operation.inProgress",
    ),
    _command(
        "turn/start",
        commands.StartTurn,
        results.TurnResult,
        "Ask the thread's agent for something.",
        "thread.notFound",
        "thread.archived",
        "turn.inProgress",
        "turn.idUsed",
        "prompt.empty",
        "operation.inProgress",
        "mode.notSupported",
    ),
    _command(
        "turn/interrupt",
        commands.InterruptTurn,
        results.TurnResult,
        "Stop the turn in progress; what it has done stays.",
        "thread.notFound",
        "turn.notInProgress",
        "turn.mismatch",
    ),
    _command(
        "action/approve",
        commands.ApprovePendingAction,
        results.ActionResult,
        "Allow what an agent asked for.",
        "thread.notFound",
        "thread.notAwaitingApproval",
        "action.notFound",
        "action.alreadyResolved",
        "action.noSuchOption",
        "feature.notAvailable",
    ),
    _command(
        "action/reject",
        commands.RejectPendingAction,
        results.ActionResult,
        "Refuse what an agent asked for; the turn goes on.",
        "thread.notFound",
        "thread.notAwaitingApproval",
        "action.notFound",
        "action.alreadyResolved",
    ),
    _command(
        "provider/ingest",
        commands.IngestProviderEvent,
        results.ThreadResult,
        "Take in what a provider says, from a host that runs the agent itself.",
        "thread.notFound",
        "provider.notHost",
        "turn.notInProgress",
        "action.idUsed",
        "action.notFound",
    ),
    _command(
        "checkpoint/create",
        commands.CreateCheckpoint,
        results.CheckpointResult,
        "Keep the workspace's files as they are now.",
        "thread.notFound",
        "turn.inProgress",
        "operation.inProgress",
        "checkpoint.descriptionBlank",
        "checkpoint.failed",
        "git.missing",
    ),
    _command(
        "checkpoint/restore",
        commands.RestoreCheckpoint,
        results.RestoreResult,
        "Undo what this thread did to the files after a checkpoint, and nothing else.",
        "thread.notFound",
        "checkpoint.notFound",
        "checkpoint.ofAnotherThread",
        "checkpoint.expired",
        "workspace.busy",
        "operation.inProgress",
        "path.outside",
        "feature.notAvailable",
        "restore.failed",
        "git.missing",
    ),
    _command(
        "git/commit",
        commands.CommitChanges,
        results.CommitResult,
        "Commit in the user's repository, with their hooks and identity.",
        "thread.notFound",
        "git.messageBlank",
        "turn.inProgress",
        "operation.inProgress",
        "path.outside",
        "git.notARepository",
        "git.nothingToCommit",
        "git.hookFailed",
        "git.noIdentity",
        "git.locked",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    _command(
        "git/push",
        commands.PushChanges,
        results.PushResult,
        "Push the user's branch.",
        "thread.notFound",
        "turn.inProgress",
        "operation.inProgress",
        "git.notARepository",
        "git.noRemote",
        "git.rejected",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    _query("project/list", queries.ListProjects, results.ProjectList, "Every live project."),
    _query("thread/list", queries.ListThreads, results.ThreadList, "Live threads, without items."),
    _query(
        "thread/read",
        queries.ReadThread,
        results.ThreadReading,
        "One thread, whole or by pages of turns.",
        "thread.notFound",
    ),
    _query(
        "checkpoint/list",
        queries.ListCheckpoints,
        results.CheckpointList,
        "The checkpoints of a thread.",
    ),
    _query(
        "checkpoint/diff",
        queries.ReadCheckpointDiff,
        results.DiffResult,
        "What changed in the files since a checkpoint.",
        "thread.notFound",
        "checkpoint.notFound",
        "checkpoint.ofAnotherThread",
        "checkpoint.expired",
        "git.missing",
    ),
    _query(
        "events/read",
        queries.ReadEvents,
        results.EventPage,
        "A page of the log.",
        "cursor.stale",
    ),
    _query(
        "turn/diff",
        queries.ReadTurnDiff,
        results.DiffResult,
        "What changed in the files during a turn.",
        "thread.notFound",
        "turn.notFound",
        "checkpoint.notFound",
        "checkpoint.expired",
        "git.missing",
    ),
    _query(
        "git/status",
        queries.ReadGitStatus,
        results.GitStatusResult,
        "What the user's repository says of the folder.",
        "project.notFound",
        "git.notARepository",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    _query(
        "git/diff",
        queries.ReadGitDiff,
        results.DiffResult,
        "The user's uncommitted changes.",
        "project.notFound",
        "path.outside",
        "git.notARepository",
        "git.missing",
        "git.failed",
        "git.timedOut",
    ),
    _query(
        "blob/read",
        queries.ReadBlob,
        results.BlobPage,
        "A page of a value that is kept apart.",
        "blob.notFound",
    ),
    _query("provider/list", queries.ListProviders, results.ProviderList, "Every kind of agent."),
    _query(
        "server/status", queries.ReadServerStatus, results.ServerStatus, "How the server is doing."
    ),
    _feed(
        "events/subscribe",
        queries.SubscribeEvents,
        results.SubscribeResult,
        "Every event after a sequence, from history into live.",
        "cursor.stale",
    ),
    _feed(
        "events/unsubscribe",
        queries.UnsubscribeEvents,
        results.UnsubscribeResult,
        "End a subscription.",
        "subscription.notFound",
    ),
    _notification(
        "events/appended", notifications.EventsAppended, "Events of a subscription, in order."
    ),
    _notification("turn/delta", notifications.TurnDelta, "A live fragment of text."),
    _notification(
        "events/resync", notifications.EventsResync, "A subscription is over: subscribe again."
    ),
    _notification(
        "server/statusChanged", notifications.ServerStatusChanged, "The server's health changed."
    ),
)

METHODS_BY_NAME: Final = {method.name: method for method in METHODS}
