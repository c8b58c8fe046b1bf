"""The rows of the queries."""

from typing import Final

from peon_protocol import queries, results
from peon_protocol.methods.rows import Method, query

QUERIES: Final[tuple[Method, ...]] = (
    query("project/list", queries.ListProjects, results.ProjectList, "Every live project."),
    query("thread/list", queries.ListThreads, results.ThreadList, "Live threads, without items."),
    query(
        "thread/read",
        queries.ReadThread,
        results.ThreadReading,
        "One thread, whole or by pages of turns.",
        "thread.notFound",
    ),
    query(
        "checkpoint/list",
        queries.ListCheckpoints,
        results.CheckpointList,
        "The checkpoints of a thread.",
    ),
    query(
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
    query(
        "events/read",
        queries.ReadEvents,
        results.EventPage,
        "A page of the log.",
        "cursor.stale",
    ),
    query(
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
    query(
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
    query(
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
    query(
        "blob/read",
        queries.ReadBlob,
        results.BlobPage,
        "A page of a value that is kept apart.",
        "blob.notFound",
    ),
    query("provider/list", queries.ListProviders, results.ProviderList, "Every kind of agent."),
    query(
        "server/status", queries.ReadServerStatus, results.ServerStatus, "How the server is doing."
    ),
)
