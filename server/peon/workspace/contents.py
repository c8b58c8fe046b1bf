"""Contents of a store by id, many at a time and off the loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import BinaryIO

from peon.errors import ExternalFailure
from peon.workspace.git import MIB
from peon.workspace.stored import StoredObjects

_LOT = 256
_LOT_BYTES = 8 * MIB
"""So many contents, and bytes, are read at a time."""


class Answers:
    """A running `git cat-file --batch`."""

    def __init__(self, ask: BinaryIO, answers: BinaryIO) -> None:
        self._ask = ask
        self._answers = answers

    def read(self, oid: str) -> bytes:
        """The bytes of a content. Raises ExternalFailure where the store does not have it."""
        try:
            self._ask.write(oid.encode() + b"\n")
            self._ask.flush()
        except BrokenPipeError:
            raise not_kept(oid) from None
        head = self._answers.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise not_kept(oid)
        content = self._answers.read(int(head[2]))
        self._answers.read(1)
        return content


class BlobReader:
    """Implements Blobs: from the files themselves where that can be, else from git, which `ask`
    starts.
    """

    def __init__(self, stored: StoredObjects, ask: Callable[[], Awaitable[Answers]]) -> None:
        self._stored = stored
        self._ask = ask
        self._answers: Answers | None = None

    async def read_all(self, oids: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """As `Blobs.read_all`."""
        place = 0
        while place < len(oids):
            lot = oids[place : place + _LOT]
            contents = await asyncio.to_thread(self._some, lot)
            if len(contents) < len(lot) and self._answers is None and not contents:
                self._answers = await self._ask()
                continue
            for found in zip(lot, contents, strict=False):
                yield found
            place += len(contents)

    def _some(self, oids: Sequence[str]) -> list[bytes]:
        """The first of the contents: as many as may be in memory, and as can be had yet."""
        contents: list[bytes] = []
        size = 0
        for oid in oids:
            content = self._stored.read(oid)
            if content is None and self._answers is not None:
                content = self._answers.read(oid)
            if content is None:
                break
            contents.append(content)
            size += len(content)
            if size > _LOT_BYTES:
                break
        return contents


def not_kept(oid: str) -> ExternalFailure:
    """The failure when a content is asked for that the store does not have."""
    return ExternalFailure(
        "checkpoints",
        f"the content {oid} is not in the store",
        code="checkpoint.expired",
        remedy="Choose a newer checkpoint.",
    )
