"""Worktrees of the user's repository: made for a thread, taken away without loss, brought back.

What is taken away must be clean, and goes into a folder of ours with everything that git ignores
(`.env`, installed packages), so that it can be had again. No branch is deleted with work on it.
"""

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from peon.errors import ExternalFailure
from peon.workspace.branches import has_branch, refuse_bad_branch, required_commit
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.copying import copy_in, put_beside
from peon.workspace.git import Git
from peon.workspace.mounts import mounted_below
from peon.workspace.repository import Repository, failure, locate
from peon.workspace.running import Running, Said, run_command

FOLDER: Final = "worktrees"
"""Where in the state folder those lie that were made for threads."""
_SECONDS = 600.0
_SETUP_SECONDS = 1800.0
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_KEPT_DAYS = 30
"""What was taken away can be brought back at least so long."""


@attrs.frozen
class Place:
    """A worktree as git lists it. `branch` is None where its head is detached."""

    path: Path
    branch: str | None
    commit: str | None


@attrs.frozen
class Wanted:
    """A worktree to make: its branch, what that starts from, and what makes it ready.

    `name` makes its folder one of its own.
    """

    branch: str
    base: str | None
    setup: tuple[tuple[str, ...], ...]
    copy: tuple[str, ...]
    name: str


@attrs.frozen
class Made:
    """A worktree for a thread: its top, the folder in it that matches the project's, its branch."""

    path: Path
    folder: Path
    branch: str | None
    base: str | None


