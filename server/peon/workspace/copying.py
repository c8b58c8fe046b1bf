"""Copying files into a worktree, so that no link in either leads outside."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from peon.errors import ExternalFailure
from peon.workspace.paths import inside, meant


def copy_in(root: Path, folder: Path, paths: Sequence[str]) -> None:
    """Copy files and folders, named relative to `root`, to the same places in `folder`.

    Raises ExternalFailure (worktree.copyFailed) for what is not there or leads outside. What stands
    in the way is replaced only where it is a plain file.
    """
    for path in paths:
        source, target = _within(root, path), _within(folder, path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=False)
            else:
                shutil.copy2(source, target, follow_symlinks=False)
        except OSError as error:
            raise _failed(f"{path} could not be copied: {error.strerror or error}") from error


def put_beside(away: Path, path: Path) -> None:
    """Move what a folder has and the other has not, so that nothing there is replaced."""
    for top, folders, files in os.walk(away):
        here = path / os.path.relpath(top, away)
        for name in list(folders):
            source, target = Path(top, name), here / name
            if not os.path.lexists(target):
                os.rename(source, target)
                folders.remove(name)
            elif target.is_symlink() or source.is_symlink() or not target.is_dir():
                folders.remove(name)
        for name in files:
            if name != ".git" and not os.path.lexists(here / name):
                os.rename(Path(top, name), here / name)
    shutil.rmtree(away, ignore_errors=True)


def _within(folder: Path, path: str) -> Path:
    real = inside(folder, os.fsdecode(meant(path)))
    if not real or real.split(b"/")[0].lower() == b".git":
        raise _failed(f"{path} leads out of {folder}")
    return folder / os.fsdecode(real)


def _failed(detail: str) -> ExternalFailure:
    return ExternalFailure(
        "worktree",
        detail,
        code="worktree.copyFailed",
        remedy="Name files and folders of the project, relative to it.",
    )
