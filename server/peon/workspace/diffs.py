"""What changed between two captures, or between the user's work tree and its commit, page by
page.
"""

from collections.abc import Awaitable, Callable, Sequence

import attrs

from peon.workspace.git import MIB, GitResult
from peon.workspace.patches import FileDiff, Hunk, Kind, parse_summary, with_hunks
from peon.workspace.paths import meant, shown, under
from peon.workspace.store import CheckpointStore, real_path, tree_paths

_FILE_PATCH_BYTES = 256 * 1024
"""More of one file's hunks than this are cut."""

_HUGE_BYTES = MIB
"""Files larger than this are only summed up."""

_RENAMES = ("-M", "-l1000")


@attrs.frozen
class DiffOptions:
    """Which part of a difference is wanted."""

    paths: tuple[str, ...] | None = None
    """Only these, or what lies below them (as text, see `paths.shown`)."""
    offset: int = 0
    limit: int = 200
    hunks: bool = True
    context: int = 3


@attrs.frozen
class DiffFile:
    """One file's change. `old_path` is where it was renamed from; `cut` says that hunks are left
    out.
    """

    path: str
    old_path: str | None
    kind: Kind
    binary: bool
    added: int
    removed: int
    old_mode: str | None
    new_mode: str | None
    hunks: tuple[Hunk, ...]
    cut: bool


@attrs.frozen
class DiffPage:
    """A page of a difference: some of its `total` files, and the offset of the next page, if
    any.
    """

    files: tuple[DiffFile, ...]
    total: int
    added: int
    removed: int
    next: int | None


Asking = Callable[..., Awaitable[GitResult]]
"""Runs git with these words: the store's, or the user's without side effects."""


async def captured_diff(
    store: CheckpointStore, old: str, new: str, options: DiffOptions
) -> DiffPage:
    """What changed in the folder from one capture to another."""
    units = [*await store.units(old), *await store.units(new)]
    summary = await store.git(
        "diff-tree", "-r", "-z", "--raw", "--numstat", "--no-abbrev", *_RENAMES, old, new
    )
    files = [_outward(file) for file in parse_summary(summary.out)]
    chosen = _chosen(files, options)
    page = chosen[options.offset : options.offset + options.limit]
    if options.hunks:
        names = {path for file in page for path in (file.path, file.old_path) if path is not None}
        inner = [one for name in sorted(names) for one in tree_paths(name, units)]
        page = await _hunked(
            store.git,
            ["diff-tree", "-r", "--no-commit-id"],
            [old, new, "--", *inner],
            page,
            options,
        )
    return _page(chosen, page, options)


def _outward(file: FileDiff) -> FileDiff:
    old_path = None if file.old_path is None else real_path(file.old_path)
    return attrs.evolve(file, path=real_path(file.path), old_path=old_path)


async def worktree_diff(ask: Asking, base: str, prefix: bytes, options: DiffOptions) -> DiffPage:
    """What differs between a commit and the work tree, for the files that `ask`'s index knows."""
    scope = ["--", prefix] if prefix else []
    quiet = ["--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"]
    summary = await ask(
        "diff", "-z", "--raw", "--numstat", "--no-abbrev", *quiet, *_RENAMES, base, *scope
    )
    files = [_below(file, prefix) for file in parse_summary(summary.out)]
    chosen = _chosen(files, options)
    page = chosen[options.offset : options.offset + options.limit]
    if options.hunks and page:
        names = sorted(
            prefix + path
            for file in page
            for path in (file.path, file.old_path)
            if path is not None
        )
        page = await _hunked(ask, ["diff", *quiet], [base, "--", *names], page, options)
    return _page(chosen, page, options)


def _below(file: FileDiff, prefix: bytes) -> FileDiff:
    old_path = None if file.old_path is None else file.old_path.removeprefix(prefix)
    return attrs.evolve(file, path=file.path.removeprefix(prefix), old_path=old_path)


async def _hunked(
    ask: Asking,
    command: Sequence[str],
    scope: Sequence[str | bytes],
    page: Sequence[FileDiff],
    options: DiffOptions,
) -> list[FileDiff]:
    """The page's files with their hunks, in the order in which git lists them."""
    if not page:
        return []
    patch = await ask(
        *command, "-p", "--no-color", "--no-prefix", f"-U{options.context}",
        "--submodule=short", *_RENAMES, *scope,
    )  # fmt: skip
    return with_hunks(page, patch.out, most_bytes=_FILE_PATCH_BYTES)


def _chosen(files: Sequence[FileDiff], options: DiffOptions) -> list[FileDiff]:
    if options.paths is None:
        return list(files)
    wanted = [meant(path).strip(b"/") for path in options.paths]
    return [file for file in files if any(under(file.path, path) for path in wanted)]


def _page(chosen: Sequence[FileDiff], page: Sequence[FileDiff], options: DiffOptions) -> DiffPage:
    end = options.offset + options.limit
    return DiffPage(
        files=tuple(_shown(file) for file in page),
        total=len(chosen),
        added=sum(file.added for file in chosen),
        removed=sum(file.removed for file in chosen),
        next=end if end < len(chosen) else None,
    )


def _shown(file: FileDiff) -> DiffFile:
    return DiffFile(
        path=shown(file.path),
        old_path=None if file.old_path is None else shown(file.old_path),
        kind=file.kind,
        binary=file.binary,
        added=file.added,
        removed=file.removed,
        old_mode=file.old_mode,
        new_mode=file.new_mode,
        hunks=file.hunks,
        cut=file.cut,
    )
