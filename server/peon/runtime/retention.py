"""How long history is kept, as the user has set it.

It stands in `config.toml` in the user's folder of settings:

    [history]
    erase-deleted-after-days = 30   # what a deleted thread held is erased then
    keep-days = 365                 # older events go; without this line none do
    keep-megabytes = 2000           # the oldest events go when the log is larger

    [checkpoints]
    keep-days = 90                  # older checkpoints of the files go
    keep-megabytes = 5000           # and the oldest ones, when those of a folder are larger
    file-megabytes = 32             # a larger file is in no checkpoint
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import platformdirs

from peon.errors import Unavailable

FILE: Final = "config.toml"
_TABLES: Final = {
    "history": ("erase-deleted-after-days", "keep-days", "keep-megabytes"),
    "checkpoints": ("keep-days", "keep-megabytes", "file-megabytes"),
}
_MEGABYTE: Final = 1_000_000


@attrs.frozen(kw_only=True)
class CheckpointBounds:
    """How long checkpoints are kept, how much room those of a folder take, and up to which size a
    file is in one.
    """

    keep_days: int = 90
    keep_bytes: int = 5_000 * _MEGABYTE
    file_bytes: int = 32 * _MEGABYTE


@attrs.frozen(kw_only=True)
class Retention:
    """What goes, and when. As it stands nothing does but what was deleted."""

    erase_deleted_days: int = 30
    keep_days: int | None = None
    keep_bytes: int | None = None
    checkpoints: CheckpointBounds = CheckpointBounds()


def default_config_file() -> Path:
    """Where a user's settings stand, as the operating system has it."""
    return platformdirs.user_config_path("peon", appauthor=False) / FILE


def read_retention(file: Path | None = None) -> Retention:
    """What a settings file says, and the defaults for the rest.

    Raises Unavailable where it cannot be understood: a misspelt name must not come to mean that
    something is lost, or kept.
    """
    file = file or default_config_file()
    try:
        text = file.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
    except FileNotFoundError:
        return Retention()
    except (OSError, ValueError) as error:
        raise _refused(file, str(error)) from error
    if unknown := sorted(settings.keys() - _TABLES.keys()):
        raise _refused(file, f"there is no setting {unknown[0]}")
    history = _numbers(file, settings, "history")
    return Retention(
        erase_deleted_days=history.get("erase-deleted-after-days", 30),
        keep_days=history.get("keep-days"),
        keep_bytes=None if (size := history.get("keep-megabytes")) is None else size * _MEGABYTE,
        checkpoints=_checkpoints(_numbers(file, settings, "checkpoints")),
    )


def _checkpoints(found: Mapping[str, int]) -> CheckpointBounds:
    usual = CheckpointBounds()
    return CheckpointBounds(
        keep_days=found.get("keep-days", usual.keep_days),
        keep_bytes=found.get("keep-megabytes", usual.keep_bytes // _MEGABYTE) * _MEGABYTE,
        file_bytes=found.get("file-megabytes", usual.file_bytes // _MEGABYTE) * _MEGABYTE,
    )


def _numbers(file: Path, settings: Mapping[str, object], table: str) -> dict[str, int]:
    """The settings of one table: all are whole numbers from 1 on."""
    found = settings.get(table, {})
    if not isinstance(found, dict):
        raise _refused(file, f"{table} is no table")
    if unknown := sorted(found.keys() - set(_TABLES[table])):
        raise _refused(file, f"there is no setting {table}.{unknown[0]}")
    return {name: _number(file, f"{table}.{name}", value) for name, value in found.items()}


def _number(file: Path, name: str, value: object) -> int:
    if type(value) is not int or value < 1:
        raise _refused(file, f"{name} must be a whole number from 1 on")
    return value


def _refused(file: Path, why: str) -> Unavailable:
    return Unavailable(f"the settings in {file}", why, "Correct the file, or move it away.")
