"""Contents that were read a moment ago and are wanted again: what a restore judges, it writes."""

from collections.abc import AsyncIterator, Sequence

from peon.workspace.ports import Blobs

ROOM = 32 * 1024 * 1024


class Memory:
    """Contents by id, as many as there is room for."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._room = ROOM

    def keep(self, oid: str, content: bytes) -> None:
        """Keep a content, if there is room for it."""
        if oid not in self._kept and len(content) <= self._room:
            self._kept[oid] = content
            self._room -= len(content)

    def of(self, oids: Sequence[str]) -> dict[str, bytes]:
        """Those of the contents that are kept."""
        return {oid: self._kept[oid] for oid in oids if oid in self._kept}


class Remembered:
    """Implements Blobs: reads only what is not kept."""

    def __init__(self, blobs: Blobs, memory: Memory) -> None:
        self._blobs = blobs
        self._memory = memory

    async def read_all(self, oids: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
        """As `Blobs.read_all`."""
        kept = self._memory.of(oids)
        others = self._blobs.read_all([oid for oid in oids if oid not in kept])
        for oid in oids:
            yield (oid, kept[oid]) if oid in kept else await anext(others)
