"""The user's own repository: where it is, asking it without running its programs, and its
failures.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import attrs

from peon.errors import ExternalFailure
from peon.workspace.cancelling import NEVER, Cancellation
from peon.workspace.git import Argument, Call, Git, GitResult
from peon.workspace.ignores import QUIET, query_environment
from peon.workspace.paths import meant, shown
from peon.workspace.rule_pipes import past_pipes
from peon.workspace.running import Said
from peon.workspace.waiting import together

_QUERY_SECONDS = 30.0
_FILTER = re.compile(rb"filter\.(.+)\.(?:clean|smudge|process)", re.DOTALL)
_NO_FILTER = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))


@attrs.frozen
class Failure:
    """How a refusal of git is recognised, and what is said of it."""

    words: str
    code: str
    remedy: str


_FAILURES = (
    Failure(
        "not a git repository",
        "git.notARepository",
        "Run `git init` in the folder, or open a folder that is a repository.",
    ),
    Failure(
        "dubious ownership",
        "git.dubiousOwnership",
        "If you trust it, run `git config --global --add safe.directory` with its path.",
    ),
    Failure(
        "would be overwritten by checkout",
        "git.wouldOverwrite",
        "Commit them, or begin the branch where you are: leave out the base.",
    ),
    Failure(
        r"index\.lock|\.lock': File exists|cannot lock ref",
        "git.locked",
        "Another git is at work in this repository; wait for it to end and try again.",
    ),
    Failure(
        r"Please tell me who you are|empty ident name|unable to auto-detect|no email was given",
        "git.noIdentity",
        "Run `git config --global user.name NAME` and `git config --global user.email EMAIL`.",
    ),
    Failure(
        "nothing to commit|no changes added to commit|nothing added to commit",
        "git.nothingToCommit",
        "Change something first, or choose other paths.",
    ),
    Failure(
        r"No configured push destination|does not appear to be a git repository|no such remote",
        "git.noRemote",
        "Add one with `git remote add origin URL`, or name another remote.",
    ),
    Failure(
        "NUL byte in commit log message",
        "git.failed",
        "Leave that character out of the message.",
    ),
    Failure(
        r"\[rejected\]|\[remote rejected\]|non-fast-forward|fetch first",
        "git.rejected",
        "Bring in what the remote has (`git pull`), then push again.",
    ),
    Failure(
        r"Authentication failed|could not read (Username|Password)|Permission denied \(",
        "git.authentication",
        "Sign in once in a terminal (`git push`), or set up a credential helper or an SSH key.",
    ),
    Failure(
        r"gpg failed to sign|failed to sign the data|error: Load key",
        "git.signingFailed",
        "Unlock your signing key (for example by signing once in a terminal), then try again.",
    ),
)


def explained(error: ExternalFailure) -> ExternalFailure:
    """The failure with the code and remedy that its words call for."""
    for known in _FAILURES:
        if error.code == "git.failed" and re.search(known.words, error.detail, re.IGNORECASE):
            return ExternalFailure("git", error.detail, code=known.code, remedy=known.remedy)
    return error


def failure(detail: str, code: str, remedy: str) -> ExternalFailure:
    """A failure of the user's git that we name ourselves."""
    return ExternalFailure("git", detail, code=code, remedy=remedy)


@attrs.frozen
class Head:
    """Where the repository stands: the commit (None before the first) and branch (None:
    detached).
    """

    commit: str | None
    branch: str | None


def copy_index(real: Path, copy: Path) -> None:
    """Copy an index with its time: a file changed no earlier than that is compared by content."""
    shutil.copy2(real, copy)


@asynccontextmanager
async def scratch_folder(place: Path) -> AsyncIterator[Path]:
    """A folder that is gone afterwards."""
    await asyncio.to_thread(place.mkdir, mode=0o700, parents=True, exist_ok=True)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=place))
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)


async def locate(git: Git, root: Path) -> "Repository":
    """The repository a folder lies in. Raises ExternalFailure (git.notARepository) outside of
    any.
    """
    here = Repository(git, root, b"")
    top = await here.ask("rev-parse", "--show-toplevel")
    prefix = await here.ask("rev-parse", "--show-prefix")
    return Repository(git, Path(os.fsdecode(top.line)), prefix.line)


def _whole_index(extra: Mapping[str, str] | None) -> tuple[str, ...]:
    """Options for an index of ours. The user's may be in two parts; with a copy that is written in
    two as well, git would throw away the part that theirs needs.
    """
    if extra is None or "GIT_INDEX_FILE" not in extra:
        return ()
    return ("-c", "core.splitIndex=false", "-c", "splitIndex.sharedIndexExpire=never")


