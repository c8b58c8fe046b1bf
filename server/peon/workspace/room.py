"""The room that a store takes on the disk: measured now and then, and estimated between."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path


class Room:
    """Bytes below a folder that only we write to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._measured = 0
        self._grown = 0

    @property
    def taken(self) -> int:
        """Bytes on the disk: as they were measured, and at most what was stored since."""
        return self._measured + self._grown

    @property
    def grown(self) -> int:
        """Bytes that were stored since it was measured, before they were compressed."""
        return self._grown

    def grow(self, size: int) -> None:
        """Note that contents of so many bytes are being stored."""
        self._grown += size

    def look(self) -> int:
        """Measure. Some files may go while we look."""
        total = 0
        for top, _, names in os.walk(self._folder):
            for name in names:
                with suppress(FileNotFoundError):
                    total += os.lstat(os.path.join(top, name)).st_size
        self._measured, self._grown = total, 0
        return total

    async def measure(self) -> int:
        """As `look`, off the loop."""
        return await asyncio.to_thread(self.look)
