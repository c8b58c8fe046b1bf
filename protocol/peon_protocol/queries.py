"""The params of the queries and of the feed: requests that change nothing that lasts."""

from typing import TypeAlias

import attrs

from peon_protocol.branches import ListBranches
from peon_protocol.cancelling import CancelOperation
from peon_protocol.ids import BlobId, CheckpointId, ProjectId, SubscriptionId, ThreadId, TurnId
from peon_protocol.values import ConflictChoice, RestoreScope


@attrs.frozen(kw_only=True)
class ListProjects:
    """Every live project."""


@attrs.frozen(kw_only=True)
class ListRules:
    """The rules of a project, oldest first."""

    project_id: ProjectId


@attrs.frozen(kw_only=True)
class ListThreads:
    """Live threads, of one project or all; a project that is not there has none.

    Of each there are its newest `turns`, 0 to 50. With a `limit`, 1 to 500, it is a page: the last
    ones, or the last of the first `before`. More than one turn is told in pages only.
    """

    project_id: ProjectId | None = None
    turns: int = 1
    limit: int | None = None
    before: int | None = None


@attrs.frozen(kw_only=True)
class TurnRange:
    """The `limit` turns before turn number `before`; without `before`, the last ones.

    With `items`, as many of the newest turns as hold so many items, the first of them in part.
    """

    limit: int
    before: int | None = None
    items: int | None = None


@attrs.frozen(kw_only=True)
class ReadThread:
    """One thread with its turns, all of them or a page; without items where they are not wanted."""

    thread_id: ThreadId
    turns: TurnRange | None = None
    with_items: bool = True


@attrs.frozen(kw_only=True)
class ListCheckpoints:
    """The checkpoints of a thread, oldest first."""

    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class ReadEvents:
    """Up to `limit` events after a sequence, of the whole log or of one thread."""

    after: int = 0
    limit: int = 1000
    thread_id: ThreadId | None = None


@attrs.frozen(kw_only=True)
class ReadTurnDiff:
    """What changed in the workspace's files during a turn: `limit` files after `offset`."""

    thread_id: ThreadId
    turn_id: TurnId
    paths: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 200


@attrs.frozen(kw_only=True)
class ReadCheckpointDiff:
    """What changed in the workspace's files since a checkpoint: a page, as of a turn."""

    thread_id: ThreadId
    checkpoint_id: CheckpointId
    paths: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 200


@attrs.frozen(kw_only=True)
class PreviewRestore:
    """What `checkpoint/restore` with the same params would do now. Changes nothing."""

    thread_id: ThreadId
    checkpoint_id: CheckpointId
    paths: tuple[str, ...] | None = None
    conflicts: ConflictChoice = ConflictChoice.KEEP
    what: RestoreScope = RestoreScope.FILES


@attrs.frozen(kw_only=True)
class ReadReview:
    """What a turn changed, change by change, and how each stands: `limit` files after `offset`."""

    thread_id: ThreadId
    turn_id: TurnId
    paths: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 50


@attrs.frozen(kw_only=True)
class ExplainLine:
    """Why a line of a file, as it is now, is there. Lines count from 1.

    The file is one of the thread's folder, or of the project's.
    """

    path: str
    line: int
    project_id: ProjectId | None = None
    thread_id: ThreadId | None = None


@attrs.frozen(kw_only=True)
class ListWorktrees:
    """The worktrees of a project's repository, and the threads in each."""

    project_id: ProjectId


@attrs.frozen(kw_only=True)
class ReadGitStatus:
    """What the user's repository says of the thread's folder, or of the project's."""

    project_id: ProjectId | None = None
    thread_id: ThreadId | None = None


@attrs.frozen(kw_only=True)
class ProposeMessage:
    """A message for a commit of what the thread has done since its last one."""

    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class ReadGitDiff:
    """The user's uncommitted changes, untracked files included, of all paths or of some.

    They are those of the thread's folder, or of the project's.
    """

    project_id: ProjectId | None = None
    thread_id: ThreadId | None = None
    paths: tuple[str, ...] | None = None
    offset: int = 0
    limit: int = 200


@attrs.frozen(kw_only=True)
class ReadBlob:
    """Up to `limit` bytes, after `offset`, of a value that is kept apart."""

    blob_id: BlobId
    offset: int = 0
    limit: int = 262144


@attrs.frozen(kw_only=True)
class ListProviders:
    """Every provider, available or not."""


@attrs.frozen(kw_only=True)
class Authenticate:
    """Log an agent in by one of its methods; without a method, see whether it is logged in.

    The agent is started for it, in the project's folder if there is one.
    """

    provider_id: str
    method_id: str | None = None
    project_id: ProjectId | None = None


@attrs.frozen(kw_only=True)
class ReadServerStatus:
    """How the server is doing."""


@attrs.frozen(kw_only=True)
class SubscribeEvents:
    """Every event after a sequence, history first; without `after`, from now on.

    `thread_ids` narrows the feed to those threads, `deltas` asks for live fragments of text and the
    progress of operations too.
    """

    after: int | None = None
    thread_ids: tuple[ThreadId, ...] | None = None
    deltas: bool = False


@attrs.frozen(kw_only=True)
class UnsubscribeEvents:
    """End a subscription."""

    subscription_id: SubscriptionId


ModelQuery: TypeAlias = ListProjects | ListRules | ListCheckpoints | ProposeMessage
OutsideQuery: TypeAlias = (
    ReadTurnDiff
    | ReadCheckpointDiff
    | PreviewRestore
    | ReadReview
    | ExplainLine
    | ListWorktrees
    | ReadGitStatus
    | ReadGitDiff
    | ListBranches
    | ReadBlob
    | ListProviders
    | Authenticate
    | CancelOperation
    | ReadServerStatus
)
Query: TypeAlias = ModelQuery | ListThreads | ReadThread | OutsideQuery
"""What is answered with data classes: from what is recorded, or by looking outside.

Events are read as the bytes they are stored as, and a feed is no single answer.
"""
