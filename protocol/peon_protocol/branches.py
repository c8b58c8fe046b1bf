"""Branches and pull requests: what may be asked of them, and what is answered."""

import attrs

from peon_protocol.ids import CommandId, OperationId, ProjectId, ThreadId


@attrs.frozen(kw_only=True)
class CreateBranch:
    """Make a branch that begins at `base`, or where the repository stands, and go to it.

    With `checkout` false the files, and the branch that is checked out, stay as they are.
    """

    thread_id: ThreadId
    name: str
    base: str | None = None
    checkout: bool = True
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class OpenPullRequest:
    """Open a pull request (a merge request) for the branch that is checked out.

    The branch is pushed first where its remote lacks it, or commits of it. Without a title or a
    body, what the thread was asked for and what the agent said last are proposed. Without a `base`
    it is for the branch that its repository is usually merged into.
    """

    thread_id: ThreadId
    title: str | None = None
    body: str | None = None
    base: str | None = None
    draft: bool = False
    command_id: CommandId | None = None


@attrs.frozen(kw_only=True)
class ListBranches:
    """The branches of the thread's repository, or of the project's, the current one first.

    At most `limit` of them are told.
    """

    project_id: ProjectId | None = None
    thread_id: ThreadId | None = None
    limit: int = 200


@attrs.frozen(kw_only=True)
class BranchCommit:
    """The newest commit of a branch. `at` is when it was made."""

    hash: str
    subject: str
    at: str


@attrs.frozen(kw_only=True)
class Branch:
    """A branch. `worktree` is the folder that it is checked out in, if it is in one.

    `ahead` and `behind` count commits against `upstream`, which may be gone: then both are 0.
    """

    name: str
    upstream: str | None
    ahead: int
    behind: int
    current: bool
    worktree: str | None
    last_commit: BranchCommit


@attrs.frozen(kw_only=True)
class BranchList:
    """Branches; `total` counts those too that are not told. `current` is null on no branch."""

    current: str | None
    branches: tuple[Branch, ...]
    total: int


@attrs.frozen(kw_only=True)
class BranchResult:
    """A branch was made, and begins at `commit`."""

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    branch: str
    commit: str
    checked_out: bool


@attrs.frozen(kw_only=True)
class PullRequestResult:
    """A pull request is open at `url`.

    Where it was open before (`existing`), its title and body are as they were.
    """

    sequence: int
    thread_id: ThreadId
    operation_id: OperationId
    url: str
    branch: str
    title: str
    existing: bool = False
