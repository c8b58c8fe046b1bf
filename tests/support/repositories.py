"""Folders and real repositories for tests, and what shows whether anybody touched them."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import attrs

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


@attrs.frozen
class Repo:
    """A repository of a user's, driven by their own git."""

    root: Path
    environ: Mapping[str, str]
    patience: float = 30.0
    """Seconds that a command may take."""

    def git(self, *argv: str | bytes, stdin: bytes = b"", check: bool = True) -> str:
        """Run the user's git here; what it printed."""
        done = subprocess.run(
            ["git", *argv],
            cwd=self.root,
            env={**self.environ, **IDENTITY},
            input=stdin,
            capture_output=True,
            check=False,
            timeout=self.patience,
        )
        assert done.returncode == 0 or not check, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, name: str | bytes, content: str | bytes = "") -> Path:
        """Write a file, with the folders above it."""
        file = self.root / os.fsdecode(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def read(self, name: str | bytes) -> str:
        """What a file holds."""
        return (self.root / os.fsdecode(name)).read_text()

    def exists(self, name: str | bytes) -> bool:
        """Whether anything stands under a name."""
        return os.path.lexists(self.root / os.fsdecode(name))

    def commit(self, message: str = "work") -> str:
        """Commit everything; the commit's id."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


def make_repo(root: Path, environ: Mapping[str, str]) -> Repo:
    """An empty repository on the branch `main`."""
    root.mkdir(parents=True, exist_ok=True)
    repo = Repo(root, environ)
    repo.git("init", "-q", "-b", "main")
    return repo


Print = dict[str, tuple[object, ...]]


def fingerprint(root: Path) -> Print:
    """Everything there is to see of a tree: contents, modes, times, inodes."""
    seen: Print = {}
    for file in [root, *root.rglob("*")]:
        status = file.lstat()
        seen[str(file.relative_to(root))] = (
            status.st_mode,
            status.st_ino,
            status.st_size if not stat.S_ISDIR(status.st_mode) else 0,
            status.st_mtime_ns,
            status.st_ctime_ns,
            _content(file),
        )
    return seen


def contents(root: Path) -> dict[str, tuple[bool, str | None]]:
    """The files of a tree without any `.git`: whether they are programs, and what they hold."""
    return {
        str(file.relative_to(root)): (bool(file.lstat().st_mode & 0o100), _content(file))
        for file in root.rglob("*")
        if ".git" not in file.relative_to(root).parts
        if file.is_symlink() or not file.is_dir()
    }


def _content(file: Path) -> str | None:
    if file.is_symlink():
        return str(file.readlink())
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