class Repository:
    """A repository of the user's, and a folder in it. Questions write nothing and run nothing of
    theirs.
    """

    def __init__(self, git: Git, folder: Path, prefix: bytes) -> None:
        """`folder` is the top of the work tree, `prefix` the way from there to the project's
        folder.
        """
        self._git = git
        self.folder = folder
        self.prefix = prefix
        self._no_filters: dict[str, str] | None = None

    async def ask(
        self,
        *argv: Argument,
        stdin: bytes = b"",
        accept: Collection[int] = (0,),
        extra: Mapping[str, str] | None = None,
    ) -> GitResult:
        """Ask git a question. No hook, filter, pager or monitor runs, and no lock is taken."""
        if self._no_filters is None:
            self._no_filters = await self._without_filters()
        env = {**self._no_filters, **(extra or {})}
        return await self._question(
            *_whole_index(extra), *argv, stdin=stdin, accept=accept, env=env
        )

    async def _question(
        self,
        *argv: Argument,
        stdin: bytes = b"",
        accept: Collection[int] = (0,),
        env: Mapping[str, str],
    ) -> GitResult:
        call = Call(
            [*QUIET, *argv],
            self.folder,
            {**query_environment(self._git), **env},
            stdin=stdin,
            seconds=_QUERY_SECONDS,
            accept=accept,
        )
        return await self._run(call)

    async def _without_filters(self) -> dict[str, str]:
        """An environment that empties every filter the configuration names.

        Comparing files would run them. (As options, names that hold a `=` could not be given.)
        """
        listed = await self._question("config", "--list", "-z", "--name-only", env={})
        names = {found.group(1) for key in listed.records if (found := _FILTER.fullmatch(key))}
        settings = [
            (f"filter.{os.fsdecode(name)}.{key}", value)
            for name in sorted(names)
            for key, value in _NO_FILTER
        ]
        env = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (key, value) in enumerate(settings):
            env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return env

    async def act(
        self,
        *argv: Argument,
        environ: Mapping[str, str],
        extra: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        seconds: float,
        accept: Collection[int] = (0,),
        said: Said | None = None,
        cancellation: Cancellation = NEVER,
        whole: Callable[[], Awaitable[bool]] | None = None,
    ) -> GitResult:
        """Run git as the user would: with their hooks, identity, filters and signing."""
        env = {**self.user_environment(environ), **(extra or {})}
        words = ["--no-pager", "-c", "core.fsmonitor=false", *_whole_index(extra), *argv]
        call = Call(
            words,
            self.folder,
            env,
            stdin=stdin,
            seconds=seconds,
            accept=accept,
            said=said,
            cancellation=cancellation,
            whole=whole,
        )
        return await self._run(call)

    async def _run(self, call: Call) -> GitResult:
        """Nearly whatever git does, it looks at the rules: also a commit that has its index."""
        try:
            return await past_pipes(self.folder, self._git.run(call))
        except ExternalFailure as error:
            raise explained(error) from error

    def user_environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The client's environment, without what would point git elsewhere or let it ask unseen."""
        env = {
            name: value
            for name, value in environ.items()
            if name not in _REDIRECTIONS and not name.startswith("GIT_TRACE")
        }
        env.setdefault("PATH", self._git.path)
        language = env.pop("LC_ALL", None)
        if language is not None:
            env["LC_CTYPE"] = language
        env.pop("LANGUAGE", None)
        env.update(
            LC_MESSAGES="C",
            GIT_TERMINAL_PROMPT="0",
            GIT_LITERAL_PATHSPECS="1",
            GIT_EDITOR="false",
            GIT_MERGE_AUTOEDIT="no",
        )
        if "SSH_ASKPASS" not in env:
            env["SSH_ASKPASS_REQUIRE"] = "never"
        return env

    async def head(self) -> Head:
        """The commit and branch the repository stands at."""
        commit, branch = await together(
            self.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1)),
            self.ask("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1)),
        )
        return Head(commit.line.decode() or None, _text(branch.line) or None)

    async def newest(self) -> str:
        """The id of the commit the repository stands at. Raises ExternalFailure before the
        first.
        """
        return (await self.ask("rev-parse", "--verify", "HEAD^{commit}")).line.decode()

    def outward(self, path: bytes) -> str:
        """A path below the top, as text relative to the project's folder."""
        if path.startswith(self.prefix):
            return shown(path.removeprefix(self.prefix))
        return shown(os.path.relpath(path, self.prefix))

    def inward(self, path: str) -> bytes | None:
        """The path below the top that `outward` made this text of; None outside of the folder."""
        name = os.path.normpath(meant(path))
        if name.startswith(b"/") or name.split(b"/")[0] == b"..":
            return None
        return os.path.normpath(self.prefix + name)

    async def set_apart(self, folder: Path) -> dict[str, str]:
        """An environment in which git writes its index and objects into a folder of ours.

        The index starts as a copy of the user's; their objects are there to be read.
        """
        real = await self.git_file("index")
        if await asyncio.to_thread(real.exists):
            await asyncio.to_thread(copy_index, real, folder / "index")
        objects = str(await self.git_file("objects"))
        quoted = objects.replace("\\", "\\\\").replace('"', '\\"')
        await asyncio.to_thread((folder / "objects").mkdir)
        return {
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"',
        }

    async def git_file(self, name: str) -> Path:
        """Where a file of the repository's own lies, such as `index`."""
        found = await self.ask("rev-parse", "--git-path", name)
        return self.folder / os.fsdecode(found.line)


_REDIRECTIONS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
