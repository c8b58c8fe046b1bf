"""Where a thread works: in the project's folder, or in a worktree of its repository."""

import attrs


@attrs.frozen
class WorktreeChoice:
    """A worktree for a thread: one that is there (`path`, absolute), or a new one (`branch`).

    A new one starts from `base` (by default where the project's folder stands) unless its branch
    exists. Then the files and folders in `copy` are copied from the project's folder, and each
    command in `setup` is run in it, as its words; no shell reads them.
    """

    path: str | None = None
    branch: str | None = None
    base: str | None = None
    setup: tuple[tuple[str, ...], ...] = ()
    copy: tuple[str, ...] = ()
