"""Ada makes a branch, and opens a pull request for it."""

from typing import Final

from generator.samples import cast
from generator.samples.exchange import Exchange
from peon_protocol import branches, events
from peon_protocol.failures import ErrorContent, FailureKind
from peon_protocol.ids import CommandId, OperationId
from peon_protocol.values import CreateBranchOperation, PullRequestOperation

NAME: Final = "greet-by-name"
URL: Final = "https://github.com/ada/greeter/pull/7"
TITLE: Final = "Greet by name"
MAKE: Final = OperationId("op-13")
OPEN: Final = OperationId("op-14")

MAKING: Final = CreateBranchOperation(name=NAME, base=cast.BRANCH)
OPENING: Final = PullRequestOperation(title=TITLE, body=cast.ANSWER.strip(), draft=True)
MADE: Final = events.BranchCreated(
    thread_id=cast.THREAD,
    operation_id=MAKE,
    branch=NAME,
    commit=cast.COMMIT,
    checked_out=True,
    base=cast.BRANCH,
)
OPENED: Final = events.PullRequestOpened(
    thread_id=cast.THREAD,
    operation_id=OPEN,
    url=URL,
    branch=NAME,
    title=TITLE,
    draft=True,
)

BRANCH_COMMANDS: Final = (
    Exchange(
        "git/createBranch",
        branches.CreateBranch(
            thread_id=cast.THREAD, name=NAME, base=cast.BRANCH, command_id=CommandId("cmd-50")
        ),
        branches.BranchResult(
            sequence=81,
            thread_id=cast.THREAD,
            operation_id=MAKE,
            branch=NAME,
            commit=cast.COMMIT,
            checked_out=True,
        ),
    ),
    Exchange(
        "git/pullRequest",
        branches.OpenPullRequest(
            thread_id=cast.THREAD,
            title=TITLE,
            body=cast.ANSWER.strip(),
            draft=True,
            command_id=CommandId("cmd-51"),
        ),
        branches.PullRequestResult(
            sequence=83,
            thread_id=cast.THREAD,
            operation_id=OPEN,
            url=URL,
            branch=NAME,
            title=TITLE,
        ),
    ),
)

_COMMIT: Final = branches.BranchCommit(
    hash=cast.COMMIT, subject="Say what greet.py is for", at="2026-03-14T09:28:01+01:00"
)
BRANCH_QUERIES: Final = (
    Exchange(
        "git/branches",
        branches.ListBranches(thread_id=cast.THREAD),
        branches.BranchList(
            current=cast.BRANCH,
            branches=(
                branches.Branch(
                    name=cast.BRANCH,
                    upstream="origin/main",
                    ahead=1,
                    behind=0,
                    current=True,
                    worktree=cast.ROOT,
                    last_commit=_COMMIT,
                ),
                branches.Branch(
                    name="docs",
                    upstream=None,
                    ahead=0,
                    behind=0,
                    current=False,
                    worktree=None,
                    last_commit=_COMMIT,
                ),
            ),
            total=2,
        ),
    ),
)

BRANCH_FAILURES: Final = (
    ErrorContent(
        kind=FailureKind.GIT_BRANCH_EXISTS.value,
        message="git: there is a branch greet-by-name already",
        remedy="Choose another name, or go to that branch.",
    ),
    ErrorContent(
        kind=FailureKind.GIT_WOULD_OVERWRITE.value,
        message="git: Your local changes to the following files would be overwritten: greet.py",
        remedy="Commit them, or begin the branch where you are: leave out the base.",
    ),
    ErrorContent(
        kind=FailureKind.GIT_NO_BRANCH.value,
        message="git: no branch of that name, or none is checked out",
        remedy="Name a branch that has a commit, or check one out.",
    ),
    ErrorContent(
        kind=FailureKind.PULL_REQUEST_NO_PROGRAM.value,
        message="gh is not installed, which opens pull requests at github.com",
        remedy="Install gh (https://cli.github.com), then run gh auth login in a terminal.",
    ),
    ErrorContent(
        kind=FailureKind.PULL_REQUEST_NEEDS_LOGIN.value,
        message="gh: To get started with GitHub CLI, please run: gh auth login",
        remedy="Run gh auth login in a terminal, then try again.",
    ),
    ErrorContent(
        kind=FailureKind.PULL_REQUEST_FAILED.value,
        message="gh: pull request create failed: No commits between main and greet-by-name",
        remedy="Read what the program says, put that right, and try again.",
    ),
)
