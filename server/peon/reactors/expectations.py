"""What a commit is expected to stand on and hold, or a branch to begin at, written down before it
is made.

The log holds the intent, which is decided without looking at the repository; this holds what was
found there, so that after a crash what was made is told from what was not.
"""

import asyncio
import contextlib
import hashlib
import os
from pathlib import Path

from peon.wire import dumps, loads
from peon.workspace.commits import CommitExpectation
from peon_protocol.ids import OperationId


class Expectations:
    """One small private file per commit, or branch, under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, operation_id: OperationId, expected: CommitExpectation) -> None:
        """Write it down; on the disk when this returns."""
        content = dumps({"head": expected.head, "tree": expected.tree})
        await asyncio.to_thread(self._write, self._path(operation_id), content)

    async def of(self, operation_id: OperationId) -> CommitExpectation | None:
        """What was written down for the operation before a crash."""
        match await self._read(operation_id):
            case {"head": (str() | None) as head, "tree": str() as tree}:
                return CommitExpectation(head, tree)
            case _:
                return None

    async def begin(self, operation_id: OperationId, commit: str) -> None:
        """Write down where a branch begins; on the disk when this returns."""
        content = dumps({"begin": commit})
        await asyncio.to_thread(self._write, self._path(operation_id), content)

    async def begun(self, operation_id: OperationId) -> str | None:
        """Where the operation's branch was to begin, written down before a crash."""
        match await self._read(operation_id):
            case {"begin": str() as commit}:
                return commit
            case _:
                return None

    async def forget(self, operation_id: OperationId) -> None:
        """The outcome is in the log."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._path(operation_id).unlink, missing_ok=True)

    async def _read(self, operation_id: OperationId) -> object:
        try:
            return loads(await asyncio.to_thread(self._path(operation_id).read_bytes))
        except (OSError, ValueError):
            return None

    def _path(self, operation_id: OperationId) -> Path:
        """Ids are never file names."""
        return self._folder / f"{hashlib.sha256(operation_id.encode()).hexdigest()}.json"

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
