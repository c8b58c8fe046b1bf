"""`peon log`: what happened, an event on a line; and whether every byte of it is as it was."""

import sys
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import attrs
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from peon.cli.complaints import complain
from peon.cli.painting import style_of
from peon.cli.reading import StandingLog, standing_log, state_folder
from peon.cli.telling import Teller
from peon.errors import PeonError
from peon.journal.failures import cannot_open
from peon.journal.inspection import Progress, Verification, verify
from peon.wire import EVENT_TYPES, EventInvalid, UnknownEvent, decode_event, loads
from peon_protocol.events import StoredEvent

_ID_SHOWN: Final = 8
_TYPE_WIDTH: Final = 23

NOTHING_YET: Final = (
    "There is no log in {folder} yet. It begins with the first project: try peon run "
    '"say hello" --project DIR, or open a folder in your editor.\n'
)


@attrs.frozen(kw_only=True)
class Filter:
    """Which events are wanted: behind `after`, of a thread or project whose id begins with
    `thread`, of one of `types` (a whole type or its noun), at most `limit` (0: all).
    """

    after: int | None
    limit: int
    thread: str | None
    types: tuple[str, ...]


def unknown_types(types: Iterable[str]) -> list[str]:
    """Those of `types` that are neither the type of an event nor its noun."""
    nouns = {name.partition(".")[0] for name in EVENT_TYPES}
    return [wanted for wanted in types if wanted not in nouns and wanted not in EVENT_TYPES]


def list_events(state_dir: Path | None, wanted: Filter, *, as_json: bool) -> int:
    """Print the events that are wanted; the exit code."""
    folder = state_folder(state_dir)
    try:
        log = standing_log(folder)
        if log is None:
            sys.stderr.write(NOTHING_YET.format(folder=folder))
            return 0
        chosen = _chosen(log, wanted)
        _print_json(chosen) if as_json else _print_lines(chosen)
    except PeonError as error:
        complain(error)
        return 1
    except (UnknownEvent, EventInvalid) as error:
        sys.stderr.write(f"peon: error: {error}\n")
        return 1
    return 0


def verify_log(state_dir: Path | None) -> int:
    """Check every byte of the log, and say what was found; the exit code."""
    folder = state_folder(state_dir)
    console = Console(stderr=True, highlight=False)
    bar = ProgressBar(
        TextColumn("checking"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    try:
        with bar:
            found = verify(folder, progress=_Shown(bar).progress)
    except PeonError as error:
        complain(error)
        return 1
    except OSError as error:
        complain(cannot_open(folder, error))
        return 1
    return _tell_verification(folder, found)


class _Shown:
    """A progress bar that is told how far a check has come."""

    def __init__(self, bar: ProgressBar) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("checking", total=None)

    def progress(self, progress: Progress) -> None:
        self._bar.update(self._task, completed=progress.done, total=progress.total)


def _tell_verification(folder: Path, found: Verification) -> int:
    if found.log_id is None and found.sound:
        sys.stderr.write(NOTHING_YET.format(folder=folder))
        return 0
    kept = f"events {found.base + 1} to {found.head}" if found.head > found.base else "no events"
    _say(
        f"log {found.log_id}: {kept} in {found.segments} segments, "
        f"{found.snapshots} snapshots, {found.values} values stored apart"
    )
    if found.unfinished:
        _say(
            f"the last write is not whole ({found.unfinished} bytes): it is being written now, or "
            "was cut off, and then the next start sets it aside"
        )
    for problem in found.problems:
        _say(f"{problem.path} is damaged at byte {problem.byte}: {problem.why}")
    if found.problems:
        _say("Nothing was changed. Restore these files from a backup.")
        return 1
    _say("every checksum fits, and nothing is missing")
    return 0


def _chosen(log: StandingLog, wanted: Filter) -> Iterable[bytes]:
    """Behind a place the first of them, else the last."""
    found = (body for body in log.events(wanted.after or 0) if _fits(body, wanted))
    if wanted.limit == 0:
        return found
    if wanted.after is not None:
        return (body for body, _ in zip(found, range(wanted.limit), strict=False))
    return deque(found, maxlen=wanted.limit)


def _fits(body: bytes, wanted: Filter) -> bool:
    if wanted.thread is None and not wanted.types:
        return True
    match loads(body):
        case {"type": str() as name, "streamId": str() as stream}:
            of_type = name in wanted.types or name.partition(".")[0] in wanted.types
            return (of_type or not wanted.types) and stream.startswith(wanted.thread or "")
        case _:
            return False


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _print_json(bodies: Iterable[bytes]) -> None:
    for body in bodies:
        sys.stdout.write(body.decode() + "\n")


def _print_lines(bodies: Iterable[bytes]) -> None:
    console, teller = Console(highlight=False), Teller()
    empty = True
    for body in bodies:
        empty = False
        event = decode_event(body)
        console.print(_line(event, teller.tell(event)), soft_wrap=True)
    if empty:
        sys.stderr.write("No event fits. Without --after, --thread and --type all are shown.\n")


def _line(event: StoredEvent, sentence: str) -> Text:
    moment = datetime.fromisoformat(event.occurred_at).astimezone()
    style = style_of(event)
    return Text.assemble(
        (f"{event.sequence:>7}  ", "bright_black"),
        (f"{moment:%Y-%m-%d %H:%M:%S}  ", "bright_black"),
        (f"{event.stream_id[:_ID_SHOWN]:<{_ID_SHOWN}}  ", "bright_black"),
        (f"{event.type:<{_TYPE_WIDTH}} ", style),
        (sentence, style),
    )
