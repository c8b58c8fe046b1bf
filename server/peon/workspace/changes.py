"""The user's git as they see it: where the repository stands, what changed, and how it differs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import attrs

from peon.workspace.diffs import DiffOptions, DiffPage, worktree_diff
from peon.workspace.git import Argument, GitResult
from peon.workspace.repository import Repository, scratch_folder

Standing = Literal["added", "modified", "deleted", "renamed", "mode", "untracked", "unmerged"]

_LETTERS: dict[str, Standing] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "added",
    "T": "mode",
}


@attrs.frozen
class FileStatus:
    """A file that differs: between commit and index (`staged`), or index and disk (`unstaged`)."""

    path: str
    old_path: str | None
    staged: Standing | None
    unstaged: Standing | None


@attrs.frozen
class Status:
    """Where a repository stands and what differs; `total` counts also the files not listed."""

    commit: str | None
    branch: str | None
    upstream: str | None
    ahead: int
    behind: int
    files: tuple[FileStatus, ...]
    total: int


async def status(repository: Repository, *, limit: int) -> Status:
    """What differs below the folder, at most `limit` files of it."""
    scope = [b"--", repository.prefix] if repository.prefix else []
    answer = await repository.ask(
        "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all",
        "--ignore-submodules=dirty", *scope,
    )  # fmt: skip
    words = iter(answer.records)
    facts: dict[str, str] = {}
    files: list[FileStatus] = []
    for word in words:
        if word.startswith(b"# "):
            name, _, value = word[2:].decode("utf-8", "replace").partition(" ")
            facts[name] = value
        elif (found := _file(repository, word, words)) is not None:
            files.append(found)
    ahead, _, behind = facts.get("branch.ab", "+0 -0").partition(" ")
    return Status(
        commit=_unless(facts.get("branch.oid"), "(initial)"),
        branch=_unless(facts.get("branch.head"), "(detached)"),
        upstream=facts.get("branch.upstream"),
        ahead=abs(int(ahead)),
        behind=abs(int(behind)),
        files=tuple(files[:limit]),
        total=len(files),
    )


def _unless(value: str | None, nothing: str) -> str | None:
    return None if value == nothing else value


def _file(repository: Repository, word: bytes, words: Iterator[bytes]) -> FileStatus | None:
    """A file from one record of the status; the old name of a rename is the record after it."""
    match word[:1]:
        case b"1":
            code, path = _code(word), word.split(b" ", 8)[8]
            return _changed(repository, path, None, code)
        case b"2":
            code, path = _code(word), word.split(b" ", 9)[9]
            return _changed(repository, path, next(words), code)
        case b"u":
            path = word.split(b" ", 10)[10]
            return FileStatus(repository.outward(path), None, "unmerged", "unmerged")
        case b"?":
            return FileStatus(repository.outward(word[2:]), None, None, "untracked")
        case _:
            return None


def _code(word: bytes) -> str:
    return word[2:4].decode("ascii")


def _changed(repository: Repository, path: bytes, old_path: bytes | None, code: str) -> FileStatus:
    return FileStatus(
        path=repository.outward(path),
        old_path=None if old_path is None else repository.outward(old_path),
        staged=_LETTERS.get(code[0]),
        unstaged=_LETTERS.get(code[1]),
    )


async def diff(repository: Repository, scratch: Path, options: DiffOptions) -> DiffPage:
    """How the folder differs from the last commit, untracked files included.

    Untracked files are made known to an index of ours only; the user's is not touched.
    """
    async with scratch_folder(scratch) as folder:
        extra = await repository.set_apart(folder)

        async def ask(*argv: Argument, stdin: bytes = b"") -> GitResult:
            return await repository.ask(*argv, stdin=stdin, extra=extra)

        unknown = await ask("ls-files", "-z", "-o", "--exclude-standard")
        names = [name for name in unknown.records if not name.endswith(b"/")]
        if names:
            await ask(
                "add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul",
                stdin=b"".join(name + b"\0" for name in names),
            )  # fmt: skip
        base = (await repository.head()).commit or (await _empty_tree(repository))
        return await worktree_diff(ask, base, repository.prefix, options)


async def _empty_tree(repository: Repository) -> str:
    """The id of the empty tree, in the repository's own kind of ids."""
    return (await repository.ask("hash-object", "-t", "tree", "--stdin")).line.decode()
