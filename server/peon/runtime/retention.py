"""How long history is kept, as the user has set it.

It stands in `config.toml` in the user's folder of settings:

    [history]
    erase-deleted-after-days = 30   # what a deleted thread held is erased then
    keep-days = 365                 # older events go; without this line none do
    keep-megabytes = 2000           # the oldest events go when the log is larger
"""

import tomllib
from pathlib import Path
from typing import Final

import attrs
import platformdirs

from peon.errors import Unavailable

FILE: Final = "config.toml"
_TABLE: Final = "history"


@attrs.frozen(kw_only=True)
class Retention:
    """What goes, and when. As it stands nothing does but what was deleted."""

    erase_deleted_days: int = 30
    keep_days: int | None = None
    keep_bytes: int | None = None


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
    if unknown := sorted(settings.keys() - {_TABLE}):
        raise _refused(file, f"there is no setting {unknown[0]}")
    history = settings.get(_TABLE, {})
    if not isinstance(history, dict):
        raise _refused(file, f"{_TABLE} is no table")
    if unknown := sorted(history.keys() - _NAMES.keys()):
        raise _refused(file, f"there is no setting {_TABLE}.{unknown[0]}")
    found = {name: _number(file, name, value) for name, value in history.items()}
    return Retention(
        erase_deleted_days=found.get("erase-deleted-after-days", 30),
        keep_days=found.get("keep-days"),
        keep_bytes=None if (size := found.get("keep-megabytes")) is None else size * 1_000_000,
    )


_NAMES: Final = {"erase-deleted-after-days": 1, "keep-days": 1, "keep-megabytes": 1}
"""The settings, and the least that each may be."""


def _number(file: Path, name: str, value: object) -> int:
    if type(value) is not int or value < _NAMES[name]:
        raise _refused(file, f"{_TABLE}.{name} must be a whole number from {_NAMES[name]} on")
    return value


def _refused(file: Path, why: str) -> Unavailable:
    return Unavailable(f"the settings in {file}", why, "Correct the file, or move it away.")
