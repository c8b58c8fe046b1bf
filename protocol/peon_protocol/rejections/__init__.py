"""Why a command was refused, as data: a closed union.

Each has its `KIND`, its sentence and its remedy.

Invariant: data only, like the package it is in.
"""

from typing import TypeAlias

from peon_protocol.rejections.actions import (
    ActionAlreadyResolved,
    ActionAnswersInvalid,
    ActionHasNoSuchOption,
    ActionIdUsed,
    ActionNotFound,
    ActionScopeNotAvailable,
)
from peon_protocol.rejections.choices import (
    McpInvalid,
    OptionReserved,
    OptionUnknown,
    OptionValueUnknown,
    PromptNotSupported,
    PromptTooLarge,
)
from peon_protocol.rejections.messages import (
    MessageBeingSent,
    MessageIdUsed,
    MessageNotFound,
    QueueFull,
)
from peon_protocol.rejections.projects import (
    ProjectHasRunningThreads,
    ProjectIdUsed,
    ProjectNotFound,
    ProjectRootInUse,
    ProjectRootUnusable,
)
from peon_protocol.rejections.requests import CommandIdReused
from peon_protocol.rejections.rules import (
    RuleCommandUnusable,
    RuleEmpty,
    RuleIdUsed,
    RuleNotFound,
)
from peon_protocol.rejections.threads import (
    LoginMethodUnknown,
    ModeNotSupported,
    ProviderNeedsLogin,
    ProviderNotAvailable,
    ProviderNotHost,
    ProviderUnknown,
    ThreadArchived,
    ThreadIdUsed,
    ThreadNotAwaitingApproval,
    ThreadNotFound,
    TitleBlank,
)
from peon_protocol.rejections.turns import (
    BudgetSpent,
    PromptEmpty,
    TurnIdUsed,
    TurnInProgress,
    TurnMismatch,
    TurnNotFound,
    TurnNotInProgress,
)
from peon_protocol.rejections.workspace import (
    CheckpointExpired,
    CheckpointNotFound,
    CheckpointOfAnotherThread,
    DescriptionBlank,
    FolderNotNamed,
    MessageBlank,
    NothingChosen,
    OperationInProgress,
    OperationMismatch,
    OperationNotCancellable,
    PathOutsideWorkspace,
    PathsWithoutFiles,
    PullRequestTitleBlank,
    WorkspaceBusy,
)
from peon_protocol.rejections.worktrees import (
    WorktreeIsRemoved,
    WorktreeNone,
    WorktreeNotMade,
    WorktreePresent,
    WorktreeShared,
    WorktreeUnclear,
)

__all__ = [
    "ActionAlreadyResolved",
    "ActionAnswersInvalid",
    "ActionHasNoSuchOption",
    "ActionIdUsed",
    "ActionNotFound",
    "ActionScopeNotAvailable",
    "BudgetSpent",
    "CheckpointExpired",
    "CheckpointNotFound",
    "CheckpointOfAnotherThread",
    "CommandIdReused",
    "DescriptionBlank",
    "FolderNotNamed",
    "LoginMethodUnknown",
    "McpInvalid",
    "MessageBeingSent",
    "MessageBlank",
    "MessageIdUsed",
    "MessageNotFound",
    "ModeNotSupported",
    "NothingChosen",
    "OperationInProgress",
    "OperationMismatch",
    "OperationNotCancellable",
    "OptionReserved",
    "OptionUnknown",
    "OptionValueUnknown",
    "PathOutsideWorkspace",
    "PathsWithoutFiles",
    "ProjectHasRunningThreads",
    "ProjectIdUsed",
    "ProjectNotFound",
    "ProjectRootInUse",
    "ProjectRootUnusable",
    "PromptEmpty",
    "PromptNotSupported",
    "PromptTooLarge",
    "ProviderNeedsLogin",
    "ProviderNotAvailable",
    "ProviderNotHost",
    "ProviderUnknown",
    "PullRequestTitleBlank",
    "QueueFull",
    "Rejection",
    "RuleCommandUnusable",
    "RuleEmpty",
    "RuleIdUsed",
    "RuleNotFound",
    "ThreadArchived",
    "ThreadIdUsed",
    "ThreadNotAwaitingApproval",
    "ThreadNotFound",
    "TitleBlank",
    "TurnIdUsed",
    "TurnInProgress",
    "TurnMismatch",
    "TurnNotFound",
    "TurnNotInProgress",
    "WorkspaceBusy",
    "WorktreeIsRemoved",
    "WorktreeNone",
    "WorktreeNotMade",
    "WorktreePresent",
    "WorktreeShared",
    "WorktreeUnclear",
]

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
    | ProviderNotAvailable
    | ProviderNeedsLogin
    | LoginMethodUnknown
    | ProviderNotHost
    | ModeNotSupported
    | TurnInProgress
    | TurnNotInProgress
    | TurnMismatch
    | TurnIdUsed
    | TurnNotFound
    | PromptEmpty
    | PromptTooLarge
    | PromptNotSupported
    | OptionUnknown
    | OptionValueUnknown
    | OptionReserved
    | McpInvalid
    | BudgetSpent
    | MessageNotFound
    | MessageIdUsed
    | MessageBeingSent
    | QueueFull
    | ActionNotFound
    | ActionIdUsed
    | ActionAlreadyResolved
    | ActionAnswersInvalid
    | ActionHasNoSuchOption
    | ActionScopeNotAvailable
    | RuleNotFound
    | RuleIdUsed
    | RuleEmpty
    | RuleCommandUnusable
    | CheckpointNotFound
    | CheckpointOfAnotherThread
    | CheckpointExpired
    | OperationInProgress
    | OperationMismatch
    | OperationNotCancellable
    | WorkspaceBusy
    | DescriptionBlank
    | FolderNotNamed
    | WorktreeIsRemoved
    | WorktreeNone
    | WorktreeNotMade
    | WorktreePresent
    | WorktreeShared
    | WorktreeUnclear
    | MessageBlank
    | PullRequestTitleBlank
    | NothingChosen
    | PathOutsideWorkspace
    | PathsWithoutFiles
    | CommandIdReused
)
