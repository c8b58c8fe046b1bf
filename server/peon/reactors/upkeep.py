"""Checkpoints are kept small: packed when there is much, let go of when they are old or too large.

It happens in the background, in folders where nobody works at the moment, and gives way to whoever
does. What was let go of is told to the threads whose checkpoints it was.
"""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs

from peon.domain.commands import RecordExpiry
from peon.engine.briefs import FolderBrief, folder_briefs, folder_is_busy
from peon.engine.engine import Engine
from peon.errors import PeonError
from peon.runtime.clock import Clock
from peon.runtime.retention import CheckpointBounds
from peon.workspace.upkeep import Retention
from peon.workspace.workspace import Workspace

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 6 * 3600.0


@attrs.frozen(kw_only=True)
class UpkeepParts:
    """What is looked after, and how the user wants it."""

    engine: Engine
    workspace: Workspace
    clock: Clock
    bounds: CheckpointBounds


class CheckpointUpkeep:
    """Looks after the checkpoints of every folder. A failure leaves them as they are."""

    def __init__(self, parts: UpkeepParts) -> None:
        self._engine = parts.engine
        self._workspace = parts.workspace
        self._clock = parts.clock
        self._bounds = parts.bounds
        self._due: set[Path] = set()
        self._news = asyncio.Event()

    def turn_is_over(self, root: Path) -> None:
        """Look at a folder soon, if it is time for it. Returns at once."""
        if self._workspace.wants_upkeep(root, every=timedelta(seconds=EVERY_SECONDS)):
            self._due.add(root)
            self._news.set()

    async def run(self) -> None:
        """Look where it is time, now and again everywhere."""
        while True:
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                await self.look()
            else:
                self._news.clear()
                due, self._due = self._due, set()
                await self._look_at([each for each in self._folders() if each.root in due])

    async def look(self) -> None:
        """Do what is due in every folder, and delete what is of none any more."""
        folders = self._folders()
        await self._look_at(folders)
        try:
            dropped = await self._workspace.drop_unused(
                [each.root for each in folders], self._clock.now() - self._age
            )
        except OSError as error:
            logger.warning("unused checkpoints could not be deleted: %s", error)
        else:
            for root in dropped:
                logger.info("the checkpoints of %s, where no project is, were deleted", root)

    @property
    def _age(self) -> timedelta:
        return timedelta(days=self._bounds.keep_days)

    def _folders(self) -> tuple[FolderBrief, ...]:
        return folder_briefs(self._engine.model)

    async def _look_at(self, folders: "list[FolderBrief] | tuple[FolderBrief, ...]") -> None:
        for folder in folders:
            if folder_is_busy(self._engine.model, folder):
                continue
            try:
                await self._keep_small(folder)
            except PeonError as error:
                logger.warning("the checkpoints of %s: %s", folder.root, error)

    async def _keep_small(self, folder: FolderBrief) -> None:
        retention = Retention(self._clock.now() - self._age, self._bounds.keep_bytes)
        done = await self._workspace.keep_small(folder.root, retention)
        if done is not None and done.expired:
            logger.info("%d checkpoints of %s were let go", len(done.expired), folder.root)
        unknown = await self._workspace.unknown(folder.root, folder.snapshots)
        if unknown:
            self._engine.record(RecordExpiry(folder.thread_ids, unknown), cause=None)
