"""A progress bar at a terminal, and nothing where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import attrs
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


@attrs.frozen
class Bar:
    """What is told how far the work has come."""

    _progress: Progress
    _task: TaskID

    def reached(self, done: int, total: int | None) -> None:
        """So many bytes are done, of so many."""
        self._progress.update(self._task, completed=done, total=total)

    def moved(self, count: int) -> None:
        """So many bytes more are done."""
        self._progress.advance(self._task, count)


@contextmanager
def progress_bar(what: str, total: int | None = None) -> Iterator[Bar]:
    """A bar on stderr while work goes on, if that is a terminal."""
    console = Console(stderr=True, highlight=False)
    shown = Progress(
        TextColumn(what),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with shown:
        yield Bar(shown, shown.add_task(what, total=total))


class CountedFile:
    """A file that tells a bar of each byte that is read or written."""

    def __init__(self, file: BinaryIO, bar: Bar) -> None:
        self._file = file
        self._bar = bar

    def write(self, data: bytes) -> int:
        self._bar.moved(len(data))
        return self._file.write(data)

    def readline(self) -> bytes:
        line = self._file.readline()
        self._bar.moved(len(line))
        return line

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)
