"""Frees git where it waits for a pipe that stands in the place of a file of rules.

git opens each `.gitignore` that it comes by, and the repository's `info/exclude`. At a pipe it
waits until somebody opens the other end, and then takes it for a file without rules. So we open
that end, only where somebody waits for it, write nothing, and close it when git has ended.
"""

import asyncio
import os
import stat
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from peon.workspace.waiting import to_the_end, together

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds without an answer from which it is worth looking for pipes."""

_PAUSE: Final = 0.02
_RULES: Final = b".gitignore"
_OF_REPOSITORY: Final = b"info/exclude"
_LONGEST: Final = 8_192
"""Bytes of a path that a file of git's names, with what stands before it."""

_READING: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_OTHER_END: Final = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


async def past_pipes(folder: Path, question: Coroutine[object, object, T]) -> T:
    """The answer to a question to git about the rules in `folder`, and those above it."""
    answers: list[T] = []
    ended = asyncio.Event()

    async def ask() -> None:
        try:
            answers.append(await question)
        finally:
            ended.set()

    await together(ask(), _free(folder, ended))
    return answers[0]


async def _free(folder: Path, ended: asyncio.Event) -> None:
    if await _happens(ended, within=PATIENCE):
        return
    pipes = await to_the_end(lambda stop: _pipes(folder, lambda: stop() or ended.is_set()))
    held: dict[bytes, int] = {}
    try:
        while pipes and not ended.is_set():
            for pipe in pipes:
                if pipe not in held and (handle := _other_end(pipe)) is not None:
                    held[pipe] = handle
            await _happens(ended, within=_PAUSE)
    finally:
        for handle in held.values():
            os.close(handle)


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


def _pipes(folder: Path, stop: Callable[[], bool]) -> list[bytes]:
    """The pipes that git may wait for."""
    here = os.fsencode(folder)
    above = [os.fsencode(parent) for parent in folder.parents]
    places = [os.path.join(parent, _RULES) for parent in above]
    places += [_of_repository(parent) for parent in (here, *above)]
    found = [path for path in places if _is_pipe(path)]
    pending = [here]
    while pending and not stop():
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name == _RULES and _is_pipe(entry.path):
                    found.append(entry.path)
                elif entry.name != b".git" and entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
    return found


def _of_repository(folder: bytes) -> bytes:
    """Where a repository with its files in `folder` has rules of its own.

    In a worktree, and in a submodule, `.git` is a file that names another folder; of a worktree's
    folder `commondir` names the one that it shares with the others (gitrepository-layout).
    """
    place = os.path.join(folder, b".git")
    if (named := _told(place)) is not None:
        place = os.path.join(folder, named.removeprefix(b"gitdir:").strip())
        place = os.path.join(place, (_told(os.path.join(place, b"commondir")) or b"").strip())
    return os.path.join(place, _OF_REPOSITORY)


def _told(path: bytes) -> bytes | None:
    """What a small file holds; None where there is none, or something else in its place."""
    with suppress(OSError, ValueError):  # A name that was read may hold what no path does.
        handle = os.open(path, _READING)
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                return os.read(handle, _LONGEST)
        finally:
            os.close(handle)
    return None


def _is_pipe(path: bytes) -> bool:
    try:
        return stat.S_ISFIFO(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _other_end(pipe: bytes) -> int | None:
    """The end that is written to; None where nobody waits for it, or it is no pipe any more."""
    with suppress(OSError):
        handle = os.open(pipe, _OTHER_END)
        if stat.S_ISFIFO(os.fstat(handle).st_mode):
            return handle
        os.close(handle)
    return None
