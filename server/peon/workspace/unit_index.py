"""The index of one unit in the store: git's account of what stands where, and when it was seen."""

import asyncio
import re
from collections.abc import Iterable, Sequence

from peon.errors import ExternalFailure
from peon.workspace.entries import GITLINK
from peon.workspace.git import Argument
from peon.workspace.store import CheckpointStore, View, not_stored

_STORE_REFUSES = re.compile(
    "No space left|Disk quota|Read-only file system|unable to create temporary file|unable to write"
)


class UnitIndex:
    """Changes the index, and writes its tree."""

    def __init__(self, store: CheckpointStore, view: View) -> None:
        self._store = store
        self._view = view

    def clear_lock(self) -> None:
        """Remove the lock a killed git of ours left; the store's own lock says that none is
        alive.
        """
        self._view.index.with_name(self._view.index.name + ".lock").unlink(missing_ok=True)

    async def change(
        self,
        argv: Sequence[Argument],
        records: Iterable[bytes],
        *,
        options: Sequence[Argument] = (),
        seconds: float = 60.0,
    ) -> None:
        """Have git change the index."""
        stdin = b"".join(record + b"\0" for record in records)
        words = (*options, "update-index", "-z", *argv)
        try:
            await self._store.git(*words, view=self._view, stdin=stdin, seconds=seconds)
        except ExternalFailure as error:
            await asyncio.to_thread(self.clear_lock)
            if _STORE_REFUSES.search(error.detail):
                raise not_stored(error.detail) from error
            raise

    def moment(self) -> int:
        """This moment in nanoseconds, as the file system tells it."""
        file = self._view.index.with_name("stamp")
        file.write_bytes(b"")
        return file.stat().st_mtime_ns

    async def distrust(self, paths: set[bytes]) -> None:
        """Make the index forget these files' times, so that the next look reads them again."""
        staged = await self._store.git("ls-files", "-s", "-z", view=self._view)
        rows = [row for row in staged.records if row.split(b"\t", 1)[1] in paths]
        stdin = b"".join(row + b"\0" for row in rows)
        await self._store.git("update-index", "-z", "--index-info", view=self._view, stdin=stdin)

    async def drop_gitlinks(self) -> None:
        """A folder that became a repository while it was read must not stand as a link to it."""
        staged = await self._store.git("ls-files", "-s", "-z", view=self._view)
        mark = GITLINK.encode()
        links = [row.split(b"\t", 1)[1] for row in staged.records if row.startswith(mark)]
        if links:
            stdin = b"".join(path + b"\0" for path in links)
            await self._store.git(
                "update-index", "-z", "--force-remove", "--stdin", view=self._view, stdin=stdin
            )

    async def write_tree(self, prefix: bytes) -> str:
        """The tree of what the index holds below `prefix`.

        Raises ExternalFailure where that names what is not in the store any more; then there is no
        index either, and the next look reads everything again.
        """
        scope = [b"--prefix=" + prefix] if prefix else []
        written = await self._store.git("write-tree", *scope, view=self._view, accept=(0, 128))
        if written.code == 0:
            return written.line.decode()
        if prefix and written.err.endswith("not found"):
            return (await self._store.git("mktree", "-z")).line.decode()  # It holds nothing at all.
        await asyncio.to_thread(self._view.index.unlink, missing_ok=True)
        raise ExternalFailure("git", f"write-tree: {written.err}", code="git.failed")
