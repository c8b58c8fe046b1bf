"""Committing as the user: their hooks, identity and signing; their staging area survives any
failure.

A commit is prepared in an index of its own. Only when the commit exists are the paths in it brought
up to date in the user's index, and only those that nobody staged anew in the meantime.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.git import GitResult
from peon.workspace.repository import Repository, copy_index, failure, scratch_folder
from peon.workspace.running import Said

_COMMIT_SECONDS = 600.0
"""Hooks may run a test suite."""

_Index = Mapping[str, str]
"""The environment that makes git use an index of ours."""

_LOCK_TRIES = 20
_LOCK_PAUSE = 0.25
_HOOK_REFUSED = 1
"""How `git commit` exits when a hook refuses; for troubles of its own it exits with 128."""


@attrs.frozen
class Commit:
    """A commit that was made: its id, its branch (None: detached), and the files in it."""

    commit: str
    branch: str | None
    files: tuple[str, ...]


@attrs.frozen
class CommitExpectation:
    """What the next commit would stand on and hold: enough to recognise it after a crash."""

    head: str | None
    tree: str


class Committer:
    """Commits in one repository. `scratch` is a folder of ours for the indexes that commits
    need.
    """

    def __init__(
        self,
        repository: Repository,
        scratch: Path,
        environ: Mapping[str, str],
        said: Said | None = None,
        cancellation: Cancellation = NEVER,
    ) -> None:
        self._repository = repository
        self._scratch = scratch
        self._environ = environ
        self._said = said
        self._cancellation = cancellation

    async def commit(self, message: str, paths: Sequence[str] | None) -> Commit:
        """Commit these paths, or every change below the folder that is not ignored.

        Raises ExternalFailure with a code: git.nothingToCommit, git.hookFailed, git.noIdentity,
        git.locked, git.unmerged, git.noSuchPath, git.signingFailed. Raises Cancelled, unless the
        commit was made all the same.
        """
        await self._refuse_trouble()
        async with scratch_folder(self._scratch) as folder:
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            await self._stage(index, paths)
            old = (await self._repository.head()).commit
            if not await self._differs(index, old) and not await self._merging():
                raise failure(
                    "there is nothing to commit",
                    "git.nothingToCommit",
                    "Change something first, or choose other paths.",
                )
            staged = await self._staged()
            try:
                await self._make(index, message)
            except Cancelled:
                if not await self._was_made(index, old, message):
                    raise
        return await self._settle(old, staged)

    async def expectation(self, paths: Sequence[str] | None) -> CommitExpectation:
        """What `commit` with these paths would make now, were no hook to change it."""
        async with scratch_folder(self._scratch) as folder:
            index = await self._repository.set_apart(folder)
            await self._stage(index, paths)
            tree = await self._act(index, "write-tree")
            head = await self._repository.head()
            return CommitExpectation(head.commit, tree.line.decode())

    async def find(self, expected: CommitExpectation, message: str) -> Commit | None:
        """The commit that stands on the expected head and holds the tree, or the message,
        expected.
        """
        now = await self._repository.head()
        if now.commit is None or now.commit == expected.head:
            return None
        span = now.commit if expected.head is None else f"{expected.head}..{now.commit}"
        listed = await self._repository.ask(
            "log", "-z", "--no-show-signature", "--format=%H %T %P%n%B", span, "--"
        )
        for record in filter(None, listed.out.split(b"\0")):
            first, _, body = record.partition(b"\n")
            commit, tree, *parents = first.decode().split()
            if parents[:1] != ([expected.head] if expected.head else []):
                continue
            if tree == expected.tree or body.decode("utf-8", "replace").strip() == message.strip():
                rows = await self._rows(expected.head, commit)
                return Commit(commit, now.branch, self._files(rows))
        return None

    # ---- preparing -----------------------------------------------------------------------------

    async def _refuse_trouble(self) -> None:
        unmerged = await self._repository.ask("ls-files", "-z", "--unmerged")
        if unmerged.out:
            raise failure(
                "files are left unmerged",
                "git.unmerged",
                "Resolve the conflicts, mark them with `git add`, then commit.",
            )
        if (await self._repository.git_file("index.lock")).exists():
            raise failure(
                "the repository's index is locked",
                "git.locked",
                "Another git is at work in this repository; wait for it to end and try again.",
            )

    async def _merging(self) -> bool:
        return (await self._repository.git_file("MERGE_HEAD")).exists()

    async def _stage(self, index: _Index, paths: Sequence[str] | None) -> None:
        """Fill an index of ours: all changes below the folder, or only the chosen paths."""
        real = await self._repository.git_file("index")
        ours = Path(index["GIT_INDEX_FILE"])
        await asyncio.to_thread(ours.unlink, missing_ok=True)
        if paths is None and not self._repository.prefix and real.exists():
            await asyncio.to_thread(copy_index, real, ours)
        elif (await self._repository.head()).commit is not None:
            await self._act(index, "read-tree", "HEAD")
        if paths is None:
            await self._add_all(index, os.fsdecode(self._repository.prefix) or ".")
        for path in paths or ():
            await self._add(index, path)

    async def _add(self, index: _Index, path: str) -> None:
        name = self._repository.inward(path)
        refusal = failure(
            f"there is no change at {path}",
            "git.noSuchPath",
            "Choose among the paths that the status lists.",
        )
        if name is None:
            raise refusal
        try:
            await self._add_all(index, os.fsdecode(name))
        except ExternalFailure as error:
            if "did not match any files" not in error.detail:
                raise
            raise refusal from error

    async def _add_all(self, index: _Index, name: str) -> None:
        await self._act(index, "add", "-A", "--", name)

    async def _act(self, index: _Index | None, *argv: str, stdin: bytes = b"") -> GitResult:
        """In the user's index (`None`), a commit is settled that is made, to the end."""
        return await self._repository.act(
            *argv,
            environ=self._environ,
            extra=index,
            stdin=stdin,
            seconds=_COMMIT_SECONDS,
            cancellation=NEVER if index is None else self._cancellation,
        )

    async def _differs(self, index: _Index, head: str | None) -> bool:
        if head is None:
            return bool((await self._repository.ask("ls-files", "-z", extra=index)).out)
        compared = await self._repository.ask(
            "diff-index", "--cached", "--quiet", head, "--", accept=(0, 1), extra=index
        )
        return compared.code == 1

    async def _make(self, index: _Index, message: str) -> None:
        made = await self._repository.act(
            "commit",
            "--quiet",
            "--cleanup=whitespace",
            "--file=-",
            environ=self._environ,
            extra=index,
            stdin=message.encode(),
            seconds=_COMMIT_SECONDS,
            accept=(0, _HOOK_REFUSED),
            said=self._said,
            cancellation=self._cancellation,
        )
        if made.code == _HOOK_REFUSED:
            raise failure(
                made.err or made.out.decode("utf-8", "replace") or "a hook refused the commit",
                "git.hookFailed",
                "Read what the hook says, put that right, and commit again.",
            )

    async def _was_made(self, index: _Index, old: str | None, message: str) -> bool:
        """Whether a commit that was stopped is there: a hook may run when it has been made."""
        if (await self._repository.head()).commit == old:
            return False
        left = Path(index["GIT_INDEX_FILE"]).with_suffix(".lock")  # By a git that was killed.
        await asyncio.to_thread(left.unlink, missing_ok=True)
        tree = await self._repository.ask("write-tree", extra=index)
        expected = CommitExpectation(old, tree.line.decode())
        return await self.find(expected, message) is not None

    # ---- settling ------------------------------------------------------------------------------

    async def _staged(self) -> dict[bytes, bytes]:
        """The user's index: by path, its mode, id and stage."""
        listed = await self._repository.ask("ls-files", "-s", "-z")
        return {row.split(b"\t", 1)[1]: row.split(b"\t", 1)[0] for row in listed.records}

    async def _settle(self, old: str | None, staged: Mapping[bytes, bytes]) -> Commit:
        """Let the user's index follow the commit, where it still says what it said before."""
        head = await self._repository.head()
        commit = await self._repository.newest()
        rows = await self._rows(old, commit)
        now = await self._staged()
        stdin = b"".join(
            b"%s %s\t%s\0" % (mode, oid, path)
            for path, (mode, oid) in rows.items()
            if now.get(path) == staged.get(path)
        )
        await self._update_index(stdin)
        return Commit(commit, head.branch, self._files(rows))

    async def _update_index(self, rows: bytes) -> None:
        for left in reversed(range(_LOCK_TRIES)):
            try:
                await self._act(None, "update-index", "-z", "--index-info", stdin=rows)
                break
            except ExternalFailure as error:
                if error.code != "git.locked" or not left:
                    raise
                await asyncio.sleep(_LOCK_PAUSE)
        await self._repository.act(
            "update-index",
            "-q",
            "--refresh",
            environ=self._environ,
            seconds=_COMMIT_SECONDS,
            accept=(0, 1, 128),
        )

    async def _rows(self, old: str | None, new: str) -> dict[bytes, tuple[bytes, bytes]]:
        """The files in a commit, with the mode and id they have in it."""
        span = [old, new] if old is not None else ["--root", new]
        listed = await self._repository.ask(
            "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-commit-id", *span
        )
        words = listed.records
        heads = [head.split(b" ") for head in words[::2]]
        return {path: (head[1], head[3]) for head, path in zip(heads, words[1::2], strict=True)}

    def _files(self, rows: Mapping[bytes, object]) -> tuple[str, ...]:
        return tuple(self._repository.outward(path) for path in rows)
