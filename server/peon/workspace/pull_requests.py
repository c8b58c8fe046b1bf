"""Pull requests, opened through the program that the user has for it: `gh`, or `glab`.

Neither ever asks: it has no input and no terminal, and what it would ask is its error.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.workspace.branches import list_branches, refuse_bad_branch
from peon.workspace.cancelling import NEVER, Cancellation, Cancelled
from peon.workspace.pushes import push, remote_for
from peon.workspace.repository import Repository, failure
from peon.workspace.running import Ran, Running, Said, nobody_listens, run_command

_SECONDS = 120.0
_LOOK_SECONDS = 30.0
_LONGEST_BODY = 60_000
"""Characters; GitHub takes 65,536."""
_BODY_BYTES = 120_000
"""A word of a command line holds 128 KiB."""
_URL = re.compile(r"https?://[^\s<>\"']+")
_HOST = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:]+)|(?:[^/@:]+@)?([^/:]+):(?!/)", re.IGNORECASE
)
"""The host in `https://ada@host:8080/path`, or in `git@host:path`."""
_NEEDS_LOGIN = re.compile(
    r"auth login|not logged in|authentication|HTTP 401|401 Unauthorized", re.IGNORECASE
)


@attrs.frozen
class PullRequestWish:
    """A pull request to open for the branch that is checked out."""

    title: str
    body: str
    base: str | None
    draft: bool


@attrs.frozen
class PullRequest:
    """One that is open; `existing`: it was before."""

    url: str
    branch: str
    existing: bool


@attrs.frozen
class Openers:
    """Where programs are: `find` one by its name, and the `PATH` that it runs with."""

    find: Callable[[str], str | None]
    path: str


@attrs.frozen
class Opener:
    """A program that opens pull requests. `forge` is part of the name of hosts that are its own.

    `create` are the words that open one. Values are part of their option's word, so that none can
    be an option.
    """

    name: str
    forge: str
    site: str
    create: Callable[[PullRequestWish, str], list[str]]
    view: tuple[str, ...]
    url_key: str
    state: str


def _cut(body: str) -> str:
    return body[:_LONGEST_BODY].encode()[:_BODY_BYTES].decode(errors="ignore")


def _words_of_gh(wish: PullRequestWish, _branch: str) -> list[str]:
    """It finds the branch, which is checked out and pushed, by itself, in a fork too."""
    return [
        "pr", "create", f"--title={wish.title}", f"--body={_cut(wish.body)}",
        *([f"--base={wish.base}"] if wish.base else []), *(["--draft"] if wish.draft else []),
    ]  # fmt: skip


def _words_of_glab(wish: PullRequestWish, branch: str) -> list[str]:
    """Without a description it would want to ask for one; `-` would open an editor."""
    body = _cut(wish.body).strip()
    body = wish.title if body in {"", "-"} else body
    return [
        "mr", "create", "--yes", "--no-editor", f"--title={wish.title}", f"--description={body}",
        f"--source-branch={branch}", *([f"--target-branch={wish.base}"] if wish.base else []),
        *(["--draft"] if wish.draft else []),
    ]  # fmt: skip


GH = Opener(
    name="gh",
    forge="github",
    site="https://cli.github.com",
    create=_words_of_gh,
    view=("pr", "view", "--json=url,state"),
    url_key="url",
    state="OPEN",
)
GLAB = Opener(
    name="glab",
    forge="gitlab",
    site="https://gitlab.com/gitlab-org/cli",
    create=_words_of_glab,
    view=("mr", "view", "--output=json"),
    url_key="web_url",
    state="opened",
)
_QUIET = {
    "GH_NO_UPDATE_NOTIFIER": "1",
    "GH_PAGER": "cat",
    "GH_PROMPT_DISABLED": "1",
    "GH_SPINNER_DISABLED": "1",
    "GLAB_CHECK_UPDATE": "false",
    "NO_COLOR": "1",
    "NO_PROMPT": "1",
    "PAGER": "cat",
}
_TERMINAL = frozenset({"CLICOLOR_FORCE", "GH_FORCE_TTY", "GLAMOUR_STYLE"})
"""What makes them behave as at a terminal."""


async def open_pull_request(
    repository: Repository,
    wish: PullRequestWish,
    environ: Mapping[str, str],
    programs: Openers,
    said: Said,
    cancellation: Cancellation = NEVER,
) -> PullRequest:
    """Open one for the branch that is checked out, which is pushed first where its remote lacks it.

    Raises ExternalFailure: git.noBranch, git.badBranch, git.noRemote, pullRequest.noProgram,
    pullRequest.needsLogin, pullRequest.failed, and what a push may raise. Raises Cancelled, unless
    it is open all the same.
    """
    branch = (await repository.head()).branch
    if branch is None:
        raise failure(
            "no branch is checked out",
            "git.noBranch",
            "Make a branch for the commits, for example with git/createBranch.",
        )
    if wish.base is not None:
        await refuse_bad_branch(repository, wish.base)
    host = await _host(repository, await remote_for(repository, branch))
    plain = _environment(repository, environ, programs)
    asking = _Asking(repository.folder, plain, programs, cancellation)
    opener = await _opener(asking, host)
    await _pushed(repository, branch, environ, said, cancellation)
    return await _opened(asking, opener, wish, branch, said)


async def _host(repository: Repository, remote: str) -> str:
    url = (await repository.ask("remote", "get-url", "--", remote)).line.decode("utf-8", "replace")
    found = None if os.path.isabs(url) else _HOST.match(url)
    host = next(filter(None, found.groups()), "") if found else ""
    if not host:
        raise failure(
            f"{remote} is no place that takes pull requests",
            "git.noRemote",
            f"Point it at GitHub or GitLab with `git remote set-url {remote} URL`.",
        )
    return host.lower()


async def _pushed(
    repository: Repository,
    branch: str,
    environ: Mapping[str, str],
    said: Said,
    cancellation: Cancellation,
) -> None:
    """Nothing is pushed where the remote has every commit already."""
    found = await list_branches(repository, 1)
    known = next((each for each in found.listed if each.name == branch), None)
    has_upstream = known is not None and known.upstream is not None and not known.gone
    if known is None or not has_upstream or known.ahead:
        tracked = not has_upstream
        await push(
            repository, None, branch, environ, said, track=tracked, cancellation=cancellation
        )


def _environment(
    repository: Repository, environ: Mapping[str, str], programs: Openers
) -> dict[str, str]:
    kept = repository.user_environment(environ)
    plain = {name: value for name, value in kept.items() if name not in _TERMINAL}
    # A folder brings no programs along: relative entries of a PATH are in the folder.
    path = [each for each in programs.path.split(os.pathsep) if os.path.isabs(each)]
    return {**plain, **_QUIET, "PATH": os.pathsep.join(path)}


@attrs.frozen
class _Asking:
    """Runs these programs in the folder."""

    folder: Path
    environ: Mapping[str, str]
    programs: Openers
    cancellation: Cancellation

    def has(self, opener: Opener) -> bool:
        return self.programs.find(opener.name) is not None

    async def run(
        self, opener: Opener, words: Sequence[str], said: Said, seconds: float
    ) -> tuple[Ran, str]:
        """How it ended, and what it printed."""
        printed: list[str] = []

        def told(stream: str, text: str) -> None:
            if stream == "stdout":
                printed.append(text)
            said("stdout" if stream == "stdout" else "stderr", text)

        program = self.programs.find(opener.name) or opener.name
        ran = await run_command(
            Running(
                argv=(program, *words),
                folder=self.folder,
                environ=self.environ,
                seconds=seconds,
                code="pullRequest.failed",
                remedy=f"Try `{opener.name} {words[0]} {words[1]}` in a terminal.",
                cancellation=self.cancellation,
            ),
            told,
        )
        return ran, "".join(printed)


async def _opener(asking: _Asking, host: str) -> Opener:
    """The program for a host: by its name, or else the one that is logged in there."""
    fitting = [each for each in (GH, GLAB) if each.forge in host] or [GH, GLAB]
    there = [each for each in fitting if asking.has(each)]
    if not there:
        names = " or ".join(each.name for each in fitting)
        sites = " or ".join(f"{each.name} ({each.site})" for each in fitting)
        raise _failed(
            f"{names} is not installed, which opens pull requests at {host}",
            "pullRequest.noProgram",
            f"Install {sites}, then run `{fitting[0].name} auth login` in a terminal.",
        )
    if len(fitting) == 1:
        return there[0]
    for each in there:
        words = ("auth", "status", "--hostname", host)
        ran, _ = await asking.run(each, words, nobody_listens, _LOOK_SECONDS)
        if ran.code == 0:
            return each
    login = " or ".join(f"`{each.name} auth login --hostname {host}`" for each in there)
    raise _failed(
        f"nobody is logged in at {host}",
        "pullRequest.needsLogin",
        f"Run {login} in a terminal, then try again.",
    )


async def _opened(
    asking: _Asking, opener: Opener, wish: PullRequestWish, branch: str, said: Said
) -> PullRequest:
    asking.cancellation.check()
    try:
        ran, printed = await asking.run(opener, opener.create(wish, branch), said, _SECONDS)
    except Cancelled:
        made = await _open_one(attrs.evolve(asking, cancellation=NEVER), opener)
        if made is None:
            raise
        return PullRequest(made, branch, existing=False)
    urls = _URL.findall(printed)
    if ran.code == 0 and urls:
        return PullRequest(urls[-1], branch, existing=False)
    open_one = await _open_one(asking, opener)
    if open_one is not None:
        return PullRequest(open_one, branch, existing=ran.code != 0)
    words = ran.last or f"exit code {ran.code}"
    if _NEEDS_LOGIN.search(words):
        raise _failed(
            f"{opener.name}: {words}",
            "pullRequest.needsLogin",
            f"Run `{opener.name} auth login` in a terminal, then try again.",
        )
    raise _failed(
        f"{opener.name}: {words}",
        "pullRequest.failed",
        "Read what the program says, put that right, and try again.",
    )


async def _open_one(asking: _Asking, opener: Opener) -> str | None:
    """The address of the one that is open for the branch that is checked out."""
    ran, printed = await asking.run(opener, opener.view, nobody_listens, _LOOK_SECONDS)
    if ran.code != 0:
        return None
    try:
        told = json.loads(printed)
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("state") != opener.state:
        return None
    url = told.get(opener.url_key)
    return url if isinstance(url, str) else None


def _failed(detail: str, code: str, remedy: str) -> ExternalFailure:
    return ExternalFailure("pull request", detail, code=code, remedy=remedy)
