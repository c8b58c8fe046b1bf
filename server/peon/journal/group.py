"""Group commit: what gathers while one commit is being flushed becomes the next, in one thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from peon.errors import StoreFailure
from peon.journal.failures import write_failed
from peon.journal.segments import SegmentWriter
from peon.journal.tail import TailCommit

PENDING_BYTES = 1 << 20
PENDING_EVENTS = 10_000

Message = TypeVar("Message")


class GroupCommit:
    """Owns the writer and the thread that uses it. Its methods belong to the loop.

    `committed` is called on the loop once per commit, in order; `failed` at most once, and nothing
    is committed after it.
    """

    def __init__(
        self,
        writer: SegmentWriter,
        folder: Path,
        *,
        committed: Callable[[TailCommit], None],
        failed: Callable[[StoreFailure], None],
    ) -> None:
        self._writer = writer
        self._folder = folder
        self._committed = committed
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._changed = threading.Condition()
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def append(self, events: Sequence[bytes]) -> int:
        """Take the events of one command, which come to stand in one commit; their size in bytes.

        They are gathered for the rest of the loop's turn: waking a thread costs a system call.
        """
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.extend(events)
        size = sum(map(len, events))
        self._gathered_bytes += size
        return size

    @property
    def has_capacity(self) -> bool:
        """Is less pending than the caps allow?"""
        with self._changed:
            size = self._pending_bytes + self._gathered_bytes
            count = len(self._pending) + len(self._gathered)
        return size < PENDING_BYTES and count < PENDING_EVENTS

    async def close(self) -> None:
        """Commit what is pending, end the thread and close the segment."""
        self._hand_over()
        with self._changed:
            self._closing = True
            self._changed.notify()
        await asyncio.shield(self._ended)
        self._thread.join()

    def _hand_over(self) -> None:
        """Give the writer all that was gathered. Commands stay whole: it takes all there is."""
        if not self._gathered:
            return
        with self._changed:
            self._pending.extend(self._gathered)
            self._pending_bytes += self._gathered_bytes
            self._changed.notify()
        self._gathered = []
        self._gathered_bytes = 0

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                commit = TailCommit.of(self._writer.head + 1, self._writer.commit(batch), batch)
                self._tell(self._committed, commit)
            self._writer.close()
        except OSError as error:
            self._tell(self._failed, write_failed(self._folder, error))
        except Exception as error:  # noqa: BLE001  The thread's edge: whatever it is, it is final.
            self._tell(self._failed, StoreFailure(f"the journal's writer failed: {error!r}"))
        finally:
            self._tell(_settle, self._ended)

    def _next_batch(self) -> list[bytes]:
        """All that is pending, as soon as there is any; nothing once the store closes."""
        with self._changed:
            while not self._pending and not self._closing:
                self._changed.wait()
            batch, self._pending = self._pending, []
            self._pending_bytes = 0
            return batch

    def _tell(self, callback: Callable[[Message], None], message: Message) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, message)
        except RuntimeError:
            return  # The loop is closed: nobody is left to be told.


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
