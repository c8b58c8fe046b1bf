"""Pushing as the user: to a remote they configured, with their credentials, never asking unseen."""

from collections.abc import Mapping

import attrs

from peon.errors import ExternalFailure
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.git import GitResult
from peon.workspace.repository import Repository, explained, failure
from peon.workspace.running import Said, unspeakable

_PUSH_SECONDS = 600.0
_LOOK_SECONDS = 5.0
_UNKNOWN = "Whether {} has the commits is not known: `git fetch` tells."


@attrs.frozen
class Push:
    """A push that was accepted: the commit now stands at the branch of the remote."""

    remote: str
    branch: str
    commit: str


async def push(
    repository: Repository,
    remote: str | None,
    branch: str | None,
    environ: Mapping[str, str],
    said: Said | None = None,
    *,
    track: bool = False,
    cancellation: Cancellation = NEVER,
) -> Push:
    """Push a branch (by default the current one) to the branch of the same name at a remote.

    With `track` that becomes its upstream.

    Raises ExternalFailure with a code: git.noRemote, git.noBranch, git.rejected,
    git.authentication, git.pushFailed. Raises Cancelled, unless the remote has the commit.
    """
    name = branch or (await repository.head()).branch
    commit = await _commit_of(repository, name)
    if name is None or commit is None:
        raise failure(
            "no branch of that name, or none is checked out",
            "git.noBranch",
            "Name a branch that has a commit, or check one out.",
        )
    target = await remote_for(repository, name, remote)
    reference = f"refs/heads/{name}"
    try:
        pushed = await repository.act(
            "push", "--porcelain", *(["--set-upstream"] if track else []),
            "--", target, f"{reference}:{reference}",
            environ=environ, seconds=_PUSH_SECONDS, accept=range(256), said=said,
            cancellation=cancellation,
        )  # fmt: skip
    except Cancelled:
        stands = await _stands(repository, target, reference, environ)
        if stands == commit:
            return Push(target, name, commit)
        raise Cancelled(_UNKNOWN.format(target) if stands is None else None) from None
    if pushed.code != 0:
        raise _refused(pushed)
    return Push(target, name, commit)


def _refused(pushed: GitResult) -> ExternalFailure:
    words = f"{pushed.out.decode('utf-8', 'replace')}\n{pushed.err}".strip()
    known = explained(ExternalFailure("git", f"push: {words}", code="git.failed"))
    if known.code != "git.failed":
        return known
    return failure(
        f"push: {words}",
        "git.pushFailed",
        "Read what git or the hook says, and try `git push` in a terminal.",
    )


async def _stands(
    repository: Repository, remote: str, reference: str, environ: Mapping[str, str]
) -> str | None:
    """The commit at a branch of a remote, as it says itself; empty for none, None where it cannot
    be asked.
    """
    try:
        place = await repository.ask("remote", "get-url", "--push", "--", remote)
        told = await repository.act(
            "ls-remote", "--", place.line, reference, environ=environ, seconds=_LOOK_SECONDS
        )
    except ExternalFailure:
        return None
    return told.out.partition(b"\t")[0].decode()


async def _commit_of(repository: Repository, branch: str | None) -> str | None:
    if branch is None or unspeakable([branch]) is not None:
        return None
    found = await repository.ask(
        "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}", accept=(0, 1, 128)
    )
    return found.line.decode() if found.code == 0 else None


async def remote_for(repository: Repository, branch: str, wanted: str | None = None) -> str:
    """The remote that is wanted, else the one the branch goes to, else `origin` or the only one."""
    remotes = (await repository.ask("remote")).out.decode("utf-8", "replace").split("\n")[:-1]
    if wanted is None:
        configured = await repository.ask(
            "for-each-ref", "--format=%(push:remotename)", "--", f"refs/heads/{branch}"
        )
        usual = configured.line.decode("utf-8", "replace")
        only = remotes[0] if len(remotes) == 1 else None
        wanted = usual or ("origin" if "origin" in remotes else only)
    if wanted is None or wanted not in remotes:
        raise failure(
            f"no remote is called {wanted[:100]}" if wanted else "there is no remote to push to",
            "git.noRemote",
            "Add one with `git remote add origin URL`, or name another remote.",
        )
    return wanted
