"""What a script does to files: kept inside the workspace, links resolved, bytes exact."""

import os
from pathlib import Path
from typing import NamedTuple

from peon.providers.script.steps import Append, Change, Delete, Write

LARGEST_SHOWN = 256 * 1024
"""Bytes of a file whose change is shown as a diff."""


class CannotChange(Exception):
    """Why a step cannot be carried out, in words for people."""


class Diff(NamedTuple):
    """A file before and after; `old` is None where it is new."""

    path: str
    old: str | None
    new: str


def target(root: str, step: Change) -> Path:
    """The file `step` is about, resolved. Raises CannotChange unless it is in the workspace."""
    workspace = Path(root).resolve()
    named = workspace / step.path
    # A link is removed itself, not what it points to.
    found = named.parent.resolve() / named.name if isinstance(step, Delete) else named.resolve()
    if found == workspace or not found.is_relative_to(workspace):
        raise CannotChange(f"{step.path} is not inside the workspace")
    if found.is_dir() and not found.is_symlink():
        raise CannotChange(f"{step.path} is a folder")
    if isinstance(step, Delete) and not os.path.lexists(found):
        raise CannotChange(f"{step.path} does not exist")
    return found


def diff(path: Path, step: Change) -> Diff | None:
    """What `step` would change; None where that is too large, or no text, to be shown."""
    try:
        old = _read(path)
    except (OSError, ValueError):
        return None
    match step:
        case Write(text=text):
            return Diff(str(path), old, text)
        case Append(text=text):
            return Diff(str(path), old, (old or "") + text)
        case Delete():
            return Diff(str(path), old, "")


def carry_out(root: str, step: Change) -> str:
    """Do it; what was done. Raises CannotChange. The path is resolved again: time has passed."""
    path = target(root, step)
    try:
        match step:
            case Write(text=text):
                _put(path, text, os.O_TRUNC)
                return f"Wrote {len(text.encode())} bytes to {step.path}"
            case Append(text=text):
                _put(path, text, os.O_APPEND)
                return f"Appended {len(text.encode())} bytes to {step.path}"
            case Delete():
                path.unlink()
                return f"Deleted {step.path}"
    except OSError as error:
        raise CannotChange(f"{step.path}: {error.strerror}") from error


def _put(path: Path, text: str, how: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | how, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())


def _read(path: Path) -> str | None:
    """The file's text, None if there is no file. Raises ValueError if it cannot be shown."""
    if not os.path.lexists(path):
        return None
    if path.lstat().st_size > LARGEST_SHOWN:
        raise ValueError("too large to be shown")
    return path.read_bytes().decode()
