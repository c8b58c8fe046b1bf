"""What attrs compiles for its classes, kept from one start to the next.

attrs writes the methods of each class as source and compiles it when the class is made. This
program and lsprotocol have more than a thousand classes, and compiling them is two fifths of a
start. Code depends on nothing but its source, so it is kept beside the program's own bytecode and
found by the digest of its source. Whoever can write there can change the program itself.

attrs has no place for this, so the name `compile` in its module is bound anew. Should attrs come to
compile elsewhere, nothing is found, and a start takes as long as it does without.
"""

import contextlib
import hashlib
import marshal
import os
import re
import sys
import zlib
from collections.abc import Mapping
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType
from typing import Final

import attr._make

_BEGINS: Final = b"PEON-CODE1 " + MAGIC_NUMBER
"""What it was compiled for; to another Python it means nothing."""
_CHECKSUM: Final = 4
_STALE: Final = 4
"""So many times more than a process has use for is kept; then it forgets what it did not use."""

_SALT: Final = re.compile(r"(def __hash__\(self\):\n\s+return hash\(\(\n\s+)-?\d+,")
"""A number by which attrs tells classes apart in their hashes. It is the hash of the file's name,
which Python draws anew in each process; another that is told by the name does as well."""

Kept = Mapping[bytes, bytes]
"""Code as `marshal` writes it, by the digest of its source."""


class ClassCode:
    """The code that one process has use for: read from a file, or compiled."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _read(path)
        self._used: dict[bytes, bytes] = {}
        self._compiled = 0

    @property
    def compiled(self) -> int:
        """How much was not found."""
        return self._compiled

    def code_of(self, source: str, filename: str, mode: str) -> CodeType:
        """What `compile` gives for the same."""
        source = _SALT.sub(lambda found: f"{found[1]}{zlib.crc32(filename.encode())},", source)
        key = hashlib.blake2b(f"{mode} {filename}\n{source}".encode(), digest_size=16).digest()
        text = self._kept.get(key)
        if text is None:
            self._compiled += 1
            code: CodeType = compile(source, filename, mode, dont_inherit=True)
            self._used[key] = marshal.dumps(code)
            return code
        self._used[key] = text
        found: CodeType = marshal.loads(text)  # noqa: S302 (as Python does with its bytecode)
        return found

    def keep(self) -> None:
        """Write down what was compiled. Where that cannot be, the next start compiles it again."""
        if self._compiled == 0:
            return
        few = len(self._kept) <= _STALE * len(self._used)
        kept = {**self._kept, **self._used} if few else self._used
        content = marshal.dumps(kept)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            try:
                self._path.parent.mkdir(exist_ok=True)
                beside.touch(0o644)
                beside.write_bytes(_BEGINS + _checksum(content) + content)
                beside.replace(self._path)
            finally:
                beside.unlink(missing_ok=True)


_process: ClassCode | None = None


def reuse() -> ClassCode:
    """From here on, let attrs use what was compiled before."""
    global _process  # noqa: PLW0603 (there is one attrs in a process)
    if _process is None:
        _process = ClassCode(Path(cache_from_source(__file__)).with_suffix(".classes"))
        vars(attr._make)["compile"] = _process.code_of
    return _process


def keep() -> None:
    """Keep what had to be compiled, unless Python was told to write no bytecode."""
    if _process is not None and not sys.dont_write_bytecode:
        _process.keep()


def _read(path: Path) -> Kept:
    """What is kept there; nothing where it is not whole, or was written for another Python."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    content = data[len(_BEGINS) + _CHECKSUM :]
    if data[: -len(content)] != _BEGINS + _checksum(content):
        return {}
    kept: Kept = marshal.loads(content)  # noqa: S302 (as Python does with its bytecode)
    return kept


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM)