class Worktrees:
    """The worktrees of any repository; those that we make lie in `home`. `mounted` tells what is
    mounted below a folder.
    """

    def __init__(
        self, git: Git, home: Path, *, mounted: Callable[[Path], Sequence[Path]] = mounted_below
    ) -> None:
        self._git = git
        self._home = home
        self._mounted = mounted

    async def list(self, root: Path) -> tuple[Place, ...]:
        """Every worktree of the repository that a folder lies in."""
        return tuple(await _places(await locate(self._git, root)))

    def is_ours(self, path: Path) -> bool:
        """Whether we made a worktree."""
        return path.is_relative_to(os.path.realpath(self._home))

    async def adopt(self, root: Path, path: Path) -> Made:
        """A worktree that is there already. Raises ExternalFailure (worktree.notFound)."""
        repository = await locate(self._git, root)
        real = Path(await asyncio.to_thread(os.path.realpath, path))
        for place in await _places(repository):
            if Path(await asyncio.to_thread(os.path.realpath, place.path)) == real:
                return Made(real, _inner(real, repository), place.branch, None)
        raise failure(
            f"{path} is no worktree of this repository",
            "worktree.notFound",
            "worktree/list tells those there are; or name a branch, to make one.",
        )

    async def make(
        self,
        root: Path,
        wanted: Wanted,
        environ: Mapping[str, str],
        said: Said,
        cancellation: Cancellation = NEVER,
    ) -> Made:
        """Make a worktree and make it ready. One that cannot be made ready, or is not to be, is
        taken away again.

        Asked again after a crash, it goes on where that one stopped.
        """
        repository = await locate(self._git, root)
        await refuse_bad_branch(repository, wanted.branch)
        base = await required_commit(repository, wanted.base or "HEAD")
        path = await self._path(repository, wanted)
        exists = await has_branch(repository, wanted.branch)
        if exists and wanted.base is not None and not path.exists():
            raise failure(
                f"the branch {wanted.branch} exists already",
                "worktree.branchExists",
                "Leave the base out to go on with that branch, or choose another name.",
            )
        made = Made(path, _inner(path, repository), wanted.branch, wanted.base or base)
        try:
            if not path.exists():
                await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
                words = (str(path), wanted.branch) if exists else (str(path), base)
                await repository.act(
                    "worktree", "add", "-q", *([] if exists else ["-b", wanted.branch]),
                    "--", *words,
                    environ=environ, seconds=_SECONDS, cancellation=cancellation,
                )  # fmt: skip
            cancellation.check()
            await asyncio.to_thread(copy_in, root, made.folder, wanted.copy)
            plain = repository.user_environment(environ)
            for argv in wanted.setup:
                await self._set_up(made.folder, argv, plain, said, cancellation)
            cancellation.close()
        except ExternalFailure as error:
            if isinstance(error, Cancelled) or await asyncio.to_thread(path.exists):
                await self._unmake(repository, made, environ, begun=None if exists else base)
            raise
        return made

    async def _set_up(
        self,
        folder: Path,
        argv: Sequence[str],
        environ: Mapping[str, str],
        said: Said,
        cancellation: Cancellation,
    ) -> None:
        plain = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
        done = await run_command(
            Running(
                argv=argv,
                folder=folder,
                environ=plain,
                seconds=_SETUP_SECONDS,
                code="worktree.setupFailed",
                remedy="Put the set-up command right, or leave it out.",
                cancellation=cancellation,
            ),
            said,
        )
        if done.code != 0:
            raise failure(
                f"{argv[0]} ended with exit code {done.code}: {done.last}",
                "worktree.setupFailed",
                "Put the set-up command right, or leave it out. Nothing was left behind.",
            )

    async def _unmake(
        self, repository: Repository, made: Made, environ: Mapping[str, str], *, begun: str | None
    ) -> None:
        """Leave nothing of what was made a moment ago; a branch that was begun there goes unless it
        has moved on.
        """
        await repository.act(
            "worktree", "remove", "--force", "--", str(made.path),
            environ=environ, seconds=_SECONDS, accept=range(256),
        )  # fmt: skip
        await asyncio.to_thread(shutil.rmtree, made.path, ignore_errors=True)
        await repository.act(
            "worktree", "prune", environ=environ, seconds=_SECONDS, accept=range(256)
        )
        if begun is not None:
            await repository.act(
                "update-ref", "-d", f"refs/heads/{made.branch}", begun,
                environ=environ, seconds=_SECONDS, accept=range(256),
            )  # fmt: skip

    async def _path(self, repository: Repository, wanted: Wanted) -> Path:
        top = os.fsencode(await asyncio.to_thread(os.path.realpath, repository.folder))
        project = f"{_slug(repository.folder.name)}-{hashlib.sha256(top).hexdigest()[:8]}"
        ending = hashlib.sha256(wanted.name.encode()).hexdigest()[:6]
        home = Path(await asyncio.to_thread(os.path.realpath, self._home))
        return home / project / f"{_slug(wanted.branch)}-{ending}"

    # ---- taking away and bringing back ---------------------------------------------------------

    async def remove(
        self,
        root: Path,
        path: Path,
        name: str,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> None:
        """Take a worktree away. Raises ExternalFailure (worktree.dirty, worktree.detached,
        worktree.mounted), or Cancelled before anything is moved.

        It is looked at again where it has gone: what was written while it went brings it back.
        """
        repository = await locate(self._git, root)
        away = self._away(name)
        if not await asyncio.to_thread(path.exists):
            if await asyncio.to_thread(away.exists):
                return  # It was taken away before a crash.
            raise _gone(path)
        await self._refuse_dirty(path)
        await self._refuse_mounted(path)
        await asyncio.to_thread(away.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
        cancellation.close()
        await asyncio.to_thread(os.rename, path, away)
        try:
            await self._refuse_dirty(away)
        except ExternalFailure:
            await asyncio.to_thread(os.rename, away, path)
            raise
        await repository.act("worktree", "prune", environ=environ, seconds=_SECONDS)

    async def restore(
        self,
        root: Path,
        path: Path,
        branch: str,
        name: str,
        environ: Mapping[str, str],
        cancellation: Cancellation = NEVER,
    ) -> None:
        """Bring a worktree back, with what git ignores in it. Raises Cancelled before any of that
        is moved; nothing is there then.
        """
        repository = await locate(self._git, root)
        away = self._away(name)
        if not await asyncio.to_thread(path.exists):
            try:
                await repository.act(
                    "worktree", "add", "-q", "--", str(path), branch,
                    environ=environ, seconds=_SECONDS, cancellation=cancellation,
                )  # fmt: skip
                cancellation.close()
            except Cancelled:
                made = Made(path, path, branch, None)
                await self._unmake(repository, made, environ, begun=None)
                raise
        if await asyncio.to_thread(away.exists):
            await asyncio.to_thread(put_beside, away, path)

    def forget_old(self, now: float) -> None:
        """Let go of what was taken away long ago: that was the last that happened to the folder."""
        for away in (self._home / "removed").glob("*"):
            if now - away.stat().st_ctime > _KEPT_DAYS * 86400:
                shutil.rmtree(away, ignore_errors=True)

    def _away(self, name: str) -> Path:
        return self._home / "removed" / hashlib.sha256(name.encode()).hexdigest()[:32]

    async def _refuse_mounted(self, path: Path) -> None:
        """What is mounted in it would go with it, and be deleted with it one day."""
        mounted = await asyncio.to_thread(self._mounted, path)
        if mounted:
            raise failure(
                f"{mounted[0].name} is mounted in it from elsewhere",
                "worktree.mounted",
                "Unmount it, then remove the worktree.",
            )

    async def _refuse_dirty(self, path: Path) -> None:
        repository = await locate(self._git, path)
        listed = await repository.ask(
            "status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=dirty"
        )
        count = len(listed.records) + len(await _filled_submodules(repository))
        if count:
            raise failure(
                f"{path} has {count} changed or new files that are not committed",
                "worktree.dirty",
                "Commit them, or take them back; then remove it.",
            )
        if (await repository.head()).branch is None:
            raise failure(
                f"{path} is on no branch, so its commits could be lost",
                "worktree.detached",
                "Check a branch out in it, then remove it.",
            )


async def _places(repository: Repository) -> list[Place]:
    told = await repository.ask("worktree", "list", "--porcelain", "-z")
    found = []
    for block in told.out.split(b"\0\0"):
        facts = dict(row.partition(b" ")[::2] for row in block.split(b"\0") if row)
        if b"worktree" in facts and b"bare" not in facts:
            branch = facts.get(b"branch", b"").removeprefix(b"refs/heads/")
            found.append(
                Place(
                    path=Path(os.fsdecode(facts[b"worktree"])),
                    branch=branch.decode("utf-8", "replace") or None,
                    commit=facts.get(b"HEAD", b"").decode() or None,
                )
            )
    return found


async def _filled_submodules(repository: Repository) -> list[bytes]:
    """Repositories inside, into which nobody looks: they may hold work."""
    rows = (await repository.ask("ls-files", "-s", "-z")).records
    links = [row.split(b"\t", 1)[1] for row in rows if row.startswith(b"160000 ")]
    folders = [os.path.join(os.fsencode(repository.folder), link) for link in links]
    return await asyncio.to_thread(
        lambda: [each for each in folders if os.path.isdir(each) and os.listdir(each)]
    )


def _inner(path: Path, repository: Repository) -> Path:
    return path / os.fsdecode(repository.prefix.removesuffix(b"/"))


def _slug(name: str) -> str:
    return _PLAIN.sub("-", name).strip("-.")[:40] or "worktree"


def _gone(path: Path) -> ExternalFailure:
    return failure(
        f"{path} is not there",
        "worktree.notFound",
        "It may have been removed by hand; worktree/list tells those there are.",
    )
