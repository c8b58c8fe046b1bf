"""The rows of reviewing what a turn changed."""

from typing import Final

from peon_protocol import commands, findings, queries, results
from peon_protocol.methods.rows import Method, command, query

REVIEWS: Final[tuple[Method, ...]] = (
    command(
        "review/accept",
        commands.AcceptChanges,
        results.ReviewResult,
        "Say that changes of a turn are good.",
        "thread.notFound",
        "turn.notFound",
        "path.outside",
        "review.nothingChosen",
        "review.fileNotFound",
        "review.hunkNotFound",
        "checkpoint.expired",
        "checkpoint.failed",
        "git.missing",
    ),
    command(
        "review/reject",
        commands.RejectChanges,
        results.ReviewResult,
        "Take changes of a turn back where they still stand, and tell the agent.",
        "thread.notFound",
        "turn.notFound",
        "path.outside",
        "review.nothingChosen",
        "review.fileNotFound",
        "review.hunkNotFound",
        "checkpoint.expired",
        "checkpoint.failed",
        "restore.failed",
        "git.missing",
    ),
    query(
        "review/get",
        queries.ReadReview,
        findings.ReviewPage,
        "What a turn changed, change by change, and how each stands.",
        "thread.notFound",
        "turn.notFound",
        "path.outside",
        "checkpoint.expired",
        "checkpoint.failed",
        "git.missing",
    ),
    query(
        "why/line",
        queries.ExplainLine,
        findings.LineExplanation,
        "Why a line is there: the turn, its prompt, the tool call and who allowed it.",
        "project.notFound",
        "thread.notFound",
        "folder.notNamed",
        "path.outside",
        "file.noSuchLine",
        "git.missing",
    ),
)
