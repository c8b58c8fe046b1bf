"""The bounds Peon keeps, and the folder in which it keeps its state.

Every number that limits a size or a wait stands here once; whoever needs it is given `Settings`.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

import attrs
import platformdirs

from peon.attach import systems
from peon.errors import Unavailable
from peon.runtime.mounts import Mount, mounts_here, refuse_network
from peon.runtime.retention import Retention, default_config_file, read_retention

KIB = 1024
MIB = 1024 * KIB


@attrs.frozen(kw_only=True)
class Settings:
    """Where the state is, and every bound. Sizes are in bytes, waits in seconds."""

    state_dir: Path
    """Holds the journal, the snapshots, the checkpoints and the log file; private to one user."""

    max_message_bytes: int = 64 * MIB
    """A longer message from a client is refused before it is read."""

    segment_bytes: int = 64 * MIB
    """A journal file that has grown to this is sealed and the next one begun."""

    tail_bytes: int = 64 * MIB
    """So much of the newest history is kept in memory; older events are read from the files."""

    blob_bytes: int = 64 * KIB
    """A longer value is stored apart by its hash and read in pages."""

    coalesce_bytes: int = 4 * KIB
    """Streamed text becomes an event when there is this much of it …"""

    coalesce_seconds: float = 5.0
    """… or when it has waited this long."""

    checkpoint_start_seconds: float = 2.0
    """How long a prompt waits for the checkpoint before it."""

    checkpoint_end_seconds: float = 5.0
    """How long the end of a turn waits for the checkpoint after it."""

    interrupt_seconds: float = 5.0
    """How long an agent may take to agree to an interruption before it is made to stop."""

    silence_seconds: float = 900.0
    """How long an agent may say nothing of its turn while nobody is asked and no tool works …"""

    work_seconds: float = 4 * 3600.0
    """… and while one does."""

    rest_seconds: float = 1800.0
    """How long an agent that has nothing to do is kept; its next turn finds the session again."""

    stop_seconds: float = 2.0
    """How long a process may take to heed a request to end before a stronger one is made."""

    idle_seconds: float = 60.0
    """How long a shared server stays when nobody is attached and nothing goes on."""

    retention: Retention = attrs.field(factory=Retention)
    """How long history is kept."""

    agents_file: Path | None = None
    """The user's list of agents."""

    receipts_hours: int = 24
    """How long the outcome of a command is remembered for a repetition of it."""

    @classmethod
    def at(cls, state_dir: Path | None) -> Self:
        """The usual bounds, with the state in `state_dir` or where the system keeps such things.

        Makes the folder if need be. Raises Unavailable if it cannot be used.
        """
        return cls(state_dir=prepare_state_dir(state_dir or default_state_dir()))

    @classmethod
    def configured(cls, state_dir: Path | None) -> Self:
        """As `at`, with what the user has set. Raises Unavailable, also for settings that are not
        understood.
        """
        return attrs.evolve(
            cls.at(state_dir), retention=read_retention(), agents_file=default_agents_file()
        )

    @property
    def log_file(self) -> Path:
        """What went on, for people; see `peon.runtime.logging`."""
        return self.state_dir / "logs" / "peon.log"


def default_state_dir() -> Path:
    """The folder of this user's state, as the operating system has it."""
    if systems.shares_owners():
        # The relay needs to know it too, and cannot wait for a library to be imported.
        return Path(systems.default_state_dir())
    return platformdirs.user_state_path("peon", appauthor=False)


def default_agents_file() -> Path:
    """Where a user's list of agents stands, beside the other settings."""
    return default_config_file().with_name("agents.toml")


def prepare_state_dir(wanted: Path, mounts: Callable[[], Iterable[Mount]] = mounts_here) -> Path:
    """Make `wanted` if it is not there, and private; return it without links.

    The log in it holds prompts and what agents said, so nobody else may read it. Raises Unavailable
    if it is no folder, is another user's, cannot be written to, is used for everything else, or is
    on a network file system.
    """
    try:
        refuse_network(wanted.resolve(), mounts())
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = wanted.resolve(strict=True)
        _refuse_everyday_folder(folder)
        _refuse_folder_of_another(folder)
        _refuse_unwritable(folder)
        folder.chmod(0o700)
    except FileExistsError:
        raise _unavailable(wanted, "it is not a folder", "Move the file away") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _unavailable(wanted, why.lower(), "Make it writable") from error
    return folder


def _refuse_everyday_folder(folder: Path) -> None:
    if folder in {Path(folder.anchor), Path.home().resolve()}:
        raise _unavailable(folder, "it holds other things too", "Name a folder inside it")


def _refuse_folder_of_another(folder: Path) -> None:
    """On systems without user ids the system's own default is trusted."""
    getuid = getattr(os, "getuid", None)
    if getuid is not None and (owner := folder.stat().st_uid) != getuid():
        raise _unavailable(folder, f"user {owner} owns it", "Give it to yourself")


def _refuse_unwritable(folder: Path) -> None:
    """Whoever took away the right to write had a reason: it is not given back in silence."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _unavailable(folder, "it cannot be written to", "Make it writable")


def _unavailable(folder: Path, why: str, remedy: str) -> Unavailable:
    return Unavailable(
        f"the state folder {folder}", why, f"{remedy}, or choose another with --state-dir."
    )
