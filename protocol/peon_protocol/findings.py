"""What queries about a turn's changes, a line's author and worktrees are answered with."""

import attrs

from peon_protocol.ids import ActionId, HunkId, ItemId, ThreadId, TurnId
from peon_protocol.values import Decider, HunkKind, HunkStatus, LineOrigin, Prompt


@attrs.frozen(kw_only=True)
class ReviewHunk:
    """One change of a turn. The numbers are those of the lines themselves, counted from 1.

    `patch` shows it with a few lines around it; it is null where there is no text to show.
    """

    hunk_id: HunkId
    kind: HunkKind
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    patch: str | None
    status: HunkStatus


@attrs.frozen(kw_only=True)
class ReviewFile:
    """A file that a turn changed. `kind`: added, modified, deleted, renamed, mode."""

    path: str
    old_path: str | None
    kind: str
    binary: bool
    status: HunkStatus
    hunks: tuple[ReviewHunk, ...]


@attrs.frozen(kw_only=True)
class ReviewPage:
    """The changes of a turn: a page of `total` files; `next_offset` is null on the last."""

    thread_id: ThreadId
    turn_id: TurnId
    files: tuple[ReviewFile, ...]
    total: int
    next_offset: int | None


@attrs.frozen(kw_only=True)
class LineExplanation:
    """Who last wrote a line, and why. What is not known, or is no turn's, is null.

    `path` is the file it was written in, which may have been renamed since. `decided_by` is who
    allowed the tool call.
    """

    path: str
    line: int
    origin: LineOrigin
    at: str | None = None
    thread_id: ThreadId | None = None
    turn_id: TurnId | None = None
    number: int | None = None
    prompt: Prompt | None = None
    item_id: ItemId | None = None
    tool_title: str | None = None
    action_id: ActionId | None = None
    decided_by: Decider | None = None
    provider: str | None = None
    model: str | None = None


@attrs.frozen(kw_only=True)
class Worktree:
    """A worktree of a repository, the threads in it, and whether it was made for a thread."""

    path: str
    branch: str | None
    commit: str | None
    made: bool
    thread_ids: tuple[ThreadId, ...]


@attrs.frozen(kw_only=True)
class WorktreeList:
    """The worktrees of a repository, the one with the repository itself first."""

    worktrees: tuple[Worktree, ...]


@attrs.frozen(kw_only=True)
class ProposedMessage:
    """What a commit would be called; null where the thread has done nothing to tell of."""

    message: str | None
