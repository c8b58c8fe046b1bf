"""A sample of every refusal and of every failure, as error responses."""

from typing import Final

from generator.samples import cast
from generator.samples.branches import BRANCH_FAILURES
from peon.wire import unstructure
from peon_protocol import rejections as refused
from peon_protocol.failures import FAILURE_CODES, ErrorCode, ErrorContent, FailureKind
from peon_protocol.ids import (
    ActionId,
    CheckpointId,
    CommandId,
    MessageId,
    ProjectId,
    RuleId,
    ThreadId,
    TurnId,
)
from peon_protocol.values import AnswerProblem, Decision, JsonValue, Scope

REJECTIONS: Final[tuple[refused.Rejection, ...]] = (
    refused.ProjectNotFound(ProjectId("prj-greter")),
    refused.ProjectIdUsed(cast.PROJECT),
    refused.ProjectRootInUse(cast.ROOT, cast.PROJECT),
    refused.ProjectRootUnusable("/srv/greeter", "does not exist"),
    refused.ProjectHasRunningThreads(cast.PROJECT, (cast.THREAD,)),
    refused.TitleBlank(),
    refused.ThreadNotFound(ThreadId("thr-greeet")),
    refused.ThreadIdUsed(cast.THREAD),
    refused.ThreadArchived(cast.THREAD),
    refused.ThreadNotAwaitingApproval(cast.THREAD),
    refused.ProviderUnknown("eliza"),
    refused.ProviderNotAvailable(
        "codex", "codex is not installed", "npm install -g @openai/codex@0.169.0"
    ),
    refused.ProviderNeedsLogin(
        "claude", "Authentication required", "Log in first: run claude auth login."
    ),
    refused.LoginMethodUnknown("claude", "magic", ("claude-login",)),
    refused.ProviderNotHost(cast.THREAD, cast.AGENT),
    refused.ModeNotSupported("codex", "plan"),
    refused.TurnInProgress(cast.THREAD, cast.TURNS[0]),
    refused.TurnNotInProgress(cast.THREAD),
    refused.TurnMismatch(cast.THREAD, TurnId("turn-0"), cast.TURNS[1]),
    refused.TurnIdUsed(cast.TURNS[0]),
    refused.TurnNotFound(cast.THREAD, TurnId("turn-9")),
    refused.PromptEmpty(),
    refused.PromptTooLarge(1_500_000, 1_048_576, "characters of text"),
    refused.PromptNotSupported("opencode", "audio"),
    refused.OptionUnknown("slow", ("fast",)),
    refused.OptionValueUnknown("effort", "enormous", ("low", "medium", "high")),
    refused.OptionReserved("model", "model"),
    refused.McpInvalid("tickets", "env.API_TOKEN is a secret, which would be written down"),
    refused.BudgetSpent(cast.THREAD),
    refused.ActionNotFound(cast.THREAD, ActionId("act-9")),
    refused.ActionIdUsed(cast.EDIT_ACTION),
    refused.ActionAlreadyResolved(cast.EDIT_ACTION, Decision.APPROVED, cast.BY_ADA),
    refused.ActionHasNoSuchOption(cast.EDIT_ACTION),
    refused.ActionScopeNotAvailable(cast.EDIT_ACTION, Scope.ALWAYS),
    refused.ActionAnswersInvalid(
        cast.QUESTION,
        (
            AnswerProblem(
                "registry", "$.params.answers.registry", "expected one of internal, public"
            ),
            AnswerProblem("token", "$.params.answers.token", "an answer is required"),
        ),
    ),
    refused.MessageNotFound(cast.THREAD, MessageId("msg-9")),
    refused.MessageIdUsed(cast.LATER),
    refused.MessageBeingSent(cast.HINT),
    refused.QueueFull(cast.THREAD, 200),
    refused.RuleNotFound(cast.PROJECT, RuleId("rule-9")),
    refused.RuleIdUsed(cast.RULE),
    refused.RuleEmpty(),
    refused.RuleCommandUnusable(
        "git status; make", "holds more than the plain words of one command"
    ),
    refused.CheckpointNotFound(CheckpointId("cp-99")),
    refused.CheckpointOfAnotherThread(cast.BEFORE[0], cast.THREAD),
    refused.CheckpointExpired(cast.BEFORE[0]),
    refused.OperationInProgress(cast.THREAD, "restore"),
    refused.OperationMismatch(cast.THREAD, cast.COMMIT_OPERATION, cast.PUSH_OPERATION),
    refused.OperationNotCancellable(cast.THREAD, "turnEnd"),
    refused.WorkspaceBusy(cast.ROOT, cast.THREAD),
    refused.PathsWithoutFiles(),
    refused.DescriptionBlank(),
    refused.MessageBlank(),
    refused.PullRequestTitleBlank(),
    refused.NothingChosen(),
    refused.FolderNotNamed(),
    refused.WorktreeUnclear(),
    refused.WorktreeNone(cast.THREAD),
    refused.WorktreeNotMade(cast.ROOT),
    refused.WorktreeShared((cast.OTHER_THREAD,)),
    refused.WorktreeIsRemoved(cast.THREAD),
    refused.WorktreePresent(cast.THREAD),
    refused.PathOutsideWorkspace("../secrets.txt"),
    refused.CommandIdReused(CommandId("cmd-5")),
)

