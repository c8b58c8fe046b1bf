"""Which build of Peon this is: the version, and a digest that tells changed files from unchanged.

An upgrade, or a checkout that was edited, gives another build: an idle owner of the build before
makes room for it.
"""

import os
import sys
import zlib
from collections.abc import Iterator

_PACKAGES = ("peon", "peon_protocol")


def build_id(version: str) -> str:
    """The version and, behind it, what the sizes and times of our modules come to."""
    stamps = sorted(
        stamp for package in _PACKAGES for stamp in _stamps(_folder_of(package), package)
    )
    return f"{version}+{zlib.crc32(chr(10).join(stamps).encode()):08x}"


def _folder_of(package: str) -> str:
    """Where a package is imported from; found without importing it."""
    for entry in sys.path:
        folder = os.path.join(entry or os.curdir, package)
        if os.path.isfile(os.path.join(folder, "__init__.py")):
            return folder
    return ""


def _stamps(folder: str, name: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder)) if folder else []
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
            yield from _stamps(entry.path, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".toml")):
            status = entry.stat()
            yield f"{name}/{entry.name} {status.st_size} {status.st_mtime_ns}"
