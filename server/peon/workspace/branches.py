"""Branches of the user's repository: listed, named safely, made, gone to."""

from collections.abc import Iterator, Mapping

import attrs

from peon.errors import ExternalFailure
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.repository import Repository, failure
from peon.workspace.running import unspeakable

_SECONDS = 600.0
"""Going to a branch may run a hook and fetch large files."""

_LONGEST = 240
"""Characters of a branch's name: it is the name of a file too."""

_FIELDS = (
    "refname",
    "HEAD",
    "upstream",
    "upstream:track,nobracket",
    "worktreepath",
    "objectname",
    "committerdate:iso-strict",
    "contents:subject",
)


@attrs.frozen
class Branch:
    """A branch as git tells of it. `worktree` is where it is checked out, if anywhere."""

    name: str
    upstream: str | None
    ahead: int
    behind: int
    current: bool
    worktree: str | None
    commit: str
    subject: str
    at: str
    gone: bool
    """Whether its upstream is not there any more."""


@attrs.frozen
class Branches:
    """Branches, the current one first, then those with the newest commits.

    `total` counts those too that are not listed.
    """

    current: str | None
    listed: tuple[Branch, ...]
    total: int


@attrs.frozen
class BranchWish:
    """A branch to make. `begun` is where it was to begin, as it was found before a crash."""

    name: str
    base: str | None
    checkout: bool
    begun: str | None = None


async def list_branches(repository: Repository, limit: int) -> Branches:
    """At most `limit` branches of the repository itself, none of its remotes."""
    row = "%00".join(f"%({field})" for field in _FIELDS)
    told = await repository.ask(
        "for-each-ref", f"--count={max(1, limit)}", "--sort=-committerdate", "--sort=-HEAD",
        f"--format={row}%00", "refs/heads",
    )  # fmt: skip
    counted = await repository.ask("for-each-ref", "--format=x", "refs/heads")
    return Branches(
        current=(await repository.head()).branch,
        listed=tuple(_branches(told.out))[: max(0, limit)],
        total=counted.out.count(b"\n"),
    )


def _branches(out: bytes) -> Iterator[Branch]:
    words = [word.decode("utf-8", "replace") for word in out.split(b"\0")[:-1]]
    for at in range(0, len(words), len(_FIELDS)):
        name, head, upstream, track, place, commit, date, subject = words[at : at + len(_FIELDS)]
        counts = dict(part.split(" ") for part in track.split(", ") if " " in part)
        yield Branch(
            name=name.removeprefix("\n").removeprefix("refs/heads/"),
            upstream=upstream.removeprefix("refs/remotes/").removeprefix("refs/heads/") or None,
            ahead=int(counts.get("ahead", 0)),
            behind=int(counts.get("behind", 0)),
            current=head == "*",
            worktree=place or None,
            commit=commit,
            subject=subject,
            at=date,
            gone=track == "gone",
        )


async def begin_branch(repository: Repository, wish: BranchWish) -> str:
    """The commit that a branch would begin at.

    Raises ExternalFailure: git.badBranch, git.branchExists, git.noSuchCommit.
    """
    await refuse_bad_branch(repository, wish.name)
    there = await commit_at(repository, f"refs/heads/{wish.name}")
    if there is not None and there != wish.begun:
        raise failure(
            f"there is a branch {wish.name} already",
            "git.branchExists",
            "Choose another name, or go to that branch.",
        )
    return wish.begun or await required_commit(repository, wish.base or "HEAD")


async def create_branch(
    repository: Repository,
    wish: BranchWish,
    commit: str,
    environ: Mapping[str, str],
    cancellation: Cancellation = NEVER,
) -> None:
    """Make a branch that `begin_branch` let pass, and go to it. Made before a crash, it is gone on
    with.

    Raises ExternalFailure: git.wouldOverwrite, git.hookFailed, git.locked. Nothing is overwritten
    that is not committed, not even what git ignores. Raises Cancelled, unless it is there by then:
    files are exchanged to the end, and only a hook that runs afterwards is stopped.
    """
    exists = await has_branch(repository, wish.name)
    if wish.checkout:
        new = () if exists else ("--no-track", "-c")
        at = () if exists else (commit,)
        words = ("switch", "-q", "--no-overwrite-ignore", "--no-guess", *new, wish.name, *at)
    elif exists:
        return
    else:
        words = ("branch", "-q", "--no-track", "--", wish.name, commit)

    async def is_there() -> bool:
        if wish.checkout:
            return (await repository.head()).branch == wish.name
        return await has_branch(repository, wish.name)

    try:
        await repository.act(
            *words, environ=environ, seconds=_SECONDS, cancellation=cancellation, whole=is_there
        )
    except Cancelled:
        if not await is_there():
            raise
    except ExternalFailure:
        if not wish.checkout or (await repository.head()).branch != wish.name:
            raise
        raise failure(
            f"{wish.name} is checked out, but the post-checkout hook failed",
            "git.hookFailed",
            "The branch is there; read what the hook says.",
        ) from None


async def refuse_bad_branch(repository: Repository, branch: str) -> None:
    """Raises ExternalFailure (git.badBranch) for what is no name, or could be taken for more."""
    bad = branch.startswith("-") or branch == "HEAD" or "\0" in branch or len(branch) > _LONGEST
    if not bad:
        asked = await repository.ask("check-ref-format", f"refs/heads/{branch}", accept=(0, 1))
        bad = asked.code != 0
    if bad:
        raise failure(
            f"{branch[:_LONGEST]!r} cannot be the name of a branch",
            "git.badBranch",
            "Choose a few letters, digits, hyphens and slashes.",
        )


async def has_branch(repository: Repository, branch: str) -> bool:
    """Whether there is a branch of this name."""
    return await commit_at(repository, f"refs/heads/{branch}") is not None


async def required_commit(repository: Repository, base: str) -> str:
    """The commit that a branch, tag or commit names. Raises ExternalFailure (git.noSuchCommit)."""
    found = await commit_at(repository, base)
    if found is None:
        raise failure(
            f"there is no commit {base[:_LONGEST]}",
            "git.noSuchCommit",
            "Name a branch, a tag or a commit; a repository without one needs a first commit.",
        )
    return found


async def commit_at(repository: Repository, name: str) -> str | None:
    """The commit that a name stands for, if it stands for one."""
    if unspeakable([name]) is not None:
        return None
    found = await repository.ask(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}",
        accept=(0, 1, 128),
    )  # fmt: skip
    return found.line.decode() if found.code == 0 else None
