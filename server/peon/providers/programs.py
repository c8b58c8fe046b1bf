"""Finding programs: on the client's PATH, and on that of the user's login shell.

An editor started from a desktop has a short PATH, while agents are installed where only the shell's
start-up files say. Looking for one starts none; only the shell itself is run, once.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from peon.runtime.tasks import TaskOwner

logger = logging.getLogger(__name__)

ASK_SHELL_SECONDS: Final = 5.0
"""How long the login shell may take to say its PATH; some start-up files fetch things."""
_MARK: Final = "peon-path-mark"
_DEEPEST_PACKAGE: Final = 5
"""How many folders above a program the package that it belongs to may be described."""


class Programs:
    """Where programs are. Until `ask_shell` has been called, only the client's PATH counts."""

    def __init__(self, shell_path: str = "") -> None:
        self._shell_path = shell_path
        self._asking: asyncio.Task[None] | None = None

    def ask_soon(self, environment: Mapping[str, str], tasks: TaskOwner) -> None:
        """Begin to ask the login shell, without waiting."""
        self._asking = tasks.start(self.ask_shell(environment), name="ask the login shell")

    @property
    def settled(self) -> bool:
        """Whether all that will be known is known: a program not found now is not there."""
        return self._asking is None or self._asking.done()

    async def settle(self) -> None:
        """Wait until the shell has answered, or has been given up."""
        if self._asking is not None:
            await asyncio.wait({self._asking})

    async def ask_shell(self, environment: Mapping[str, str]) -> None:
        """Learn the PATH of the login shell. A shell that does not say it in time has none."""
        shell = environment.get("SHELL")
        if shell and Path(shell).is_absolute():
            self._shell_path = await _path_of(shell, environment)

    def find(self, command: str, environment: Mapping[str, str]) -> str | None:
        """The program that `command` names; a relative path is nobody's."""
        if os.sep in command and not Path(command).is_absolute():
            return None
        return shutil.which(command, path=self.path(environment))

    def path(self, environment: Mapping[str, str]) -> str:
        """The client's PATH, and what the shell's has beside it: a found program needs both."""
        own = environment.get("PATH", os.defpath).split(os.pathsep)
        more = [each for each in self._shell_path.split(os.pathsep) if each and each not in own]
        return os.pathsep.join([*own, *more])


def version_of(program: str) -> str | None:
    """The version of the npm package that a program belongs to; None if it is none of those."""
    for folder in list(Path(program).resolve().parents)[:_DEEPEST_PACKAGE]:
        try:
            described = json.loads((folder / "package.json").read_bytes())
        except (OSError, ValueError):
            continue
        version = described.get("version") if isinstance(described, dict) else None
        return version if isinstance(version, str) else None
    return None


async def _path_of(shell: str, environment: Mapping[str, str]) -> str:
    """The PATH that `shell` has as a login shell, with its interactive start-up files.

    It runs in a session of its own, without a terminal to stop at, and is killed when it takes too
    long.
    """
    # The one command is fixed and has no blanks to quote; what start-up files print is cut away.
    say = f"echo {_MARK}; printenv PATH; echo {_MARK}"
    try:
        process = await asyncio.create_subprocess_exec(
            shell,
            "-ilc",
            say,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        logger.info("the login shell %s cannot be started: %s", shell, error)
        return ""
    told = b""
    try:
        async with asyncio.timeout(ASK_SHELL_SECONDS):
            told, _ = await process.communicate()
    except TimeoutError:
        logger.info("the login shell %s did not say its PATH in time", shell)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    _, _, rest = told.decode(errors="replace").partition(f"{_MARK}\n")
    path, found, _ = rest.partition(f"\n{_MARK}")
    return path.strip() if found else ""
