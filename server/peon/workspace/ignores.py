"""What the user's own git ignores in a folder, learnt without running anything of theirs."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from peon.workspace.git import Call, Git, GitResult
from peon.workspace.rule_pipes import past_pipes
from peon.workspace.waiting import together

SECONDS = 10.0
"""How long a question may take; to learn less is to take more for the user's own."""


@attrs.frozen
class Survey:
    """How a folder lies in a repository of the user's, if it does.

    The rules of a repository hold from its top, so a capture of a subfolder looks from there:
    `work_tree` is the top, `prefix` the way down to the folder (empty, or ending in `/`).
    `excludes` are the rules kept outside the work tree; `kept` are files the user tracks although a
    rule ignores them, relative to `work_tree`.
    """

    work_tree: Path
    prefix: bytes
    excludes: bytes
    kept: tuple[bytes, ...]


def query_environment(git: Git) -> dict[str, str]:
    """The environment of a question to the user's git: their home for its rules, and no writing."""
    wanted = (
        "HOME",
        "XDG_CONFIG_HOME",
        "USER",
        "LOGNAME",
        "TMPDIR",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
    )
    return {
        **{name: git.environ[name] for name in wanted if name in git.environ},
        "PATH": git.path,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
    }


QUIET = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "submodule.recurse=false",
    "-c",
    "core.safecrlf=false",
)
"""Options that keep a question from running programs the folder's configuration names."""


async def survey(git: Git, folder: Path, seconds: float = SECONDS) -> Survey:
    """Find out how `folder` lies in the user's repository and what is ignored there.

    Raises ExternalFailure where a question takes longer than `seconds`.
    """
    ask = _Questions(git, folder, seconds)
    prefix = await ask.prefix()
    if prefix is None:
        return Survey(folder, b"", b"", ())
    top = Path(os.fsdecode(os.fsencode(folder).removesuffix(prefix.removesuffix(b"/"))))
    excludes, index = await ask.excludes()
    kept = await ask.kept(index, top, excludes)
    return Survey(top, prefix, excludes, tuple(prefix + path for path in kept))


class _Questions:
    """Questions to the user's git about one folder; an answer it refuses counts as nothing."""

    def __init__(self, git: Git, folder: Path, seconds: float) -> None:
        self._git = git
        self._folder = folder
        self._seconds = seconds

    async def _ask(self, *argv: str, extra: Mapping[str, str] | None = None) -> GitResult:
        env = {**query_environment(self._git), **(extra or {})}
        call = Call([*QUIET, *argv], self._folder, env, seconds=self._seconds, accept=range(256))
        return await self._git.run(call)

    async def prefix(self) -> bytes | None:
        """The way from the repository's top down to the folder; None when it is in no repository.

        A folder that its own repository ignores (as under a home kept in git) stands for itself.
        """
        found = await self._ask("rev-parse", "--is-inside-work-tree", "--show-prefix")
        answer, _, rest = found.out.partition(b"\n")
        if found.code != 0 or answer != b"true":
            return None
        prefix = rest.removesuffix(b"\n")
        if prefix and not os.fsencode(self._folder).endswith(b"/" + prefix.removesuffix(b"/")):
            return None  # The configuration names another work tree.
        if prefix and await self._is_ignored():
            return None
        return prefix

    async def _is_ignored(self) -> bool:
        # This question cannot be asked with pathspecs taken literally.
        extra = {"GIT_LITERAL_PATHSPECS": "0"}
        asked = self._ask("check-ignore", "-q", str(self._folder), extra=extra)
        return (await past_pipes(self._folder, asked)).code == 0

    async def excludes(self) -> tuple[bytes, Path]:
        """The user's global rules and those of the repository's `info/exclude`, in this order; and
        where the repository's index is.
        """
        of_user, of_repository = await together(
            self._ask("config", "--type=path", "--get", "core.excludesFile"),
            self._ask("rev-parse", "--git-path", "info/exclude", "--git-path", "index"),
        )
        everywhere = os.fsdecode(of_user.line) if of_user.code == 0 else self._usual_excludes()
        here, index = (*map(os.fsdecode, of_repository.out.split(b"\n")), "", "")[:2]
        files = [self._folder / name for name in (everywhere, here) if name]
        return b"\n".join(_content(file) for file in files), self._folder / index

    def _usual_excludes(self) -> str:
        home = self._git.environ.get("XDG_CONFIG_HOME") or self._git.environ.get("HOME", "")
        middle = () if self._git.environ.get("XDG_CONFIG_HOME") else (".config",)
        return str(Path(home, *middle, "git", "ignore")) if home else ""

    async def kept(self, index: Path, top: Path, excludes: bytes) -> list[bytes]:
        """Files the user's repository tracks although they are ignored."""
        shared = await asyncio.to_thread(lambda: list(index.parent.glob("sharedindex.*")))
        if not shared:
            return await self._kept({})
        # To read an index that is in two parts is to touch the shared one: so a copy is read.
        with tempfile.TemporaryDirectory(prefix="peon-") as name:
            await asyncio.to_thread(_lay_out, Path(name), [index, *shared], excludes)
            return await self._kept({"GIT_DIR": name, "GIT_WORK_TREE": str(top)})

    async def _kept(self, extra: Mapping[str, str]) -> list[bytes]:
        asked = self._ask("ls-files", "-z", "-c", "-i", "--exclude-standard", extra=extra)
        found = await past_pipes(self._folder, asked)
        return found.records if found.code == 0 else []


def _lay_out(folder: Path, files: Sequence[Path], excludes: bytes) -> None:
    """Make a folder that git takes for a repository with these files and rules, and no objects."""
    for name in ("objects", "refs", "info"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "info" / "exclude").write_bytes(excludes)
    for file in files:
        if file.exists():
            shutil.copy2(file, folder)


def _content(file: Path) -> bytes:
    """A file of rules, at most a mebibyte of it; what cannot be read holds no rules."""
    try:
        with open(file, "rb", opener=_without_waiting) as handle:
            return handle.read(1024 * 1024)
    except OSError:
        return b""


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