_RETRYABLE: Final = frozenset(
    {
        refused.TurnInProgress.KIND,
        refused.OperationInProgress.KIND,
        refused.WorkspaceBusy.KIND,
        refused.ProjectHasRunningThreads.KIND,
    }
)


def _refused(rejection: refused.Rejection) -> ErrorContent:
    return ErrorContent(
        kind=rejection.KIND,
        message=rejection.message,
        retryable=rejection.KIND in _RETRYABLE,
        remedy=rejection.REMEDY,
        details=unstructure(rejection),
    )


def _failed(
    kind: FailureKind,
    message: str,
    remedy: str | None = None,
    *,
    retryable: bool = False,
    details: JsonValue = None,
) -> ErrorContent:
    return ErrorContent(
        kind=kind.value, message=message, retryable=retryable, remedy=remedy, details=details
    )


FAILURES: Final[tuple[ErrorContent, ...]] = (
    _failed(FailureKind.JSON_INVALID, "The message is not JSON in UTF-8."),
    _failed(
        FailureKind.REQUEST_INVALID,
        "Batches are not taken.",
        "Send each request as a message of its own.",
    ),
    _failed(
        FailureKind.MESSAGE_TOO_LARGE,
        "A message of 70000000 bytes was not read.",
        "Send less at once.",
        details={"length": 70_000_000},
    ),
    _failed(
        FailureKind.METHOD_NOT_FOUND,
        "There is no method turn/begin.",
        "capabilities.experimental.peon.methods lists what this server does.",
    ),
    _failed(
        FailureKind.PARAMS_INVALID,
        "The params do not fit: expected string or array, got number @ $.params.prompt; "
        "required field missing @ $.params.threadId.",
        details={
            "problems": [
                "expected string or array, got number @ $.params.prompt",
                "required field missing @ $.params.threadId",
            ]
        },
    ),
    _failed(
        FailureKind.SERVER_NOT_INITIALIZED,
        "project/list came before initialize.",
        "Send initialize first, and wait for its answer.",
    ),
    _failed(
        FailureKind.SERVER_SHUTTING_DOWN,
        "project/list came after shutdown.",
        "Send exit, and start the server again.",
    ),
    _failed(
        FailureKind.SERVER_LOST,
        "The server was lost before it answered: it died.",
        "Send it again; with the same commandId it is not carried out twice.",
        retryable=True,
    ),
    _failed(
        FailureKind.REQUEST_CANCELLED,
        "git/push was cancelled. What it recorded stays recorded.",
    ),
    _failed(
        FailureKind.CURSOR_STALE,
        "This log ends at 43; there is no place 97.",
        "Read again from the present state.",
    ),
    _failed(
        FailureKind.UNAVAILABLE,
        "Codex: codex-acp is not on PATH.",
        "Install it with: npm install --global @zed-industries/codex-acp",
        details={"what": "Codex", "why": "codex-acp is not on PATH"},
    ),
    _failed(
        FailureKind.EXTERNAL_FAILED,
        "Codex: the agent ended with exit code 70",
        details={"tool": "Codex", "detail": "the agent ended with exit code 70"},
    ),
    _failed(
        FailureKind.STORE_FAILED,
        "The log cannot be written: no space left on device.",
        "Free what stands in the way, then restart the server.",
        details={"reference": "7f3k9q0xw2mv5ehtz1ab"},
    ),
    _failed(
        FailureKind.SERVER_BUG,
        "The server failed while handling thread/read. Reference: 2c8m4y6pj0rn7sda9xke",
        "Report it with what the log file says under this reference.",
        details={"reference": "2c8m4y6pj0rn7sda9xke"},
    ),
    _failed(FailureKind.BLOB_NOT_FOUND, "No value is kept under this hash."),
    _failed(
        FailureKind.SUBSCRIPTION_NOT_FOUND,
        "There is no subscription sub-9.",
        "Subscriptions end with their session; subscribe again.",
        details={"subscriptionId": "sub-9"},
    ),
    _failed(
        FailureKind.CHECKPOINT_FAILED,
        "The files could not be kept: no space left on device.",
        "Free some space.",
    ),
    _failed(
        FailureKind.CHECKPOINT_TOO_LATE,
        "The files could not be kept within 5 s.",
        "Exclude large folders in .gitignore.",
        retryable=True,
    ),
    _failed(
        FailureKind.CHECKPOINT_BUSY,
        "The folder was busy with another checkpoint for too long.",
        "Try again in a moment.",
        retryable=True,
    ),
    _failed(
        FailureKind.CHECKPOINT_INCOMPLETE,
        "The folder as it is now could not be captured whole, so nothing was restored.",
        "Make the folder smaller, or let git ignore what need not be kept.",
    ),
    _failed(
        FailureKind.CHECKPOINT_NOT_STORED,
        "The checkpoint could not be stored: No space left on device.",
        "Free some space where the server keeps its state, and see that it may write there.",
    ),
    _failed(
        FailureKind.WORKSPACE_NOT_A_FOLDER,
        "The folder /srv/ada/greeter cannot be entered: No such file or directory.",
        "Check that the folder still exists and that you may read it.",
    ),
    _failed(
        FailureKind.RESTORE_FAILED,
        "greet.py could not be written: permission denied.",
        "Make the folder writable. Nothing was changed.",
    ),
    _failed(
        FailureKind.REVIEW_FILE_NOT_FOUND,
        "review: the turn did not change docs/usage.md",
        "Read the review again.",
        details={"tool": "review", "detail": "the turn did not change docs/usage.md"},
    ),
    _failed(
        FailureKind.REVIEW_HUNK_NOT_FOUND,
        "review: the turn made no such change: 7d00c2",
        "Read the review again.",
        details={"tool": "review", "detail": "the turn made no such change: 7d00c2"},
    ),
    _failed(
        FailureKind.WORKTREE_NOT_FOUND,
        "git: /srv/other is no worktree of this repository",
        "worktree/list tells those there are; or name a branch, to make one.",
    ),
    _failed(
        FailureKind.WORKTREE_BRANCH_EXISTS,
        "git: the branch tests exists already",
        "Leave the base out to go on with that branch, or choose another name.",
    ),
    _failed(
        FailureKind.WORKTREE_COPY_FAILED,
        "worktree: .env could not be copied: No such file or directory",
        "Name files and folders of the project, relative to it.",
    ),
    _failed(
        FailureKind.WORKTREE_SETUP_FAILED,
        "git: make ended with exit code 2: No rule to make target 'setup'",
        "Put the set-up command right, or leave it out. Nothing was left behind.",
    ),
    _failed(
        FailureKind.WORKTREE_DIRTY,
        "git: the worktree has 2 changed or new files that are not committed",
        "Commit them, or take them back; then remove it.",
    ),
    _failed(
        FailureKind.WORKTREE_DETACHED,
        "git: the worktree is on no branch, so its commits could be lost",
        "Check a branch out in it, then remove it.",
    ),
    _failed(
        FailureKind.WORKTREE_MOUNTED,
        "git: data is mounted in it from elsewhere",
        "Unmount it, then remove the worktree.",
    ),
    _failed(
        FailureKind.GIT_BAD_BRANCH,
        "git: '-x' cannot be the name of a branch",
        "Choose letters, digits, hyphens and slashes.",
    ),
    *BRANCH_FAILURES,
    _failed(
        FailureKind.GIT_NO_SUCH_COMMIT,
        "git: there is no commit mian",
        "Name a branch, a tag or a commit; a repository without one needs a first commit.",
    ),
    _failed(
        FailureKind.FILE_NO_SUCH_LINE,
        "greet.py has no such line: file greet.py has only 3 lines",
        "Choose a line of a file that is not ignored, counted from 1.",
    ),
    _failed(
        FailureKind.OPERATION_LOST,
        "The server stopped while the commit was under way.",
        "Look whether it was done, then try again.",
        retryable=True,
    ),
    _failed(
        FailureKind.OPERATION_CANCELLED,
        "operation: it was stopped, as asked",
        details={"tool": "operation", "detail": "it was stopped, as asked"},
    ),
    _failed(
        FailureKind.GIT_MISSING,
        "There is no git on PATH.",
        "Install git 2.30 or later.",
    ),
    _failed(
        FailureKind.GIT_FAILED,
        "git: fatal: bad object HEAD",
        details={"tool": "git", "detail": "fatal: bad object HEAD"},
    ),
    _failed(
        FailureKind.GIT_NOT_A_REPOSITORY,
        "/home/user/greeter is in no git repository.",
        "Make one with: git init",
    ),
    _failed(FailureKind.GIT_NOTHING_TO_COMMIT, "There is nothing to commit."),
    _failed(
        FailureKind.GIT_HOOK_FAILED,
        "git: pre-commit: README.md has trailing spaces",
        "Do what the hook asks, then commit again.",
        details={"tool": "git", "detail": "pre-commit: README.md has trailing spaces"},
    ),
    _failed(
        FailureKind.GIT_NO_IDENTITY,
        "git does not know who commits.",
        'Set it with: git config user.name "Ada" and git config user.email ada@example.org',
    ),
    _failed(
        FailureKind.GIT_NO_REMOTE,
        "The branch main tracks no remote branch.",
        "Name a remote, or set one with: git push --set-upstream origin main",
    ),
    _failed(
        FailureKind.GIT_REJECTED,
        "git: main was rejected by origin: fetch first",
        "Bring in what others have pushed, then push again.",
        details={"tool": "git", "detail": "main was rejected by origin: fetch first"},
    ),
    _failed(
        FailureKind.GIT_LOCKED,
        "Another git works in this repository: .git/index.lock exists.",
        "Wait for it; remove the file if no git is running.",
        retryable=True,
    ),
    _failed(
        FailureKind.GIT_TIMED_OUT,
        "git push did not finish in 120 s and was stopped.",
        "Try again, or push in a terminal to see what it waits for.",
        retryable=True,
    ),
)

ERRORS: Final = {content.kind: content for content in (*map(_refused, REJECTIONS), *FAILURES)}
"""What an error response of each kind carries."""


def code_of(kind: str) -> ErrorCode:
    """The code of error responses of this kind."""
    codes = {failure.value: code for failure, code in FAILURE_CODES.items()}
    return codes.get(kind, ErrorCode.REQUEST_FAILED)
