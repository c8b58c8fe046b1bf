"""Why a command about a worktree was refused."""

from typing import ClassVar

import attrs

from peon_protocol.ids import ThreadId


@attrs.frozen
class WorktreeUnclear:
    """A worktree is either one that is there, or a new one with a branch."""

    KIND: ClassVar = "worktree.unclear"
    REMEDY: ClassVar = (
        "Give an absolute `path` and nothing else, or a `branch`; no command in `setup` is empty."
    )

    @property
    def message(self) -> str:
        return "It is not clear which worktree is meant."


@attrs.frozen
class WorktreeNone:
    """The thread works in the project's folder."""

    KIND: ClassVar = "worktree.none"
    REMEDY: ClassVar = "Create a thread with a `worktree`."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"Thread {self.thread_id} has no worktree."


@attrs.frozen
class WorktreeNotMade:
    """The worktree was there before the thread."""

    KIND: ClassVar = "worktree.notMade"
    REMEDY: ClassVar = "Remove it yourself, with `git worktree remove`."
    path: str

    @property
    def message(self) -> str:
        return f"{self.path} was not made for a thread."


@attrs.frozen
class WorktreeShared:
    """Other threads work there too."""

    KIND: ClassVar = "worktree.shared"
    REMEDY: ClassVar = "Archive or delete those threads first."
    thread_ids: tuple[ThreadId, ...]

    @property
    def message(self) -> str:
        return f"The worktree is also that of {', '.join(self.thread_ids)}."


@attrs.frozen
class WorktreeIsRemoved:
    """The worktree was taken away."""

    KIND: ClassVar = "worktree.removed"
    REMEDY: ClassVar = "Bring it back with worktree/restore."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"The worktree of thread {self.thread_id} was removed."


@attrs.frozen
class WorktreePresent:
    """The worktree is there."""

    KIND: ClassVar = "worktree.present"
    REMEDY: ClassVar = "There is nothing to bring back."
    thread_id: ThreadId

    @property
    def message(self) -> str:
        return f"The worktree of thread {self.thread_id} is there."
